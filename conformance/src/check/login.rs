//! A login, and the rules that only a login shows.

mod attempt;
mod authorize;
mod basic;
mod browser;
mod judge;
mod no_code;
mod refresh;
mod resource;
mod token;
mod variants;

pub(super) use attempt::{Attempted, log_in_as};
pub(crate) use judge::{
    judge_basic_alone, judge_callback, judge_error_content_type, judge_other_redirect_uri, judge_plain,
    judge_revocation, judge_token_error, judge_token_form, judge_tokens, judge_unknown_resource,
    judge_unregistered, judge_used_code, judge_without_verifier, judge_wrong_verifier,
};
pub(crate) use refresh::{judge_refresh, judge_refresh_again};
pub(crate) use resource::{judge_damaged, judge_token};

use login_flow::{Client, ClientAuth, Server, challenge_scope};

use crate::{
    context::CheckContext,
    relaxed,
    rule::{Phase, Rule},
};
use authorize::{authorize, unregistered};
use browser::Browser;
use token::{redeem_once, redeem_with_another_verifier};

/// Logs in to the end, then with another verifier than the one that the code is bound to, then wrongly in one thing
/// each, then with HTTP Basic alone where one of the clients authenticates that way. A client with two redirection URIs
/// is `mixed`.
pub(super) async fn log_in(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    mixed: Option<(&Client, &str)>,
    confidential: Option<&Client>,
) {
    let mut browser = Browser::new(context.session);
    unregistered(context, &mut browser, server, client).await;
    let session = context.session;
    context.challenge_scope =
        challenge_scope(context.target, async |request| session.fetch(request).await).await;
    let done = match authorize(context, &mut browser, server, client).await {
        Ok(granted) => redeem_once(context, granted).await,
        Err(why) => Err(why.to_string()),
    };
    match done {
        Ok(client) => {
            judge_relaxations(context, &client);
            let client = &client;
            match authorize(context, &mut browser, server, client).await {
                Ok(granted) => {
                    redeem_with_another_verifier(context, &granted).await;
                    variants::log_in(context, &mut browser, mixed, &granted).await;
                }
                Err(why) => context.not_applicable(Rule::VerifierChecked, why.to_string()),
            }
            let is_basic = |client: &&Client| matches!(client.auth, ClientAuth::Basic(_));
            let basic = [Some(client), confidential].into_iter().flatten().find(is_basic);
            basic::log_in(context, &mut browser, server, basic).await;
        }
        Err(why) => context.end_phase(Phase::Login, why),
    }
    context.end_phase(Phase::Login, "the server refused no request");
}

/// Notes what the client had to leave out or exchange until the login succeeded.
fn judge_relaxations(context: &mut CheckContext<'_>, client: &Client) {
    context.passed(Rule::ResourceAccepted);
    if context.options.scope.is_some() {
        context.not_applicable(Rule::ScopeAccepted, "the scope was named");
    } else {
        context.passed(Rule::ScopeAccepted);
    }
    context.passed(Rule::MethodAccepted);
    for finding in relaxed::findings(&client.relaxations) {
        if finding.id != Rule::MetadataAccepted.id() {
            // Of several requests: none of them stands beside it.
            context.ledger.failed(finding, None);
        }
    }
}
