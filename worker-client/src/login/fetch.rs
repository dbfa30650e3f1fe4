//! The use of a connection: requests of the host program, sent as its user.

use rfc7591::Secret;
use url::Url;
use worker::{
    Request, Response,
    js_sys::Promise,
    web_sys::{self, AbortSignal},
};

use super::{
    Login, read,
    resource_request::{NOT_PASSED, Repetition, ResourceRequest, SET_COOKIE, challenge, is_granted},
};
use crate::{
    account::{AccessToken, AccountRequest, Refusal, RefusedToken},
    failure::{Failure, ServerFailure, UserFailure},
    platform::{
        log::report,
        panic::contained,
        pass::{pass, response_to, without},
        rpc,
    },
    probe::forget_host,
};
use login_flow::{LoginTarget, UnauthenticatedRequests, digest, scope_values};

impl Login {
    /// A usable `Authorization` value for a URL that a connection covers.
    pub async fn authorization(&self, url: &Url) -> Result<Authorization, Failure> {
        Ok(Authorization { token: contained(self.token(url, None)).await?.token })
    }

    /// Sends the host program's request as its user: with the token of the connection that covers the URL
    /// most closely, which is refreshed when due, and once more when the host refuses it.
    ///
    /// Redirects come back as they are: a token never follows one. Cookies of the host do not come back, and the headers can
    /// be immutable, as those of the platform's own requests are. The content is the host's: to return it to a browser, use [`Login::proxy`]. A host that asks for more than the user has
    /// agreed to (RFC 6750 §3.1 `insufficient_scope`) is the problem `needs-consent`, with the page that mends it.
    pub async fn fetch(&self, request: Request) -> Result<Response, Failure> {
        let request = request.inner();
        self.send_as_user(
            request,
            &request.url(),
            &request.method(),
            Begun::default(),
            Some(&request.signal()),
        )
        .await
        .map(Response::from)
    }

    /// [`Self::fetch`] with what the platform has: the request, with its URL and method; without a signal it is not aborted.
    pub(crate) async fn send_as_user(
        &self,
        request: &web_sys::Request,
        url: &str,
        method: &str,
        begun: Begun,
        signal: Option<&AbortSignal>,
    ) -> Result<web_sys::Response, Failure> {
        // Boxed: a future that is handed on is held twice.
        let sent = Box::pin(async {
            let sent_to = ResourceRequest::new(url, method, &self.config.egress)?;
            self.sent_as_user(request, &sent_to, begun, signal).await
        });
        contained(sent).await.map_err(report)
    }

    async fn sent_as_user(
        &self,
        request: &web_sys::Request,
        sent_to: &ResourceRequest,
        begun: Begun,
        signal: Option<&AbortSignal>,
    ) -> Result<web_sys::Response, Failure> {
        let url = &sent_to.url;
        let mut usable = self.first_token(url, begun.asked).await?;
        let repetition = Repetition::of(request)?;
        let send = async |request: &web_sys::Request, token: &AccessToken| {
            #[cfg(feature = "panic-on-purpose")]
            crate::platform::panic::on_purpose(url);
            NOT_PASSED.with(|names| pass(request, names, &bearer(&token.token), signal)).await
        };
        let mut response = match begun.sent {
            Some(response) => response_to(&response).await?,
            None => send(request, &usable).await?,
        };
        let refused = |token: &AccessToken, refusal| {
            Some(RefusedToken { digest: digest(token.token.secret()), refusal })
        };
        if let Some(meaning) = sent_to.refusal(&response, &usable) {
            match (self.token(url, refused(&usable, meaning)).await, repetition.request(request)) {
                (Ok(other), Some(again)) if other.token != usable.token => {
                    response = send(again, &other).await?;
                    if sent_to.refusal(&response, &other).is_some() {
                        // The response of the host says more than the outcome.
                        drop(self.token(url, refused(&other, Refusal::OfReplacement)).await);
                    }
                    usable = other;
                }
                (Err(failure @ Failure::User(UserFailure::LoginAgain { .. })), _) => {
                    self.has_moved(url).await;
                    return Err(failure);
                }
                // The response of the host says more than an error of ours.
                _ => {}
            }
        }
        let status = response.status();
        if status == 401 && self.has_moved(url).await {
            self.token(url, refused(&usable, Refusal::Moved)).await?;
        }
        let challenge = if matches!(status, 401 | 403) { challenge(&response) } else { None };
        match challenge.as_ref().and_then(|challenge| challenge.insufficient_scope()) {
            Some(scope) if !usable.is_last || !is_granted(scope, &usable) => {
                let login = self.renewal_page(url, scope).await;
                Err(UserFailure::NeedsConsent { scope: scope.to_owned(), login }.into())
            }
            // A program that passes a cookie of the host on would set it on its own origin.
            _ => Ok(SET_COOKIE.with(|name| without(&response, name)).map_err(worker::Error::from)?),
        }
    }

    /// True if the resource of the connection names another authorization server by now (RFC 9728): what was remembered
    /// of it is forgotten, so that a login goes there.
    async fn has_moved(&self, url: &Url) -> bool {
        if !self.config.follows_resource_metadata {
            return false;
        }
        let Ok(Some(connection)) = self.connection_for(url).await else { return false };
        let Ok(target) = LoginTarget::parse(&connection.resource, &self.config.egress) else { return false };
        forget_host(&self.config, &target).await;
        let probed = self.probe_host(&target, UnauthenticatedRequests::GetThenPing).await;
        let server = probed.ok().and_then(|(answer, _)| answer.server.clone());
        server.is_some_and(|server| server.issuer.as_str() != connection.issuer)
    }

    /// Forgets what this isolate may remember of a resource whose connection has ended: the isolate where it moved knows
    /// better.
    pub(crate) async fn forget_moved(&self, target: &LoginTarget) {
        if !self.config.follows_resource_metadata {
            return;
        }
        let connection = self.connection_for(target.url()).await.ok().flatten();
        if connection.is_some_and(|connection| connection.needs_login) {
            forget_host(&self.config, target).await;
        }
    }

    /// The token that was asked for already, or one that is asked for here.
    async fn first_token(&self, url: &Url, asked: Option<Promise>) -> Result<AccessToken, Failure> {
        let answer = match asked {
            Some(asked) => rpc::answered_by_method(Ok(asked)).await,
            None => None,
        };
        let token = match answer {
            Some(answer) => read(answer),
            None => self.call(self.token_request(url, None)).await,
        };
        self.with_login_page(url, token).await
    }

    async fn token(&self, url: &Url, refused: Option<RefusedToken>) -> Result<AccessToken, Failure> {
        let token = self.call(self.token_request(url, refused)).await;
        self.with_login_page(url, token).await
    }

    pub(super) fn token_request(&self, url: &Url, refused: Option<RefusedToken>) -> AccountRequest {
        AccountRequest::Authorization { url: url.clone(), label: self.label.clone(), refused }
    }

    /// A failure that a login would mend names the page where the person can log in.
    async fn with_login_page(
        &self,
        url: &Url,
        token: Result<AccessToken, Failure>,
    ) -> Result<AccessToken, Failure> {
        let login_page = || self.link(url.as_str(), None, None).ok().map(Box::new);
        Err(match token {
            Ok(token) => return Ok(token),
            Err(Failure::User(UserFailure::LoginAgain { .. })) => {
                UserFailure::LoginAgain { login: self.renewal_page(url, "").await }.into()
            }
            Err(Failure::User(UserFailure::NoConnection { .. })) => {
                UserFailure::NoConnection { login: login_page() }.into()
            }
            Err(Failure::User(UserFailure::NoSession { .. })) => {
                UserFailure::NoSession { login: login_page() }.into()
            }
            Err(Failure::Server(ServerFailure::TryLater {
                seconds, step, reason, is_lasting: true, ..
            })) => {
                let login = self.renewal_page(url, "").await;
                ServerFailure::TryLater { seconds, step, reason, is_lasting: true, login }.into()
            }
            Err(failure) => failure,
        })
    }

    /// The page that asks the person again, for the scope that they agreed to and for what is missing.
    async fn renewal_page(&self, url: &Url, missing: &str) -> Option<Box<Url>> {
        let connection = self.connection_for(url).await.ok()??;
        let granted = connection.scope.unwrap_or_default();
        let mut scope: Vec<&str> = Vec::new();
        for value in scope_values(&granted).chain(scope_values(missing)) {
            if !scope.contains(&value) {
                scope.push(value);
            }
        }
        // A renewal asks for what the server chose before: to name it could be refused.
        let scope = Some(scope.join(" ")).filter(|_| !missing.is_empty());
        self.link(&connection.resource, None, scope.as_deref()).ok().map(Box::new)
    }
}

/// The part of a request that JavaScript has done already.
#[derive(Default)]
pub(crate) struct Begun {
    /// The answer of the user's object to the question for a token.
    pub(crate) asked: Option<Promise>,
    /// The response of the host to the request with that token.
    pub(crate) sent: Option<Promise>,
}

/// RFC 6750 §2.1.
pub(super) fn bearer(token: &Secret) -> String {
    format!("Bearer {}", token.secret())
}

/// An `Authorization` header value. It is for the URL that it was asked for, and redacted in `Debug`.
#[derive(Debug)]
pub struct Authorization {
    token: Secret,
}

impl Authorization {
    /// The one way out: `Bearer …`.
    pub fn secret(&self) -> String {
        bearer(&self.token)
    }
}
