//! Requests to the resource with the access token of a login.

use http::{HeaderValue, Request, Response, StatusCode, header};
use login_flow::{BearerChallenge, Finding, Tokens};

use crate::{check::mcp, context::CheckContext, rule::Rule, session::Limit, text::bounded};

/// Sends an MCP `initialize` with the access token, and one with a damaged token.
pub(super) async fn use_token(context: &mut CheckContext<'_>, tokens: &Tokens) {
    if let Err(why) = ask(context, tokens).await {
        context.not_applicable(Rule::TokenAccepted, why.clone());
        context.not_applicable(Rule::DamagedToken, why);
    }
}

async fn ask(context: &mut CheckContext<'_>, tokens: &Tokens) -> Result<(), String> {
    if !context.options.mcp {
        return Err("not asked for (--mcp)".to_owned());
    }
    if !context.is_challenged {
        return Err("the named URL asks for no token".to_owned());
    }
    let token = tokens.access_token.secret();
    let response = send(context, token).await?;
    context.judged(Rule::TokenAccepted, judge_token(&response));
    let damaged = damaged(token);
    context.secrets.keep(&damaged);
    let response = send(context, &damaged).await?;
    context.judged(Rule::DamagedToken, judge_damaged(&response));
    Ok(())
}

async fn send(context: &CheckContext<'_>, token: &str) -> Result<Response<Vec<u8>>, String> {
    let url = context.target.url().clone();
    let mut request: Request<Vec<u8>> = mcp::request(url).map_err(|invalid| invalid.to_string())?;
    let bearer = HeaderValue::try_from(format!("Bearer {token}"));
    let mut bearer = bearer.map_err(|_| "the access token cannot be sent in a header".to_owned())?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    context.session.send(request, Limit::Json).await.map_err(|failure| failure.to_string())
}

/// A token that is not the one that was issued: its last characters are others.
fn damaged(token: &str) -> String {
    let kept = token.chars().count().saturating_sub(4);
    let end = if token.ends_with("AAAA") { "BBBB" } else { "AAAA" };
    token.chars().take(kept).chain(end.chars()).collect()
}

/// The finding of a response to a request with the access token that was issued for the resource.
pub(crate) fn judge_token(response: &Response<Vec<u8>>) -> Option<Finding> {
    let error = BearerChallenge::read(response.headers()).and_then(|challenge| challenge.error);
    let error = error.map(|error| format!(" and `{}`", bounded(&error, 64))).unwrap_or_default();
    let evidence = format!("a request with the access token that was issued is answered with 401{error}");
    let remedy = "accept the tokens that the authorization server issues for this resource";
    (response.status() == StatusCode::UNAUTHORIZED).then(|| Rule::TokenAccepted.finding(&evidence, remedy))
}

/// The finding of a response to a request with a damaged access token.
pub(crate) fn judge_damaged(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let is_challenge = BearerChallenge::read(response.headers()).is_some();
    if status == StatusCode::UNAUTHORIZED && is_challenge {
        return None;
    }
    let without = if is_challenge { "" } else { " without a Bearer challenge" };
    let evidence = format!("a request with a damaged access token is answered with {status}{without}");
    Some(Rule::DamagedToken.finding(&evidence, "answer with 401 and a Bearer challenge with `invalid_token`"))
}
