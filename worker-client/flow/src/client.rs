use std::time::SystemTime;

use rfc7591::{
    AuthMethod, ClientConfiguration, ClientInformation, ClientSecret, Difference, Expiry, GrantType, Secret,
    Violation,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{RegisterError, Server};

/// A client registered at one issuer, with one redirection URI.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
pub struct Client {
    /// The client identifier.
    pub client_id: String,
    /// The client authentication method, with its secret.
    pub auth: ClientAuth,
    /// The client configuration endpoint, with its registration access token (RFC 7592).
    pub management: Option<ClientConfiguration>,
    /// The redirection URI.
    pub redirect_uri: Url,
}

impl Client {
    /// A pre-registered client.
    pub fn preregistered(client_id: String, auth: ClientAuth, redirect_uri: Url) -> Self {
        Self { client_id, auth, management: None, redirect_uri }
    }

    /// Accepts a client information response if the redirection URI is the requested one and the authentication method
    /// is supported.
    pub(crate) fn receive(registered: ClientInformation, redirect_uri: Url) -> Result<Self, RegisterError> {
        let metadata = &registered.metadata;
        if registered.differences().any(is_about_redirect_uris)
            || registered.violations.iter().any(has_unreadable_redirect_uris)
        {
            return Err(RegisterError::RedirectUris);
        }
        if !metadata.grant_types().contains(&GrantType::AuthorizationCode) {
            return Err(RegisterError::GrantTypes);
        }
        let auth = ClientAuth::new(metadata.token_endpoint_auth_method.clone(), registered.client_secret)?;
        let (client_id, management) = (registered.client_id, registered.management);
        Ok(Self { client_id, auth, management, redirect_uri })
    }

    /// The client configuration endpoint, if it has the origin of the server's registration endpoint.
    pub fn managed_by(&self, server: &Server) -> Option<ClientConfiguration> {
        let endpoint = server.registration_endpoint.as_ref()?.url();
        self.management.clone().filter(|management| management.endpoint().url().origin() == endpoint.origin())
    }

    /// True if the client secret expires soon: within the last tenth of its lifetime, at most a day. Times are in
    /// seconds since 1970; `registered` is when it was issued.
    pub fn ends_soon(&self, registered: i64, now: i64) -> bool {
        let end = match &self.auth {
            ClientAuth::None => return false,
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => match secret.expires {
                Expiry::At(end) => end.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
                Expiry::Never | Expiry::Unspecified => return false,
            },
        };
        let end = i64::try_from(end).unwrap_or(i64::MAX);
        let margin = (end.saturating_sub(registered) / 10).clamp(0, 86_400);
        now >= end.saturating_sub(margin)
    }

    /// True if the client secret has expired, so that the client must register again (RFC 7591 §3.2.1).
    pub fn is_expired(&self, now: SystemTime) -> bool {
        match &self.auth {
            ClientAuth::None => false,
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => {
                matches!(secret.expires, Expiry::At(end) if end <= now)
            }
        }
    }
}

/// The registered `token_endpoint_auth_method`, with the secret that it requires.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum ClientAuth {
    /// `client_secret_basic`.
    Basic(ClientSecret),
    /// `none`.
    None,
    /// `client_secret_post`.
    Post(ClientSecret),
}

impl ClientAuth {
    /// The method's name in a registration.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::Basic(_) => AuthMethod::ClientSecretBasic,
            Self::None => AuthMethod::None,
            Self::Post(_) => AuthMethod::ClientSecretPost,
        }
    }

    /// The secret of the method.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::Basic(secret) | Self::Post(secret) => Some(&secret.secret),
        }
    }

    /// Combines a method with its secret. The method decides; a secret without a method means `client_secret_basic`,
    /// the default of RFC 7591 §2.
    pub fn new(method: Option<AuthMethod>, secret: Option<ClientSecret>) -> Result<Self, RegisterError> {
        match (method, secret) {
            (Some(AuthMethod::None), _) | (None, None) => Ok(Self::None),
            (Some(AuthMethod::ClientSecretBasic) | None, Some(secret)) => Ok(Self::Basic(secret)),
            (Some(AuthMethod::ClientSecretPost), Some(secret)) => Ok(Self::Post(secret)),
            (Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost), None) => {
                Err(RegisterError::NoSecret)
            }
            (Some(other), _) => Err(RegisterError::AuthMethod(other)),
        }
    }
}

fn is_about_redirect_uris(difference: &Difference) -> bool {
    matches!(difference, Difference::RedirectUriAdded(_) | Difference::RedirectUriDropped(_))
}

fn has_unreadable_redirect_uris(violation: &Violation) -> bool {
    matches!(violation, Violation::Malformed(unreadable) if unreadable.member == "redirect_uris")
}
