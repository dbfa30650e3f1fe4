use http::{Request, Response};
use rfc7591::{
    ApplicationType, AuthMethod, ClientConfiguration, ClientInformation, ClientMetadata, ClientSecret,
    Difference, Expiry, GrantType, Registration, RegistrationError, Secret, Violation,
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;
use url::Url;

use crate::{Exchange, Server, Turn};

/// The registration of this app as a client (RFC 7591 §3), with the least that a login requires.
#[derive(Clone, Debug)]
pub struct Register {
    registration: Registration,
    redirect_uri: Url,
}

impl Register {
    /// A registration with one redirection URI; `None` if the server has no registration endpoint.
    pub fn new(server: &Server, redirect_uri: Url, client_name: &str) -> Option<Self> {
        let mut metadata = asked(&redirect_uri, client_name);
        metadata.token_endpoint_auth_method = server.auth_methods.first().cloned();
        let endpoint = server.registration_endpoint.clone()?;
        Some(Self { registration: Registration::new(endpoint, metadata), redirect_uri })
    }

    /// Adds the initial access token that the operator of the server issued for this app (RFC 7591 §3).
    pub fn with_initial_access_token(self, token: Secret) -> Self {
        Self { registration: self.registration.with_initial_access_token(token), ..self }
    }
}

impl Exchange for Register {
    type Output = Client;
    type Error = RegisterError;

    fn request(&self) -> Request<Vec<u8>> {
        self.registration.request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, RegisterError> {
        Client::receive(self.registration.receive(response)?, self.redirect_uri).map(Turn::Done)
    }
}

/// The client metadata of a registration: what a login requires, and nothing more.
pub(crate) fn asked(redirect_uri: &Url, client_name: &str) -> ClientMetadata {
    let mut metadata = ClientMetadata::public(redirect_uri.clone().into());
    metadata.client_name = Some(client_name.to_owned());
    // OpenID Connect Dynamic Client Registration 1.0 §2: `web` clients have https redirection URIs.
    let web = redirect_uri.scheme() == "https";
    metadata.application_type = Some(if web { ApplicationType::Web } else { ApplicationType::Native });
    metadata
}

fn is_about_redirect_uris(difference: &Difference) -> bool {
    matches!(difference, Difference::RedirectUriAdded(_) | Difference::RedirectUriDropped(_))
}

fn has_unreadable_redirect_uris(violation: &Violation) -> bool {
    matches!(violation, Violation::Malformed(unreadable) if unreadable.member == "redirect_uris")
}

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

/// The error of a registration: there is no usable client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The server registered an authentication method that this client does not support.
    #[error("the server registered another authentication method: {0}")]
    AuthMethod(AuthMethod),
    /// The server removed `authorization_code` from the grant types.
    #[error("the server did not register the authorization_code grant")]
    GrantTypes,
    /// The method requires a secret, and the response has none.
    #[error("the server registered a method that needs a secret and issued none")]
    NoSecret,
    /// The server registered other redirection URIs than the requested one: codes would be sent elsewhere.
    #[error("the server registered other redirection URIs")]
    RedirectUris,
    /// An error response, or an invalid response.
    #[error(transparent)]
    RegistrationError(#[from] RegistrationError),
}
