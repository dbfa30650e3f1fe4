use http::{Request, Response};
use rfc7591::Secret;

use crate::{
    AuthorizationRequest, Client, Exchange, Fault, Faulty, Pending, Relaxation, Server, TokenError, Tokens,
    Turn, token_request::authenticated,
};

/// The exchange of an authorization code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). Only [`Pending::accept`] creates
/// one.
///
/// A refusal that names what to leave out leads to another request with the same code: once without `resource`, and for
/// a client that has not authenticated yet once for each other way to send its secret.
#[derive(Debug)]
pub struct CodeExchange {
    pending: Pending,
    code: Secret,
    /// The refusal that led to the present request.
    refused: Option<TokenError>,
    /// The ways to send the client secret that are left to try.
    ways: Vec<Relaxation>,
}

impl CodeExchange {
    pub(crate) fn new(pending: Pending, code: String) -> Self {
        let AuthorizationRequest { server, client, .. } = &pending.request;
        let ways = client.other_credentials(server);
        Self { pending, code: Secret::new(code), refused: None, ways }
    }

    /// The server that issues the tokens.
    pub fn server(&self) -> &Server {
        &self.pending.request.server
    }

    /// The authorization request that led here.
    pub fn authorization_request(&self) -> &AuthorizationRequest {
        &self.pending.request
    }

    /// The client that requests them.
    pub fn client(&self) -> &Client {
        &self.pending.request.client
    }

    /// The resource that they are for.
    pub fn resource(&self) -> &str {
        &self.pending.request.resource
    }

    /// The relaxation that answers a refusal, if it was not tried.
    fn answer_to(&mut self, error: &TokenError) -> Option<Relaxation> {
        if error.is_about_the_resource() {
            return self.client().sends_resource().then_some(Relaxation::WithoutResource);
        }
        (error.is_about_the_client() && !self.ways.is_empty()).then(|| self.ways.remove(0))
    }

    /// The end of a login whose last request was refused. A code that an earlier refusal has spent says nothing about
    /// the last request: a new login makes it with a new code.
    fn refused(self, error: TokenError) -> NotIssued {
        let request = self.pending.request;
        match self.refused {
            Some(first) if error.is_about_the_code() => NotIssued { error: first, retry: request.again() },
            _ if error.is_about_the_scope() => {
                let retry = request.with_other_scope();
                NotIssued { error, retry }
            }
            _ => NotIssued { error, retry: None },
        }
    }
}

impl Exchange for CodeExchange {
    type Output = Issued;
    type Error = NotIssued;

    fn request(&self) -> Request<Vec<u8>> {
        let Pending { request: AuthorizationRequest { server, client, resource, .. }, verifier, .. } =
            &self.pending;
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", self.code.secret()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", verifier.secret()),
        ];
        parameters.extend(client.resource_parameter(resource));
        authenticated(&server.token_endpoint, client, &parameters)
    }

    fn receive(mut self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, NotIssued> {
        match Tokens::receive(response) {
            Ok(mut tokens) => {
                let scope = self.pending.request.sent_scope();
                let client = Client { is_proven: true, ..self.pending.request.client };
                // RFC 6749 §5.1: an omitted scope is the requested one.
                tokens.scope = tokens.scope.or(scope);
                Ok(Turn::Done(Issued { client, tokens }))
            }
            Err(error) => match self.answer_to(&error) {
                Some(less) => {
                    self.pending.request.client.relax(less);
                    Ok(Turn::Again(Self { refused: Some(error), ..self }))
                }
                None => Err(self.refused(error)),
            },
        }
    }
}

/// The tokens of a response, and the client as it is known after it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store keeps both together")]
pub struct Issued {
    /// The client, with the relaxations that the response proves necessary.
    pub client: Client,
    /// The tokens.
    pub tokens: Tokens,
}

/// The error of a code exchange.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
#[expect(clippy::exhaustive_structs, reason = "the two things that a caller acts on")]
pub struct NotIssued {
    /// The error of the token request.
    pub error: TokenError,
    /// The login to begin anew with less, where the refusal named what to leave out and the code is spent.
    pub retry: Option<Box<AuthorizationRequest>>,
}

impl Faulty for NotIssued {
    fn fault(&self) -> Fault {
        self.error.fault()
    }
}
