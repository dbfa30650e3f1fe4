//! What each answer of a login breaks.

use http::{Response, header};
use login_flow::{TokenError, Tokens};
use url::Url;

use crate::{Finding, check::registration::is_no_store, text::bounded};

pub(super) fn elsewhere_told() -> Option<Finding> {
    let evidence = format!("{UNREGISTERED} was not registered, and people are redirected there");
    Finding::of(UNREGISTERED_REDIRECT, &evidence, "show an error, and redirect nowhere")
}

/// What the answer to an authorization request with that redirection URI breaks.
pub(crate) fn judge_unregistered(response: &Response<Vec<u8>>) -> Option<Finding> {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let there = response.status().is_redirection() && location.is_some_and(|to| to.starts_with(UNREGISTERED));
    there.then(elsewhere_told).flatten()
}

/// What an authorization response breaks.
pub(crate) fn judge_callback(
    callback: &Url,
    state: &str,
    issuer: &str,
    advertised: bool,
) -> [(&'static str, Option<Finding>); 2] {
    let value = |name: &str| callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
    let state = (value("state").as_deref() != Some(state)).then(|| {
        let evidence = "the authorization response does not carry the `state` that was sent";
        Finding::of(STATE, evidence, "return `state` as it was sent")
    });
    let iss = match value("iss") {
        Some(iss) if iss == issuer => None,
        Some(iss) => Some(format!("`iss` is `{iss}`, not `{issuer}`")),
        None if advertised => Some("`iss` is advertised and not sent".to_owned()),
        None => None,
    };
    let remedy = "send the issuer identifier, as it is in the metadata, with every authorization response";
    [(STATE, state.flatten()), (ISS_SENT, iss.and_then(|evidence| Finding::of(ISS_SENT, &evidence, remedy)))]
}

/// What an answer to a good token request breaks.
pub(crate) fn judge_tokens(response: &Response<Vec<u8>>) -> [(&'static str, Option<Finding>); 2] {
    let stored = is_no_store(response);
    let evidence = "tokens are issued without `Cache-Control: no-store`";
    let no_store =
        (!stored).then(|| Finding::of(NO_STORE, evidence, "send `Cache-Control: no-store`")).flatten();
    let answer = Tokens::receive(response).err().and_then(|error| match error {
        // What the token is for is the server's to choose (RFC 8707 §2).
        TokenError::Refused { error, .. } if error == "invalid_target" => None,
        error => {
            let evidence = format!("a good token request: {error}");
            let remedy = "answer a good code with a JSON object that has `access_token` and `token_type`";
            Finding::of(ANSWER, &evidence, remedy)
        }
    });
    [(ANSWER, answer), (NO_STORE, no_store)]
}

/// What the answer to a code that was redeemed before breaks.
pub(crate) fn judge_again(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was redeemed twice";
    Tokens::receive(response).ok().and_then(|_| Finding::of(ONCE, evidence, "refuse it with invalid_grant"))
}

/// What the answer to a code with another verifier breaks.
pub(crate) fn judge_wrong_verifier(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a code was redeemed with another verifier than its own";
    Tokens::receive(response)
        .ok()
        .and_then(|_| Finding::of(VERIFY, evidence, "compare it with the challenge"))
}

/// What the answer to a token request with HTTP Basic alone breaks, where one with `client_id` is accepted.
pub(crate) fn judge_basic_alone(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = format!(
        "a token request with HTTP Basic and without `client_id` in the form is answered with {}",
        response.status()
    );
    let remedy = "take `client_id` from the Authorization header";
    Tokens::receive(response).err().and_then(|_| Finding::of(BASIC_ALONE, &evidence, remedy))
}

/// What an answer that refuses a token request breaks.
pub(crate) fn judge_error(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let body = serde_json::from_slice::<serde_json::Value>(response.body()).unwrap_or_default();
    let error = body.get("error").and_then(serde_json::Value::as_str);
    let evidence = match (status.as_u16(), error) {
        (400, Some(_)) | (401, Some("invalid_client")) => return None,
        (_, Some(error)) => format!("a token request was refused with {status} and `{}`", bounded(error, 64)),
        (_, None) => format!("a token request was refused with {status} without an `error`"),
    };
    Finding::of(ERROR, &evidence, "answer with 400 and the `error` of RFC 6749 §5.2")
}

pub(super) const UNREGISTERED: &str = "https://client.example/unregistered";

pub(super) const ANSWER: &str = "rfc6749/5.1/token-answer";
pub(super) const BASIC_ALONE: &str = "rfc6749/4.1.3/client-id-with-basic";
pub(super) const ERROR: &str = "rfc6749/5.2/error-answer";
pub(super) const ISS_SENT: &str = "rfc9207/2/iss-sent";
pub(super) const NO_STORE: &str = "rfc6749/5.1/no-store";
pub(super) const ONCE: &str = "rfc6749/4.1.2/code-once";
pub(super) const STATE: &str = "rfc6749/4.1.2/state-returned";
pub(super) const UNREGISTERED_REDIRECT: &str = "rfc6749/3.1.2.4/unregistered-redirect";
pub(super) const VERIFY: &str = "rfc7636/4.6/verify";
