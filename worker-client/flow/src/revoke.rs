use std::collections::VecDeque;

use http::{Request, Response, StatusCode};
use rfc7591::Secret;
use rfc8414::Endpoint;

use crate::{Client, Exchange, FailedResponse, Relaxation, Server, Step, Turn, token_request::authenticated};

/// The revocation of one token (RFC 7009 §2.1).
///
/// Some servers authenticate a client here otherwise than at the token endpoint: after a refusal, the same request is
/// sent with the secret in each other way that the server lists.
#[derive(Debug)]
pub struct Revoke {
    endpoint: Endpoint,
    client: Client,
    token: Secret,
    kind: TokenKind,
    /// The ways to send the secret that were not tried.
    others: VecDeque<Relaxation>,
}

impl Revoke {
    /// A revocation; `None` if the server has no revocation endpoint.
    pub fn new(server: &Server, client: &Client, token: &Secret, kind: TokenKind) -> Option<Self> {
        let endpoint = server.revocation_endpoint.clone()?;
        let others = client.unused_credentials(server).into();
        Some(Self { endpoint, client: client.clone(), token: token.clone(), kind, others })
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
    type Error = FailedResponse;

    fn request(&self) -> Request<Vec<u8>> {
        let hint = match self.kind {
            TokenKind::Access => "access_token",
            TokenKind::Refresh => "refresh_token",
        };
        let parameters = [("token", self.token.secret()), ("token_type_hint", hint)];
        authenticated(&self.endpoint, &self.client, &parameters)
    }

    fn receive(mut self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, FailedResponse> {
        let other = match response.status() {
            // RFC 7009 §2.2: this status alone says that the token is invalid.
            StatusCode::OK => return Ok(Turn::Done(())),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => self.others.pop_front(),
            _ => None,
        };
        let Some(other) = other else { return Err(FailedResponse::read(Step::Revocation, response)) };
        self.client.relaxations = self.client.relaxations.with(other);
        Ok(Turn::Again(self))
    }
}
