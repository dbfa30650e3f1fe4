use http::{Request, Response};
use login_flow::{
    Client, DriveError, Exchange, FetchError, Finding, Revoke, Server, TokenKind, Tokens, Turn, drive,
};
use pkce::Verifier;
use url::form_urlencoded;

use super::{
    authorize::{Granted, TokenRequestVariant},
    judge::{judge_token_error, judge_tokens, judge_used_code, judge_wrong_verifier},
};
use crate::{context::CheckContext, entropy::entropy, rule::Rule, session::Limit};

/// Exchanges a code for tokens, and sends the code again.
pub(super) async fn redeem_once(context: &mut CheckContext<'_>, granted: Granted) -> Result<(), String> {
    let request = granted.request(&TokenRequestVariant::Good);
    keep_secrets(context, &request);
    let Granted { exchange, .. } = granted;
    let (server, client) = (exchange.server().clone(), exchange.client().clone());
    let response = send(context, request.clone()).await?;
    for (rule, finding) in judge_tokens(&response) {
        if rule != Rule::TokenNoStore || response.status().is_success() {
            context.judged(rule, finding);
        }
    }
    let tokens = match exchange.receive(&response) {
        Ok(Turn::Done(issued)) => issued.tokens,
        Ok(Turn::Again(_)) => return Err("the token request did not end".to_owned()),
        Err(error) => return Err(format!("a good code was refused: {error}")),
    };
    keep_tokens(context, &tokens);
    match send(context, request).await {
        Ok(response) => judge_refusal(context, Rule::CodeOnce, judge_used_code(&response), &response),
        Err(why) => context.not_applicable(Rule::CodeOnce, &why),
    }
    revoke(context, &server, &client, &tokens).await;
    Ok(())
}

/// Sends a code with another verifier.
pub(super) async fn redeem_with_another_verifier(context: &mut CheckContext<'_>, granted: &Granted) {
    let other = Verifier::from_entropy(entropy());
    match send(context, granted.request(&TokenRequestVariant::Verifier(&other))).await {
        Ok(response) => {
            judge_refusal(context, Rule::VerifierChecked, judge_wrong_verifier(&response), &response);
        }
        Err(why) => context.not_applicable(Rule::VerifierChecked, &why),
    }
}

fn judge_refusal(
    context: &mut CheckContext<'_>,
    rule: Rule,
    finding: Option<Finding>,
    response: &Response<Vec<u8>>,
) {
    context.judged(rule, finding);
    if !response.status().is_success() {
        context.judged(Rule::TokenErrorResponse, judge_token_error(response));
    }
}

/// Remembers the secrets of a token request, so that no report shows one.
pub(super) fn keep_secrets(context: &mut CheckContext<'_>, request: &Request<Vec<u8>>) {
    for (name, value) in form_urlencoded::parse(request.body()) {
        if matches!(&*name, "client_secret" | "code" | "code_verifier") {
            context.secrets.keep(&value);
        }
    }
}

/// Remembers tokens, so that no report shows one.
pub(super) fn keep_tokens(context: &mut CheckContext<'_>, tokens: &Tokens) {
    for token in [Some(&tokens.access_token), tokens.refresh_token.as_ref()].into_iter().flatten() {
        context.secrets.keep(token.secret());
    }
}

pub(super) async fn send(
    context: &CheckContext<'_>,
    request: Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, String> {
    context.session.send(request, Limit::Json).await.map_err(|failure| failure.to_string())
}

/// Revokes the tokens where the server offers that. A failure changes no outcome: no rule is about revocation.
pub(super) async fn revoke(context: &CheckContext<'_>, server: &Server, client: &Client, tokens: &Tokens) {
    let (token, kind) = match &tokens.refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (&tokens.access_token, TokenKind::Access),
    };
    if let Some(revoke) = Revoke::new(server, client, token, kind) {
        let _: Result<(), DriveError<_, FetchError>> =
            drive(revoke, async |request| context.session.fetch(request).await).await;
    }
}
