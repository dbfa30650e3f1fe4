//! A good registration.

use http::Response;
use login_flow::{
    Client, Exchange, FailedResponse, Finding, Quotation, Register, RegisterError, Server, Step, Turn,
    Unusable,
};
use rfc7591::{ClientInformation, ClientMetadata, Endpoint, ErrorCode, Registration, RegistrationError};

use crate::{
    cache_control::is_no_store,
    context::{CLIENT_NAME, CheckContext, NOT_OFFERED},
    relaxed,
    rule::Rule,
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
    pub(super) client: Result<Client, Unusable>,
}

/// Registers a client; the reason why there is none ends every phase that needs one.
pub(super) async fn register(
    context: &mut CheckContext<'_>,
    server: &Server,
) -> Result<RegisteredClient, String> {
    let register = Register::new(server, context.options.redirect_uri.clone(), CLIENT_NAME);
    let (Some(mut register), Some(endpoint)) = (register, &server.registration_endpoint) else {
        return Err("the server has no registration endpoint".to_owned());
    };
    if let Some(scope) = &context.options.scope {
        register = register.with_scope(scope);
    }
    let (requested, registration, response) = loop {
        let requested = register.client_metadata();
        let registration = context.with_token(Registration::new(endpoint.clone(), requested.clone()));
        let sent = context.session.send(registration.request(), Limit::Json).await;
        let response = sent.map_err(|failure| failure.to_string())?;
        match register.clone().receive(&response) {
            Ok(Turn::Again(less)) => register = less,
            Ok(Turn::Done(_)) | Err(_) => break (requested, registration, response),
        }
    };
    let information = match registration.receive(&response) {
        Ok(information) => information,
        Err(rejected) => {
            context.violations("a registration", rejected.violations());
            if let Some(finding) = refused(&rejected, &response) {
                context.failed(finding);
            }
            return Err("no client could be registered".to_owned());
        }
    };
    judge_response(context, &response, &information);
    context.passed(Rule::MetadataAccepted);
    for finding in relaxed::findings(register.relaxations()) {
        context.failed(finding);
    }
    context.judge_information("a registration", &requested, &information, &response);
    let client = match register.receive(&response) {
        Ok(Turn::Done(client)) => Ok(client),
        Ok(Turn::Again(_)) => Err(unusable(Rule::ClientId, "the registration did not end")),
        Err(error) => Err(unusable(violated(context, &error), &error.to_string())),
    };
    Ok(RegisteredClient { requested, information, client })
}

/// The reason why the registered client cannot log in.
fn unusable(rule: Rule, evidence: &str) -> Unusable {
    Unusable::Client(rule.finding(evidence, "register what was asked for, or refuse it"))
}

/// The requirement that is in the way of a login, one that the response was seen to violate where there are several.
fn violated(context: &CheckContext<'_>, error: &RegisterError) -> Rule {
    let rules: &[Rule] = match error {
        RegisterError::AuthMethod(_) | RegisterError::NoSecret => &[Rule::AuthMethodSubstituted],
        RegisterError::GrantTypes => &[Rule::GrantTypeRemoved],
        RegisterError::RedirectUris => {
            &[Rule::RedirectUriDropped, Rule::RedirectUriAdded, Rule::RegistrationMalformedMember]
        }
        _ => &[],
    };
    let violated = rules.iter().find(|rule| context.ledger.has_failed(**rule)).or(rules.first());
    violated.copied().unwrap_or(Rule::ClientId)
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
        if information.configuration.is_some() {
            context.passed(rule);
        } else {
            context.not_applicable(rule, NOT_OFFERED);
        }
    }
}

/// The finding that a good request was refused.
fn refused(rejected: &RegistrationError, response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = match rejected {
        RegistrationError::Unusable { .. } => return None,
        RegistrationError::Refused { error_response, status, .. } => {
            let code = bounded(error_response.error.as_ref(), 64);
            let words = error_response.error_description.as_deref().and_then(Quotation::of);
            let words = words.map(|words| format!(", and the server says {words}")).unwrap_or_default();
            format!("a good request was refused with {status}: `{code}`{words}")
        }
        _ => format!("a good request: {}", FailedResponse::read(Step::Registration, response)),
    };
    Some(Rule::OpenRegistration.finding(&evidence, remedy(rejected)))
}

/// The remedy that fits the error of a refusal (RFC 7591 §3.2.2, RFC 6750 §3.1).
fn remedy(rejected: &RegistrationError) -> &'static str {
    let (status, code) = match rejected {
        RegistrationError::Refused { status, error_response, .. } => (*status, Some(&error_response.error)),
        RegistrationError::Status { status, .. } => (*status, None),
        _ => return "answer with a client that can be used",
    };
    match (code, status.as_u16()) {
        (Some(ErrorCode::InvalidRedirectUri), _) => {
            "accept loopback redirection URIs of native clients, or tell people which ones are accepted"
        }
        (Some(ErrorCode::InvalidClientMetadata), _) => {
            "accept metadata that RFC 7591 §2 allows, or name the member that is not accepted"
        }
        (Some(ErrorCode::InvalidSoftwareStatement | ErrorCode::UnapprovedSoftwareStatement), _) => {
            "register clients without a software statement, or tell people how to get one"
        }
        (_, 401) => "register clients without an initial access token, or tell people how to get one",
        (_, 403) => "lift the policy that refuses registrations, or tell people who may register",
        (_, 404 | 410) => "take `registration_endpoint` out of the metadata, or serve it there",
        (_, 300..=399) => {
            "publish the `registration_endpoint` that answers: a registration follows no redirect"
        }
        (_, 429 | 500..) => "nothing, if it is temporary: answer when the registration is tried again",
        _ => "answer a good registration with 201",
    }
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
        Err(rejected) => refused(&rejected, response).into_iter().collect(),
    }
}
