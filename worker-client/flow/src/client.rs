use std::time::SystemTime;

use rfc7591::{
    ClientConfiguration, ClientInformation, ClientSecret, Difference, Expiry, GrantType, Violation,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    ClientAuth, RegisterError, Relaxation, Relaxations, Server,
    scope::{has_scope_value, scope_values, union},
};

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
    pub configuration: Option<ClientConfiguration>,
    /// The redirection URI.
    pub redirect_uri: Url,
    /// The client secret that the server issued although the registered method has none.
    pub spare_secret: Option<ClientSecret>,
    /// The scope values that the registration asked for or received (RFC 7591 §2); `None` if that is not known, or the
    /// server refuses to register any.
    pub scope: Option<String>,
    /// True if the server has accepted the client's authentication: `invalid_client` then means that it forgot it.
    pub is_proven: bool,
    /// The relaxations that the issuer requires, as far as they are known.
    pub relaxations: Relaxations,
}

impl Client {
    /// A pre-registered client.
    pub fn preregistered(client_id: String, auth: ClientAuth, redirect_uri: Url) -> Self {
        Self {
            client_id,
            auth,
            configuration: None,
            redirect_uri,
            spare_secret: None,
            scope: None,
            is_proven: true,
            relaxations: Relaxations::default(),
        }
    }

    /// Accepts a client information response if the redirection URI is the requested one and the authentication method
    /// is supported.
    pub(crate) fn receive(
        registered: ClientInformation,
        redirect_uri: Url,
        asked_scope: Option<&str>,
        relaxations: Relaxations,
    ) -> Result<Self, RegisterError> {
        let metadata = &registered.metadata;
        if registered.differences().any(is_about_redirect_uris)
            || registered.violations.iter().any(has_unreadable_redirect_uris)
        {
            return Err(RegisterError::RedirectUris);
        }
        if !metadata.grant_types().contains(&GrantType::AuthorizationCode) {
            return Err(RegisterError::GrantTypes);
        }
        let scope = (!relaxations.contains(Relaxation::RegistrationWithoutScope))
            .then(|| union(asked_scope.into_iter().chain(metadata.scope.as_deref())));
        let secret = registered.client_secret;
        // RFC 7591 §2: an omitted method is `client_secret_basic`; some servers send an empty one.
        let method = metadata.token_endpoint_auth_method.clone().filter(|method| !method.as_str().is_empty());
        let auth = ClientAuth::new(method, secret.clone())?;
        let spare_secret = secret.filter(|_| auth == ClientAuth::None);
        let (client_id, configuration) = (registered.client_id, registered.configuration);
        Ok(Self {
            client_id,
            auth,
            configuration,
            redirect_uri,
            spare_secret,
            scope,
            is_proven: false,
            relaxations,
        })
    }

    /// True if requests have a `resource` (RFC 8707 §2).
    pub(crate) fn sends_resource(&self) -> bool {
        !self.relaxations.contains(Relaxation::WithoutResource)
    }

    /// The `resource` parameter, unless the issuer refuses it.
    pub(crate) fn resource_parameter<'a>(&self, resource: &'a str) -> Option<(&'static str, &'a str)> {
        self.sends_resource().then_some(("resource", resource))
    }

    /// Relaxes one thing more in the requests of this client.
    pub(crate) fn relax(&mut self, relaxation: Relaxation) {
        self.relaxations = std::mem::take(&mut self.relaxations).with(relaxation);
    }

    /// True if the registration covers a scope, as far as that is known.
    pub fn may_ask_for(&self, scope: Option<&str>) -> bool {
        let Some(registered) = &self.scope else { return true };
        scope.is_none_or(|scope| scope_values(scope).all(|value| has_scope_value(registered, value)))
    }

    /// The client configuration endpoint, if it has the origin of the server's registration endpoint.
    pub fn managed_by(&self, server: &Server) -> Option<ClientConfiguration> {
        let endpoint = server.registration_endpoint.as_ref()?.url();
        self.configuration
            .clone()
            .filter(|configuration| configuration.endpoint().url().origin() == endpoint.origin())
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

fn is_about_redirect_uris(difference: &Difference) -> bool {
    matches!(difference, Difference::RedirectUriAdded(_) | Difference::RedirectUriDropped(_))
}

fn has_unreadable_redirect_uris(violation: &Violation) -> bool {
    matches!(violation, Violation::Malformed(unreadable) if unreadable.member == "redirect_uris")
}
