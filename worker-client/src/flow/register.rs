use http::{Request, Response};
use rfc7591::{
    ApplicationType, AuthMethod, ClientMetadata, ClientSecret, Difference, Expiry, GrantType, Management,
    Registration, Rejected, Violation,
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;
use url::Url;

use super::{Exchange, Server, Turn};

/// Registers this app as a client (RFC 7591 §3), asking for as little as a login needs.
#[derive(Clone, Debug)]
pub struct Register {
    registration: Registration,
    redirect_uri: Url,
}

impl Register {
    /// For a server, with the one redirection URI.
    pub fn new(server: &Server, redirect_uri: Url, client_name: &str) -> Self {
        let mut metadata = ClientMetadata::public(redirect_uri.clone());
        metadata.client_name = Some(client_name.to_owned());
        metadata.token_endpoint_auth_method = server.auth_methods.first().cloned();
        // OpenID Connect Dynamic Client Registration 1.0 §2: `web` clients have https redirection URIs.
        let web = redirect_uri.scheme() == "https";
        metadata.application_type = Some(if web { ApplicationType::Web } else { ApplicationType::Native });
        let endpoint = server.registration_endpoint.uri();
        Self { registration: Registration::new(endpoint, metadata), redirect_uri }
    }
}

impl Exchange for Register {
    type Output = Client;
    type Error = RegisterError;

    fn request(&self) -> Request<Vec<u8>> {
        self.registration.request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, RegisterError> {
        let registered = self.registration.receive(response)?;
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
        Ok(Turn::Done(Client {
            client_id: registered.client_id,
            auth,
            management: registered.management,
            redirect_uri: self.redirect_uri,
        }))
    }
}

fn is_about_redirect_uris(difference: &Difference) -> bool {
    matches!(difference, Difference::RedirectUriAdded(_) | Difference::RedirectUriDropped(_))
}

fn has_unreadable_redirect_uris(violation: &Violation) -> bool {
    matches!(violation, Violation::Malformed(unreadable) if unreadable.member == "redirect_uris")
}

/// A registered client: what this app is called at one issuer, under one redirection URI.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Client {
    /// Its identifier.
    pub client_id: String,
    /// How it proves itself.
    pub auth: ClientAuth,
    /// Where it is managed (RFC 7592).
    pub management: Option<Management>,
    /// Where codes are sent.
    pub redirect_uri: Url,
}

impl Client {
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
    /// The registered method decides; a secret without a method means Basic, the default of RFC 7591 §2.
    fn new(method: Option<AuthMethod>, secret: Option<ClientSecret>) -> Result<Self, RegisterError> {
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
    Rejected(#[from] Rejected),
}
