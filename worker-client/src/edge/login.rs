//! What a host program holds: log its user in, list, use and end connections.

use futures_util::future::join;
use rfc7591::Secret;
use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use worker::{Env, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use super::{
    about::about,
    account::{Ask, Question, Session, Usable},
    door::entropy,
    fetch::{Limit, fetch, pass},
    object,
};
use crate::{
    config::{Config, Misconfigured},
    cookie::SessionCookie,
    flow::{Named, Probe, Server, Verdict, digest, probe},
    pages::{About, Connection},
    problem::Problem,
};

/// The logins of one user.
///
/// A host program that knows its users names one with [`Login::new`]; one that does not lets a cookie of ours
/// tell them apart with [`Login::by_cookie`].
#[derive(Debug)]
pub struct Login {
    pub(super) env: Env,
    pub(super) config: Config,
    pub(super) user: User,
}

#[derive(Clone, Debug)]
pub(super) enum User {
    /// The digest of the host program's name for the user.
    Named(String),
    Browser(Option<SessionCookie>),
}

impl Login {
    /// The logins of a user whom the host program has authenticated, by its own name for them.
    pub fn new(env: &Env, user: &str) -> Result<Self, Misconfigured> {
        let name = format!("user.{}", digest(user));
        Ok(Self { config: object::config(env)?, env: env.clone(), user: User::Named(name) })
    }

    /// The logins of whoever uses the browser that sent this request.
    pub fn by_cookie(env: &Env, request: &Request) -> Result<Self, Misconfigured> {
        let header = request.headers().get("cookie").ok().flatten().unwrap_or_default();
        let user = User::Browser(SessionCookie::read(header.as_bytes()));
        Ok(Self { config: object::config(env)?, env: env.clone(), user })
    }

    /// Answers a request to one of our routes; nothing when it is none of them.
    pub async fn handle(&self, request: &mut Request) -> Option<Response> {
        super::routes::handle(self, request).await
    }

    /// Whether and how a person can log in to a host or URL. Reads only, and stores nothing.
    pub async fn probe(&self, named: &str) -> Result<Probed, Problem> {
        let named = Named::parse(named, &self.config.egress)?;
        let (Probe { verdict, server, .. }, about) = self.ask_host(&named).await;
        let login = matches!(verdict, Verdict::Registrable).then(|| self.login_url(&named));
        Ok(Probed {
            host: named.host(),
            resource: named.resource(),
            issuer: server.map(|server| server.issuer.to_string()),
            verdict,
            about,
            login,
        })
    }

    /// Where the user is connected to.
    pub async fn connections(&self) -> Result<Vec<Connection>, Problem> {
        match self.session() {
            None => Ok(Vec::new()),
            Some(_) => self.ask(Ask::Connections).await,
        }
    }

    /// A usable `Authorization` value for a URL that a connection covers.
    pub async fn authorization(&self, url: &Url) -> Result<Authorization, Problem> {
        let usable: Usable = self.ask(Ask::Authorization { url: url.clone(), refused: None }).await?;
        Ok(Authorization { token: usable.access_token })
    }

    /// Sends the host program's request as its user: with the token of the connection that covers the URL
    /// most closely, which is refreshed when due, and once more when the host refuses it.
    ///
    /// Redirects come back as they are: a token never follows one.
    pub async fn fetch(&self, request: Request) -> Result<Response, Problem> {
        let url = request.url()?;
        self.config.egress.judge(&url).map_err(|why| Problem::from(crate::flow::FetchError::Blocked(why)))?;
        let authorization = self.authorization(&url).await?;
        let retry =
            matches!(request.method(), Method::Get | Method::Head).then(|| request.clone()).transpose()?;
        let response = pass(with_token(&request, &authorization.token)?).await?;
        let (401, Some(again)) = (response.status_code(), retry) else { return Ok(response) };
        let refused = Some(digest(authorization.token.secret()));
        match self.ask::<Usable>(Ask::Authorization { url, refused }).await {
            Ok(usable) => Ok(pass(with_token(&again, &usable.access_token)?).await?),
            Err(_) => Ok(response),
        }
    }

    /// Ends a connection: revoked at the server where it offers that, and erased here in any case.
    pub async fn disconnect(&self, id: &str) -> Result<serde_json::Value, Problem> {
        self.ask(Ask::Disconnect { id: id.to_owned() }).await
    }

    /// Metadata and root page, side by side.
    pub(super) async fn ask_host(&self, named: &Named) -> (Probe, About) {
        let egress = &self.config.egress;
        let probing = probe(named, egress, async |request| fetch(request, egress, Limit::METADATA).await);
        join(probing, about(named, &self.config)).await
    }

    pub(super) fn session(&self) -> Option<Session> {
        match &self.user {
            User::Named(_) => Some(Session::Host),
            User::Browser(cookie) => cookie.as_ref().map(|cookie| Session::Cookie(cookie.digest())),
        }
    }

    pub(super) async fn ask<A: DeserializeOwned>(&self, ask: Ask) -> Result<A, Problem> {
        let session = self.session().ok_or_else(Problem::no_session)?;
        self.ask_as(session, ask).await
    }

    pub(super) async fn ask_as<A: DeserializeOwned>(&self, session: Session, ask: Ask) -> Result<A, Problem> {
        let account = match &self.user {
            User::Named(name) => name.clone(),
            User::Browser(cookie) => {
                let cookie = cookie.as_ref().ok_or_else(Problem::no_session)?;
                format!("browser.{}", cookie.account())
            }
        };
        object::ask(&self.env, "ACCOUNT", &account.clone(), &Question { account, session, ask }).await
    }

    /// The same browser with a session that is new to it.
    pub(super) fn with_new_session(&self) -> Result<(Self, SessionCookie), Problem> {
        let cookie = SessionCookie::from_entropy(entropy()?, entropy()?);
        let user = User::Browser(Some(cookie.clone()));
        Ok((Self { env: self.env.clone(), config: object::config(&self.env)?, user }, cookie))
    }

    fn login_url(&self, named: &Named) -> Url {
        let mut url = self.config.url("/login");
        url.query_pairs_mut().append_pair("url", &named.resource());
        url
    }
}

/// Names an issuer in our routes: 128 bits of its digest.
pub(super) fn issuer_id(server: &Server) -> String {
    digest(server.issuer.as_str()).chars().take(22).collect()
}

/// The host program's request, without what could speak for somebody else, and with the token.
fn with_token(request: &Request, token: &Secret) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        let is_ours = NOT_PASSED.contains(&name.as_str())
            || ["cf-", "proxy-", "sec-", "x-forwarded-"].iter().any(|prefix| name.starts_with(prefix));
        if !is_ours {
            headers.set(&name, &value)?;
        }
    }
    headers.set("authorization", &format!("Bearer {}", token.secret()))?;
    let mut init = RequestInit::new();
    init.with_headers(headers)
        .with_method(request.method())
        .with_redirect(RequestRedirect::Manual)
        .with_body(request.inner().body().map(Into::into));
    Request::new_with_init(request.url()?.as_str(), &init)
}

const NOT_PASSED: &[&str] = &[
    "authorization",
    "connection",
    "cookie",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What asking a host led to, for programs.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Probed {
    /// The host and port, as A-labels.
    pub host: String,
    /// What a token would be for.
    pub resource: String,
    /// Who would issue it.
    pub issuer: Option<String>,
    /// Whether a person can log in, and if not, why.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What the host says of itself: untrusted text.
    pub about: About,
    /// The page to send the person to, when they can log in.
    pub login: Option<Url>,
}

/// An `Authorization` header value. It is for the URL that it was asked for, and redacted in `Debug`.
#[derive(Debug)]
pub struct Authorization {
    token: Secret,
}

impl Authorization {
    /// The one way out: `Bearer …`.
    pub fn secret(&self) -> String {
        format!("Bearer {}", self.token.secret())
    }
}
