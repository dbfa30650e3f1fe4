use http::{Request, Response, StatusCode};
use rfc7591::Secret;
use rfc8414::Endpoint;

use crate::{Client, Exchange, Server, Turn, token_request::authenticated};

/// The revocation of one token (RFC 7009 §2.1).
#[derive(Debug)]
pub struct Revoke {
    endpoint: Endpoint,
    client: Client,
    token: Secret,
    kind: TokenKind,
}

impl Revoke {
    /// A revocation; `None` if the server has no revocation endpoint.
    pub fn new(server: &Server, client: &Client, token: &Secret, kind: TokenKind) -> Option<Self> {
        let endpoint = server.revocation_endpoint.clone()?;
        Some(Self { endpoint, client: client.clone(), token: token.clone(), kind })
    }
}

/// `token_type_hint` (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two kinds of token that there are")]
pub enum TokenKind {
    /// `access_token`.
    Access,
    /// `refresh_token`.
    Refresh,
}

impl Exchange for Revoke {
    type Output = ();
    type Error = NotRevoked;

    fn request(&self) -> Request<Vec<u8>> {
        let hint = match self.kind {
            TokenKind::Access => "access_token",
            TokenKind::Refresh => "refresh_token",
        };
        let parameters = [("token", self.token.secret()), ("token_type_hint", hint)];
        authenticated(&self.endpoint, &self.client, &parameters)
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, NotRevoked> {
        match response.status() {
            StatusCode::OK => Ok(Turn::Done(())),
            status => Err(NotRevoked(status)),
        }
    }
}

/// The error of a revocation: a status other than 200, which alone says that the token is invalid (RFC 7009 §2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the revocation endpoint answered with {0}")]
#[non_exhaustive]
pub struct NotRevoked(pub StatusCode);

impl NotRevoked {
    /// True if a retry cannot succeed: the server rejected the request.
    pub fn is_final(self) -> bool {
        self.0.is_client_error() && !matches!(self.0.as_u16(), 408 | 425 | 429)
    }
}
