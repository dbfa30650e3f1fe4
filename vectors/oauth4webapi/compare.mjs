// The vectors through oauth4webapi: that they mean the same to another implementation, and where it differs, why.
//
// A difference without a reason below is an error: then the vector leans on us, or the reason is not understood.
import { cases, recorded as recordings } from 'login-vectors';
import * as oauth from 'oauth4webapi';

// Why another verdict than ours is no surprise, by the requirement that it is about.
const reasons = {
  looser: {
    'rfc8414/3.2/repeated-member': 'JSON.parse takes the last of two members',
    'rfc8414/3.3/issuer-identical': 'compares URLs after parsing: the case of a host and a default port do not count',
    'rfc7591/3.2.1/client-id': 'takes any text that is not empty',
    'rfc7591/3.2.1/repeated-member': 'JSON.parse takes the last of two members',
    'rfc8414/3.2/json-object': 'JSON.parse takes half a surrogate pair',
  },
  stricter: {
    'rfc7591/3.2.1/status-201': 'insists on 201',
    'rfc7591/3.2.1/secret-expiry': 'insists on an end, as a number',
  },
};

const body = (value) => (value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value));
const answer = ({ status, headers = [], body: value }) =>
  new Response([204, 205, 304].includes(status) ? null : body(value), { status, headers });
const outcome = (promise) =>
  promise.then(
    () => null,
    (error) => error.code ?? error.cause?.message ?? error.message,
  );
const discover = (issuer, response) => {
  try {
    return oauth.processDiscoveryResponse(new URL(issuer), answer(response));
  } catch (error) {
    return Promise.reject(error);
  }
};

async function* requirements() {
  for (const { requirement, vector } of cases('metadata')) {
    const { note, issuer, response, expect } = vector;
    const theirs = await outcome(discover(issuer, response));
    const { id } = requirement;
    yield { id, name: `${id}: ${note}`, ours: expect.usable, findings: expect.findings, theirs };
  }
  for (const { requirement, vector } of cases('registration')) {
    const { note, response, expect } = vector;
    const theirs = await outcome(oauth.processDynamicClientRegistrationResponse(answer(response)));
    const { id } = requirement;
    const ours = expect.outcome === 'registered';
    yield { id, name: `${id}: ${note}`, ours, findings: expect.findings, theirs };
  }
}

async function* recorded() {
  for (const kind of ['metadata', 'openid']) {
    for (const { file, partial, response } of recordings(kind)) {
      let document;
      try {
        document = JSON.parse(body(response.body));
      } catch {
        continue;
      }
      if (partial || typeof document.issuer !== 'string' || !document.issuer.startsWith('https:')) continue;
      const whole = { status: 200, headers: [['content-type', 'application/json']], body: response.body };
      yield { id: file, name: file, ours: true, findings: [], theirs: await outcome(discover(document.issuer, whole)) };
    }
  }
}

const counts = { same: 0, different: 0, unexplained: 0 };
const group = async (cases) => {
  for await (const { id, name, ours, findings, theirs } of cases) {
    if (ours === (theirs === null)) {
      counts.same++;
      continue;
    }
    const table = theirs === null ? reasons.looser : reasons.stricter;
    const why = [id, ...findings].map((known) => table[known]).find(Boolean);
    counts[why ? 'different' : 'unexplained']++;
    console.log(
      `${name}\n  ours: ${ours ? 'usable' : 'not usable'} (${findings.join(', ') || 'nothing found'}), ` +
        `oauth4webapi: ${theirs ?? 'accepts'}\n  ${why ?? 'NO REASON KNOWN'}`,
    );
  }
};
await group(requirements());
await group(recorded());
console.log(`\n${counts.same} the same, ${counts.different} different with a reason, ${counts.unexplained} without`);
process.exitCode = counts.unexplained === 0 ? 0 : 1;
