//! Registrations that a server must refuse, each beside a good one that it has accepted.

mod wrong;

pub(crate) use wrong::Wrong;

use std::collections::{BTreeMap, BTreeSet};

use http::{Response, StatusCode, header};
use login_flow::{Finding, Server};
use rfc7591::{BearerToken, ClientConfiguration, ClientMetadata, Endpoint, Registration, RegistrationError};
use serde_json::{Map, Value};

use crate::{
    content_type::other_than_json,
    context::CheckContext,
    finding::of_violation,
    member_types::{REGISTRATION_ERROR, misfits, of_table},
    rule::{Phase, Rule},
    session::Limit,
};

/// Sends each, notes which ones the server registers all the same, and deletes those.
pub(super) async fn send_all(context: &mut CheckContext<'_>, server: &Server, good: &ClientMetadata) {
    let why = match send_each(context, server, good).await {
        Ok(()) => "the server refused no request by its registration error".to_owned(),
        Err(why) => why,
    };
    context.end_phase(Phase::Refusals, why);
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
    let mut refusals = Refusals::default();
    for wrong in Wrong::all() {
        let Some(body) = (wrong.request)(&good, server) else { continue };
        let mut request = body.into_http(endpoint);
        if let Some(token) = &token {
            request.headers_mut().insert(header::AUTHORIZATION, token.clone());
        }
        let sent = context.session.send(request, Limit::Json).await;
        let response = match sent {
            Ok(response) => response,
            Err(failure) => {
                // A requirement of several requests is met only if each of them is answered.
                let left = Wrong::all().iter().skip_while(|other| other.name != wrong.name);
                refusals.unsure.extend(left.map(|wrong| (wrong.rule, failure.to_string())));
                refusals.note(context);
                return Err(failure.to_string());
            }
        };
        judge_response(context, &mut refusals, wrong, &response);
        clean_up(context, server, wrong, &response).await;
    }
    refusals.note(context);
    Ok(())
}

/// The rules whose requests were refused, and those of which a request was neither refused nor registered, with the
/// reason.
#[derive(Default)]
struct Refusals {
    refused: BTreeSet<Rule>,
    unsure: BTreeMap<Rule, String>,
}

impl Refusals {
    fn note(self, context: &mut CheckContext<'_>) {
        for rule in self.refused.iter().filter(|rule| !self.unsure.contains_key(rule)) {
            context.passed(*rule);
        }
        for (rule, why) in self.unsure {
            context.not_applicable(rule, why);
        }
    }
}

fn judge_response(
    context: &mut CheckContext<'_>,
    refusals: &mut Refusals,
    wrong: &Wrong,
    response: &Response<Vec<u8>>,
) {
    let findings = judge(wrong, response);
    let status = response.status();
    let is_refused = status.is_client_error() || status.is_server_error();
    let is_registered = findings.iter().any(|finding| finding.id == wrong.rule.id());
    for finding in findings {
        context.failed(finding);
    }
    let is_replaced = information(response).is_ok() && !is_registered;
    let is_refusal = is_refused || matches!(information(response), Err(RegistrationError::Refused { .. }));
    if is_refusal || is_replaced {
        refusals.refused.insert(wrong.rule);
    } else if !is_registered {
        let why = format!("{} is neither registered nor refused: {status}", wrong.description);
        refusals.unsure.insert(wrong.rule, why);
    }
    if is_refused {
        context.passed(Rule::ClientError);
    }
    if is_of_the_server(wrong, response) {
        context.passed(Rule::RegistrationErrorObject);
        context.passed(Rule::RegistrationErrorStatus);
        context.passed(Rule::RegistrationErrorContentType);
    }
}

/// Returns `true` if a response is the server's own refusal of the metadata, which §3.2.2 speaks of; some statuses are
/// those of the request as such, or come from what stands before the server.
fn is_of_the_server(wrong: &Wrong, response: &Response<Vec<u8>>) -> bool {
    let is_json = matches!(information(response), Err(RegistrationError::Refused { .. }));
    match response.status().as_u16() {
        405 | 406 | 408 | 413..=415 | 429 | 431 => false,
        401 | 403 => is_json,
        400..=499 => wrong.rule != Rule::ContentTypeRequired || response.status() == 400,
        _ => false,
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
        Err(rejected) => findings.extend(judge_form(wrong, response, &rejected)),
    }
    findings
}

/// The findings of the form of a refusal (RFC 7591 §3.2.2).
fn judge_form(wrong: &Wrong, response: &Response<Vec<u8>>, rejected: &RegistrationError) -> Vec<Finding> {
    let (about, status) = (wrong.description, response.status());
    if !is_of_the_server(wrong, response) {
        // An error that came as a success.
        let violations = rejected.violations().iter().map(|violation| of_violation(about, violation));
        return violations.filter(|finding| finding.id == Rule::RegistrationErrorStatus.id()).collect();
    }
    let mut findings = Vec::new();
    if status != StatusCode::BAD_REQUEST {
        let evidence = format!("{about}: an error response with status {status}, not 400");
        findings
            .push(Rule::RegistrationErrorStatus.finding(&evidence, "answer a registration error with 400"));
    }
    if !matches!(rejected, RegistrationError::Refused { .. }) {
        let evidence = format!("{about}: status {status} without a JSON object that has an `error`");
        let remedy = "answer with a JSON object that has an `error`";
        findings.push(Rule::RegistrationErrorObject.finding(&evidence, remedy));
    } else if let Some(sent) = other_than_json(response) {
        let evidence = format!("{about}: the content type of the error is `{sent}`, not `application/json`");
        findings.push(
            Rule::RegistrationErrorContentType.finding(&evidence, "send the error as application/json"),
        );
    }
    let object: Map<String, Value> = serde_json::from_slice(response.body()).unwrap_or_default();
    findings.extend(misfits(&object, |member| of_table(REGISTRATION_ERROR, member)).into_iter().map(
        |misfit| {
            let evidence = format!("{about}: {}", misfit.evidence);
            Rule::RegistrationErrorObject.finding(&evidence, "send the error as texts with a value")
        },
    ));
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
