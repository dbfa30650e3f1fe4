/** The bindings and settings that the library reads. `Env` of your Worker extends it. */
export interface LoginEnv {
  ACCOUNT: Objects;
  REGISTRAR: Objects;
  /** Where the app lives, such as `https://app.example`. Redirection URIs are made from it. */
  ORIGIN: string;
  /**
   * Secret: `{"active": "k1", "keys": {"k1": "<32 random bytes, base64>"}}`. A Worker that binds the objects of a
   * deployed `worker-client` by `script_name` has none: that deployment's keys seal.
   */
  MASTER_KEYS?: string;
  /** The path under which the routes live; the root when it is not set. */
  PREFIX?: string;
  /** What authorization servers show; the host of `ORIGIN` when it is not set. */
  CLIENT_NAME?: string;
  /** Keeps your users apart from those of other Workers that bind the same objects. */
  NAMESPACE?: string;
  /** Only these hosts, and what lies below them: `good.example, other.example`. */
  ALLOW_HOSTS?: string;
  /** Not these hosts, nor what lies below them. */
  DENY_HOSTS?: string;
  /**
   * Secret: pre-registered clients and initial access tokens:
   * `{"<issuer>": {"client_id": "…", "client_secret": "…"}}` or `{"<issuer>": {"initial_access_token": "…"}}`.
   */
  CLIENTS?: string;
  /**
   * `follow`: a URL may name its authorization server by protected resource metadata (RFC 9728), which is asked for
   * before the host itself. Without it such a host gets a verdict that says where it points to, and nothing is sent there.
   */
  RESOURCE_METADATA?: 'follow';
  /**
   * `prefer`: where a server takes client id metadata documents, the URL of this app's is its client identifier, before
   * any registration. Without it that is so where the server offers no registration, or refuses it.
   */
  CLIENT_ID_METADATA?: 'prefer';
  /** How long a registration outlives its last user, in seconds; an hour when it is not set. */
  UNUSED_CLIENT_SECONDS?: string;
  /**
   * Told of every change of a connection: an {@link Event} is posted to it until it answers with a success, for a day.
   */
  EVENTS?: Fetcher;
  /** How many hosts a user may have asked in a minute. {@link Login.byCookie} requires it. */
  LIMIT_USER?: RateLimit;
  /** How many hosts one network address may have asked in a minute. {@link Login.byCookie} requires it. */
  LIMIT_ADDRESS?: RateLimit;
}

/**
 * The binding of a class of Durable Objects, of whatever class its types say that it is: `DurableObjectNamespace<A>` and
 * `DurableObjectNamespace` do not fit each other, and both fit what is called of them.
 */
export type Objects = Pick<DurableObjectNamespace, 'idFromName' | 'get'>;

/** The logins of one user. Methods that fail throw a {@link Problem}. */
export class Login {
  /** The logins of a user whom your program has authenticated, by your own name for them. */
  constructor(env: LoginEnv, user: string);
  /** The logins of whoever uses the browser that sent this request, told apart by a cookie of ours. */
  static byCookie(env: LoginEnv, request: Request): Login;
  /** The same user, for the connections with this label alone: there can be several to one resource. */
  labelled(label: string): Login;
  /** Answers a request to one of our routes; `undefined` when it is none of them. */
  handle(request: Request): Promise<Response | undefined>;
  /** The page that asks the person whether to log in to a host or URL, and brings them back to a path of yours. */
  link(url: string, returnTo?: string, scope?: string): string;
  /**
   * Sends a request as the user: with the token of the connection that covers its URL most closely. Redirects come
   * back as they are. Problems to expect: `no-connection`, `login-again`, `needs-consent`, each with the `login` page
   * that mends it, `try-later`, and `unreachable` where the host does not answer. Throws the `signal`'s reason once
   * that aborts. The host's cookies do not come back. The headers can be immutable, as those of the platform's `fetch`
   * are. The content can be anything: to return it to a browser, use {@link Login.proxy}.
   */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /**
   * Sends a request as the user, as {@link Login.fetch} does, for a request of their browser. The response can be
   * returned to the browser, problems included: content of the host does not act as your app. It has no origin of its
   * own, sets no cookie, redirects nowhere, and is a download where a browser could run it. A browser that another site
   * made ask is refused, and what changes something must come from your own page.
   */
  proxy(browser: Request, input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** Whether and how a person can log in to a host or URL. */
  probe(url: string): Promise<Probed>;
  /** Where the user is connected to. */
  connections(): Promise<Connection[]>;
  /** The `Authorization` value for a URL that a connection covers. */
  authorization(url: string): Promise<string>;
  /** Ends a connection: erased here in any case, revoked at the server where it offers that. */
  disconnect(id: string): Promise<Receipt>;
  /** Ends all connections of the user and erases what is stored of them. */
  erase(): Promise<void>;
}

/** The Durable Objects: export them from your Worker and bind them as `ACCOUNT` and `REGISTRAR`. */
export interface Account extends DurableObject, Rpc.DurableObjectBranded {}
export const Account: new (state: DurableObjectState, env: LoginEnv) => Account;
export interface Registrar extends DurableObject, Rpc.DurableObjectBranded {}
export const Registrar: new (state: DurableObjectState, env: LoginEnv) => Registrar;

/**
 * What went wrong, who must act, and what to do next (RFC 9457): an `Error` whose own members are these, so that
 * `Response.json(problem)` is a problem document.
 */
export interface Problem extends Error {
  type: string;
  status: number;
  title: string;
  detail: string;
  actor: string;
  remedy: string;
  /** The host that it is about, as A-labels. */
  host?: string;
  /** The page that mends it, where logging in does. */
  login?: string;
  /** After how many seconds it is worth trying again. */
  retry_after?: number;
}

/** True if a method of {@link Login} threw it: then it says what to do next. */
export function isProblem(error: unknown): error is Problem;

/** A change of one connection. It can arrive twice, and late. */
export interface Event {
  event: 'connected' | 'disconnected' | 'needs_login';
  /** Your own name for the user; `null` where a cookie of ours tells users apart. */
  user: string | null;
  /** The `NAMESPACE` of your program; `null` without one. */
  namespace: string | null;
  /** The connection's `id`. */
  connection: string;
  resource: string;
  /** In seconds since 1970. */
  at: number;
}

export interface Connection {
  id: string;
  /** The host and port, as A-labels: show it beside every title. */
  host: string;
  resource: string;
  issuer: string;
  /** The user's own name for it: untrusted text, for a link may have suggested it. */
  label: string | null;
  /** What the token allows, as the server said: untrusted text. */
  scope: string | null;
  /** What the host calls itself: untrusted text. */
  title: string | null;
  /** What the host says of itself: untrusted text. */
  description: string | null;
  /** Since when, in seconds since 1970. */
  connected_at: number;
  has_icon: boolean;
  /** Whether only a new login can mend it. */
  needs_login: boolean;
  /** `try_later`: the server does not renew it at the moment; after a day of it a new login is offered too. */
  state: 'works' | 'try_later' | 'try_later_or_login' | 'needs_login';
  /** What the issuer is asked without, or otherwise, since it refused it by name. */
  relaxations: Relaxation[];
}

export type Relaxation =
  | 'listed-grant-types'
  | 'registration-without-scope'
  | 'secret-in-body'
  | 'secret-in-header'
  | 'secret-in-header-unencoded'
  | 'supported-scope'
  | 'without-resource'
  | 'without-scope';

export interface Probed {
  host: string;
  resource: string;
  issuer: string | null;
  verdict:
    | 'registrable'
    | 'no_registration'
    | 'no_metadata'
    | 'external_authorization_server'
    | 'closed'
    | 'open'
    | 'refused'
    | 'unreachable'
    | 'unreadable'
    | 'unusable';
  /** The verdict's reason in words: untrusted text in part. */
  why: string | null;
  /** With `refused` and `unreachable`: the reason as a value, whose forms openapi.json lists. */
  reason?: unknown;
  /** With `unreadable` and `unusable`: all reasons as values, whose forms openapi.json lists. */
  reasons?: unknown[];
  /** With `unreachable`: the reason in the words of the transport. */
  detail?: string | null;
  /** With `closed`: the status that the host answered with. */
  status?: number;
  /** With `external_authorization_server`: untrusted text, named and not fetched. */
  resource_metadata?: string;
  /** What the host says of itself: untrusted text, and an image as a `data:` URL. */
  about: { title: string | null; description: string | null; icon: string | null };
  /** The connection that covers it, when the user has one. */
  connection: Connection | null;
  /** The page to send the person to, when they can log in. */
  login: string | null;
  /** With `unreachable`: after how many seconds the host is asked again. */
  retry_after: number | null;
}

/** What became of the tokens of a connection that was ended. */
export interface Receipt {
  refresh_token: Revocation;
  access_token: Revocation;
}

export type Revocation =
  | 'not_held'
  | 'revoked'
  | 'not_offered'
  | 'refused'
  | 'failed_will_retry'
  | 'under_way'
  | 'unreadable';
