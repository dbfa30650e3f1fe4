//! The findings of what a client must leave out or exchange to be served.

use http::{Response, StatusCode, header};
use login_flow::{
    AuthorizationRequest, Egress, Exchange, Finding, Pace, Register, Relaxation, Relaxations, RequestedScope,
    Server, State, Turn,
};
use pkce::Verifier;
use rfc8414::Metadata;
use serde_json::json;
use url::Url;

use crate::rule::Rule;

/// The rule that a relaxation is a finding of.
fn rule(relaxation: Relaxation) -> Rule {
    match relaxation {
        Relaxation::ListedGrantTypes | Relaxation::RegistrationWithoutScope => Rule::MetadataAccepted,
        Relaxation::SecretInBody | Relaxation::SecretInHeader | Relaxation::SecretInHeaderUnencoded => {
            Rule::MethodAccepted
        }
        Relaxation::SupportedScope | Relaxation::WithoutScope => Rule::ScopeAccepted,
        Relaxation::WithoutResource => Rule::ResourceAccepted,
    }
}

/// The findings of the relaxations with which the server serves a client.
pub(crate) fn findings(relaxations: &Relaxations) -> Vec<Finding> {
    let finding = |relaxation: Relaxation| {
        let evidence = format!("a client is served that {relaxation}");
        rule(relaxation).finding(&evidence, remedy(relaxation))
    };
    relaxations.iter().map(finding).collect()
}

/// The findings of the response to the first request of a step: those of the relaxations of the second request, if it
/// leads to one. The names are those of `vectors/README.md`, subject `probe`.
pub(crate) fn judge(probe: &str, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let relaxations = match probe {
        "registration-with-scope" => registration(response),
        "token-request-with-secret" => code_exchange(response),
        _ => authorization(response),
    };
    relaxations.map(|relaxations| findings(&relaxations)).unwrap_or_default()
}

fn registration(response: &Response<Vec<u8>>) -> Option<Relaxations> {
    match Register::new(&server()?, callback()?, "My Client")?.receive(response).ok()? {
        Turn::Again(less) => Some(less.relaxations().clone()),
        Turn::Done(_) => None,
    }
}

fn authorization(response: &Response<Vec<u8>>) -> Option<Relaxations> {
    let request = authorization_request()?;
    let (_, pending) = request.clone().begin(state(), Verifier::from_entropy([0; 32]));
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let refusal = pending.accept(&Url::parse(location).ok()?).err()?;
    Some(request.after(&refusal, Pace::AtOnce)?.client.relaxations)
}

fn code_exchange(response: &Response<Vec<u8>>) -> Option<Relaxations> {
    let (_, pending) = authorization_request()?.begin(state(), Verifier::from_entropy([0; 32]));
    let mut answer = callback()?;
    answer.query_pairs_mut().extend_pairs([("code", "SplxlOBeZQQYbYS6WxSbIA"), ("state", state().as_str())]);
    match pending.accept(&answer).ok()?.receive(response).ok()? {
        Turn::Again(less) => Some(less.client().relaxations.clone()),
        Turn::Done(_) => None,
    }
}

/// An authorization request without `scope` of a client with a secret.
fn authorization_request() -> Option<AuthorizationRequest> {
    let client =
        json!({"client_id": "s6BhdRkqt3", "client_secret": "cf136dc3", "client_secret_expires_at": 0});
    let registered =
        Response::builder().status(StatusCode::CREATED).body(client.to_string().into_bytes()).ok()?;
    let server = server()?;
    let client = match Register::new(&server, callback()?, "My Client")?.receive(&registered).ok()? {
        Turn::Done(client) => client,
        Turn::Again(_) => return None,
    };
    let scope = RequestedScope::chosen(&server, None);
    Some(AuthorizationRequest::new(server, client, ISSUER.to_owned(), scope))
}

fn server() -> Option<Server> {
    let metadata = json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/authorize"),
        "token_endpoint": format!("{ISSUER}/token"),
        "registration_endpoint": format!("{ISSUER}/register"),
        "response_types_supported": ["code"],
        "scopes_supported": ["read"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    let metadata: Metadata = serde_json::from_value(metadata).ok()?;
    Server::new(metadata, &Egress::public(), false).ok()
}

fn callback() -> Option<Url> {
    Url::parse("https://client.example/callback").ok()
}

/// The `state` whose value the vectors have.
fn state() -> State {
    State::from_entropy([0; 32])
}

const ISSUER: &str = "https://server.example.com";

fn remedy(relaxation: Relaxation) -> &'static str {
    match relaxation {
        Relaxation::ListedGrantTypes => {
            "register the grant type `refresh_token`, or leave it out of the answer"
        }
        Relaxation::RegistrationWithoutScope => {
            "register the scope that is asked for, or leave it out of the answer"
        }
        Relaxation::SupportedScope => {
            "process a request without `scope` with a default value (RFC 6749 §3.3)"
        }
        Relaxation::WithoutScope => "list in `scopes_supported` what a client may ask for",
        Relaxation::WithoutResource => "accept or ignore a `resource` of your own (RFC 8707 §2)",
        Relaxation::SecretInBody | Relaxation::SecretInHeader | Relaxation::SecretInHeaderUnencoded => {
            "authenticate clients by the method that you register (RFC 6749 §2.3.1)"
        }
    }
}
