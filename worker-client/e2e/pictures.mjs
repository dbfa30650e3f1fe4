// `make pictures`: the pictures of README.md, of the page before a login and of a report, light and dark.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = join(ROOT, 'pictures');

const cargo =
  (...args) =>
  (options) =>
    execFileSync('cargo', ['run', '--quiet', '--locked', ...args], { cwd: ROOT, encoding: 'utf8', ...options });

/** The page before a login, with its style sheet inside. */
function confirmPage() {
  const folder = mkdtempSync(join(tmpdir(), 'states-'));
  cargo('--package', 'worker-client', '--example', 'states', '--', folder)();
  const [html, style] = ['confirm.html', 'style.css'].map((name) => readFileSync(join(folder, name), 'utf8'));
  rmSync(folder, { recursive: true });
  return html.replace(/<link rel="stylesheet"[^>]*>/, `<style>${style}</style>`).replace(/<script .*<\/script>/, '');
}

/** The reports that the tests of the formats keep, as one page. */
function reportPage() {
  const kept = readFileSync(join(ROOT, 'conformance/tests/it/snapshots/it__formats__json.snap'), 'utf8');
  const [good, ...others] = kept.split('\n').filter((line) => line.startsWith('{"host"'));
  const failed = others.find((line) => line.includes('"level":"MUST"'));
  const lines = [failed, good.replaceAll('as.example', 'good.example')];
  return cargo('--bin', 'conformance', '--', 'render', '-')({ input: `${lines.join('\n')}\n` });
}

/** The same picture, a fifth as large: the browser encodes it. */
async function webp(context, png) {
  const page = await context.newPage();
  const url = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.7);
  }, `data:image/png;base64,${png}`);
  return Buffer.from(url.split(',')[1], 'base64');
}

mkdirSync(PICTURES, { recursive: true });
const browser = await launch();
for (const [name, html, width, deviceScaleFactor] of [
  ['confirm', confirmPage(), 520, 1.25],
  ['report', reportPage(), 760, 1],
])
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({
      viewport: { width, height: 100 },
      colorScheme,
      deviceScaleFactor,
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    await page.setContent(html);
    if (name === 'report') await page.locator('details').first().locator('summary').click();
    const png = (await page.screenshot({ fullPage: true })).toString('base64');
    writeFileSync(join(PICTURES, `${name}-${colorScheme}.webp`), await webp(context, png));
    await context.close();
  }
await browser.close();
