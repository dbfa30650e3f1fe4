use http::{Request, Response};
use rfc7591::{
    ApplicationType, AuthMethod, ClientConfiguration, ClientInformation, ClientMetadata, ClientSecret,
    Difference, Expiry, GrantType, Registration, RegistrationError, Secret, Violation,
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;
use url::Url;

use crate::{Exchange, Server, Turn};

/// Registers this app as a client (RFC 7591 §3), asking for as little as a login needs.
#[derive(Clone, Debug)]
pub struct Register {
    registration: Registration,
    redirect_uri: Url,
}

impl Register {
    /// For a server, with the one redirection URI; nothing where it registers nobody.
    pub fn new(server: &Server, redirect_uri: Url, client_name: &str) -> Option<Self> {
        let mut metadata = asked(&redirect_uri, client_name);
        metadata.token_endpoint_auth_method = server.auth_methods.first().cloned();
        let endpoint = server.registration_endpoint.clone()?;
        Some(Self { registration: Registration::new(endpoint, metadata), redirect_uri })
    }

    /// With the initial access token that the operator of the server gave out for it (RFC 7591 §3).
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

/// What a login needs of a client, and nothing more.
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

/// A registered client: what this app is called at one issuer, under one redirection URI.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
pub struct Client {
    /// Its identifier.
    pub client_id: String,
    /// How it proves itself.
    pub auth: ClientAuth,
    /// Where it is managed (RFC 7592).
    pub management: Option<ClientConfiguration>,
    /// Where codes are sent.
    pub redirect_uri: Url,
}

impl Client {
    /// A client that the operator of a server registered by hand.
    pub fn preregistered(client_id: String, auth: ClientAuth, redirect_uri: Url) -> Self {
        Self { client_id, auth, management: None, redirect_uri }
    }

    /// Accepts what a server registered, if codes go nowhere else and the client can prove itself.
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

    /// Where it is managed, as far as its server has a say there: on the origin where it was registered.
    pub fn managed_by(&self, server: &Server) -> Option<ClientConfiguration> {
        let endpoint = server.registration_endpoint.as_ref()?.url();
        self.management.clone().filter(|management| management.endpoint().url().origin() == endpoint.origin())
    }

    /// Whether its secret is about to end: a tenth of its life before, and at most a day. Times in seconds since
    /// 1970, `registered` being when it was issued.
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

    /// Whether its secret has ended, so that it must register again (RFC 7591 §3.2.1).
    pub fn is_expired(&self, now: SystemTime) -> bool {
        match &self.auth {
            ClientAuth::None => false,
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => {
                matches!(secret.expires, Expiry::At(end) if end <= now)
            }
        }
    }
}

/// `token_endpoint_auth_method` as registered, with the secret that it needs.
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
    /// Its name in a registration.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::Basic(_) => AuthMethod::ClientSecretBasic,
            Self::None => AuthMethod::None,
            Self::Post(_) => AuthMethod::ClientSecretPost,
        }
    }

    /// The secret that goes with it.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::Basic(secret) | Self::Post(secret) => Some(&secret.secret),
        }
    }

    /// From a method and its secret. The method decides; a secret without a method means Basic, the default of RFC 7591 §2.
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

/// Why there is no client to log in with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The server insists on an authentication method that we do not have.
    #[error("the server registered another authentication method: {0}")]
    AuthMethod(AuthMethod),
    /// Authorization codes were taken from the grant types.
    #[error("the server did not register the authorization_code grant")]
    GrantTypes,
    /// A method that needs a secret, without one.
    #[error("the server registered a method that needs a secret and issued none")]
    NoSecret,
    /// Other redirection URIs than the one that was asked for: codes would go elsewhere.
    #[error("the server registered other redirection URIs")]
    RedirectUris,
    /// The server refused.
    #[error(transparent)]
    RegistrationError(#[from] RegistrationError),
}
