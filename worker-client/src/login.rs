//! What a host program holds: log its user in, list, use and end connections.

mod resource_request;

use std::rc::Rc;

use rfc7591::Secret;
use serde::de::DeserializeOwned;
use url::Url;
use worker::{AbortSignal, Env, Request, Response};

use self::resource_request::{challenge, is_allowed, to_repeat, with_token};
use crate::{
    account::{AccessToken, AccountEnvelope, AccountRequest, HostUser, Session},
    config::{Config, Misconfigured},
    cookie::SessionCookie,
    model::{About, Connection, Probed, Receipt, closest},
    platform::{
        deployment::config,
        entropy::entropy,
        fetch::pass,
        limits::{self, RateLimit},
        rpc,
    },
    probe::{HostAnswer, probe_host},
    problem::Problem,
    return_to::return_to,
};
use login_flow::{FetchError, LoginTarget, digest};

/// The logins of one user.
///
/// A host program that knows its users names one with [`Login::new`]; one that does not lets a cookie of ours
/// tell them apart with [`Login::by_cookie`].
#[derive(Clone, Debug)]
pub struct Login {
    pub(crate) env: Env,
    pub(crate) config: Rc<Config>,
    pub(crate) user: User,
    label: Option<String>,
    rate_limit: RateLimit,
}

#[derive(Clone, Debug)]
pub(crate) enum User {
    /// A user whom the host program has authenticated.
    Host {
        /// Its own name for them.
        name: String,
        /// The digest that names their account.
        digest: String,
    },
    /// Whoever uses a browser.
    Browser(Option<SessionCookie>),
}

impl Login {
    /// The logins of a user whom the host program has authenticated, by its own name for them.
    pub fn new(env: &Env, user: &str) -> Result<Self, Misconfigured> {
        let config = Rc::new(config(env)?);
        // A user of a namespace has a name of two parts: no user without one can be called that.
        let account = match config.namespace.as_str() {
            "" => digest(user),
            namespace => format!("{}.{}", digest(namespace), digest(user)),
        };
        let user = User::Host { name: user.to_owned(), digest: account };
        Ok(Self { config, env: env.clone(), user, label: None, rate_limit: RateLimit::host(env) })
    }

    /// The logins of whoever uses the browser that sent this request.
    pub fn by_cookie(env: &Env, request: &Request) -> Result<Self, Misconfigured> {
        let config = Rc::new(config(env)?);
        limits::required(env)?;
        let header = request.headers().get("cookie").ok().flatten().unwrap_or_default();
        let user = User::Browser(SessionCookie::read(header.as_bytes()));
        Ok(Self { config, env: env.clone(), user, label: None, rate_limit: RateLimit::visitor(env, request) })
    }

    /// The same, for the connections with this label alone: an account can hold several to one resource.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self.clone() }
    }

    /// The page that asks the person whether to log in to a host or URL.
    ///
    /// `back` is the path of a page on our own origin to bring them back to, `scope` what to ask for in particular.
    pub fn link(&self, url: &str, back: Option<&str>, scope: Option<&str>) -> Result<Url, Problem> {
        let target = LoginTarget::parse(url, &self.config.egress)?;
        let mut link = self.config.url("/login");
        let back = back.and_then(|path| return_to(path, &self.config.origin).map(|_| path));
        link.query_pairs_mut()
            .append_pair("url", &target.resource())
            .extend_pairs(back.map(|back| ("return_to", back)))
            .extend_pairs(self.label.as_deref().map(|label| ("label", label)))
            .extend_pairs(scope.map(|scope| ("scope", scope)));
        Ok(link)
    }

    /// Whether and how a person can log in to a host or URL. Reads only, and stores nothing.
    pub async fn probe(&self, typed: &str) -> Result<Probed, Problem> {
        let target = LoginTarget::parse(typed, &self.config.egress)?;
        let (answered, about) = self.probe_host(&target).await?;
        let mut probed = Probed::new(target.host(), target.resource(), answered.verdict, about);
        if let Some(server) = answered.server {
            probed.issuer = Some(server.issuer.to_string());
            probed.login = Some(self.link(&target.resource(), None, None)?);
        }
        probed.connection = self.connection_for(target.url()).await?;
        Ok(probed)
    }

    /// Where the user is connected to.
    pub async fn connections(&self) -> Result<Vec<Connection>, Problem> {
        match self.session() {
            None => Ok(Vec::new()),
            // A cookie that is too old leads to nothing, which is what it may read.
            Some(_) => match self.call(AccountRequest::Connections).await {
                Err(problem) if problem == Problem::no_session() => Ok(Vec::new()),
                other => other,
            },
        }
    }

    /// A usable `Authorization` value for a URL that a connection covers.
    pub async fn authorization(&self, url: &Url) -> Result<Authorization, Problem> {
        Ok(Authorization { token: self.token(url, None).await?.access_token })
    }

    /// Sends the host program's request as its user: with the token of the connection that covers the URL
    /// most closely, which is refreshed when due, and once more when the host refuses it.
    ///
    /// Redirects come back as they are: a token never follows one. A host that asks for more than the user has
    /// agreed to (RFC 6750 §3.1 `insufficient_scope`) is the problem `needs-consent`, with the page that mends it.
    pub async fn fetch(&self, request: Request) -> Result<Response, Problem> {
        let url = request.url()?;
        self.config.egress.judge(&url).map_err(|why| Problem::from(FetchError::Blocked(why)))?;
        if !is_allowed(&request) {
            return Err(Problem::method());
        }
        let usable = self.token(&url, None).await?;
        let again = to_repeat(&request)?;
        let signal = AbortSignal::from(request.inner().signal());
        let mut response = pass(with_token(&request, &usable.access_token)?, &signal).await?;
        if response.status_code() == 401 {
            let refused = Some(digest(usable.access_token.secret()));
            match (self.token(&url, refused).await, again) {
                (Ok(usable), Some(again)) => {
                    response = pass(with_token(&again, &usable.access_token)?, &signal).await?;
                }
                (Err(problem), _) if problem.kind == Problem::login_again().kind => return Err(problem),
                // What the host answered says more than that its refusal changed nothing.
                _ => {}
            }
        }
        let challenge = if matches!(response.status_code(), 401 | 403) { challenge(&response) } else { None };
        match challenge.as_ref().and_then(|challenge| challenge.insufficient_scope()) {
            None => Ok(response),
            Some(scope) => Err(self.mended(Problem::needs_consent(scope), &url, scope).await),
        }
    }

    /// Ends a connection: erased here in any case, and revoked at the server where it offers that.
    pub async fn disconnect(&self, id: &str) -> Result<Receipt, Problem> {
        self.call(AccountRequest::Disconnect { id: id.to_owned() }).await
    }

    /// Ends all connections of the user and erases what is stored of them.
    pub async fn erase(&self) -> Result<(), Problem> {
        self.call(AccountRequest::Erase).await
    }

    /// The connection that a request to that URL would use.
    pub(crate) async fn connection_for(&self, url: &Url) -> Result<Option<Connection>, Problem> {
        let connections = self.connections().await?;
        let traits = |connection: &Connection| {
            let label = connection.label.clone().unwrap_or_default();
            (connection.resource.clone(), label, connection.connected_at)
        };
        Ok(closest(connections, url, self.label.as_deref(), traits))
    }

    /// The host's metadata and branding. A host that is not in the cache counts against this user's limits.
    pub(crate) async fn probe_host(&self, target: &LoginTarget) -> Result<(HostAnswer, About), Problem> {
        probe_host(&self.config, &self.rate_limit, self.account().as_deref(), target).await
    }

    /// The same for a request of a browser, whose address is known.
    pub(crate) fn counting(&self, request: &Request) -> Self {
        Self { rate_limit: self.rate_limit.by(request), ..self.clone() }
    }

    pub(crate) fn session(&self) -> Option<Session> {
        match &self.user {
            User::Host { .. } => Some(Session::Host),
            User::Browser(cookie) => cookie.as_ref().map(|cookie| Session::Cookie(cookie.digest())),
        }
    }

    pub(crate) async fn call<A: DeserializeOwned>(&self, request: AccountRequest) -> Result<A, Problem> {
        let session = self.session().ok_or_else(Problem::no_session)?;
        self.call_as(session, request).await
    }

    pub(crate) async fn call_as<A: DeserializeOwned>(
        &self,
        session: Session,
        request: AccountRequest,
    ) -> Result<A, Problem> {
        rpc::read_response(&self.send(session, request).await?)
    }

    async fn send(&self, session: Session, request: AccountRequest) -> Result<String, Problem> {
        let account = self.account().ok_or_else(Problem::no_session)?;
        let user = match &self.user {
            User::Host { name, .. } => {
                Some(HostUser { name: name.clone(), namespace: self.config.namespace.clone() })
            }
            User::Browser(_) => None,
        };
        rpc::send(
            &self.env,
            "ACCOUNT",
            &account.clone(),
            &AccountEnvelope { account, user, session, request },
        )
        .await
    }

    /// The same browser with a session that is new to it.
    pub(crate) fn with_new_session(&self) -> Result<(Self, SessionCookie), Problem> {
        let cookie = SessionCookie::from_entropy(entropy()?, entropy()?);
        let user = User::Browser(Some(cookie.clone()));
        Ok((Self { user, ..self.clone() }, cookie))
    }

    /// Names the user's object.
    fn account(&self) -> Option<String> {
        match &self.user {
            User::Host { digest, .. } => Some(format!("user.{digest}")),
            User::Browser(cookie) => cookie.as_ref().map(|cookie| format!("browser.{}", cookie.account())),
        }
    }

    async fn token(&self, url: &Url, refused: Option<String>) -> Result<AccessToken, Problem> {
        let request = AccountRequest::Authorization { url: url.clone(), label: self.label.clone(), refused };
        match self.call(request).await {
            Err(problem) if problem == Problem::login_again() => Err(self.mended(problem, url, "").await),
            Err(problem) if problem == Problem::no_connection() || problem == Problem::no_session() => {
                Err(match self.link(url.as_str(), None, None) {
                    Ok(link) => problem.mended_at(link),
                    Err(_) => problem,
                })
            }
            other => other,
        }
    }

    /// With the page that asks the person again, for what they agreed to and for what is missing.
    async fn mended(&self, problem: Problem, url: &Url, missing: &str) -> Problem {
        let Ok(Some(connection)) = self.connection_for(url).await else { return problem };
        let granted = connection.scope.unwrap_or_default();
        let mut scope: Vec<&str> = Vec::new();
        for value in granted.split(' ').chain(missing.split(' ')).filter(|value| !value.is_empty()) {
            if !scope.contains(&value) {
                scope.push(value);
            }
        }
        // A renewal asks for what the server chose before: to name it could be refused.
        let scope = Some(scope.join(" ")).filter(|_| !missing.is_empty());
        match self.link(&connection.resource, None, scope.as_deref()) {
            Ok(link) => problem.mended_at(link),
            Err(_) => problem,
        }
    }
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
