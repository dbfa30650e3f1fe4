// The cost of a metadata document in oauth4webapi: the lines of a file are `{"issuer", "body"}`.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';

const [file] = process.argv.slice(2);
const all = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const answer = (body) => new Response(body, { status: 200, headers: { 'content-type': 'application/json' } });
const read = ({ issuer, body }) => oauth.processDiscoveryResponse(new URL(issuer), answer(body));

const accepted = await Promise.all(
  all.map((document) =>
    read(document).then(
      () => true,
      () => false,
    ),
  ),
);
const documents = all
  .filter((_, index) => accepted[index])
  .map(({ issuer, body }) => ({ issuer: new URL(issuer), body }));

// The answers are made before the clock starts: they are the harness's, not the library's.
async function round() {
  const answers = documents.map(({ body }) => answer(body));
  const start = process.hrtime.bigint();
  for (let index = 0; index < documents.length; index++) {
    await oauth.processDiscoveryResponse(documents[index].issuer, answers[index]);
  }
  return Number(process.hrtime.bigint() - start) / 1000 / documents.length;
}

const warm = Date.now() + 2000;
while (Date.now() < warm) await round();
const rounds = [];
const end = Date.now() + 3000;
while (Date.now() < end) rounds.push(await round());
rounds.sort((a, b) => a - b);
const bytes = documents.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / documents.length;
console.log(
  JSON.stringify({
    name: 'oauth4webapi.processDiscoveryResponse',
    documents: documents.length,
    bytes_mean: bytes,
    microseconds_median: rounds[Math.floor(rounds.length / 2)],
    rounds: rounds.length,
  }),
);
