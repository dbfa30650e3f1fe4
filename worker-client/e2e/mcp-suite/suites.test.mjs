// The conformance suites of MCP, through the Worker in workerd: every scenario about authorization passes but those of the
// baselines, each with its reason; and with the switch off nothing is sent where a resource points to.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Desk } from './desk.mjs';
import { isolated } from './isolated.mjs';

const FOLLOW = { RESOURCE_METADATA: 'follow', CLIENT_ID_METADATA: 'prefer' };
const baseline = (version) => fileURLToPath(new URL(`baseline-${version}.yml`, import.meta.url));
const isIsolated = isolated(fileURLToPath(import.meta.url));

test('the suites run in a network of their own', { skip: !isIsolated && 'this machine allows none' }, async () => {
  // An address for documentation: where there is no way out, it is known at once.
  await assert.rejects(fetch('http://192.0.2.1/'), ({ cause }) => cause.code === 'ENETUNREACH');
});

/** The summary of a run: the lines of its scenarios and of its total. */
const summary = (output) => output.split('\n').filter((line) => /^[✓✗] |^Total|^ {4}- /.test(line));

describe('with RESOURCE_METADATA = "follow"', () => {
  let desk;
  before(async () => {
    desk = await Desk.open(FOLLOW);
  });
  after(() => desk.close());

  for (const [version, suite, scenarios] of [
    ['stable', 'auth', 14],
    ['next', 'auth', 14],
    ['next', 'backcompat', 2],
  ])
    test(`${version}: the suite ${suite}`, async (t) => {
      const { code, output } = await desk.run(version, '--suite', suite, '--expected-failures', baseline(version));
      summary(output).forEach((line) => t.diagnostic(line));
      assert.equal(code, 0, output.slice(-2000));
      assert.equal(summary(output).filter((line) => /^[✓✗]/.test(line)).length, scenarios);
    });
});

describe('revision 2026-07-28', () => {
  let desk;
  before(async () => {
    desk = await Desk.open(FOLLOW, 'mcp-suite/host.ts');
  });
  after(() => desk.close());

  test('the suite auth in that revision', async (t) => {
    const { code, output } = await desk.run('next', '--suite', 'auth', '--spec-version', '2026-07-28');
    summary(output).forEach((line) => t.diagnostic(line));
    assert.equal(code, 0, output.slice(-2000));
    assert.equal(summary(output).filter((line) => line.startsWith('✓')).length, 14);
  });

  const scenarios = [
    'authorization-server-migration',
    'iss-normalized',
    'iss-not-advertised',
    'iss-supported',
    'iss-supported-missing',
    'iss-unexpected',
    'iss-wrong-issuer',
    'metadata-issuer-mismatch',
    'offline-access-not-supported',
    'offline-access-scope',
    'resource-mismatch',
  ];
  test('the scenarios about authorization of the suite draft', async (t) => {
    const runs = scenarios.map(async (name) => ({ name, ...(await desk.run('next', '--scenario', `auth/${name}`)) }));
    for (const { name, code, output } of await Promise.all(runs)) {
      t.diagnostic(`${name}: ${/^Passed: .*$/m.exec(output)?.[0]}`);
      assert.equal(code, 0, `${name}\n${output.slice(-3000)}`);
      assert.match(output, /^Passed: (\d+)\/\1, 0 failed, 0 warnings/m, name);
    }
  });
});

describe('what revision 2026-07-28 requires', () => {
  let desk;
  before(async () => {
    desk = await Desk.open(FOLLOW, 'mcp-suite/host.ts');
  });
  after(() => desk.close());

  test('every scenario of a client, but for those of the baseline', async (t) => {
    const options = ['--requirements', '2026-07-28', '--expected-failures', baseline('requirements')];
    const { code, output } = await desk.run('next', ...options);
    summary(output).forEach((line) => t.diagnostic(line));
    assert.equal(code, 0, output.slice(-2000));
    assert.equal(summary(output).filter((line) => /^[✓✗]/.test(line)).length, 39);
  });
});

describe('with the switch off', () => {
  let desk;
  before(async () => {
    desk = await Desk.open();
  });
  after(() => desk.close());

  test('a host that points elsewhere is refused, and nothing is sent there', async (t) => {
    const { output } = await desk.run('next', '--suite', 'auth');
    summary(output).forEach((line) => t.diagnostic(line));
    const ended = [...desk.ends.values()];
    assert.equal(ended.length, 14);
    const said = ([name, end]) => [name, /login that this app cannot offer\s*(.*?)(?= http|$)/.exec(end)?.[1]];
    const verdicts = Object.fromEntries([...desk.ends].map(said));
    // Two servers challenge without a pointer: their metadata is at a well-known URL, which is not asked for.
    const points = (name) => !['auth/metadata-var1', 'auth/metadata-var2'].includes(name);
    for (const [name, verdict] of Object.entries(verdicts))
      assert.equal(verdict, points(name) ? 'external authorization server' : 'no metadata', name);
    const named = ended.filter((end) => /server http:\/\/localhost:\d+\/\S+$/.test(end));
    assert.equal(named.length, 12, ended.join('\n'));
    t.diagnostic(`${named.length} of ${ended.length} are told where the host points to`);
    const asked = desk.servers.all.map(({ url }) => new URL(url).pathname);
    assert.ok(asked.length > 14);
    assert.deepEqual(
      asked.filter((path) => /authorize|token|register|oauth-protected-resource|tenant/.test(path)),
      [],
    );
  });
});
