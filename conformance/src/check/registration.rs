use http::{Response, header};
use login_flow::{Client, ClientAuth, Exchange, Register, Server, Turn};
use rfc7591::{
    AuthMethod, ClientInformation, ClientMetadata, Endpoint, Registration, RegistrationError, Violation,
};

use super::{Work, confidential, login, management, refusals};
use crate::{Finding, LeftBehind, Limit, Phase, text::bounded};

/// Registers a client and whatever follows from it: refusals, a login, and the client's end.
pub(super) async fn register(work: &mut Work<'_>, server: Option<&Server>) {
    let (phases, why) = match server {
        None => (EVERY, "there is no server to register with"),
        Some(_) if !work.options.register && !work.options.login => (EVERY, "not asked for (--register)"),
        Some(server) => {
            good(work, server).await;
            (EVERY, "it was not reached")
        }
    };
    for phase in phases {
        let why = match phase {
            Phase::Login if server.is_some() && !work.options.login => "not asked for (--login)",
            Phase::Refusals | Phase::Management if server.is_some() && !work.options.register => {
                "not asked for (--register)"
            }
            _ => why,
        };
        work.give_up(*phase, why);
    }
}

async fn good(work: &mut Work<'_>, server: &Server) {
    let register = Register::new(server, work.options.redirect_uri.clone(), CLIENT_NAME);
    let (Some(register), Some(endpoint)) = (register, &server.registration_endpoint) else { return };
    let Ok(mut metadata) = serde_json::from_slice::<ClientMetadata>(register.request().body()) else {
        return;
    };
    metadata.scope.clone_from(&work.options.scope);
    let registration = Registration::new(endpoint.clone(), metadata.clone());
    let registration = with_token(work, registration);
    let response = match work.session.send(registration.request(), Limit::Json).await {
        Ok(response) => response,
        Err(failure) => return abandon(work, &failure.to_string()),
    };
    let registered = match registration.receive(&response) {
        Ok(registered) => registered,
        Err(rejected) => return rejected_good(work, &rejected),
    };
    if work.options.initial_access_token.is_some() {
        work.ledger.untested(OPEN, "an initial access token was used");
    }
    keep_secrets(work, &registered);
    work.violations(&registered.violations);
    work.ledger.judged(NO_STORE, no_store(&response));
    not_applicable(work, &registered, &metadata);
    work.ledger.rest_kept(Phase::Registration);
    let client = match register.receive(&response) {
        Ok(Turn::Done(client)) => Ok(client),
        Ok(Turn::Again(_)) => Err("the registration did not end".to_owned()),
        Err(error) => Err(format!("the registered client cannot be used: {error}")),
    };
    let mut other = None;
    if work.options.register {
        refusals::ask(work, server, &metadata).await;
        let method = registered.metadata.token_endpoint_auth_method();
        other = confidential::register(work, server, &metadata, method).await;
    }
    let with_secret = other.as_ref().and_then(|other| other.client.as_ref());
    log_in(work, server, client, with_secret).await;
    if let Some(other) = other {
        other.delete(work, server).await;
    }
    management::manage(work, server, registered, &metadata).await;
}

async fn log_in(
    work: &mut Work<'_>,
    server: &Server,
    client: Result<Client, String>,
    with_secret: Option<&Client>,
) {
    match client {
        Ok(client) if work.options.login => {
            let is_basic = |client: &&Client| matches!(client.auth, ClientAuth::Basic(_));
            let basic = [Some(&client), with_secret].into_iter().flatten().find(is_basic);
            login::log_in(work, server, &client, basic).await;
        }
        Ok(_) => {}
        Err(why) => work.give_up(Phase::Login, &why),
    }
}

/// With the initial access token, where there is one.
pub(super) fn with_token(work: &Work<'_>, registration: Registration) -> Registration {
    match &work.options.initial_access_token {
        Some(token) => registration.with_initial_access_token(token.clone()),
        None => registration,
    }
}

pub(super) fn keep_secrets(work: &mut Work<'_>, registered: &ClientInformation) {
    if let Some(secret) = &registered.client_secret {
        work.secrets.keep(secret.secret.secret());
    }
    if let Some(management) = &registered.management {
        work.secrets.keep(management.registration_access_token.secret());
    }
}

/// A good request that registered nothing.
fn rejected_good(work: &mut Work<'_>, rejected: &RegistrationError) {
    work.violations(rejected.violations());
    if let Some(finding) = closed(rejected) {
        work.ledger.broken(finding);
    }
    abandon(work, "no client could be registered");
}

/// That a good request is refused.
fn closed(rejected: &RegistrationError) -> Option<Finding> {
    let evidence = match rejected {
        RegistrationError::Unusable { .. } => return None,
        RegistrationError::Refused { error_response, status, .. } => {
            let words = bounded(error_response.error_description.as_deref().unwrap_or_default(), 160);
            format!("a good request was refused with {status}: {} {words}", error_response.error)
        }
        other => format!("a good request: {other}"),
    };
    let remedy = "register clients without an initial access token, or tell people how to get one";
    Finding::of(OPEN, evidence.trim_end(), remedy)
}

fn abandon(work: &mut Work<'_>, why: &str) {
    for phase in EVERY {
        work.give_up(*phase, why);
    }
}

/// Rules of which this answer shows nothing.
fn not_applicable(work: &mut Work<'_>, registered: &ClientInformation, asked: &ClientMetadata) {
    if registered.client_secret.is_none() {
        work.ledger.untested(SECRET_EXPIRY, "no secret was issued");
    }
    if registered.metadata.token_endpoint_auth_method() != &AuthMethod::None {
        work.ledger.untested("rfc7591/3.2.1/secret-for-public-client", "the client is not a public one");
    }
    if registered.management.is_none() {
        work.ledger.untested("rfc7592/3/management-pair", management::NOT_OFFERED);
        work.ledger.untested("rfc7592/3/registration-client-uri", management::NOT_OFFERED);
    }
    if asked.scope.is_none() {
        work.ledger.untested("rfc7591/3.2.1/scope-changed", "no scope was asked for");
    }
}

/// What an answer with a client, and perhaps its secret, breaks by what caches may do with it.
pub(super) fn no_store(response: &Response<Vec<u8>>) -> Option<Finding> {
    let evidence = "a client was registered without `Cache-Control: no-store`";
    let remedy = "send `Cache-Control: no-store`";
    (!is_no_store(response)).then(|| Finding::of(NO_STORE, evidence, remedy)).flatten()
}

/// Whether an answer is not to be stored (RFC 9111 §5.2.2.5).
pub(super) fn is_no_store(response: &Response<Vec<u8>>) -> bool {
    let directives = response.headers().get_all(header::CACHE_CONTROL).iter();
    let mut directives =
        directives.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-store"))
}

/// What the answer to a good registration breaks beyond RFC 7591's own checks.
pub(crate) fn judge(response: &Response<Vec<u8>>) -> Vec<Finding> {
    let endpoint = Endpoint::from_static("https://server.example.com/register");
    match Registration::new(endpoint, ClientMetadata::default()).receive(response) {
        Ok(_) => no_store(response).into_iter().collect(),
        Err(rejected) => closed(&rejected).into_iter().collect(),
    }
}

/// Notes a client that stays.
pub(super) fn leave(work: &mut Work<'_>, client_id: &str, why: &str) {
    work.left.push(LeftBehind { client_id: bounded(client_id, 200), why: bounded(why, 200) });
}

/// What to do about a violation of RFC 7591 or RFC 7592.
pub(super) fn remedy(violation: &Violation) -> &'static str {
    match violation {
        Violation::Changed(_) => "nothing, if it is meant: a server may register something else",
        Violation::ClientId => "answer with a `client_id` of visible characters",
        Violation::ContentType(_) => "send the answer as application/json",
        Violation::DeleteStatus(_) => "answer a delete with 204",
        Violation::ErrorObject(_) => "answer with a JSON object that has an `error`",
        Violation::ErrorStatus(_) => "answer a registration error with 400",
        Violation::Malformed(_) => "correct the value's type or syntax",
        Violation::ManagementPair(_) => "send both members, or neither",
        Violation::ManagementUri(_) => "send a fully qualified https URL",
        Violation::NotAnObject => "send one JSON object",
        Violation::NotReturned(_) => "return all registered metadata",
        Violation::ReadStatus(_) => "answer a read or an update with 200",
        Violation::Repeated(_) => "name each member once",
        Violation::SecretWithoutExpiry => "send `client_secret_expires_at`, 0 where the secret never ends",
        _ => "answer a registration with 201",
    }
}

/// What is registered.
pub(super) const CLIENT_NAME: &str = "conformance check";

const EVERY: &[Phase] = &[Phase::Registration, Phase::Refusals, Phase::Management, Phase::Login];
const OPEN: &str = "rfc7591/3/open-registration";
const NO_STORE: &str = "rfc7591/3.2.1/no-store";
pub(super) const SECRET_EXPIRY: &str = "rfc7591/3.2.1/secret-expiry";
