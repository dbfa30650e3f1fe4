//! Logins that are wrong in one thing each, after a good one has shown that the server grants the rest.

use login_flow::{Client, Finding, Tokens};

use super::{
    authorize::{AuthorizationVariant, Granted, TokenRequestVariant, authorize_variant},
    browser::Browser,
    judge::{
        UNREGISTERED, judge_other_redirect_uri, judge_plain, judge_unknown_resource, judge_without_verifier,
    },
    no_code::NoCode,
    token::{judge_refusal, keep_secrets, keep_tokens, revoke, send},
};
use crate::{context::CheckContext, rule::Rule};

/// Sends each of them. `good` is a code that was granted to the client; a client with two redirection URIs is `mixed`,
/// with the other one.
pub(super) async fn log_in(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    mixed: Option<(&Client, &str)>,
    good: &Granted,
) {
    let client = &good.exchange.client().clone();
    if client.auth.secret().is_some() {
        context.not_applicable(Rule::PkceRequired, "the client authenticates with a secret");
    } else {
        let variant = AuthorizationVariant::NoChallenge;
        let granted = authorize_variant(context, browser, good, client, variant).await;
        let variant = TokenRequestVariant::NoVerifier;
        redeem(context, Rule::PkceRequired, granted, &variant, judge_without_verifier).await;
    }
    if context.lists_plain {
        context.not_applicable(Rule::UnlistedMethod, "`plain` is listed");
    } else {
        let granted = authorize_variant(context, browser, good, client, AuthorizationVariant::Plain).await;
        redeem(context, Rule::UnlistedMethod, granted, &TokenRequestVariant::Good, judge_plain).await;
    }
    let variant = AuthorizationVariant::UnknownResource;
    let granted = authorize_variant(context, browser, good, client, variant).await;
    let variant = TokenRequestVariant::UnknownResource;
    redeem(context, Rule::UnknownResource, granted, &variant, judge_unknown_resource).await;
    for (client, other) in [(client, UNREGISTERED)].into_iter().chain(mixed) {
        let variant = AuthorizationVariant::Unattended;
        let granted = authorize_variant(context, browser, good, client, variant).await;
        let variant = TokenRequestVariant::RedirectUri(other);
        redeem(context, Rule::RedirectUriIdentical, granted, &variant, judge_other_redirect_uri).await;
    }
}

/// Redeems the code of a wrong login, if there is one: a server may refuse the authorization request or the token
/// request.
async fn redeem(
    context: &mut CheckContext<'_>,
    rule: Rule,
    granted: Result<Granted, NoCode>,
    variant: &TokenRequestVariant<'_>,
    judge: fn(&http::Response<Vec<u8>>) -> Option<Finding>,
) {
    // The authorization request of this one is a good request.
    let is_refused_at_once = rule != Rule::RedirectUriIdentical;
    let granted = match granted {
        Ok(granted) => granted,
        Err(no_code) if no_code.is_refusal() && is_refused_at_once => return context.passed(rule),
        Err(no_code) => return context.not_applicable(rule, no_code.to_string()),
    };
    let request = granted.request(variant);
    keep_secrets(context, &request);
    match send(context, request).await {
        Ok(response) if response.status().is_server_error() => {
            let why = format!("the token endpoint answered with {}", response.status());
            context.not_applicable(rule, why);
        }
        Ok(response) => {
            judge_refusal(context, rule, judge(&response), &response);
            if let Ok(tokens) = Tokens::receive(&response) {
                keep_tokens(context, &tokens);
                let (server, client) = (granted.exchange.server().clone(), granted.exchange.client().clone());
                revoke(context, &server, &client, &tokens).await;
            }
        }
        Err(why) => context.not_applicable(rule, why),
    }
}
