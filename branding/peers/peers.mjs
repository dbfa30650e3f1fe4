// unfurl.js and metascraper on the pages of a folder; prints JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import createMetascraper from 'metascraper';
import description from 'metascraper-description';
import favicon from 'metascraper-logo-favicon';
import title from 'metascraper-title';
import { unfurl } from 'unfurl.js';

const [folder] = process.argv.slice(2);
// metascraper takes no host below a reserved name for one.
const url = 'https://www.example.com/';
const pages = JSON.parse(readFileSync(join(folder, 'pages.json'), 'utf8')).map((page) => ({
  ...page,
  body: readFileSync(join(folder, page.file)),
}));

// Nothing is fetched: every icon is taken for one that answers.
const metascraper = createMetascraper([
  title(),
  description(),
  favicon({ google: false, resolveFaviconUrl: async (icon) => ({ url: icon }) }),
]);
const READERS = {
  'unfurl.js': async ({ content_type: type, body }) => {
    const fetch = async () => new Response(body, { headers: { 'content-type': type } });
    return (await unfurl(url, { fetch, oembed: false })).title;
  },
  metascraper: async ({ body }) => (await metascraper({ url, html: body.toString() })).title,
};

const results = [];
for (const [name, read] of Object.entries(READERS)) {
  const titles = [];
  for (const page of pages) titles.push(await read(page));
  const samples = pages.map(() => []);
  for (let round = 0; round < 5; round += 1) {
    for (const [i, page] of pages.entries()) {
      const start = performance.now();
      await read(page);
      samples[i].push((performance.now() - start) * 1000);
    }
  }
  results.push({ name, microseconds: samples.map((times) => Math.min(...times)), titles });
}
console.log(JSON.stringify(results));
