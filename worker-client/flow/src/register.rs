use http::{Request, Response};
use rfc7591::{
    ApplicationType, AuthMethod, BearerToken, ClientMetadata, GrantType, Registration, RegistrationError,
};
use rfc8414::Endpoint;
use url::Url;

use crate::{
    Client, Exchange, FailedResponse, Fault, Faulty, Relaxation, Relaxations, Server, Step, Turn,
    scope::union,
};

/// The registration of this app as a client (RFC 7591 §3).
///
/// It asks for both grant types of a login, and for the scope values that a login or a later step-up may need. A server
/// that refuses the client metadata is asked once more for less.
#[derive(Clone, Debug)]
pub struct Register {
    server: Server,
    endpoint: Endpoint,
    initial_access_token: Option<BearerToken>,
    redirect_uri: Url,
    client_name: String,
    scope: String,
    relaxations: Relaxations,
}

impl Register {
    /// A registration with one redirection URI; `None` if the server has no registration endpoint.
    pub fn new(server: &Server, redirect_uri: Url, client_name: &str) -> Option<Self> {
        Some(Self {
            endpoint: server.registration_endpoint.clone()?,
            server: server.clone(),
            initial_access_token: None,
            redirect_uri,
            client_name: client_name.to_owned(),
            scope: union(server.scopes.iter().map(String::as_str)),
            relaxations: Relaxations::default(),
        })
    }

    /// Adds the initial access token that the operator of the server issued for this app (RFC 7591 §3).
    #[must_use]
    pub fn with_initial_access_token(self, token: BearerToken) -> Self {
        Self { initial_access_token: Some(token), ..self }
    }

    /// Adds the scope values of a login, before those that the server supports.
    #[must_use]
    pub fn with_scope(self, scope: &str) -> Self {
        Self { scope: union([scope, &self.scope]), ..self }
    }

    /// Applies the relaxations that the issuer is known to require.
    #[must_use]
    pub fn with_relaxations(self, relaxations: Relaxations) -> Self {
        Self { relaxations, ..self }
    }

    /// The relaxations of the present request.
    pub fn relaxations(&self) -> &Relaxations {
        &self.relaxations
    }

    /// The client metadata of the present request.
    pub fn client_metadata(&self) -> ClientMetadata {
        self.metadata(&self.relaxations)
    }

    fn metadata(&self, relaxations: &Relaxations) -> ClientMetadata {
        let mut metadata =
            asked(&self.server, &self.redirect_uri, &self.client_name, &self.scope, relaxations);
        metadata.token_endpoint_auth_method = self.server.auth_methods.first().cloned();
        metadata
    }

    fn registration(&self) -> Registration {
        let registration = Registration::new(self.endpoint.clone(), self.client_metadata());
        match &self.initial_access_token {
            Some(token) => registration.with_initial_access_token(token.clone()),
            None => registration,
        }
    }

    /// The relaxations with everything relaxed that a registration can do without; `None` if that is the same request.
    fn less(&self) -> Option<Relaxations> {
        let metadata = self.client_metadata();
        let all = [Relaxation::RegistrationWithoutScope, Relaxation::ListedGrantTypes];
        let changes = all
            .into_iter()
            .filter(|relaxation| self.metadata(&self.relaxations.clone().with(*relaxation)) != metadata);
        let less: Relaxations = self.relaxations.iter().chain(changes).collect();
        (less != self.relaxations).then_some(less)
    }
}

impl Exchange for Register {
    type Output = Client;
    type Error = RegisterError;

    fn request(&self) -> Request<Vec<u8>> {
        self.registration().request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, RegisterError> {
        match (self.registration().receive(response), self.less()) {
            (Err(error), Some(relaxations)) if is_about_the_metadata(&error) => {
                Ok(Turn::Again(Self { relaxations, ..self }))
            }
            (registered, _) => {
                let scope = self.client_metadata().scope;
                let registered =
                    registered.map_err(|error| RegisterError::of(error, Step::Registration, response))?;
                Client::receive(registered, self.redirect_uri, scope.as_deref(), self.relaxations)
                    .map(Turn::Done)
            }
        }
    }
}

/// True if the server refuses a member of the client metadata that it does not name (RFC 7591 §3.2.2), or the scope.
fn is_about_the_metadata(error: &RegistrationError) -> bool {
    let RegistrationError::Refused { error_response, .. } = error else { return false };
    matches!(error_response.error.as_str(), "invalid_client_metadata" | "invalid_request" | "invalid_scope")
}

/// The client metadata of a registration or an update: what a login requires, and nothing more.
pub(crate) fn asked(
    server: &Server,
    redirect_uri: &Url,
    client_name: &str,
    scope: &str,
    relaxations: &Relaxations,
) -> ClientMetadata {
    let mut metadata = ClientMetadata::public(redirect_uri.clone().into());
    metadata.client_name = Some(client_name.to_owned());
    // OpenID Connect Dynamic Client Registration 1.0 §2: `web` clients have https redirection URIs.
    let web = redirect_uri.scheme() == "https";
    metadata.application_type = Some(if web { ApplicationType::Web } else { ApplicationType::Native });
    if !scope.is_empty() && !relaxations.contains(Relaxation::RegistrationWithoutScope) {
        metadata.scope = Some(scope.to_owned());
    }
    if relaxations.contains(Relaxation::ListedGrantTypes) && !server.lists_refresh {
        metadata.grant_types = Some(vec![GrantType::AuthorizationCode]);
    }
    metadata
}

/// The error of a registration: there is no usable client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The server registered an authentication method that this client does not support.
    #[error("the server registered another authentication method: {0}")]
    AuthMethod(AuthMethod),
    /// An error response (RFC 7591 §3.2.2), or any other response that is no success, redirects included.
    #[error(transparent)]
    Failed(Box<FailedResponse>),
    /// The server removed `authorization_code` from the grant types.
    #[error("the server did not register the authorization_code grant")]
    GrantTypes,
    /// The method requires a secret, and the response has none.
    #[error("the server registered a method that needs a secret and issued none")]
    NoSecret,
    /// The server registered other redirection URIs than the requested one: codes would be sent elsewhere.
    #[error("the server registered other redirection URIs")]
    RedirectUris,
    /// A success that names no usable client.
    #[error(transparent)]
    Unusable(RegistrationError),
}

impl RegisterError {
    pub(crate) fn of(error: RegistrationError, step: Step, response: &Response<Vec<u8>>) -> Self {
        match error {
            RegistrationError::Unusable { .. } => Self::Unusable(error),
            _ => Self::Failed(Box::new(FailedResponse::read(step, response))),
        }
    }
}

impl Faulty for RegisterError {
    fn fault(&self) -> Fault {
        match self {
            Self::Failed(response) => response.fault(),
            Self::AuthMethod(_)
            | Self::GrantTypes
            | Self::NoSecret
            | Self::RedirectUris
            | Self::Unusable(_) => Fault::Contradiction,
        }
    }
}
