//! From the registration to the tokens.

use std::time::{Duration, SystemTime};

use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, DriveError, Exchange, Issued, LoginTarget,
    NotIssued, Pace, Pending, RequestedScope, Server, State, drive,
};
use pkce::Verifier;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    connection::Connection,
    failure::{Failure, Kind, Part},
    look::Offer,
    platform::{Limit, Page},
};

/// A client that is registered at one server for one page. Sealed where it is stored: it may hold a secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page stores unread")]
pub struct Registered {
    /// The server.
    pub server: Server,
    /// The client.
    pub client: Client,
}

/// An authorization request to begin: the first of a login, or the second one that asks for less.
#[derive(Debug, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page stores unread")]
pub struct Login {
    /// The host or URL that the person named.
    pub target: LoginTarget,
    /// The server.
    pub server: Server,
    /// The client.
    pub client: Client,
    /// The scope.
    pub scope: RequestedScope,
    /// True if this is the second request.
    pub is_repeated: bool,
}

/// A login under way, as it is stored. Sealed: it holds the code verifier.
#[derive(Debug, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page stores unread")]
pub struct UnderWay {
    /// The authorization request.
    pub login: Login,
    /// The code verifier.
    pub verifier: Verifier,
    /// The digest of the `state`.
    pub state: String,
}

/// A login that began: where to go, and what to store until the callback.
#[derive(Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page acts on")]
pub struct Begun {
    /// The URL of the authorization request.
    pub url: Url,
    /// The key to store the login under.
    pub digest: String,
    /// The login.
    pub under_way: UnderWay,
}

/// The outcome of an authorization response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the page acts on each")]
pub enum Finished {
    /// The server refused what can be left out: one more request.
    Again(Box<Login>),
    /// The person is logged in.
    Connected {
        /// The connection.
        connection: Box<Connection>,
        /// The client as it is known now, in the place of the one that is stored.
        registered: Box<Registered>,
    },
    /// There are no tokens.
    Failed {
        /// The failure.
        failure: Failure,
        /// The server does not know the client: the next login registers anew.
        forget_client: bool,
    },
}

impl Registered {
    /// Registers, unless the client that is stored can be used.
    pub async fn obtain(
        offer: &Offer,
        stored: Option<Self>,
        page: &Page<'_>,
        name: &str,
        scope: &RequestedScope,
        now: SystemTime,
    ) -> Result<Self, Failure> {
        let fits = |stored: &Self| {
            stored.server.is_same_party(&offer.server)
                && stored.client.redirect_uri == page.redirect_uri
                && stored.client.may_ask_for(scope.as_deref())
                && !stored.client.is_expired(now)
        };
        if let Some(stored) = stored.filter(fits) {
            return Ok(Self { server: offer.server.clone(), ..stored });
        }
        let none = || Failure::new(Kind::Refused, "the server has no registration endpoint".to_owned());
        let register = offer.registration(page, name, scope).ok_or_else(none)?;
        let fetch = async |request| page.fetch(request, Limit::Document).await;
        let registered = drive(register, fetch).await;
        let client = registered.map_err(|error| Failure::of(error, Part::Registration, &page.origin()))?;
        Ok(Self { server: offer.server.clone(), client })
    }
}

impl Login {
    /// The first request of a login.
    pub fn new(target: LoginTarget, registered: Registered, scope: RequestedScope) -> Self {
        let Registered { server, client } = registered;
        Self { target, server, client, scope, is_repeated: false }
    }

    fn request(self) -> (LoginTarget, AuthorizationRequest) {
        let Self { target, server, client, scope, is_repeated } = self;
        let resource = target.resource();
        (target, AuthorizationRequest { server, client, resource, scope, is_repeated })
    }

    fn of(target: LoginTarget, request: AuthorizationRequest) -> Self {
        let AuthorizationRequest { server, client, scope, is_repeated, .. } = request;
        Self { target, server, client, scope, is_repeated }
    }

    /// Begins the authorization request.
    pub fn begin(self, state: [u8; 32], verifier: [u8; 32]) -> Begun {
        let (target, request) = self.request();
        let (url, pending) = request.begin(State::from_entropy(state), Verifier::from_entropy(verifier));
        let (request, verifier, state) = pending.into_parts();
        let under_way = UnderWay { login: Self::of(target, request), verifier, state: state.clone() };
        Begun { url, digest: state, under_way }
    }

    /// Asks the token endpoint as after a login, with a code that nobody issued. The answer is an error; what counts is
    /// that a page can read it: otherwise the person would consent in vain, and the code would be spent.
    pub async fn check_token_endpoint(self, page: &Page<'_>, entropy: [u8; 32]) -> Result<(), Failure> {
        let (_, request) = self.request();
        let state = State::from_entropy(entropy);
        let mut callback = request.client.redirect_uri.clone();
        callback
            .query_pairs_mut()
            .append_pair("code", "none")
            .append_pair("state", state.as_str())
            .append_pair("iss", request.server.issuer.as_str());
        let (_, pending) = request.begin(state, Verifier::from_entropy(entropy));
        let exchange = pending.accept(&callback).map_err(|error| Failure::from(&error))?;
        let sent = page.fetch(exchange.request(), Limit::Document).await;
        sent.map_err(|error| Failure::unanswered(&error, Part::Token, &page.origin()))?;
        Ok(())
    }
}

impl UnderWay {
    /// Judges an authorization response and exchanges its code, once the login is out of the store. A response that is
    /// not genuine leaves it there.
    pub async fn finish(
        self,
        callback: &Url,
        elapsed: Duration,
        page: &Page<'_>,
        now: SystemTime,
    ) -> Finished {
        let Self { login, verifier, state } = self;
        let (target, request) = login.request();
        let first = request.clone();
        let pending = Pending::restore(request, verifier, state.clone());
        let accepted = pending.accept(callback);
        let is_over = accepted.as_ref().err().is_none_or(AuthorizationResponseError::is_final);
        if is_over && !page.spend(&state).await {
            return Finished::failed((&AuthorizationResponseError::State).into());
        }
        let exchange = match accepted {
            Ok(exchange) => exchange,
            Err(refusal) => {
                let at = if elapsed <= AT_ONCE { Pace::AtOnce } else { Pace::Later };
                return match first.after(&refusal, at) {
                    Some(second) => Finished::again(target, *second),
                    None => Finished::failed((&refusal).into()),
                };
            }
        };
        let server = exchange.server().clone();
        let fetch = async |request| page.fetch(request, Limit::Document).await;
        match drive(exchange, fetch).await {
            Ok(Issued { client, tokens }) => {
                let registered = Box::new(Registered { server: server.clone(), client: client.clone() });
                let connection =
                    Box::new(Connection { target, server, client, tokens, issued: now, needs_login: false });
                Finished::Connected { connection, registered }
            }
            Err(DriveError::Protocol(NotIssued { retry: Some(second), .. })) => {
                Finished::again(target, *second)
            }
            Err(error) => {
                let forget_client =
                    matches!(&error, DriveError::Protocol(refused) if refused.error.is_about_the_client());
                let failure = Failure::of(error, Part::Token, &page.origin());
                Finished::Failed { failure, forget_client }
            }
        }
    }
}

impl Finished {
    fn again(target: LoginTarget, request: AuthorizationRequest) -> Self {
        Self::Again(Box::new(Login::of(target, request)))
    }

    fn failed(failure: Failure) -> Self {
        Self::Failed { failure, forget_client: false }
    }
}

/// The time within which no person can have answered a page.
const AT_ONCE: Duration = Duration::from_secs(2);
