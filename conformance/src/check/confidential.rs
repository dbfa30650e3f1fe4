//! A client with a secret, beside a good one that has none: what only it shows.

use login_flow::{Client, ClientAuth, Server};
use rfc7591::{AuthMethod, ClientConfiguration, ClientMetadata, Registration};

use super::{Work, management, registration};
use crate::Limit;

/// A client that is registered beside the good one, for a secret.
pub(super) struct Confidential {
    /// As what a login needs.
    pub(super) client: Option<Client>,
    client_id: String,
    management: Option<ClientConfiguration>,
}

/// Registers it, where the server offers a way to authenticate that the good client does not have.
pub(super) async fn register(
    work: &mut Work<'_>,
    server: &Server,
    good: &ClientMetadata,
    registered: &AuthMethod,
) -> Option<Confidential> {
    let is_public = *registered == AuthMethod::None;
    let basic = Some(AuthMethod::ClientSecretBasic).filter(|basic| basic != registered);
    let post = Some(AuthMethod::ClientSecretPost).filter(|_| is_public);
    let method = [basic, post].into_iter().flatten().find(|method| server.auth_methods.contains(method))?;
    let mut metadata = good.clone();
    metadata.token_endpoint_auth_method = Some(method);
    let endpoint = server.registration_endpoint.clone()?;
    let registration = registration::with_token(work, Registration::new(endpoint, metadata));
    let response = work.session.send(registration.request(), Limit::Json).await.ok()?;
    // A refusal breaks nothing: what a server lists is for clients that it knows, too.
    let registered = registration.receive(&response).ok()?;
    registration::keep_secrets(work, &registered);
    work.violations(&registered.violations);
    if registered.client_secret.is_some() {
        work.ledger.kept(registration::SECRET_EXPIRY);
    }
    let redirect_uri = work.options.redirect_uri.clone();
    let method = registered.metadata.token_endpoint_auth_method.clone();
    let auth = ClientAuth::new(method, registered.client_secret).ok();
    let client_id = registered.client_id;
    let client = auth.map(|auth| Client::preregistered(client_id.clone(), auth, redirect_uri));
    Some(Confidential { client, client_id, management: registered.management })
}

impl Confidential {
    /// Deletes it where that is offered.
    pub(super) async fn delete(self, work: &mut Work<'_>, server: &Server) {
        let Self { client_id, management, .. } = self;
        management::delete_or_leave(work, server, management, &client_id, "a client with a secret").await;
    }
}
