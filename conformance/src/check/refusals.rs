//! Registrations that a server is to refuse, each beside a good one that it has accepted.

mod wrong;

use http::{HeaderValue, Response, header};
use login_flow::Server;
use rfc7591::{ClientConfiguration, ClientMetadata, Endpoint, Registration, RegistrationError};
use serde_json::{Map, Value};

pub(crate) use wrong::Wrong;

use super::{Work, management};
use crate::{Finding, Limit, Phase};

/// Sends each, notes what is registered all the same, and deletes it.
pub(super) async fn ask(work: &mut Work<'_>, server: &Server, good: &ClientMetadata) {
    let Ok(Value::Object(good)) = serde_json::to_value(good) else { return };
    let Some(registration) = &server.registration_endpoint else { return };
    for wrong in Wrong::all() {
        let Some(sent) = (wrong.request)(&good, server) else { continue };
        let mut request = sent.into_http(registration);
        if let Some(token) = &work.options.initial_access_token
            && let Ok(value) = HeaderValue::try_from(format!("Bearer {}", token.secret()))
        {
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = match work.session.send(request, Limit::Json).await {
            Ok(response) => response,
            Err(failure) => {
                work.give_up(Phase::Refusals, &failure.to_string());
                return;
            }
        };
        note(work, wrong, &response);
        clean_up(work, server, wrong, &response).await;
    }
    work.give_up(Phase::Refusals, "no request was refused");
}

fn note(work: &mut Work<'_>, wrong: &Wrong, response: &Response<Vec<u8>>) {
    let findings = judge(wrong, response);
    let is_refused = response.status().is_client_error() || response.status().is_server_error();
    for finding in &findings {
        work.ledger.broken(finding.clone());
    }
    let is_broken = findings.iter().any(|finding| finding.id == wrong.id);
    let is_replaced = answer(response).is_ok() && !is_broken;
    let is_refusal = is_refused || matches!(answer(response), Err(RegistrationError::Refused { .. }));
    if is_refusal || is_replaced {
        work.ledger.kept(wrong.id);
    } else if !is_broken {
        let why = format!("{} is neither registered nor refused: {}", wrong.what, response.status());
        work.ledger.untested(wrong.id, &why);
    }
    if is_refused {
        work.ledger.kept(CLIENT_ERROR);
    }
    if response.status().as_u16() == 400 {
        work.ledger.kept("rfc7591/3.2.2/error-object");
        work.ledger.kept("rfc7591/3.2.2/error-status");
    }
}

/// What the answer to a wrong request breaks.
pub(crate) fn judge(wrong: &Wrong, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if response.status().is_server_error() {
        let evidence = format!("{} is answered with {}", wrong.what, response.status());
        findings.extend(Finding::of(CLIENT_ERROR, &evidence, "answer a wrong request with 400"));
    }
    match answer(response) {
        Ok(registered) if (wrong.is_registered)(&registered) => {
            let evidence = format!("{} is registered, answered with {}", wrong.what, response.status());
            findings.extend(Finding::of(wrong.id, &evidence, wrong.remedy));
        }
        Ok(_) => {}
        Err(rejected) => {
            for violation in rejected.violations() {
                let mut finding = Finding::from(violation);
                finding.evidence = format!("{}: {}", wrong.what, finding.evidence);
                let is_about_errors = finding.id.starts_with("rfc7591/3.2.2/");
                findings.extend(is_about_errors.then_some(finding));
            }
        }
    }
    findings
}

/// The client information of an answer, when it names a client, however well.
fn answer(response: &Response<Vec<u8>>) -> Result<Map<String, Value>, RegistrationError> {
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

/// Deletes what should not have been registered, where that is offered.
async fn clean_up(work: &mut Work<'_>, server: &Server, wrong: &Wrong, response: &Response<Vec<u8>>) {
    let Ok(registered) = answer(response) else { return };
    for member in ["client_secret", "registration_access_token"] {
        work.secrets.keep(registered.get(member).and_then(Value::as_str).unwrap_or_default());
    }
    let text = |name: &str| registered.get(name).and_then(Value::as_str);
    let Some(client_id) = text("client_id") else { return };
    let uri = text("registration_client_uri").and_then(|uri| uri.parse().ok());
    let token = text("registration_access_token").map(|token| rfc7591::Secret::new(token.to_owned()));
    let management = uri.zip(token).map(|(uri, token)| ClientConfiguration::new(uri, token));
    management::delete_or_leave(work, server, management, client_id, wrong.what).await;
}

const CLIENT_ERROR: &str = "rfc9110/15.5/client-error";
