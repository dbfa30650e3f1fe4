/** The bindings and settings that the library reads. `Env` of your Worker extends it. */
export interface LoginEnv {
  ACCOUNT: DurableObjectNamespace;
  REGISTRAR: DurableObjectNamespace;
  /** Where the app lives, such as `https://app.example`. Redirection URIs are made from it. */
  ORIGIN: string;
  /** Secret: `{"active": "k1", "keys": {"k1": "<32 random bytes, base64>"}}`. */
  MASTER_KEYS: string;
  /** The path under which the routes live; the root when it is not set. */
  PREFIX?: string;
  /** What authorization servers show; the host of `ORIGIN` when it is not set. */
  CLIENT_NAME?: string;
}

/** The logins of one user. Methods that fail throw a {@link Problem}. */
export class Login {
  /** The logins of a user whom your program has authenticated, by your own name for them. */
  constructor(env: LoginEnv, user: string);
  /** The logins of whoever uses the browser that sent this request, told apart by a cookie of ours. */
  static byCookie(env: LoginEnv, request: Request): Login;
  /** Answers a request to one of our routes; `undefined` when it is none of them. */
  handle(request: Request): Promise<Response | undefined>;
  /** Sends a request as the user: with the token of the connection that covers its URL most closely. Redirects come back as they are. */
  fetch(request: Request): Promise<Response>;
  /** Whether and how a person can log in to a host or URL. */
  probe(url: string): Promise<Probed>;
  /** Where the user is connected to. */
  connections(): Promise<Connection[]>;
  /** The `Authorization` value for a URL that a connection covers. */
  authorization(url: string): Promise<string>;
  /** Ends a connection: revoked at the server where it offers that, erased here in any case. */
  disconnect(id: string): Promise<Receipt>;
}

/** The Durable Objects: export them from your Worker and bind them as `ACCOUNT` and `REGISTRAR`. */
export const Account: new (state: DurableObjectState, env: LoginEnv) => DurableObject;
export const Registrar: new (state: DurableObjectState, env: LoginEnv) => DurableObject;

/** What went wrong, who must act, and what to do next (RFC 9457). */
export interface Problem {
  type: string;
  status: number;
  title: string;
  detail: string;
  actor: string;
  remedy: string;
  /** The host that it is about, as A-labels. */
  host?: string;
}

export interface Connection {
  id: string;
  /** The host and port, as A-labels: show it beside every title. */
  host: string;
  resource: string;
  issuer: string;
  scope: string | null;
  /** What the host calls itself: untrusted text. */
  title: string | null;
  /** What the host says of itself: untrusted text. */
  description: string | null;
  has_icon: boolean;
  needs_login: boolean;
}

export interface Probed {
  host: string;
  resource: string;
  issuer: string | null;
  verdict: 'registrable' | 'no_registration' | 'no_metadata' | 'elsewhere' | 'refused' | 'unreachable' | 'unusable';
  /** With `refused`, `unreachable` and `unusable`. */
  why?: string;
  /** With `elsewhere`: untrusted text, named and not fetched. */
  resource_metadata?: string;
  /** What the host says of itself: untrusted text, and an image as a `data:` URL. */
  about: { title: string | null; description: string | null; icon: string | null };
  /** The page to send the person to, when they can log in. */
  login: string | null;
}

export interface Receipt {
  refresh_token_revoked: boolean;
  access_token_revoked: boolean;
}
