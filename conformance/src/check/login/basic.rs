//! A login of a client that authenticates by HTTP Basic alone.

use login_flow::{Client, Server, Tokens};

use super::{
    authorize::{Granted, TokenRequestVariant, authorize},
    browser::Browser,
    judge::judge_basic_alone,
    token::{keep_secrets, keep_tokens, revoke, send},
};
use crate::{context::CheckContext, rule::Rule};

/// Sends a token request without `client_id` in its form, and where the server refuses that, the same code with it:
/// a refusal counts only if the second request is accepted.
pub(super) async fn log_in(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: Option<&Client>,
) {
    if let Err(why) = redeem_alone(context, browser, server, client).await {
        context.not_applicable(Rule::ClientIdWithBasic, why);
    }
}

async fn redeem_alone(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: Option<&Client>,
) -> Result<(), String> {
    let client = client.ok_or("no client with `client_secret_basic` was registered")?;
    let granted = authorize(context, browser, server, client).await;
    let granted = granted.map_err(|no_code| no_code.to_string())?;
    let tokens = redeem(context, &granted).await?;
    keep_tokens(context, &tokens);
    revoke(context, server, client, &tokens).await;
    Ok(())
}

async fn redeem(context: &mut CheckContext<'_>, granted: &Granted) -> Result<Tokens, String> {
    let alone = granted.request(&TokenRequestVariant::NoClientId);
    keep_secrets(context, &alone);
    let response = send(context, alone).await?;
    let refused = match Tokens::receive(&response) {
        Ok(tokens) => {
            context.passed(Rule::ClientIdWithBasic);
            return Ok(tokens);
        }
        Err(refused) => refused,
    };
    let control = send(context, granted.request(&TokenRequestVariant::Good)).await?;
    let tokens = Tokens::receive(&control).map_err(|_| format!("with `client_id` too: {refused}"))?;
    context.judged(Rule::ClientIdWithBasic, judge_basic_alone(&response));
    Ok(tokens)
}
