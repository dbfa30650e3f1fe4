//! A login, and the rules that only a login shows.

mod authorize;
mod basic;
mod browser;
mod judge;
mod token;

pub(crate) use judge::{
    judge_basic_alone, judge_callback, judge_token_error, judge_tokens, judge_unregistered, judge_used_code,
    judge_wrong_verifier,
};

use login_flow::{Client, ClientAuth, Server};

use crate::{
    context::CheckContext,
    rule::{Phase, Rule},
};
use authorize::{authorize, unregistered};
use browser::Browser;
use token::{redeem_once, redeem_with_another_verifier};

/// Logs in to the end, then with another verifier than the one that the code is bound to, then with HTTP Basic alone
/// where one of the clients authenticates that way.
pub(super) async fn log_in(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    confidential: Option<&Client>,
) {
    let mut browser = Browser::new(context.session);
    unregistered(context, &mut browser, server, client).await;
    let done = match authorize(context, &mut browser, server, client).await {
        Ok(granted) => redeem_once(context, granted).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            match authorize(context, &mut browser, server, client).await {
                Ok(granted) => redeem_with_another_verifier(context, &granted).await,
                Err(why) => context.not_applicable(Rule::VerifierChecked, &why),
            }
            let is_basic = |client: &&Client| matches!(client.auth, ClientAuth::Basic(_));
            let basic = [Some(client), confidential].into_iter().flatten().find(is_basic);
            basic::log_in(context, &mut browser, server, basic).await;
        }
        Err(why) => context.end_phase(Phase::Login, &why),
    }
    context.end_phase(Phase::Login, "the server refused no request");
}
