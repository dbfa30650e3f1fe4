//! The findings of each response of a login.

use http::{Response, StatusCode, header};
use login_flow::{Finding, Tokens};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    cache_control::is_no_store,
    content_type::other_than_json,
    member_types::{ACCESS_TOKEN, TOKEN_ERROR, misfits, of_table, repeated},
    rule::Rule,
    text::bounded,
};

/// The finding that the authorization endpoint redirects to a redirection URI that was not registered.
pub(super) fn redirected_to_unregistered(redirect_uri: &str) -> Finding {
    let evidence = format!("{redirect_uri} was not registered, and people are redirected there");
    Rule::UnregisteredRedirect.finding(&evidence, "show an error, and redirect nowhere")
}

/// The finding of a response to an authorization request with [`UNREGISTERED`].
pub(crate) fn judge_unregistered(response: &Response<Vec<u8>>) -> Option<Finding> {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let there = response.status().is_redirection() && location.is_some_and(|to| to.starts_with(UNREGISTERED));
    there.then(|| redirected_to_unregistered(UNREGISTERED))
}

/// The findings of an authorization response, by rule.
pub(crate) fn judge_callback(
    callback: &Url,
    state: &str,
    issuer: &str,
    advertised: bool,
) -> [(Rule, Option<Finding>); 2] {
    let value = |name: &str| callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
    let state = (value("state").as_deref() != Some(state)).then(|| {
        let kind = if value("error").is_some() { "an error response" } else { "the authorization response" };
        let evidence = format!("{kind} does not carry the `state` that was sent");
        Rule::StateReturned.finding(&evidence, "return `state` as it was sent, with an error too")
    });
    let iss = match value("iss") {
        Some(iss) if iss == issuer => None,
        Some(iss) => Some(format!("`iss` is `{iss}`, not `{issuer}`")),
        None if advertised => Some("`iss` is advertised and not sent".to_owned()),
        None => None,
    };
    let remedy = "send the issuer identifier, as it is in the metadata, with every authorization response";
    let iss = iss.map(|evidence| Rule::IssSent.finding(&evidence, remedy));
    [(Rule::StateReturned, state), (Rule::IssSent, iss)]
}

/// The findings of a response to a good token request, by rule.
pub(crate) fn judge_tokens(response: &Response<Vec<u8>>) -> [(Rule, Option<Finding>); 2] {
    let evidence = "tokens are issued without `Cache-Control: no-store`";
    let no_store = (!is_no_store(response))
        .then(|| Rule::TokenNoStore.finding(evidence, "send `Cache-Control: no-store`"));
    // RFC 8707 §2: the server chooses the resources that it issues tokens for.
    let error = Tokens::receive(response).err().filter(|error| error.code() != Some("invalid_target"));
    let tokens = error.map(|error| {
        let evidence = format!("a good token request: {error}");
        let remedy = "answer a good code with a JSON object that has `access_token` and `token_type`";
        Rule::TokenResponse.finding(&evidence, remedy)
    });
    [(Rule::TokenResponse, tokens), (Rule::TokenNoStore, no_store)]
}

/// The findings of the form of an access token response that gives tokens, which `about` describes.
pub(crate) fn judge_token_form(about: &str, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let remedy = "answer with 200 and a JSON object whose members are of their types";
    let status = response.status();
    let status = (status != StatusCode::OK).then(|| format!("status {status}, not 200"));
    let kind =
        other_than_json(response).map(|sent| format!("the content type is `{sent}`, not `application/json`"));
    let object: Map<String, Value> = serde_json::from_slice(response.body()).unwrap_or_default();
    let members =
        misfits(&object, |member| of_table(ACCESS_TOKEN, member)).into_iter().map(|misfit| misfit.evidence);
    // RFC 6749 §3.2: a parameter of a response is there once.
    let repeated =
        repeated(response.body()).into_iter().map(|member| format!("`{member}` is there more than once"));
    let members = members.chain(repeated);
    let evidence = status.into_iter().chain(kind).chain(members);
    evidence.map(|evidence| Rule::TokenForm.finding(&format!("{about}: {evidence}"), remedy)).collect()
}

/// The finding of a token error that is not sent as JSON.
pub(crate) fn judge_error_content_type(response: &Response<Vec<u8>>) -> Option<Finding> {
    let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
    // A response without `error` is a finding of another kind.
    body.get("error")?;
    let sent = other_than_json(response)?;
    let evidence = format!("the content type of a token error is `{sent}`, not `application/json`");
    Some(Rule::TokenErrorContentType.finding(&evidence, "send the error as application/json"))
}

/// The finding of a response to a token request without a code verifier, for a code that was granted without a challenge.
pub(crate) fn judge_without_verifier(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was granted without a code challenge, and redeemed without a code verifier";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| {
        Rule::PkceRequired.finding(evidence, "refuse an authorization request without `code_challenge`")
    })
}

/// The finding of a response to the token request of a login with the challenge method `plain`, which is not listed.
pub(crate) fn judge_plain(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was granted for the challenge method `plain`, which is not listed, and redeemed";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| Rule::UnlistedMethod.finding(evidence, "refuse `plain` with invalid_request"))
}

/// The finding of a response to the token request of a login with a `resource` that the server cannot know.
pub(crate) fn judge_unknown_resource(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "tokens were issued for a `resource` that the server cannot know";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| Rule::UnknownResource.finding(evidence, "refuse it with invalid_target"))
}

/// The finding of a response to a token request with another redirection URI than that of the authorization request.
pub(crate) fn judge_other_redirect_uri(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was redeemed with another `redirect_uri` than that of its authorization request";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| {
        Rule::RedirectUriIdentical.finding(evidence, "compare the two, and refuse it with invalid_grant")
    })
}

/// The finding of a response to a revocation.
pub(crate) fn judge_revocation(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let evidence = format!("the revocation of a token that was issued is answered with {status}");
    let remedy = "answer with 200, for the client's authentication method and for an unknown token too";
    (status != StatusCode::OK).then(|| Rule::RevocationStatus.finding(&evidence, remedy))
}

/// The finding of a response to a code that was redeemed before.
pub(crate) fn judge_used_code(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was redeemed twice";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| Rule::CodeOnce.finding(evidence, "refuse it with invalid_grant"))
}

/// The finding of a response to a code with another verifier.
pub(crate) fn judge_wrong_verifier(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was redeemed with another verifier than its own";
    let is_issued = Tokens::receive(response).is_ok();
    is_issued.then(|| Rule::VerifierChecked.finding(evidence, "compare it with the challenge"))
}

/// The finding of a response to a token request with HTTP Basic alone, where one with `client_id` is accepted.
pub(crate) fn judge_basic_alone(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = format!(
        "a token request with HTTP Basic and without `client_id` in the form is answered with {}",
        response.status()
    );
    let remedy = "take `client_id` from the Authorization header";
    let is_refused = Tokens::receive(response).is_err();
    is_refused.then(|| Rule::ClientIdWithBasic.finding(&evidence, remedy))
}

/// The finding of a response that refuses a token request.
pub(crate) fn judge_token_error(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
    let error = body.get("error").and_then(Value::as_str);
    let object = body.as_object().cloned().unwrap_or_default();
    let misfit = misfits(&object, |member| of_table(TOKEN_ERROR, member))
        .into_iter()
        .next()
        .map(|misfit| misfit.evidence);
    let repeated = repeated(response.body()).into_iter().next();
    let form = misfit.or_else(|| repeated.map(|member| format!("`{member}` is there more than once")));
    let evidence = match (status.as_u16(), error) {
        (400, Some(_)) | (401, Some("invalid_client")) => {
            let form = form?;
            format!("a token request was refused with {status}, and {form}")
        }
        (_, Some(error)) => format!("a token request was refused with {status} and `{}`", bounded(error, 64)),
        (_, None) => format!("a token request was refused with {status} without an `error`"),
    };
    Some(Rule::TokenErrorResponse.finding(&evidence, "answer with 400 and the `error` of RFC 6749 §5.2"))
}

pub(super) const UNREGISTERED: &str = "https://client.example/unregistered";
