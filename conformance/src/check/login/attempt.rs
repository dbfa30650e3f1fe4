use login_flow::{Client, Exchange, RequestedScope, Server, Turn};

use super::{
    authorize::authorize_with_scope,
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

/// Logs in as a client, without a person. One that asks for less does so where the server refuses something by name.
pub(in crate::check) async fn log_in_as(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    scope: RequestedScope,
    asks_for_less: bool,
) -> Result<(), Attempted> {
    let mut browser = Browser::new(context.session);
    let granted = authorize_with_scope(context, &mut browser, server, client, scope, asks_for_less).await;
    let granted = granted.map_err(|no_code| {
        let why = no_code.to_string();
        if no_code.is_refusal() { Attempted::Stopped(why) } else { Attempted::Unknown(why) }
    })?;
    let mut exchange = granted.exchange;
    let issued = loop {
        let request = exchange.request();
        keep_secrets(context, &request);
        let response = send(context, request).await.map_err(Attempted::Unknown)?;
        match exchange.receive(&response) {
            Ok(Turn::Again(less)) if asks_for_less => exchange = less,
            turn => break redeemed(turn)?,
        }
    };
    keep_tokens(context, &issued.tokens);
    revoke(context, server, &issued.client, &issued.tokens).await;
    Ok(())
}
