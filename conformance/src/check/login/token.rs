use http::{Request, Response, StatusCode};
use login_flow::{Client, ClientAuth, Exchange, Finding, Issued, Revoke, Server, TokenKind, Tokens, Turn};
use pkce::Verifier;
use url::form_urlencoded::{self, Serializer};

use super::{
    authorize::{Granted, TokenRequestVariant},
    judge::{
        judge_error_content_type, judge_revocation, judge_token_error, judge_token_form, judge_tokens,
        judge_used_code, judge_wrong_verifier,
    },
    refresh::refresh,
    resource::use_token,
};
use crate::{context::CheckContext, entropy::entropy, rule::Rule, session::Limit};

/// Exchanges a code for tokens, and sends the code again; the client as the server accepts it.
pub(super) async fn redeem_once(context: &mut CheckContext<'_>, granted: Granted) -> Result<Client, String> {
    let server = granted.exchange.server().clone();
    let mut exchange = granted.exchange;
    let (request, response, received) = loop {
        let request = exchange.request();
        keep_secrets(context, &request);
        let response = send(context, request.clone()).await?;
        match exchange.receive(&response) {
            Ok(Turn::Again(less)) => exchange = less,
            Ok(Turn::Done(issued)) => break (request, response, Ok(issued)),
            Err(error) => break (request, response, Err(error)),
        }
    };
    for (rule, finding) in judge_tokens(&response) {
        if rule != Rule::TokenNoStore || response.status().is_success() {
            context.judged(rule, finding);
        }
    }
    let Issued { client, tokens } = received.map_err(|error| format!("a good code was refused: {error}"))?;
    keep_tokens(context, &tokens);
    judge_form(context, "a token request", &response);
    use_token(context, &tokens).await;
    let tokens = refresh(context, &server, &client, tokens).await;
    // The last: RFC 6749 §4.1.2 lets a server revoke the tokens of a code that comes again.
    match send(context, request).await {
        Ok(response) => judge_refusal(context, Rule::CodeOnce, judge_used_code(&response), &response),
        Err(why) => context.not_applicable(Rule::CodeOnce, why),
    }
    revoke(context, &server, &client, &tokens).await;
    Ok(client)
}

/// Sends a code with another verifier.
pub(super) async fn redeem_with_another_verifier(context: &mut CheckContext<'_>, granted: &Granted) {
    let other = Verifier::from_entropy(entropy());
    match send(context, granted.request(&TokenRequestVariant::Verifier(&other))).await {
        Ok(response) => {
            judge_refusal(context, Rule::VerifierChecked, judge_wrong_verifier(&response), &response);
        }
        Err(why) => context.not_applicable(Rule::VerifierChecked, why),
    }
}

/// Notes the findings of the form of an access token response.
pub(super) fn judge_form(context: &mut CheckContext<'_>, about: &str, response: &Response<Vec<u8>>) {
    context.passed(Rule::TokenForm);
    for finding in judge_token_form(about, response) {
        context.failed(finding);
    }
}

pub(super) fn judge_refusal(
    context: &mut CheckContext<'_>,
    rule: Rule,
    finding: Option<Finding>,
    response: &Response<Vec<u8>>,
) {
    context.judged(rule, finding);
    if !response.status().is_success() {
        context.judged(Rule::TokenErrorResponse, judge_token_error(response));
        if response.status().is_client_error() {
            context.judged(Rule::TokenErrorContentType, judge_error_content_type(response));
        }
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

/// Revokes the tokens where the server offers that.
pub(super) async fn revoke(
    context: &mut CheckContext<'_>,
    server: &Server,
    client: &Client,
    tokens: &Tokens,
) {
    let (token, kind) = match &tokens.refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (&tokens.access_token, TokenKind::Access),
    };
    let Some(revoke) = Revoke::new(server, client, token, kind) else {
        return context.not_applicable(Rule::RevocationStatus, "the server offers no revocation (RFC 7009)");
    };
    let request = revoke.request();
    let mut sent = send(context, request.clone()).await;
    // HTTP Basic identifies the client: some servers refuse `client_id` beside it, and some require it.
    let is_basic = matches!(client.auth, ClientAuth::Basic(_));
    if is_basic && sent.as_ref().is_ok_and(|response| response.status() != StatusCode::OK) {
        sent = send(context, without_client_id(request)).await;
    }
    match sent {
        Ok(response) => context.judged(Rule::RevocationStatus, judge_revocation(&response)),
        Err(why) => context.not_applicable(Rule::RevocationStatus, why),
    }
}

fn without_client_id(mut request: Request<Vec<u8>>) -> Request<Vec<u8>> {
    let others = form_urlencoded::parse(request.body()).filter(|(name, _)| name != "client_id");
    let form = Serializer::new(String::new()).extend_pairs(others).finish();
    *request.body_mut() = form.into_bytes();
    request
}
