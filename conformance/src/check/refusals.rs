//! Registrations that a server must refuse, each beside a good one that it has accepted.

mod wrong;

pub(crate) use wrong::Wrong;

use http::{Response, header};
use login_flow::{Finding, Server};
use rfc7591::{BearerToken, ClientConfiguration, ClientMetadata, Endpoint, Registration, RegistrationError};
use serde_json::{Map, Value};

use crate::{
    context::CheckContext,
    finding::of_violation,
    rule::{Phase, Rule},
    session::Limit,
};

/// Sends each, notes which ones the server registers all the same, and deletes those.
pub(super) async fn send_all(context: &mut CheckContext<'_>, server: &Server, good: &ClientMetadata) {
    let why = match send_each(context, server, good).await {
        Ok(()) => "no request was refused".to_owned(),
        Err(why) => why,
    };
    context.end_phase(Phase::Refusals, &why);
}

async fn send_each(
    context: &mut CheckContext<'_>,
    server: &Server,
    good: &ClientMetadata,
) -> Result<(), String> {
    let Ok(Value::Object(good)) = serde_json::to_value(good) else {
        return Err("the good registration is not a JSON object".to_owned());
    };
    let Some(endpoint) = &server.registration_endpoint else {
        return Err("the server has no registration endpoint".to_owned());
    };
    let token = context.options.initial_access_token.as_ref().map(BearerToken::authorization);
    for wrong in Wrong::all() {
        let Some(body) = (wrong.request)(&good, server) else { continue };
        let mut request = body.into_http(endpoint);
        if let Some(token) = &token {
            request.headers_mut().insert(header::AUTHORIZATION, token.clone());
        }
        let sent = context.session.send(request, Limit::Json).await;
        let response = sent.map_err(|failure| failure.to_string())?;
        judge_response(context, wrong, &response);
        clean_up(context, server, wrong, &response).await;
    }
    Ok(())
}

fn judge_response(context: &mut CheckContext<'_>, wrong: &Wrong, response: &Response<Vec<u8>>) {
    let findings = judge(wrong, response);
    let is_refused = response.status().is_client_error() || response.status().is_server_error();
    let is_registered = findings.iter().any(|finding| finding.id == wrong.rule.id());
    for finding in findings {
        context.failed(finding);
    }
    let is_replaced = information(response).is_ok() && !is_registered;
    let is_refusal = is_refused || matches!(information(response), Err(RegistrationError::Refused { .. }));
    if is_refusal || is_replaced {
        context.passed(wrong.rule);
    } else if !is_registered {
        let why = format!("{} is neither registered nor refused: {}", wrong.description, response.status());
        context.not_applicable(wrong.rule, &why);
    }
    if is_refused {
        context.passed(Rule::ClientError);
    }
    if response.status().as_u16() == 400 {
        context.passed(Rule::RegistrationErrorObject);
        context.passed(Rule::RegistrationErrorStatus);
    }
}

/// The findings of a response to a wrong request.
pub(crate) fn judge(wrong: &Wrong, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let status = response.status();
    if status.is_server_error() {
        let evidence = format!("{} is answered with {status}", wrong.description);
        findings.push(Rule::ClientError.finding(&evidence, "answer a wrong request with 400"));
    }
    match information(response) {
        Ok(registered) if (wrong.is_registered)(&registered) => {
            let evidence = format!("{} is registered, answered with {status}", wrong.description);
            findings.push(wrong.rule.finding(&evidence, wrong.remedy));
        }
        Ok(_) => {}
        Err(rejected) => {
            for violation in rejected.violations() {
                let mut finding = of_violation(violation);
                finding.evidence = format!("{}: {}", wrong.description, finding.evidence);
                let of_errors = [Rule::RegistrationErrorObject, Rule::RegistrationErrorStatus];
                let is_of_errors = of_errors.iter().any(|rule| rule.id() == finding.id);
                findings.extend(is_of_errors.then_some(finding));
            }
        }
    }
    findings
}

/// The client information of a response that names a client, however well.
fn information(response: &Response<Vec<u8>>) -> Result<Map<String, Value>, RegistrationError> {
    let body = serde_json::from_slice::<Value>(response.body()).ok();
    let object = body.and_then(|body| body.as_object().cloned()).unwrap_or_default();
    if response.status().is_success() && object.get("client_id").is_some_and(Value::is_string) {
        return Ok(object);
    }
    let endpoint = Endpoint::from_static("https://host.invalid/register");
    match Registration::new(endpoint, ClientMetadata::default()).receive(response) {
        Ok(_) => Ok(object),
        Err(rejected) => Err(rejected),
    }
}

/// Deletes a client that should not have been registered, where the server offers that.
async fn clean_up(
    context: &mut CheckContext<'_>,
    server: &Server,
    wrong: &Wrong,
    response: &Response<Vec<u8>>,
) {
    let Ok(registered) = information(response) else { return };
    for member in ["client_secret", "registration_access_token"] {
        context.secrets.keep(registered.get(member).and_then(Value::as_str).unwrap_or_default());
    }
    let text = |name: &str| registered.get(name).and_then(Value::as_str);
    let Some(client_id) = text("client_id") else { return };
    let uri = text("registration_client_uri").and_then(|uri| uri.parse().ok());
    let token = text("registration_access_token").and_then(|token| token.parse().ok());
    let configuration = uri.zip(token).map(|(uri, token)| ClientConfiguration::new(uri, token));
    context.delete_or_leave(server, configuration, client_id, wrong.description).await;
}
