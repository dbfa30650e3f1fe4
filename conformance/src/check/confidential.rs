//! A client with a secret, beside a good one that has none: some rules show with it alone.

use login_flow::{Client, ClientAuth, Server};
use rfc7591::{AuthMethod, ClientConfiguration, ClientMetadata, Registration};

use crate::{context::CheckContext, session::Limit};

/// A client that is registered beside the good one, for a secret.
pub(super) struct Confidential {
    /// The client that a login needs.
    pub(super) client: Option<Client>,
    client_id: String,
    configuration: Option<ClientConfiguration>,
}

/// Registers it, where the server offers an authentication method that the good client does not have.
pub(super) async fn register(
    context: &mut CheckContext<'_>,
    server: &Server,
    good: &ClientMetadata,
    registered: &AuthMethod,
) -> Option<Confidential> {
    let is_public = *registered == AuthMethod::None;
    let basic = Some(AuthMethod::ClientSecretBasic).filter(|basic| basic != registered);
    let post = Some(AuthMethod::ClientSecretPost).filter(|_| is_public);
    let method = [basic, post].into_iter().flatten().find(|method| server.auth_methods.contains(method))?;
    let mut requested = good.clone();
    requested.token_endpoint_auth_method = Some(method);
    let endpoint = server.registration_endpoint.clone()?;
    let registration = context.with_token(Registration::new(endpoint, requested.clone()));
    let response = context.session.send(registration.request(), Limit::Json).await.ok()?;
    // A refusal violates no rule: a server may list methods that are for clients which it knows.
    let information = registration.receive(&response).ok()?;
    context.judge_information("a client with a secret", &requested, &information, &response);
    let redirect_uri = context.options.redirect_uri.clone();
    let method = information.metadata.token_endpoint_auth_method.clone();
    let auth = ClientAuth::new(method, information.client_secret).ok();
    let client_id = information.client_id;
    let client = auth.map(|auth| Client::preregistered(client_id.clone(), auth, redirect_uri));
    Some(Confidential { client, client_id, configuration: information.management })
}

impl Confidential {
    /// Deletes it where the server offers that.
    pub(super) async fn delete(self, context: &mut CheckContext<'_>, server: &Server) {
        let Self { client_id, configuration, .. } = self;
        context.delete_or_leave(server, configuration, &client_id, "a client with a secret").await;
    }
}
