use base64ct::{Base64, Encoding};
use http::{HeaderValue, Method, Request, Response, header};
use rfc7591::Secret;
use rfc8414::Endpoint;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::{Client, ClientAuth, Exchange, Pending, Server, Step, TokenError, Tokens, Turn};

/// The exchange of an authorization code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). Only [`Pending::accept`] creates
/// one.
#[derive(Debug)]
pub struct CodeExchange {
    pending: Pending,
    code: Secret,
}

impl CodeExchange {
    pub(crate) fn new(pending: Pending, code: String) -> Self {
        Self { pending, code: Secret::new(code) }
    }

    /// The server that issues the tokens.
    pub fn server(&self) -> &Server {
        &self.pending.server
    }

    /// The client that requests them.
    pub fn client(&self) -> &Client {
        &self.pending.client
    }

    /// The resource that they are for.
    pub fn resource(&self) -> &str {
        &self.pending.resource
    }
}

impl Exchange for CodeExchange {
    type Output = Tokens;
    type Error = TokenError;

    fn request(&self) -> Request<Vec<u8>> {
        let Pending { server, client, resource, verifier, .. } = &self.pending;
        authenticated(
            &server.token_endpoint,
            client,
            &[
                ("grant_type", "authorization_code"),
                ("code", self.code.secret()),
                ("redirect_uri", client.redirect_uri.as_str()),
                ("code_verifier", verifier.secret()),
                ("resource", resource),
            ],
        )
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, TokenError> {
        let mut tokens = Tokens::receive(response)?;
        // RFC 6749 §5.1: an omitted scope is the requested one.
        tokens.scope = tokens.scope.or(self.pending.scope);
        Ok(Turn::Done(tokens))
    }
}

/// A refresh (RFC 6749 §6), at the token endpoint that issued the refresh token.
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
    type Output = Tokens;
    type Error = TokenError;

    fn request(&self) -> Request<Vec<u8>> {
        authenticated(
            &self.server.token_endpoint,
            &self.client,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", self.token.secret()),
                ("resource", &self.resource),
            ],
        )
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, TokenError> {
        // The type of the tokens is known: a rotated refresh token is not thrown away because the response omits it.
        let mut tokens = Tokens::read(Step::Refresh, response)?;
        // RFC 6749 §6: the server MAY issue a new refresh token; if not, the old one stays, and so does the scope.
        tokens.refresh_token = tokens.refresh_token.or(Some(self.token));
        tokens.scope = tokens.scope.or(self.scope);
        Ok(Turn::Done(tokens))
    }
}

/// A form POST with client authentication (RFC 6749 §2.3.1): the secret is sent in the header or in the body, never in
/// both.
///
/// `client_id` is always in the body: RFC 6749 §3.2.1 allows it, and some servers require it in addition to Basic.
pub(crate) fn authenticated(
    endpoint: &Endpoint,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Request<Vec<u8>> {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(parameters).append_pair("client_id", &client.client_id);
    if let ClientAuth::Post(secret) = &client.auth {
        form.append_pair("client_secret", secret.secret.secret());
    }
    let mut request = Request::new(form.finish().into_bytes());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.uri();
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    if let ClientAuth::Basic(secret) = &client.auth {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(&client.client_id), encode(secret.secret.secret()));
        let basic = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
        #[expect(clippy::expect_used, reason = "base64 is visible ASCII, which every header value may hold")]
        let mut value = HeaderValue::try_from(basic).expect("a header value");
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    request
}
