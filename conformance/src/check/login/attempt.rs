use login_flow::{Client, Exchange, Server};

use super::{
    authorize::{TokenRequestVariant, authorize_with_scope},
    browser::Browser,
    token::{keep_secrets, keep_tokens, revoke, send},
};
use crate::{check::works_with::redeemed, context::CheckContext};

/// The reason why a login did not come to its end.
#[derive(Debug)]
pub(in crate::check) enum Attempted {
    /// The server refuses it.
    Stopped(String),
    /// It could not be tried: a person would have to consent, or there was no response.
    Unknown(String),
}

/// Logs in as a client, without a person.
pub(in crate::check) async fn log_in_as(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    scope: Option<String>,
) -> Result<(), Attempted> {
    let mut browser = Browser::new(context.session);
    let granted = authorize_with_scope(context, &mut browser, server, client, scope).await;
    let granted = granted.map_err(|no_code| {
        let why = no_code.to_string();
        if no_code.is_refusal() { Attempted::Stopped(why) } else { Attempted::Unknown(why) }
    })?;
    let request = granted.request(&TokenRequestVariant::Good);
    keep_secrets(context, &request);
    let response = send(context, request).await.map_err(Attempted::Unknown)?;
    let tokens = redeemed(granted.exchange.receive(&response))?.tokens;
    keep_tokens(context, &tokens);
    revoke(context, server, client, &tokens).await;
    Ok(())
}
