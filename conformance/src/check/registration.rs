//! A good registration.

use http::Response;
use login_flow::{Client, Exchange, Finding, Register, Server, Turn};
use rfc7591::{ClientInformation, ClientMetadata, Endpoint, Registration, RegistrationError};

use crate::{
    cache_control::is_no_store,
    context::{CLIENT_NAME, CheckContext, NOT_OFFERED},
    rule::{Phase, Rule},
    session::Limit,
    text::bounded,
};

/// The client of a check.
pub(super) struct RegisteredClient {
    /// The metadata of the request.
    pub(super) requested: ClientMetadata,
    /// The response.
    pub(super) information: ClientInformation,
    /// The client that a login needs, or the reason why the registered one cannot log in.
    pub(super) client: Result<Client, String>,
}

/// Registers a client; the reason why there is none ends every phase that needs one.
pub(super) async fn register(
    context: &mut CheckContext<'_>,
    server: &Server,
) -> Result<RegisteredClient, String> {
    let register = Register::new(server, context.options.redirect_uri.clone(), CLIENT_NAME);
    let (Some(register), Some(endpoint)) = (register, &server.registration_endpoint) else {
        return Err("the server has no registration endpoint".to_owned());
    };
    let requested = serde_json::from_slice::<ClientMetadata>(register.request().body());
    let mut requested =
        requested.map_err(|error| format!("the registration request cannot be read: {error}"))?;
    requested.scope.clone_from(&context.options.scope);
    let registration = context.with_token(Registration::new(endpoint.clone(), requested.clone()));
    let sent = context.session.send(registration.request(), Limit::Json).await;
    let response = sent.map_err(|failure| failure.to_string())?;
    let information = match registration.receive(&response) {
        Ok(information) => information,
        Err(rejected) => {
            context.violations(rejected.violations());
            if let Some(finding) = refused(&rejected) {
                context.failed(finding);
            }
            return Err("no client could be registered".to_owned());
        }
    };
    judge_response(context, &response, &information);
    context.judge_information(&requested, &information);
    context.end_phase(Phase::Registration, "the response shows nothing of it");
    let client = match register.receive(&response) {
        Ok(Turn::Done(client)) => Ok(client),
        Ok(Turn::Again(_)) => Err("the registration did not end".to_owned()),
        Err(error) => Err(format!("the registered client cannot be used: {error}")),
    };
    Ok(RegisteredClient { requested, information, client })
}

/// Notes what a response that registers a client shows of the rules about the response itself.
fn judge_response(
    context: &mut CheckContext<'_>,
    response: &Response<Vec<u8>>,
    information: &ClientInformation,
) {
    // `Registration::receive` looks at each of these before it returns a client.
    for rule in [
        Rule::RegistrationStatus,
        Rule::RegistrationContentType,
        Rule::RegistrationObject,
        Rule::RegistrationRepeatedMember,
        Rule::RegistrationMalformedMember,
        Rule::ClientId,
    ] {
        context.passed(rule);
    }
    if context.options.initial_access_token.is_some() {
        context.not_applicable(Rule::OpenRegistration, "an initial access token was used");
    } else {
        context.passed(Rule::OpenRegistration);
    }
    context.judged(Rule::RegistrationNoStore, no_store(response));
    for rule in [Rule::ManagementPair, Rule::RegistrationClientUri] {
        if information.management.is_some() {
            context.passed(rule);
        } else {
            context.not_applicable(rule, NOT_OFFERED);
        }
    }
}

/// The finding that a good request was refused.
fn refused(rejected: &RegistrationError) -> Option<Finding> {
    let evidence = match rejected {
        RegistrationError::Unusable { .. } => return None,
        RegistrationError::Refused { error_response, status, .. } => {
            let words = bounded(error_response.error_description.as_deref().unwrap_or_default(), 160);
            format!("a good request was refused with {status}: {} {words}", error_response.error)
        }
        other => format!("a good request: {other}"),
    };
    let remedy = "register clients without an initial access token, or tell people how to get one";
    Some(Rule::OpenRegistration.finding(evidence.trim_end(), remedy))
}

/// The finding that caches may store a client information response, which may hold a secret.
fn no_store(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a client was registered without `Cache-Control: no-store`";
    let remedy = "send `Cache-Control: no-store`";
    (!is_no_store(response)).then(|| Rule::RegistrationNoStore.finding(evidence, remedy))
}

/// The findings of a response to a good registration, beyond the checks of RFC 7591.
pub(crate) fn judge(response: &Response<Vec<u8>>) -> Vec<Finding> {
    let endpoint = Endpoint::from_static("https://server.example.com/register");
    match Registration::new(endpoint, ClientMetadata::default()).receive(response) {
        Ok(_) => no_store(response).into_iter().collect(),
        Err(rejected) => refused(&rejected).into_iter().collect(),
    }
}
