// The simulated internet for a browser: every https name leads to the hosts of a lab, each request by its own name.
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { launch } from './chromium.mjs';
import { pairs } from './lab.mjs';

/** A browser in which all names are those of the lab. */
export async function browse(lab) {
  const server = https.createServer({ key: KEY, cert: CERTIFICATE }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { host, ...headers } = request.headers;
    const asked = { method: request.method, url: `https://${host}${request.url}`, headers };
    try {
      const answer = await lab.fetch({ ...asked, body: String(Buffer.concat(chunks)) });
      response.writeHead(answer.status, pairs(answer.headers).flat()).end(answer.body);
    } catch {
      // No host has the name.
      request.socket.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const names = `--host-resolver-rules=MAP * 127.0.0.1:${server.address().port}`;
  const browser = await launch([names, '--ignore-certificate-errors']);
  const stop = async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { browser, stop };
}

const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** A plain static server: the files of a folder and their types, no header of its own. */
export function folder(root) {
  return ({ url }) => {
    const { pathname } = new URL(url);
    const file = join(root, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    try {
      return { status: 200, headers: { 'content-type': TYPES[extname(file)] }, body: readFileSync(file) };
    } catch {
      return { status: 404, headers: {}, body: '' };
    }
  };
}

// Of nobody and for nothing but these tests: the browser that they start does not look at certificates.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggBZTJ1prCsDD2RaT
grEnddGtJovggSnDremHPraAPHWhRANCAATmuxWu6zzM1kjILs1EPuZvNceanv1J
KU39ZBRRr/t9PVSLnVM3hHXJSEb6Pdz41Rr/BbZ49tlcDBQJwg8FGFiU
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUcjAQ2IdFRS5HdKAwU0o+R1Ebzb8wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcxMzM1MThaGA8yMTI2MTEwMzEzMzUx
OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOa7
Fa7rPMzWSMguzUQ+5m81x5qe/UkpTf1kFFGv+309VIudUzeEdclIRvo93PjVGv8F
tnj22VwMFAnCDwUYWJSjUzBRMB0GA1UdDgQWBBSTZCgFobapcpm7vFLpIduTIDdH
8jAfBgNVHSMEGDAWgBSTZCgFobapcpm7vFLpIduTIDdH8jAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQD58LvHHNUqLJNUtzQVYew/9kXaOBccxvnM
3Z1zp0hZTQIhAMxFXCLDXECe1FHzs6oHRGKzdCgeLfx+DR5Nj3WsUSGL
-----END CERTIFICATE-----
`;
