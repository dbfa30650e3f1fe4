use http::{Request, Response};
use rfc7591::Secret;

use crate::{
    Client, Exchange, Issued, Relaxation, Server, Step, TokenError, Tokens, Turn,
    token_request::authenticated,
};

/// A refresh (RFC 6749 §6), at the token endpoint that issued the refresh token.
///
/// A server that refuses `resource` here is asked once more without it.
#[derive(Debug)]
pub struct Refresh {
    server: Server,
    client: Client,
    resource: String,
    token: Secret,
    scope: Option<String>,
}

impl Refresh {
    /// A refresh; `None` if the tokens have no refresh token.
    pub fn new(server: Server, client: Client, resource: String, tokens: &Tokens) -> Option<Self> {
        let token = tokens.refresh_token.clone()?;
        Some(Self { server, client, resource, token, scope: tokens.scope.clone() })
    }
}

impl Exchange for Refresh {
    type Output = Issued;
    type Error = TokenError;

    fn request(&self) -> Request<Vec<u8>> {
        let mut parameters = vec![("grant_type", "refresh_token"), ("refresh_token", self.token.secret())];
        parameters.extend(self.client.resource_parameter(&self.resource));
        authenticated(&self.server.token_endpoint, &self.client, &parameters)
    }

    fn receive(mut self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, TokenError> {
        // The type of the tokens is known: a rotated refresh token is not thrown away because the response omits it.
        let mut tokens = match Tokens::read(Step::Refresh, response) {
            Ok(tokens) => tokens,
            Err(error) if error.is_about_the_resource() && self.client.sends_resource() => {
                self.client.relax(Relaxation::WithoutResource);
                return Ok(Turn::Again(self));
            }
            Err(error) => return Err(error),
        };
        // RFC 6749 §6: the server MAY issue a new refresh token; if not, the old one stays, and so does the scope.
        tokens.refresh_token = tokens.refresh_token.or(Some(self.token));
        tokens.scope = tokens.scope.or(self.scope);
        Ok(Turn::Done(Issued { client: self.client, tokens }))
    }
}
