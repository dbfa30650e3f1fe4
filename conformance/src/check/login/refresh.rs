//! The refresh token of a login, used and used again.

use http::Response;
use login_flow::{Client, Exchange, Finding, Refresh, Server, Tokens, Turn};

use super::token::{judge_form, judge_refusal, keep_tokens, send};
use crate::{context::CheckContext, rule::Rule};

/// Uses the refresh token, and uses it again; the tokens that are good at the end.
pub(super) async fn refresh(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    tokens: Tokens,
) -> Tokens {
    let rules = [Rule::RefreshGranted, Rule::RefreshRotated];
    let resource = context.resource();
    let Some(refresh) = Refresh::new(server.clone(), client.clone(), resource, &tokens) else {
        for rule in rules {
            context.not_applicable(rule, "no refresh token was issued");
        }
        return tokens;
    };
    let request = refresh.request();
    let response = match send(context, request.clone()).await {
        Ok(response) => response,
        Err(why) => {
            for rule in rules {
                context.not_applicable(rule, why.clone());
            }
            return tokens;
        }
    };
    judge_refusal(context, Rule::RefreshGranted, judge_refresh(&response), &response);
    let renewed = match refresh.receive(&response) {
        Ok(Turn::Done(renewed)) => renewed.tokens,
        Ok(Turn::Again(_)) | Err(_) => {
            context.not_applicable(Rule::RefreshRotated, "the refresh token gave no new tokens");
            return tokens;
        }
    };
    keep_tokens(context, &renewed);
    judge_form(context, "a refresh", &response);
    if client.auth.secret().is_some() {
        context.not_applicable(Rule::RefreshRotated, "the client authenticates with a secret");
        return renewed;
    }
    let is_replaced = renewed.refresh_token != tokens.refresh_token;
    if !is_replaced {
        context.failed(not_rotated());
        return renewed;
    }
    match send(context, request).await {
        Ok(again) => judge_refusal(context, Rule::RefreshRotated, judge_refresh_again(&again), &again),
        Err(why) => context.not_applicable(Rule::RefreshRotated, why),
    }
    renewed
}

/// The finding of a response to a good refresh.
pub(crate) fn judge_refresh(response: &Response<Vec<u8>>) -> Option<Finding> {
    let refused = Tokens::receive(response).err()?;
    let evidence = format!("the refresh token that was just issued gives no tokens: {refused}");
    Some(Rule::RefreshGranted.finding(&evidence, "accept a refresh token that was issued, or issue none"))
}

/// The finding of a response to a refresh token that was used before.
pub(crate) fn judge_refresh_again(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a refresh token that was used and replaced gives tokens once more";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued
        .then(|| Rule::RefreshRotated.finding(evidence, "refuse it, and revoke the tokens that came from it"))
}

fn not_rotated() -> Finding {
    let evidence = "the refresh token of a public client is not replaced when it is used";
    Rule::RefreshRotated
        .finding(evidence, "issue another refresh token with every refresh, or bind it to its sender")
}
