// A server that asks a person: the link that the check prints, opened in a browser, and the server's own form answered.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { launch } from '../../worker-client/e2e/chromium.mjs';
import { binary, startPeer } from './peers.mjs';

describe('a person consents in a browser', () => {
  let server, browser;

  before(async () => {
    server = await startPeer({ name: 'allauth', path: '' });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** The report of a check whose links are opened, one after the other; `press` is the button of the server's form. */
  async function checkWith(press) {
    const page = await (await browser.newContext()).newPage();
    const options = ['check', server.issuer, '--allow-loopback', '--login', '--json'];
    const running = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [report, notices, opened] = ['', '', 0];
    let visits = Promise.resolve();
    running.stdout.on('data', (data) => (report += data));
    running.stderr.on('data', (data) => {
      notices += data;
      for (const link of [...notices.matchAll(/^ {2}(http\S+)\n/gm)].slice(opened)) {
        opened += 1;
        visits = visits.then(async () => {
          await page.goto(link[1]);
          await page.locator(`button[value="${press}"], input[value="${press}"]`).click();
          await page.getByText('The check goes on in the terminal.').waitFor();
        });
      }
    });
    await new Promise((resolve) => {
      running.on('close', resolve);
    });
    await visits;
    return { ...JSON.parse(report), opened };
  }

  const SEEN = ['rfc6749/5.1/token-answer', 'rfc7636/4.6/verify', 'rfc6749/4.1.2/code-once', 'rfc6749/6/refresh'];

  const outcomes = ({ checks }) => SEEN.map((id) => checks.find((check) => check.id === id).outcome);

  test('and the login is seen to end', async () => {
    const report = await checkWith('grant');
    assert.equal(report.opened, 2, 'a link for the login, and one for the code with another verifier');
    assert.deepEqual(
      outcomes(report),
      SEEN.map(() => 'passed'),
    );
  });

  test('or refuses, and nothing is said of the server that was not seen', async () => {
    const report = await checkWith('cancel');
    assert.equal(report.opened, 1, 'a person who refused is not asked again');
    assert.deepEqual(
      outcomes(report),
      SEEN.map(() => 'not_tested'),
    );
    assert.deepEqual(
      report.findings.filter(({ level }) => level !== 'note'),
      [],
    );
  });
});
