use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use pkce::Verifier;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use crate::{
    Client, CodeExchange, Quotation, Relaxation, RequestedScope, Requirement, Server,
    quotation::{error_code, said},
    scope::{OFFLINE_ACCESS, OPENID, has_scope_value},
};

/// The input of one authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store takes it apart and puts it together again")]
pub struct AuthorizationRequest {
    /// The authorization server.
    pub server: Server,
    /// The registered client.
    pub client: Client,
    /// The `resource` parameter: the resource that the token is for (RFC 8707 §2).
    pub resource: String,
    /// The `scope` parameter (RFC 6749 §3.3).
    pub scope: RequestedScope,
    /// True if this is the second request of one login: there is no third.
    pub is_repeated: bool,
}

impl AuthorizationRequest {
    /// The first request of a login.
    pub fn new(server: Server, client: Client, resource: String, scope: RequestedScope) -> Self {
        Self { server, client, resource, scope, is_repeated: false }
    }

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
            .extend_pairs(self.client.resource_parameter(&self.resource));
        if let Some(scope) = self.sent_scope() {
            url.query_pairs_mut().append_pair("scope", &scope);
            // OpenID Connect Core 1.0 §3.1.2.1: some servers reject the scope `openid` without a nonce.
            if has_scope_value(&scope, OPENID) {
                let nonce = Sha256::digest(format!("nonce {}", state.as_str()));
                url.query_pairs_mut().append_pair("nonce", &Base64UrlUnpadded::encode_string(&nonce));
            }
            // OpenID Connect Core 1.0 §11: without it the server ignores the scope `offline_access`.
            if has_scope_value(&scope, OFFLINE_ACCESS) {
                url.query_pairs_mut().append_pair("prompt", "consent");
            }
        }
        (url, Pending { request: self, verifier, state: state.digest() })
    }

    /// The `scope` parameter that is sent.
    pub fn sent_scope(&self) -> Option<String> {
        self.scope.sent(&self.server, &self.client.relaxations)
    }

    /// The second request of the login after a genuine refusal that names what to leave out; `None` if there is nothing
    /// to leave out, or this was the second request.
    ///
    /// `access_denied` names the scope only if the server sent it before a person can have seen a page.
    pub fn after(mut self, refusal: &AuthorizationResponseError, pace: Pace) -> Option<Box<Self>> {
        let AuthorizationResponseError::Refused { error, .. } = refusal else { return None };
        match (error.as_str(), pace) {
            ("invalid_target", _) if self.client.sends_resource() => {
                self.client.relax(Relaxation::WithoutResource);
                self.again()
            }
            ("invalid_scope", _) | ("access_denied", Pace::AtOnce) => self.with_other_scope(),
            _ => None,
        }
    }

    /// The second request, with the other choice of scope.
    pub(crate) fn with_other_scope(mut self) -> Option<Box<Self>> {
        self.client.relaxations = self.scope.otherwise(&self.server, &self.client.relaxations)?;
        self.again()
    }

    /// The second request of the login.
    pub(crate) fn again(self) -> Option<Box<Self>> {
        (!self.is_repeated).then(|| Box::new(Self { is_repeated: true, ..self }))
    }
}

/// The pace of an authorization response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must say which")]
pub enum Pace {
    /// The response came so soon after the request that no person can have answered a page.
    AtOnce,
    /// A person may have answered a page.
    Later,
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
#[derive(Debug)]
pub struct Pending {
    pub(crate) request: AuthorizationRequest,
    pub(crate) verifier: Verifier,
    state: String,
}

impl Pending {
    /// The parts to store: the request, the code verifier, and the digest of the `state`.
    pub fn into_parts(self) -> (AuthorizationRequest, Verifier, String) {
        (self.request, self.verifier, self.state)
    }

    /// Restores a login from its stored parts.
    pub fn restore(request: AuthorizationRequest, verifier: Verifier, state_digest: String) -> Self {
        Self { request, verifier, state: state_digest }
    }

    /// The authorization request that was sent.
    pub fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The digest of the `state`, which is the key of the stored login.
    pub fn state_digest(&self) -> &str {
        &self.state
    }

    /// Validates an authorization response (RFC 6749 §4.1.2, RFC 9207 §2.4); only a valid one leads to a code exchange.
    pub fn accept(self, callback: &Url) -> Result<CodeExchange, AuthorizationResponseError> {
        let given = State::digest_of(callback);
        let given = given.ok_or_else(|| AuthorizationResponseError::without_state(callback))?;
        if !bool::from(given.as_bytes().ct_eq(self.state.as_bytes())) {
            return Err(AuthorizationResponseError::State);
        }
        // RFC 9700 §4.4.2.2: each issuer has its own redirection URI.
        if callback.path() != self.request.client.redirect_uri.path() {
            return Err(AuthorizationResponseError::Issuer);
        }
        match once(callback, "iss").map_err(|()| AuthorizationResponseError::Issuer)? {
            Some(iss) if iss != self.request.server.issuer.as_str() => {
                return Err(AuthorizationResponseError::Issuer);
            }
            None if self.request.server.sends_iss => return Err(AuthorizationResponseError::NoIssuer),
            _ => {}
        }
        let error = once(callback, "error").map_err(|()| AuthorizationResponseError::Repeated)?;
        let code = once(callback, "code").map_err(|()| AuthorizationResponseError::Repeated)?;
        if code.is_some() && error.is_some() {
            return Err(AuthorizationResponseError::CodeWithError);
        }
        if let Some(error) = error {
            let error = error_code(&error);
            let words = |name| once(callback, name).ok().flatten();
            let page = words("error_uri").filter(|page| page.starts_with("https://"));
            let words: Vec<String> = [words("error_description"), page].into_iter().flatten().collect();
            return Err(AuthorizationResponseError::Refused { error, says: Quotation::of(&words.join(" ")) });
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
    /// The response has a code or an error and no `state`, which the request had (RFC 6749 §4.1.2): the server dropped it.
    #[error("the answer carries no `state`, although the request did")]
    NoState,
    /// An error response of the server, or of the person there (RFC 6749 §4.1.2.1).
    #[error("the authorization server answered {error}{}", said(.says.as_ref()))]
    Refused {
        /// `error`, cleaned.
        error: String,
        /// `error_description`, and `error_uri` as text.
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
    /// The error of a response whose login cannot be told by its `state`. It ends no login.
    pub fn without_state(callback: &Url) -> Self {
        let is_absent = matches!(once(callback, "state"), Ok(None));
        let is_response = callback.query_pairs().any(|(name, _)| name == "code" || name == "error");
        if is_absent && is_response { Self::NoState } else { Self::State }
    }

    /// The requirement that the response violates; an error response violates none.
    pub fn requirement(&self) -> Option<Requirement> {
        match self {
            Self::Issuer => Some(Requirement::ISS_IDENTICAL),
            Self::CodeWithError | Self::NoCode => Some(Requirement::CODE),
            Self::NoIssuer => Some(Requirement::ISS_REQUIRED),
            Self::Refused { .. } => None,
            Self::Repeated => Some(Requirement::PARAMETER_ONCE),
            Self::NoState | Self::State => Some(Requirement::STATE),
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
