use http::{Request, Response};
use rfc7591::{ApplicationType, AuthMethod, BearerToken, ClientMetadata, Registration, RegistrationError};
use url::Url;

use crate::{Client, Exchange, Server, Turn};

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
    pub fn with_initial_access_token(self, token: BearerToken) -> Self {
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
