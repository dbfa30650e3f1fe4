//! The outcome of a login: tokens for a resource, their refresh, use and revocation.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use login_flow::{
    Client, DriveError, Fault, Faulty, Issued, LoginTarget, Refresh, Revoke, Server, TokenKind, Tokens,
    authority, covers, drive,
};
use rfc7591::Secret;
use rfc8414::Endpoint;
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, Kind, Part},
    platform::{Limit, Page},
};

/// Tokens for a resource, with the server that issued them: the only one that they are renewed and revoked at. Sealed
/// where it is stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page stores unread")]
pub struct Connection {
    /// The host or URL that the person named.
    pub target: LoginTarget,
    /// The server.
    pub server: Server,
    /// The client.
    pub client: Client,
    /// The tokens.
    pub tokens: Tokens,
    /// The time of their issue.
    pub issued: SystemTime,
    /// True if the server no longer accepts them.
    pub needs_login: bool,
}

/// A connection as the page shows it: without a secret.
#[derive(Debug, Serialize)]
#[expect(clippy::exhaustive_structs, clippy::struct_excessive_bools, reason = "what the page shows")]
pub struct Shown {
    /// The canonical form of what was named: the key of the connection.
    pub resource: String,
    /// The host and port.
    pub host: String,
    /// The resource, where it says more than the host does.
    pub part: Option<String>,
    /// The issuer.
    pub issuer: String,
    /// The issuer's host, where it is another.
    pub issuer_host: Option<String>,
    /// The scope; untrusted text.
    pub scope: Option<String>,
    /// The relaxations that the server requires, in words.
    pub relaxed: Option<String>,
    /// The end of the access token, in milliseconds since 1970.
    pub expires: Option<f64>,
    /// True if there is a refresh token.
    pub can_refresh: bool,
    /// True if a refresh is due before the next use.
    pub is_due: bool,
    /// True if the server can revoke tokens.
    pub can_revoke: bool,
    /// True if the server no longer accepts the tokens.
    pub needs_login: bool,
}

/// The outcome of the revocation of one token.
#[derive(Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Revoked {
    /// `access_token` or `refresh_token`.
    pub token: &'static str,
    /// The reason why it may still be valid.
    pub failure: Option<Failure>,
}

/// An answer to a request as the user.
#[derive(Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers of them that the flow reads, as far as CORS lets a page read them.
    pub headers: Vec<[String; 2]>,
    /// The body, as text.
    pub text: String,
    /// True if the host did not accept the token.
    pub is_unauthorized: bool,
}

impl Connection {
    /// The connection without its secrets.
    pub fn shown(&self, now: SystemTime) -> Shown {
        let (resource, host) = (self.target.resource(), self.target.host());
        let issuer_host = authority(&self.server.issuer.url());
        let relaxed: Vec<String> =
            self.client.relaxations.iter().map(|relaxation| relaxation.to_string()).collect();
        let end = self.tokens.expires_in.and_then(|life| self.issued.checked_add(life));
        let millis = |time: SystemTime| {
            time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
        };
        Shown {
            part: (self.target.url().path() != "/").then(|| resource.clone()),
            resource,
            issuer: self.server.issuer.as_str().to_owned(),
            issuer_host: Some(issuer_host).filter(|issuer| *issuer != host),
            host,
            scope: self.tokens.scope.clone(),
            relaxed: Some(relaxed.join(" and ")).filter(|text| !text.is_empty()),
            expires: end.map(millis),
            can_refresh: self.tokens.refresh_token.is_some() && !self.needs_login,
            is_due: self.tokens.are_due(self.issued, now),
            can_revoke: self.server.revocation_endpoint.is_some(),
            needs_login: self.needs_login,
        }
    }

    /// Renews the tokens.
    pub async fn refresh(self, page: &Page<'_>, now: SystemTime) -> Result<Self, (Self, Failure)> {
        let Self { target, server, client, tokens, .. } = self.clone();
        let Some(refresh) = Refresh::new(server, client, target.resource(), &tokens) else {
            let text = "the server issued no refresh token".to_owned();
            return Err((Self { needs_login: true, ..self }, Failure::new(Kind::Gone, text)));
        };
        match drive(refresh, async |request| page.fetch(request, Limit::Document).await).await {
            Ok(Issued { client, tokens }) => Ok(Self { client, tokens, issued: now, ..self }),
            Err(error) => {
                let is_gone = matches!(&error, DriveError::Protocol(error) if error.fault() == Fault::Gone);
                let failure = Failure::of(error, Part::Token, &page.origin());
                Err((Self { needs_login: is_gone || self.needs_login, ..self }, failure))
            }
        }
    }

    /// Revokes both tokens, each on its own: the refresh token first.
    pub async fn revoke(&self, page: &Page<'_>) -> Vec<Revoked> {
        let refresh =
            self.tokens.refresh_token.as_ref().map(|token| (token, TokenKind::Refresh, "refresh_token"));
        let tokens =
            refresh.into_iter().chain([(&self.tokens.access_token, TokenKind::Access, "access_token")]);
        let mut revoked = Vec::new();
        for (token, kind, name) in tokens {
            let failure = self.revoke_one(token, kind, page).await.err();
            revoked.push(Revoked { token: name, failure });
        }
        revoked
    }

    async fn revoke_one(&self, token: &Secret, kind: TokenKind, page: &Page<'_>) -> Result<(), Failure> {
        let none = || Failure::new(Kind::Ours, "the server has no revocation endpoint".to_owned());
        let revoke = Revoke::new(&self.server, &self.client, token, kind).ok_or_else(none)?;
        let outcome = drive(revoke, async |request| page.fetch(request, Limit::Document).await).await;
        outcome.map_err(|error| Failure::of(error, Part::Revocation, &page.origin()))
    }

    /// Sends a request as the user, where the token may go: the resource and what is below it.
    pub async fn ask(
        &self,
        method: &str,
        url: &str,
        body: String,
        page: &Page<'_>,
    ) -> Result<Answered, Failure> {
        let not_covered = || {
            let text = format!(
                "the token is for {} and what is below it, and is sent nowhere else",
                self.target.resource()
            );
            Failure::new(Kind::Ours, text)
        };
        let base = self.target.url();
        let url = base.join(url.trim()).ok().filter(|url| covers(base, url)).ok_or_else(not_covered)?;
        let mut request = Request::new(body.into_bytes());
        *request.uri_mut() = Endpoint::try_from(url).map_err(|_| not_covered())?.uri();
        *request.method_mut() = if method == "POST" { Method::POST } else { Method::GET };
        let bearer = format!("Bearer {}", self.tokens.access_token.secret());
        let bearer = HeaderValue::try_from(bearer).map_err(|_| not_covered())?;
        let mut headers = vec![
            (header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream, */*;q=0.5")),
            (header::AUTHORIZATION, bearer),
        ];
        if request.method() == Method::POST {
            headers.push((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
        }
        request.headers_mut().extend(headers);
        let response = page.fetch(request, Limit::Page).await;
        let response =
            response.map_err(|error| Failure::unanswered(&error, Part::Resource, &page.origin()))?;
        Ok(Answered {
            status: response.status().as_u16(),
            headers: readable(response.headers()),
            text: String::from_utf8_lossy(response.body()).into_owned(),
            is_unauthorized: response.status() == StatusCode::UNAUTHORIZED,
        })
    }
}

fn readable(headers: &HeaderMap) -> Vec<[String; 2]> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        [name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()]
    };
    headers.iter().map(text).collect()
}
