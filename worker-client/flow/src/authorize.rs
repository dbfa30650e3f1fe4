use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use pkce::Verifier;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use crate::{
    Client, CodeExchange, Quotation, Requirement, Server,
    quotation::{error_code, said},
};

/// The input of one authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the four things a login is made of")]
pub struct AuthorizationRequest {
    /// The authorization server.
    pub server: Server,
    /// The registered client.
    pub client: Client,
    /// The `resource` parameter: the resource that the token is for (RFC 8707 §2).
    pub resource: String,
    /// The `scope` parameter; with `None` the server chooses (RFC 6749 §3.3).
    pub scope: Option<String>,
}

impl AuthorizationRequest {
    /// The URL of the authorization request, and the state to store until the callback.
    #[expect(clippy::needless_pass_by_value, reason = "a state is spent by its login")]
    pub fn begin(self, state: State, verifier: Verifier) -> (Url, Pending) {
        let mut url = self.server.authorization_endpoint.url().clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.client_id)
            .append_pair("redirect_uri", self.client.redirect_uri.as_str())
            .append_pair("state", state.as_str())
            .append_pair("code_challenge", verifier.challenge().as_str())
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", &self.resource);
        if let Some(scope) = &self.scope {
            url.query_pairs_mut().append_pair("scope", scope);
            // OpenID Connect Core 1.0 §3.1.2.1: some servers reject the scope `openid` without a nonce.
            if scope.split(' ').any(|value| value == "openid") {
                let nonce = Sha256::digest(format!("nonce {}", state.as_str()));
                url.query_pairs_mut().append_pair("nonce", &Base64UrlUnpadded::encode_string(&nonce));
            }
        }
        let Self { server, client, resource, scope } = self;
        (url, Pending { server, client, resource, scope, verifier, state: state.digest() })
    }
}

/// The `state` of one authorization request: 256 random bits, without meaning (RFC 6749 §10.12).
#[derive(Clone)]
pub struct State(String);

impl State {
    /// Creates a `state` from fresh random bytes.
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&entropy))
    }

    /// The parameter's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of the `state`, to be stored: it suffices to recognise the `state`, not to forge it.
    pub fn digest(&self) -> String {
        digest(&self.0)
    }

    /// The digest of the `state` of a callback, to find the login by; `None` if the `state` is missing, empty, too long
    /// or repeated.
    pub fn digest_of(callback: &Url) -> Option<String> {
        once(callback, "state").ok().flatten().filter(|s| s.len() <= 256).map(|state| digest(&state))
    }
}

/// The base64url SHA-256 digest of a secret that must not itself be stored or compared.
pub fn digest(text: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(text))
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(..)")
    }
}

/// A login between the authorization request and its response. It holds the code verifier, so it must be stored
/// encrypted.
///
/// It holds the endpoints of the server as they were at the request: later changes to the metadata have no effect.
#[derive(Debug, Deserialize, Serialize)]
pub struct Pending {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) resource: String,
    pub(crate) scope: Option<String>,
    pub(crate) verifier: Verifier,
    state: String,
}

impl Pending {
    /// The parts to store: the request, the code verifier, and the digest of the `state`.
    pub fn into_parts(self) -> (AuthorizationRequest, Verifier, String) {
        let Self { server, client, resource, scope, verifier, state } = self;
        (AuthorizationRequest { server, client, resource, scope }, verifier, state)
    }

    /// Restores a login from its stored parts.
    pub fn restore(request: AuthorizationRequest, verifier: Verifier, state_digest: String) -> Self {
        let AuthorizationRequest { server, client, resource, scope } = request;
        Self { server, client, resource, scope, verifier, state: state_digest }
    }

    /// The digest of the `state`, which is the key of the stored login.
    pub fn state_digest(&self) -> &str {
        &self.state
    }

    /// Validates an authorization response (RFC 6749 §4.1.2, RFC 9207 §2.4); only a valid one leads to a code exchange.
    pub fn accept(self, callback: &Url) -> Result<CodeExchange, AuthorizationResponseError> {
        let given = State::digest_of(callback).ok_or(AuthorizationResponseError::State)?;
        if !bool::from(given.as_bytes().ct_eq(self.state.as_bytes())) {
            return Err(AuthorizationResponseError::State);
        }
        // RFC 9700 §4.4.2.2: each issuer has its own redirection URI.
        if callback.path() != self.client.redirect_uri.path() {
            return Err(AuthorizationResponseError::Issuer);
        }
        match once(callback, "iss").map_err(|()| AuthorizationResponseError::Issuer)? {
            Some(iss) if iss != self.server.issuer.as_str() => {
                return Err(AuthorizationResponseError::Issuer);
            }
            None if self.server.sends_iss => return Err(AuthorizationResponseError::NoIssuer),
            _ => {}
        }
        let error = once(callback, "error").map_err(|()| AuthorizationResponseError::Repeated)?;
        let code = once(callback, "code").map_err(|()| AuthorizationResponseError::Repeated)?;
        if code.is_some() && error.is_some() {
            return Err(AuthorizationResponseError::CodeWithError);
        }
        if let Some(error) = error {
            let error = error_code(&error);
            let description = once(callback, "error_description").ok().flatten();
            let says = description.and_then(|description| Quotation::of(&description));
            return Err(AuthorizationResponseError::Refused { error, says });
        }
        let code = code.filter(|code| code.len() <= 4096).ok_or(AuthorizationResponseError::NoCode)?;
        Ok(CodeExchange::new(self, code))
    }
}

/// The value of a parameter; `None` if it is missing or empty (RFC 6749 §3.1), an error if it is repeated.
fn once(url: &Url, name: &str) -> Result<Option<String>, ()> {
    let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match (values.next(), values.next()) {
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
        (_, Some(_)) => Err(()),
    }
}

/// The reason why an authorization response is not accepted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum AuthorizationResponseError {
    /// The response has another issuer than the request, or several (RFC 9207 §2.4), or arrived at the redirection URI
    /// of another one.
    #[error("the answer comes from another authorization server than the one that was asked")]
    Issuer,
    /// The response has both a code and an error, which exclude each other (RFC 6749 §4.1.2, §4.1.2.1).
    #[error("the answer carries both a code and an error")]
    CodeWithError,
    /// The response has neither a code nor an error.
    #[error("the answer carries neither a code nor an error")]
    NoCode,
    /// The response has no `iss`, although the metadata says that it is always sent (RFC 9207 §2.4).
    #[error("the answer does not name the authorization server that it comes from")]
    NoIssuer,
    /// An error response of the server, or of the person there (RFC 6749 §4.1.2.1).
    #[error("the authorization server answered {error}{}", said(.says.as_ref()))]
    Refused {
        /// `error`, cleaned.
        error: String,
        /// `error_description`.
        says: Option<Quotation>,
    },
    /// A code or an error twice.
    #[error("the answer carries a code or an error more than once")]
    Repeated,
    /// The `state` is not that of this login.
    #[error("the answer does not belong to a login of this browser")]
    State,
}

impl AuthorizationResponseError {
    /// The requirement that the response violates; an error response violates none.
    pub fn requirement(&self) -> Option<Requirement> {
        match self {
            Self::Issuer => Some(Requirement::ISS_IDENTICAL),
            Self::CodeWithError | Self::NoCode => Some(Requirement::CODE),
            Self::NoIssuer => Some(Requirement::ISS_REQUIRED),
            Self::Refused { .. } => None,
            Self::Repeated => Some(Requirement::PARAMETER_ONCE),
            Self::State => Some(Requirement::STATE),
        }
    }

    /// The error response `access_denied`: the resource owner or the server denied the request (RFC 6749 §4.1.2.1).
    pub fn is_access_denied(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error == "access_denied")
    }

    /// True if the login has ended. A response that is not genuine must not end a login.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}
