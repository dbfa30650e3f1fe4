// The title of a page in every charset, decoded with the tables of the platform; the input is encoded by another
// implementation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { Server } from './server.mjs';

const TITLES = [
  ['Shift_JIS', '938c8b9e82cc8354815b836f815b', '東京のサーバー'],
  ['EUC-JP', 'c5ecb5fea4cea5b5a1bca5d0a1bc', '東京のサーバー'],
  ['ISO-2022-JP', '1b2442456c357e244e2535213c2550213c1b2842', '東京のサーバー'],
  ['GB18030', 'b1b1bea9b7fecef1c6f7a2e3', '北京服务器€'],
  ['GBK', 'b1b1bea9b7fecef1c6f7', '北京服务器'],
  ['Big5', 'bb4fa55fa6f8aa41beb9', '臺北伺服器'],
  ['ks_c_5601-1987', 'bcadbfef20bcadb9f6', '서울 서버'],
  ['windows-1251', 'd1e5f0e2e5f020e2f5eee4e0', 'Сервер входа'],
  ['KOI8-R', 'f3c5d2d7c5d220d7c8cfc4c1', 'Сервер входа'],
  ['IBM866', '91a5e0a2a5e0', 'Сервер'],
  ['ISO-8859-2', '50f869686ce1b9656eed', 'Přihlášení'],
  ['latin1', '436166e920936e61ef766594', 'Café “naïve”'],
  ['utf-8', Buffer.from('Größe 漢字').toString('hex'), 'Größe 漢字'],
  // Cut or wrong bytes become visible; a label that names no charset counts as none.
  ['Shift_JIS', '938c93', '東\ufffd'],
  ['utf-7', '2b41474d2d', '+AGM-'],
  ['none', '436166e9', 'Café'],
];
const UTF_16 = [
  ['little', 'fffe', (text) => Buffer.from(text, 'utf16le')],
  ['big', 'feff', (text) => Buffer.from(text, 'utf16le').swap16()],
];

let lab,
  app,
  agent,
  names = 0;

before(async () => {
  lab = new Lab();
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
  agent = new Agent(app, lab);
});

after(async () => {
  await app.stop();
  await lab.stop();
});

/** The title that a host with this root page has for us. */
async function titleOf(contentType, body) {
  const name = `h${(names += 1)}.example`;
  const server = new Server(`https://${name}`);
  lab.host(name, (sent) =>
    new URL(sent.url).pathname === '/'
      ? { status: 200, headers: { 'content-type': contentType }, body }
      : server.answer(sent),
  );
  const { status, json, body: text } = await agent.json('GET', `/probe?url=${name}`);
  assert.equal(status, 200, text);
  return json.about?.title ?? json.branding?.title ?? json.title;
}

const page = (head, title, tail = '') =>
  Buffer.concat([Buffer.from(`<!doctype html>${head}<title>`), title, Buffer.from(`</title>${tail}<body>`)]);

for (const [label, hex, title] of TITLES)
  test(`${label}: ${title}`, async () => {
    const bytes = Buffer.from(hex, 'hex');
    assert.equal(await titleOf(`text/html; charset=${label}`, page('', bytes)), title, 'named in the header');
    // A page that shifts cannot say so in a `<meta>` that is read before it: its markup is.
    if (label !== 'ISO-2022-JP')
      assert.equal(await titleOf('text/html', page(`<meta charset="${label}">`, bytes)), title, 'named in the page');
    if (label !== 'ISO-2022-JP')
      assert.equal(await titleOf('text/html', page('', bytes, `<meta charset="${label}">`)), title, 'named after it');
  });

for (const [end, mark, encode] of UTF_16)
  test(`UTF-16, ${end} end first`, async () => {
    const body = Buffer.concat([
      Buffer.from(mark, 'hex'),
      encode(`<!doctype html><meta charset=utf-8>${' '.repeat(5000)}<title>Größe 漢字</title><body>`),
    ]);
    assert.equal(await titleOf('text/html', body), 'Größe 漢字', 'by its mark, over several blocks');
    const named = encode('<!doctype html><title>Größe</title><body>');
    assert.equal(await titleOf(`text/html; charset=utf-16${end[0]}e`, named), 'Größe', 'by the header');
  });
