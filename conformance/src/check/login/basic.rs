//! A login of a client that says who it is by HTTP Basic alone.

use login_flow::{Client, Server, Tokens};

use super::{
    Browser, But, Granted, Work, authorize,
    judge::{BASIC_ALONE, judge_basic_alone},
    keep_secrets, keep_tokens, revoke, send,
};

/// Sends a token request without `client_id` in its form, and where that is refused the same code with it: only what
/// is accepted then was refused for that.
pub(super) async fn ask(
    work: &mut Work<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: Option<&Client>,
) {
    let Some(client) = client else {
        return work.ledger.untested(BASIC_ALONE, "no client with `client_secret_basic` was registered");
    };
    let granted = match authorize(work, browser, server, client).await {
        Ok(granted) => granted,
        Err(why) => return work.ledger.untested(BASIC_ALONE, &why),
    };
    let tokens = match redeem(work, &granted).await {
        Ok(tokens) => tokens,
        Err(why) => return work.ledger.untested(BASIC_ALONE, &why),
    };
    keep_tokens(work, &tokens);
    revoke(work, server, client, &tokens).await;
}

async fn redeem(work: &mut Work<'_>, granted: &Granted) -> Result<Tokens, String> {
    let alone = granted.request(&But::NoClientId);
    keep_secrets(work, &alone);
    let response = send(work, alone).await?;
    let refused = match Tokens::receive(&response) {
        Ok(tokens) => {
            work.ledger.kept(BASIC_ALONE);
            return Ok(tokens);
        }
        Err(refused) => refused,
    };
    let control = send(work, granted.request(&But::Nothing)).await?;
    let tokens = Tokens::receive(&control).map_err(|_| format!("with `client_id` too: {refused}"))?;
    work.ledger.judged(BASIC_ALONE, judge_basic_alone(&response));
    Ok(tokens)
}
