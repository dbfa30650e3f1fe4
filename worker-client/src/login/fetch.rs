//! The use of a connection: requests of the host program, sent as its user.

use rfc7591::Secret;
use url::Url;
use worker::{AbortSignal, Request, Response};

use super::{
    Login,
    resource_request::{Repetition, challenge, is_allowed, refusal, with_token, without_cookies},
};
use crate::{
    account::{AccessToken, AccountRequest, Refusal, RefusedToken},
    failure::{Failure, ServerFailure, UserFailure},
    platform::{fetch::pass, log::report, panic::contained},
};
use login_flow::{FetchError, digest, scope_values};

impl Login {
    /// A usable `Authorization` value for a URL that a connection covers.
    pub async fn authorization(&self, url: &Url) -> Result<Authorization, Failure> {
        Ok(Authorization { token: contained(self.token(url, None)).await?.token })
    }

    /// Sends the host program's request as its user: with the token of the connection that covers the URL
    /// most closely, which is refreshed when due, and once more when the host refuses it.
    ///
    /// Redirects come back as they are: a token never follows one. Cookies of the host do not come back. The content is the
    /// host's: to return it to a browser, use [`Login::proxy`]. A host that asks for more than the user has
    /// agreed to (RFC 6750 §3.1 `insufficient_scope`) is the problem `needs-consent`, with the page that mends it.
    pub async fn fetch(&self, request: Request) -> Result<Response, Failure> {
        contained(self.fetch_as_user(request)).await.map_err(report)
    }

    async fn fetch_as_user(&self, request: Request) -> Result<Response, Failure> {
        let url = request.url()?;
        self.config.egress.judge(&url).map_err(FetchError::Blocked)?;
        if !is_allowed(&request) {
            return Err(UserFailure::MethodNotAllowed.into());
        }
        let usable = self.token(&url, None).await?;
        let repetition = Repetition::of(&request)?;
        let signal = AbortSignal::from(request.inner().signal());
        let mut response = pass(with_token(&request, &usable.token)?, &signal).await?;
        if let Some(meaning) = refusal(&request, &response, &usable) {
            let refused = |token: &AccessToken, refusal| {
                Some(RefusedToken { digest: digest(token.token.secret()), refusal })
            };
            match (self.token(&url, refused(&usable, meaning)).await, repetition.request(&request)) {
                (Ok(other), Some(again)) if other.token != usable.token => {
                    response = pass(with_token(again, &other.token)?, &signal).await?;
                    if refusal(&request, &response, &other).is_some() {
                        // The response of the host says more than the outcome.
                        drop(self.token(&url, refused(&other, Refusal::OfReplacement)).await);
                    }
                }
                (Err(failure @ Failure::User(UserFailure::LoginAgain { .. })), _) => return Err(failure),
                // The response of the host says more than an error of ours.
                _ => {}
            }
        }
        let challenge = if matches!(response.status_code(), 401 | 403) { challenge(&response) } else { None };
        match challenge.as_ref().and_then(|challenge| challenge.insufficient_scope()) {
            None => Ok(without_cookies(response)?),
            Some(scope) => {
                let login = self.renewal_page(&url, scope).await;
                Err(UserFailure::NeedsConsent { scope: scope.to_owned(), login }.into())
            }
        }
    }

    async fn token(&self, url: &Url, refused: Option<RefusedToken>) -> Result<AccessToken, Failure> {
        let request = AccountRequest::Authorization { url: url.clone(), label: self.label.clone(), refused };
        let login_page = || self.link(url.as_str(), None, None).ok().map(Box::new);
        Err(match self.call(request).await {
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
