//! A client with a secret, beside a good one that has none: some rules show with it alone.

use login_flow::Server;
use rfc7591::{AuthMethod, ClientMetadata, Registration};

use super::beside::ClientBeside;
use crate::{context::CheckContext, session::Limit};

/// Registers it, where the server offers an authentication method that the good client does not have.
pub(super) async fn register(
    context: &mut CheckContext<'_>,
    server: &Server,
    good: &ClientMetadata,
    registered: &AuthMethod,
) -> Option<ClientBeside> {
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
    Some(ClientBeside::of(information, redirect_uri, "a client with a secret"))
}
