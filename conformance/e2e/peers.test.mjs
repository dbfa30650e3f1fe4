// Real authorization servers, each in every mode. `reports/` holds the report of each; `UPDATE=1 node --test
// conformance/e2e/` writes them anew: read them before you commit them.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { PEERS, check, here, run, startPeer } from './peers.mjs';

/** What a client may have to leave out or exchange, by the requirement that says so. */
const NEEDS = {
  'rfc7591/2/metadata-accepted': 'registration',
  'rfc6749/3.3/scope-accepted': '`scope` of the login',
  'rfc8707/2/resource-accepted': '`resource`',
  'rfc7591/2/method-accepted': 'client authentication',
};
const needs = new Map();

const SLASH = 'rfc8414/3.3/issuer-identical';

const MODES = {
  read: [],
  mcp: ['--mcp'],
  register: ['--register'],
  login: ['--login'],
  all: ['--mcp', '--register', '--login'],
};

for (const peer of PEERS)
  describe(peer.as ?? peer.name, () => {
    let running, issuer;

    before(async () => {
      running = await startPeer(peer);
      issuer = running.issuer;
    });

    after(() => running?.stop());

    test('is reported as it is, in every mode', async () => {
      let reports = '';
      for (const [mode, options] of Object.entries(MODES)) {
        const { stdout, code } = await check(issuer, options);
        reports += `── ${mode}: exit code ${code}\n${steady(stdout, issuer)}\n`;
      }
      const file = here(`reports/${peer.as ?? peer.name}.txt`);
      if (process.env.UPDATE) {
        mkdirSync(here('reports'), { recursive: true });
        writeFileSync(file, reports);
      }
      assert.ok(existsSync(file), `${file} is there`);
      assert.equal(reports, readFileSync(file, 'utf8'));
    });

    test('a client is told what it must leave out', async () => {
      const { checks, findings } = JSON.parse((await check(issuer, ['--login', '--json'])).stdout);
      const cell = (id) => {
        const { outcome } = checks.find((done) => done.id === id) ?? {};
        if (outcome !== 'failed') return outcome === 'passed' ? 'as asked for' : '–';
        return findings.find((finding) => finding.id === id).evidence.replace('a client is served that ', '');
      };
      needs.set(peer.as ?? peer.name, Object.keys(NEEDS).map(cell));
    });

    test('with and without a slash it is the same question', async () => {
      const of = async (url) => {
        const { host, resource, extent, duration_ms, ...report } = JSON.parse((await check(url, ['--json'])).stdout);
        return report;
      };
      if (peer.path !== '') return;
      const [slash, bare] = [await of(`${issuer}/`), await of(issuer)];
      // The issuer as it was typed is no difference; the other text is one.
      const differs = ({ findings }) => findings.some(({ id }) => id === SLASH);
      const typed = bare.issuer?.endsWith('/') ? slash : bare;
      assert.equal(differs(typed), false);
      for (const report of [slash, bare])
        for (const list of ['findings', 'checks']) report[list] = report[list].filter(({ id }) => id !== SLASH);
      assert.deepEqual(slash, bare);
    });

    test('a recording replays to the same report', async () => {
      const folder = here(`../../target/e2e-recorded/${peer.as ?? peer.name}`);
      const live = await check(issuer, ['--register', '--json', '--record', folder]);
      const file = `${folder}/127.0.0.1_${new URL(issuer).port}${peer.path.replaceAll('/', '_')}.json`;
      const again = await run(['check', '--replay', file, '--allow-loopback', '--register', '--json']);
      const [a, b] = [live, again].map(({ stdout }) => JSON.parse(stdout).checks);
      assert.deepEqual(b, a);
      assert.doesNotMatch(readFileSync(file, 'utf8'), /"(client_secret|registration_access_token)": "(?!scrubbed)/);
    });
  });

test('README.md has the servers and what a client needs there', () => {
  const file = here('../README.md');
  const rows = [...needs].map(([name, cells]) => `| ${[name, ...cells].join(' | ')} |`);
  const head = [`| | ${Object.values(NEEDS).join(' | ')} |`, '|---|---|---|---|---|'];
  const [before, , after] = readFileSync(file, 'utf8').split(/<!-- needs -->\n/);
  const text = [before, `${[...head, ...rows].join('\n')}\n`, after].join('<!-- needs -->\n');
  if (process.env.UPDATE) writeFileSync(file, text);
  assert.equal(readFileSync(file, 'utf8'), text, 'UPDATE=1 writes it');
});

/** The report without the parts that differ from run to run. */
function steady(text, issuer) {
  return text
    .replaceAll(new URL(issuer).host, 'host')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:port')
    .replaceAll(/left behind: the client \S+/g, 'left behind: the client …')
    .replaceAll(/`\/register\/\S+`/g, '`/register/…`')
    .replaceAll(/^( +sent \S+ [^\s?{]+).*$/gm, '$1')
    .replaceAll(/^( +sent \S+ [^\s?{]+\/)[\w-]{16,}$/gm, '$1…')
    .replaceAll(/^( +received [^{<]*?)(?:; location: \S+|; [{<[].*)?$/gm, '$1');
}
