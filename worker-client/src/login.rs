//! The handle of a host program: log its user in, list, use and end connections.

#[cfg(feature = "entry")]
mod direct;
mod fetch;
mod resource_request;

pub use self::fetch::Authorization;
#[cfg(feature = "entry")]
pub(crate) use self::{
    direct::{authorization_in, sender},
    fetch::Begun,
};

use std::rc::Rc;

use serde::de::DeserializeOwned;
use url::Url;
use worker::{Env, Request};

use crate::{
    about::RootPage,
    account::{AccountEnvelope, AccountRequest, Disconnected, HostUser, Session},
    config::{Config, Misconfigured},
    cookie::SessionCookie,
    failure::{Failure, UserFailure},
    model::{Connection, Probed, Receipt, closest},
    platform::{
        deployment::{config, limited_config},
        entropy::entropy,
        limits::{CONNECTING_ADDRESS, RateLimit, Visitor},
        log::report,
        panic::contained,
        rpc,
    },
    probe::{HostAnswer, probe_host},
    return_to::return_to,
};
use login_flow::{LoginTarget, UnauthenticatedRequests, digest};

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
        /// The host program's own name for the user.
        name: String,
        /// The digest that names their account.
        digest: String,
    },
    /// The user of a browser.
    Browser(Option<SessionCookie>),
}

impl Login {
    /// The logins of a user whom the host program has authenticated, by its own name for them.
    pub fn new(env: &Env, user: &str) -> Result<Self, Misconfigured> {
        Ok(Self::of_user(env, config(env)?, user))
    }

    pub(crate) fn of_user(env: &Env, config: Rc<Config>, user: &str) -> Self {
        // A user of a namespace has a name of two parts: no user without one can be called that.
        let account = match config.namespace.as_str() {
            "" => digest(user),
            namespace => format!("{}.{}", digest(namespace), digest(user)),
        };
        let user = User::Host { name: user.to_owned(), digest: account };
        Self { config, env: env.clone(), user, label: None, rate_limit: RateLimit::host(env) }
    }

    /// The logins of the user of the browser that sent this request.
    pub fn by_cookie(env: &Env, request: &Request) -> Result<Self, Misconfigured> {
        let headers = request.headers();
        let cookie = headers.get("cookie").ok().flatten().unwrap_or_default();
        Ok(Self::of_browser(
            env,
            limited_config(env)?,
            &cookie,
            Visitor::Address(headers.get(CONNECTING_ADDRESS).ok().flatten()),
        ))
    }

    /// The logins of the user of a browser, by the `Cookie` header of its request.
    pub(crate) fn of_browser(env: &Env, config: Rc<Config>, cookie: &str, visitor: Visitor) -> Self {
        let user = User::Browser(SessionCookie::read(cookie.as_bytes()));
        Self { config, env: env.clone(), user, label: None, rate_limit: RateLimit::visitor(env, visitor) }
    }

    /// The logins of the same user, for the connections with this label alone: an account can hold several to one
    /// resource.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self.clone() }
    }

    /// The page that asks the person whether to log in to a host or URL.
    ///
    /// `back` is the path of a page on our own origin to bring them back to, `scope` what to ask for in particular.
    pub fn link(&self, url: &str, back: Option<&str>, scope: Option<&str>) -> Result<Url, Failure> {
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

    /// The verdict on logging in to a host or URL. Nothing is stored. A host that publishes metadata is only read; one that
    /// publishes none is sent one MCP `ping` too, without a token.
    pub async fn probe(&self, typed: &str) -> Result<Probed, Failure> {
        contained(self.probed(typed)).await
    }

    async fn probed(&self, typed: &str) -> Result<Probed, Failure> {
        let target = LoginTarget::parse(typed, &self.config.egress)?;
        let (answered, page) = self.probe_host(&target, UnauthenticatedRequests::GetThenPing).await?;
        let retry_after = answered.retry_after();
        let mut probed =
            Probed::new(target.host(), target.resource(), answered.verdict.clone(), page.about.clone());
        probed.retry_after = retry_after;
        if let Some(server) = &answered.server {
            probed.issuer = Some(server.issuer.to_string());
            probed.login = Some(self.link(&target.resource(), None, None)?);
        }
        probed.connection = self.connection_for(target.url()).await?;
        Ok(probed)
    }

    /// The connections of the user.
    pub async fn connections(&self) -> Result<Vec<Connection>, Failure> {
        match self.session() {
            None => Ok(Vec::new()),
            // A cookie that is too old leads to nothing, which is what it may read.
            Some(_) => match contained(self.call(AccountRequest::Connections)).await {
                Err(Failure::User(UserFailure::NoSession { .. })) => Ok(Vec::new()),
                other => other,
            },
        }
    }

    /// Ends a connection: erased here in any case, and revoked at the server where it offers that.
    pub async fn disconnect(&self, id: &str) -> Result<Receipt, Failure> {
        self.end_connection(id).await.map(|ended| ended.receipt)
    }

    /// The same, with the host of the connection.
    pub(crate) async fn end_connection(&self, id: &str) -> Result<Disconnected, Failure> {
        contained(self.call(AccountRequest::Disconnect { id: id.to_owned() })).await
    }

    /// Ends all connections of the user and erases what is stored of them.
    pub async fn erase(&self) -> Result<(), Failure> {
        contained(self.call(AccountRequest::Erase)).await
    }

    /// The connection that a request to that URL would use.
    pub(crate) async fn connection_for(&self, url: &Url) -> Result<Option<Connection>, Failure> {
        let connections = self.connections().await?;
        let traits = |connection: &Connection| {
            let label = connection.label.clone().unwrap_or_default();
            (connection.resource.clone(), label, connection.connected_at)
        };
        Ok(closest(connections, url, self.label.as_deref(), traits))
    }

    /// The host's metadata and branding. A host that is not in the cache counts against this user's limits.
    pub(crate) async fn probe_host(
        &self,
        target: &LoginTarget,
        requests: UnauthenticatedRequests,
    ) -> Result<(Rc<HostAnswer>, Rc<RootPage>), Failure> {
        let account = self.account();
        let probed = probe_host(&self.config, &self.rate_limit, account.as_deref(), target, requests);
        probed.await.map_err(report)
    }

    /// The same logins for a request of a browser, whose address is counted too.
    pub(crate) fn counting(&self, address: Option<&str>) -> Self {
        Self { rate_limit: self.rate_limit.by(address), ..self.clone() }
    }

    pub(crate) fn session(&self) -> Option<Session> {
        match &self.user {
            User::Host { .. } => Some(Session::Host),
            User::Browser(cookie) => cookie.as_ref().map(|cookie| Session::Cookie(cookie.digest())),
        }
    }

    pub(crate) async fn call<A: DeserializeOwned>(&self, request: AccountRequest) -> Result<A, Failure> {
        let session = self.session().ok_or(UserFailure::NO_SESSION)?;
        self.call_as(session, request).await
    }

    pub(crate) async fn call_as<A: DeserializeOwned>(
        &self,
        session: Session,
        request: AccountRequest,
    ) -> Result<A, Failure> {
        read(self.send(session, request).await)
    }

    async fn send(&self, session: Session, request: AccountRequest) -> Result<String, Failure> {
        let (account, envelope) = self.envelope(session, request)?;
        rpc::send(&self.env, rpc::Object::Account, &account, &envelope).await
    }

    /// The name of the user's object, and what it is asked.
    fn envelope(
        &self,
        session: Session,
        request: AccountRequest,
    ) -> Result<(String, AccountEnvelope), Failure> {
        let account = self.account().ok_or(UserFailure::NO_SESSION)?;
        let user = match &self.user {
            User::Host { name, .. } => {
                Some(HostUser { name: name.clone(), namespace: self.config.namespace.clone() })
            }
            User::Browser(_) => None,
        };
        Ok((account.clone(), AccountEnvelope { account, user, session, request }))
    }

    /// The logins of the same browser in a new session, within the limits.
    pub(crate) async fn with_new_session(&self) -> Result<(Self, SessionCookie), Failure> {
        self.rate_limit.check_new_session().await?;
        let cookie = SessionCookie::from_entropy(entropy()?, entropy()?);
        let user = User::Browser(Some(cookie.clone()));
        Ok((Self { user, ..self.clone() }, cookie))
    }

    /// The name of the user's object.
    fn account(&self) -> Option<String> {
        match &self.user {
            User::Host { digest, .. } => Some(format!("user.{digest}")),
            User::Browser(cookie) => cookie.as_ref().map(|cookie| format!("browser.{}", cookie.account())),
        }
    }
}

/// Reads the response of the user's object; a failure is logged.
fn read<A: DeserializeOwned>(response: Result<String, Failure>) -> Result<A, Failure> {
    response.and_then(|response| rpc::read_response(&response)).map_err(report)
}
