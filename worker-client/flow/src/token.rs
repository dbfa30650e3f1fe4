use std::time::{Duration, SystemTime};

use base64ct::{Base64, Encoding};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use rfc7591::{
    Secret,
    lenient::{Members, Seconds},
};
use rfc8414::Endpoint;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::{
    Client, ClientAuth, Exchange, Pending, Quotation, Requirement, Server, Turn,
    quotation::{error_code, said},
};

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
        let mut tokens = Tokens::read(response, Some("Bearer"))?;
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

/// An access token response (RFC 6749 §5.1).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
pub struct Tokens {
    /// The access token, of the type Bearer.
    pub access_token: Secret,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// The lifetime of the access token; `None` if the server did not specify it.
    pub expires_in: Option<Duration>,
    /// The scope of the access token, as the server sent it.
    pub scope: Option<String>,
}

impl Tokens {
    /// True if the tokens are due for a refresh; `issued` is the time of their issue.
    ///
    /// A refresh is due one minute or a tenth of the lifetime before expiry, whichever is longer, but not within 30
    /// seconds of the issue, so that short-lived tokens do not cause a burst of refreshes.
    pub fn are_due(&self, issued: SystemTime, now: SystemTime) -> bool {
        let Some(lifetime) = self.expires_in else { return false };
        let age = now.duration_since(issued).unwrap_or_default();
        let early = Duration::from_mins(1).max(Duration::from_secs(lifetime.as_secs() / 10));
        age >= lifetime || (age.saturating_add(early) >= lifetime && age >= Duration::from_secs(30))
    }

    /// Reads a response of the token endpoint (RFC 6749 §5.1, §5.2).
    pub fn receive(response: &Response<Vec<u8>>) -> Result<Self, TokenError> {
        Self::read(response, None)
    }

    /// Reads a response whose tokens have the type that is given, unless it names another.
    fn read(response: &Response<Vec<u8>>, known_type: Option<&str>) -> Result<Self, TokenError> {
        let mut members = Members::from_slice(response.body()).ok();
        if let Some((error, says)) = members.as_mut().and_then(|members| error_of(members, response.body())) {
            return Err(TokenError::Refused { status: response.status(), error, says });
        }
        // RFC 6749 §5.1 says 200; what was issued with 201 is issued all the same.
        if !matches!(response.status(), StatusCode::OK | StatusCode::CREATED) {
            return Err(TokenError::Status(response.status()));
        }
        let mut members = members.ok_or(TokenError::Malformed("a JSON object"))?;
        let token_type: Option<String> = members.text("token_type");
        let access_token: Option<Secret> = members.text("access_token");
        let refresh_token: Option<Secret> = members.text("refresh_token");
        let expires_in = members.seconds("expires_in");
        let scope = scope_of(&mut members, response.body());
        let (_, diagnostics) = members.rest();
        if diagnostics.repeated.iter().any(|name| name == "access_token" || name == "token_type") {
            return Err(TokenError::Malformed("each member once"));
        }
        let token_type = token_type.filter(|kind| !kind.is_empty()).or_else(|| known_type.map(str::to_owned));
        if !token_type.ok_or(TokenError::Malformed("`token_type`"))?.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::TokenType);
        }
        let is_usable = |token: &Secret| is_token(token.secret());
        let access_token = access_token.filter(is_usable);
        let refresh_token = refresh_token.filter(is_usable);
        // A lifetime that is over when it begins says nothing of a token that nothing can renew: it is used until the
        // host refuses it.
        let lifetime = expires_in.map(lifetime).filter(|life| refresh_token.is_some() || !life.is_zero());
        Ok(Self {
            access_token: access_token.ok_or(TokenError::Malformed("a usable `access_token`"))?,
            refresh_token,
            expires_in: lifetime,
            scope: scope.filter(|scope| scope.len() <= 4096),
        })
    }
}

/// The error code of a response and the words beside it. Some servers put both into an object.
fn error_of(members: &mut Members<'_>, body: &[u8]) -> Option<(String, Option<Quotation>)> {
    let (code, words) = if let Some(code) = members.text::<String>("error") {
        (code, members.text("error_description"))
    } else {
        let body = serde_json::from_slice::<Value>(body).ok()?;
        let text = |name: &str| body.get("error")?.get(name)?.as_str().map(str::to_owned);
        (text("code").or_else(|| text("type"))?, text("message").or_else(|| text("description")))
    };
    let code = error_code(&code);
    let words = words.and_then(|words: String| Quotation::of(&words));
    Some((code, words)).filter(|(code, _)| !code.is_empty())
}

/// `scope`, which some servers send as a list or separate by commas.
fn scope_of(members: &mut Members<'_>, body: &[u8]) -> Option<String> {
    let Some(text) = members.text::<String>("scope") else {
        let body = serde_json::from_slice::<Value>(body).ok()?;
        let values: Vec<&str> = body.get("scope")?.as_array()?.iter().filter_map(Value::as_str).collect();
        return Some(values.join(" ")).filter(|scope| !scope.is_empty());
    };
    Some(if text.contains(' ') { text } else { text.replace(',', " ") })
}

/// A negative lifetime is over, one beyond ten years is ten years.
fn lifetime(seconds: Seconds) -> Duration {
    const TEN_YEARS: u64 = 315_360_000;
    match seconds {
        Seconds::Of(seconds) => Duration::from_secs(seconds.min(TEN_YEARS)),
        _ => Duration::ZERO,
    }
}

/// True for 1 to 16,384 visible ASCII characters (RFC 6749 Appendix A.12, RFC 6750 §2.1), which fit a header.
fn is_token(token: &str) -> bool {
    (1..=16_384).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic())
}

/// The error of a token request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A success response without a required member.
    #[error("the token answer lacks {0}")]
    Malformed(&'static str),
    /// An error of RFC 6749 §5.2, cleaned.
    #[error("the token endpoint answered {error}{}", said(.says.as_ref()))]
    Refused {
        /// The status: 400, 401, or another one that the server chose.
        status: StatusCode,
        /// The error code.
        error: String,
        /// The description of the error.
        says: Option<Quotation>,
    },
    /// Any other status, redirects included, with any body.
    #[error("the token endpoint answered with {0}")]
    Status(StatusCode),
    /// The token type is not Bearer.
    #[error("the token is not a bearer token")]
    TokenType,
}

impl TokenError {
    /// The requirement that the response violates; an error response violates none.
    pub fn requirement(&self) -> Option<Requirement> {
        match self {
            Self::Malformed(_) => Some(Requirement::TOKEN_ANSWER),
            Self::Refused { .. } | Self::Status(_) => None,
            Self::TokenType => Some(Requirement::TOKEN_TYPE),
        }
    }

    /// Whether trying again later is useless: the server said in some way that the grant or the client is gone. To a
    /// request that is known to be well-formed every error is about them, but for those that speak of another time or
    /// of a parameter that can be left out.
    pub fn is_final(&self) -> bool {
        let Self::Refused { status, error, .. } = self else { return false };
        matches!(status.as_u16(), 200 | 201 | 400 | 401 | 403) && !NOT_FINAL.contains(&error.as_str())
    }

    /// True if the server no longer knows this client (RFC 6749 §5.2).
    pub fn is_about_the_client(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error == "invalid_client")
    }
}

/// Errors that leave the grant as it is: a matter of time, or of a parameter (RFC 6749 §5.2, RFC 8628 §3.5, RFC 8707 §2).
const NOT_FINAL: &[&str] = &[
    "invalid_scope",
    "invalid_target",
    "rate_limit_exceeded",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "too_many_requests",
];
