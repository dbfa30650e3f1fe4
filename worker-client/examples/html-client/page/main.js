// The page: which view is shown, and what the flow is asked for. The flow decides; this renders and fetches.

import { arrived, here } from './address.js';
import init, * as flow from '../build/glue/html_client.js';
import * as connections from './connections.js';
import { send } from './http_client.js';
import { head, isBusy, show, waiting } from './dom.js';
import * as store from './store.js';
import * as views from './views.js';

const HOUR = 3600000;
const NAME = location.host;

const entropy = () => crypto.getRandomValues(new Uint8Array(32));
const registered = (issuer) => `registered ${issuer} ${here}`;
const login = (digest) => `login ${digest}`;
const platform = { send, head };

/** What happened last, told once on the start page. */
let told;
/** The host that is typed, so that nobody types it twice. */
let typed = '';

const on = {
  home: () => go({ view: 'home' }),
  open: (resource) => go({ view: 'connection', resource }),
  look: (text, asked) => {
    typed = text.trim();
    go({ view: 'host', text: typed, asked });
  },
  leave,
  drop,
  erase,
};

/** Goes to a view, which the back button leads away from and a reload comes back to. */
function go(state) {
  if (isBusy()) return undefined;
  history.pushState(state, '', here);
  return open(state);
}

const open = guarded((state) => {
  if (state?.view === 'host') return lookAt(state.text, state.asked);
  if (state?.view === 'connection') return connection(state.resource);
  return home();
});

/** What nothing foresees is told, not swallowed. */
function guarded(act) {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (error) {
      console.error(error);
      const why = { kind: 'ours', text: `this page failed: ${error?.message ?? error}` };
      return show('Not done', views.failed({ why, on }));
    }
  };
}

async function home() {
  const list = await connections.all();
  show('Log in to any site', views.home({ told, connections: list, typed, on }));
  if (told) document.querySelector('.notice').setAttribute('role', 'status');
  told = undefined;
}

async function lookAt(text, asked) {
  const look = await waiting(`Asking ${text}`, async () => JSON.parse(await flow.look(text, here, platform)));
  if (!look.offer) return show('You cannot log in', views.refused({ look, on }));
  const [brand, known] = await waiting(`Asking ${look.host}`, () =>
    Promise.all([
      flow.brand(look.resource, here, platform).then(JSON.parse),
      store.get(registered(look.offer.server.issuer)),
    ]),
  );
  return confirm({ look, brand, known, asked });
}

/** The page before a login, as it was left where one is tried again: `asked` is the scope and whether to stay logged in. */
function confirm({ look, brand, known, problem, asked }) {
  const offer = JSON.stringify(look.offer);
  const ticked = look.offer.scopes.filter(([, isTicked]) => isTicked).map(([value]) => value);
  const scope = asked?.scope ?? ticked.join(' ');
  const metadata = JSON.parse(flow.client_metadata(offer, scope, NAME, here, platform));
  const begin = guarded((choice) => (isBusy() ? undefined : authorize(choice, { look, brand, known })));
  show(
    `Log in to ${look.host}?`,
    views.confirm({
      look,
      brand,
      metadata: JSON.stringify(metadata, null, 2),
      known,
      scope,
      keep: asked?.keep,
      problem,
      on: { ...on, login: begin },
    }),
  );
}

/** Registers if need be, makes sure that the token can be read, and goes to the server. */
async function authorize({ scope, keep, anew }, shown) {
  const { look } = shown;
  const { issuer } = look.offer.server;
  const offer = JSON.stringify(look.offer);
  const known = anew ? undefined : shown.known?.text;
  const asked = { scope, keep };
  const again = (problem) => confirm({ ...shown, problem, asked });
  const obtained = await waiting('Registering this page', async () =>
    JSON.parse(await flow.register(offer, known, scope, NAME, Date.now(), here, platform)),
  );
  if (obtained.failure) return again(obtained.failure);
  const client = JSON.stringify(obtained.registered);
  await store.put(registered(issuer), client);
  const begun = JSON.stringify(obtained.login);
  const unreadable = await waiting('Asking the token endpoint', async () =>
    JSON.parse(await flow.check_token_endpoint(begun, entropy(), here, platform)),
  );
  if (unreadable) return again(unreadable);
  return leaveFor(begun, asked, look.resource);
}

/** Sends the person to the server; what must be there when they come back is stored before. */
async function leaveFor(begun, asked, resource) {
  const { url, digest, under_way: underWay } = JSON.parse(flow.begin(begun, entropy(), entropy()));
  await store.put(login(digest), JSON.stringify({ ...asked, underWay: JSON.stringify(underWay), resource }));
  await connections.carry();
  await waiting(`Going to ${new URL(url).host}`, () => location.assign(url));
}

/** The authorization response that the page was opened with. */
async function callback() {
  const digest = flow.digest_of(arrived);
  const row = digest && (await store.get(login(digest)));
  if (!row) {
    const text = 'the answer does not belong to a login of this browser, or it was used before';
    return show('Not logged in', views.failed({ why: { kind: 'ours', text }, on }));
  }
  const { underWay, resource, ...asked } = JSON.parse(row.text);
  const spend = async (name) => {
    sessionStorage.finishing = JSON.stringify({ ...asked, resource });
    return Boolean(await store.take(login(name)));
  };
  const finished = await waiting(`Finishing the login to ${new URL(resource).host}`, async () =>
    JSON.parse(await flow.finish(underWay, arrived, Date.now() - row.at, Date.now(), here, { ...platform, spend })),
  );
  if (finished.again) return leaveFor(JSON.stringify(finished.again), asked, resource);
  if (finished.failed) {
    delete sessionStorage.finishing;
    const { failure: why, forget_client: forget } = finished.failed;
    if (forget) await store.take(registered(JSON.parse(underWay).login.server.issuer));
    return show('Not logged in', views.failed({ resource, why, asked, on }));
  }
  const { connection: made, registered: client } = finished.connected;
  await connections.write(resource, JSON.stringify(made), asked.keep);
  delete sessionStorage.finishing;
  await store.put(registered(made.server.issuer), JSON.stringify(client));
  told = { title: `You are logged in to ${new URL(resource).host}`, good: true };
  history.replaceState({ view: 'home' }, '', here);
  return home();
}

/** A reload in the middle of the last step: the code is spent, and whether there are tokens nobody knows. */
function interrupted() {
  const { resource, ...asked } = JSON.parse(sessionStorage.finishing);
  delete sessionStorage.finishing;
  const text = 'the page was reloaded while the server was asked for the token; a code can be used once';
  return show('Not logged in', views.failed({ resource, why: { kind: 'gone', text }, asked, on }));
}

async function connection(resource, shown = {}) {
  const found = (await connections.all()).find((one) => one.resource === resource);
  if (!found) return home();
  const again = (more) => connection(resource, { ...shown, ...more });
  const act = (work) => guarded(() => (isBusy() ? undefined : work()));
  const actions = {
    ...on,
    ask: guarded(async (asked) => {
      if (isBusy()) return undefined;
      const outcome = await waiting(`Asking ${found.host}`, () =>
        connections.ask(resource, asked.method, asked.url, asked.body),
      );
      await again({ asked, outcome, problem: undefined });
      return document.querySelector('[aria-live]')?.scrollIntoView({ block: 'nearest' });
    }),
    refresh: act(async () =>
      again({ problem: await waiting('Renewing', () => connections.refresh(resource)), outcome: undefined }),
    ),
    keep: act(async () => {
      await connections.write(resource, await connections.read(resource), !found.isKept);
      return again({});
    }),
    leave: () => leave(resource),
  };
  return show(found.host, views.connection({ connection: found, ...shown, on: actions }));
}

/** Revokes, and forgets what was revoked or cannot be. */
async function leave(resource) {
  if (isBusy()) return;
  await guarded(async () => {
    const { host } = new URL(resource);
    const revoked = await waiting(`Logging out of ${host}`, () => connections.revoke(resource));
    if (revoked.some(({ failure }) => isOpen(failure))) {
      return show('Log out not confirmed', views.unrevoked({ resource, revoked, on }));
    }
    await connections.remove(resource);
    told = { title: `You are logged out of ${host}`, good: true, body: outcome(revoked) };
    return go({ view: 'home' });
  })();
}

/** True if another attempt can help: not where the server revokes nothing, or did and a page cannot read its answer. */
const isOpen = (failure) => failure && !['ours', 'unreadable'].includes(failure.kind) && failure.kind !== 'gone';

const outcome = (revoked) =>
  [
    ...new Set(
      revoked.map(({ failure }) =>
        failure ? `${failure.text[0].toUpperCase()}${failure.text.slice(1)}.` : 'The server has revoked the token.',
      ),
    ),
  ].map((text) => Object.assign(document.createElement('p'), { textContent: text }));

async function drop(resource) {
  await connections.remove(resource);
  told = { title: `Removed ${new URL(resource).host}`, good: false };
  await go({ view: 'home' });
}

/** Revokes what can be revoked, and erases the rest. */
async function erase() {
  if (isBusy()) return;
  await guarded(async () => {
    const all = await connections.all();
    const open = [];
    await waiting('Logging out of all', async () => {
      for (const { resource, host } of all) {
        const revoked = await connections.revoke(resource);
        if (revoked.some(({ failure }) => isOpen(failure))) open.push(host);
        await connections.remove(resource);
      }
      await store.erase();
      sessionStorage.clear();
    });
    typed = '';
    told = { title: 'Logged out, and everything is forgotten', good: !open.length };
    if (open.length) {
      const text = `Not confirmed by ${open.join(', ')}: its token may be valid until it ends.`;
      told.body = [Object.assign(document.createElement('p'), { textContent: text })];
    }
    return go({ view: 'home' });
  })();
}

/** The module: beside the page, or within it. */
function bytes() {
  const within = document.getElementById('wasm');
  if (!within) return fetch('client.wasm', { credentials: 'omit', referrerPolicy: 'no-referrer' });
  // A number that is too large for a byte loses what was added to it: see the build.
  return Uint8Array.from(within.textContent, (character) => character.charCodeAt(0));
}

/** The reason why the page cannot work here, if there is one. */
function hindrance() {
  if (top !== self) return 'This page does not log in from within another page. Open it by itself.';
  if (!/^https?:$/.test(location.protocol)) {
    return 'A server can send you back only to a page with an address of its own: put this file on any static host, or serve it on localhost.';
  }
  if (!isSecureContext) return 'This page works over https, or on localhost, alone.';
  return undefined;
}

const start = guarded(async () => {
  const text = hindrance();
  if (text) return show('Log in to any site', views.unable(text));
  await init({ module_or_path: bytes() });
  // Nobody is away at a server for so long.
  await store.sweep(['login ', 'carried '], HOUR);
  await connections.unpack();
  addEventListener('popstate', (event) => open(event.state));
  // The page came back as it was: what it carried along it still has.
  addEventListener('pageshow', (event) => event.persisted && connections.unpack());
  connections.onChange(() => !isBusy() && (history.state?.view ?? 'home') === 'home' && !told && home());
  const answer = new URL(arrived).searchParams;
  if (['code', 'error', 'state'].some((name) => answer.has(name))) return callback();
  if (sessionStorage.finishing) return interrupted();
  const named = answer.get('url');
  return named ? on.look(named) : open(history.state);
});

start();
