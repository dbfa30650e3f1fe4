//! The vectors of the client's requests, and of the responses that it accepts and rejects.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use http::{Request, Response};
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, Egress, Exchange, FetchError, LoginTarget,
    Register, RequestedScope, Server, State, TokenError, Turn, UnauthenticatedRequests, Unusable, covers,
    drive, probe,
};
use pkce::Verifier;
use rfc8414::{Issuer, Metadata};
use serde::Deserialize;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use vectors::{Case, Vector};

fn context(id: &str, case: &Case) -> String {
    format!("{id}: {}", case.note)
}

#[tokio::test]
async fn hosts() {
    for (id, case) in vectors::cases("host") {
        let mut host: Vector = case.input();
        host.note.clone_from(&case.note);
        let egress = Egress::public();
        let target = LoginTarget::parse(&host.host, &egress).unwrap();
        let fetch = async |request| host.fetch(&request).map_err(|_| FetchError::NoAnswer);
        let probe = probe(&target, &egress, UnauthenticatedRequests::Get, |_| false, fetch).await;
        let mut findings: Vec<_> = probe.findings.iter().map(|finding| finding.id.as_ref()).collect();
        findings.sort_unstable();
        let verdict = serde_json::to_value(&probe.verdict).unwrap()["verdict"].take();
        assert_eq!(json!({"verdict": verdict, "findings": findings}), case.expect, "{}", context(&id, &case));
    }
}

/// A server with the metadata of a vector, read for the issuer that it names.
fn server(document: &Value) -> Server {
    Server::new(metadata(document), &Egress::public(), false).unwrap()
}

fn metadata(document: &Value) -> Metadata {
    let issuer = Issuer::try_from(document["issuer"].as_str().unwrap()).unwrap();
    Metadata::read(&issuer, document.to_string().as_bytes()).unwrap().metadata
}

/// The state of a vector: 32 octets in base64url.
fn state(text: &str) -> State {
    let entropy = Base64UrlUnpadded::decode_vec(text).unwrap();
    State::from_entropy(entropy.try_into().unwrap())
}

fn client(server: &Server, client_id: &str, redirect_uri: Url) -> Client {
    let answer = json!({"client_id": client_id}).to_string().into_bytes();
    let response = Response::builder().status(201).body(answer).unwrap();
    match Register::new(server, redirect_uri, "app.example").unwrap().receive(&response).unwrap() {
        Turn::Done(client) => client,
        Turn::Again(_) => panic!("a registration is one request"),
    }
}

#[derive(Deserialize)]
struct Registering {
    metadata: Value,
    redirect_uri: Url,
    client_name: String,
}

#[test]
fn registration_requests() {
    for (id, case) in vectors::cases("registration-request") {
        let context = context(&id, &case);
        let input: Registering = case.input();
        let request = Register::new(&server(&input.metadata), input.redirect_uri, &input.client_name)
            .unwrap()
            .request();
        assert_head(&request, &case.expect, &context);
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        for (member, expected) in case.expect["members"].as_object().unwrap() {
            assert_eq!(&body[member], expected, "{context}");
        }
    }
}

#[derive(Deserialize)]
struct Authorizing {
    metadata: Value,
    client_id: String,
    redirect_uri: Url,
    resource: String,
    scope: Option<String>,
    state: String,
    verifier: String,
    code: String,
}

#[test]
fn authorization_requests() {
    for (id, case) in vectors::cases("authorization-request") {
        let context = context(&id, &case);
        let input: Authorizing = case.input();
        let server = match Server::new(metadata(&input.metadata), &Egress::public(), false) {
            Ok(server) => server,
            Err(unusable) => {
                let breaks = unusable.iter().find_map(Unusable::requirement_id).unwrap();
                assert_eq!(json!({"breaks": breaks}), case.expect, "{context}");
                continue;
            }
        };
        let client = client(&server, &input.client_id, input.redirect_uri.clone());
        let login =
            AuthorizationRequest::new(server, client, input.resource, RequestedScope::Named(input.scope));
        let (url, pending) = login.begin(state(&input.state), Verifier::try_from(input.verifier).unwrap());
        assert_eq!(url.as_str().split('?').next().unwrap(), case.expect["endpoint"], "{context}");
        assert_parameters(url.query().unwrap(), &case.expect, &context);

        let mut callback = input.redirect_uri;
        let issuer = input.metadata["issuer"].as_str().unwrap();
        callback.query_pairs_mut().extend_pairs([
            ("code", input.code.as_str()),
            ("state", &input.state),
            ("iss", issuer),
        ]);
        let request = pending.accept(&callback).unwrap().request();
        let expected = &case.expect["token_request"];
        assert_head(&request, expected, &context);
        assert_parameters(str::from_utf8(request.body()).unwrap(), expected, &context);
    }
}

/// Checks the method, the URL and the expected headers.
fn assert_head(request: &Request<Vec<u8>>, expected: &Value, context: &str) {
    assert_eq!(request.method().as_str(), expected["method"], "{context}");
    assert_eq!(request.uri().to_string(), expected["url"], "{context}");
    for header in expected["headers"].as_array().unwrap() {
        assert_eq!(request.headers()[header[0].as_str().unwrap()], header[1].as_str().unwrap(), "{context}");
    }
}

/// Checks that each parameter occurs once, that the expected ones have their values, and that the absent ones are
/// absent.
fn assert_parameters(query: &str, expected: &Value, context: &str) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let parameters: BTreeMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(parameters.len(), pairs.len(), "{context}: each parameter once");
    for (name, expected) in expected["parameters"].as_object().unwrap() {
        assert_eq!(parameters.get(name).map(String::as_str), expected.as_str(), "{context}: {name}");
    }
    for name in expected["absent"].as_array().into_iter().flatten() {
        assert!(!parameters.contains_key(name.as_str().unwrap()), "{context}: {name}");
    }
}

#[derive(Deserialize)]
struct Returning {
    metadata: Value,
    state: String,
    callback: Url,
}

#[test]
fn callbacks() {
    for (id, case) in vectors::cases("callback") {
        let context = context(&id, &case);
        let Returning { metadata, state: sent, callback } = case.input();
        let server = server(&metadata);
        let mut redirect_uri = callback.clone();
        redirect_uri.set_query(None);
        let client = client(&server, "s6BhdRkqt3", redirect_uri);
        let login = AuthorizationRequest::new(
            server,
            client,
            "https://as.example".to_owned(),
            RequestedScope::Named(None),
        );
        let (_, pending) = login.begin(state(&sent), Verifier::from_entropy([2; 32]));
        let outcome = match pending.accept(&callback) {
            Ok(_) => json!({"accepted": true}),
            Err(AuthorizationResponseError::Refused { error, .. }) => {
                json!({"accepted": false, "error": error})
            }
            Err(denied) => json!({"accepted": false, "breaks": denied.requirement().unwrap().id}),
        };
        assert_eq!(outcome, case.expect, "{context}");
    }
}

#[derive(Deserialize)]
struct Answering {
    response: vectors::Response,
}

#[tokio::test]
async fn token_answers() {
    for (id, case) in vectors::cases("token-answer") {
        let input: Answering = case.input();
        let metadata = json!({
            "issuer": "https://as.example", "authorization_endpoint": "https://as.example/authorize",
            "token_endpoint": "https://as.example/token", "registration_endpoint": "https://as.example/register",
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"]
        });
        let server = server(&metadata);
        let client = client(&server, "s6BhdRkqt3", "https://app.example/callback".parse().unwrap());
        let login = AuthorizationRequest::new(
            server,
            client,
            "https://as.example".to_owned(),
            RequestedScope::Named(None),
        );
        let state = State::from_entropy([1; 32]);
        let callback = format!("https://app.example/callback?code=c&state={}", state.as_str());
        let (_, pending) = login.begin(state, Verifier::from_entropy([2; 32]));
        let redeem = pending.accept(&callback.parse().unwrap()).unwrap();
        let fetch = async |_| Ok::<_, FetchError>(input.response.to_http().unwrap());
        let outcome = match drive(redeem, fetch).await {
            Ok(_) => json!({"usable": true}),
            Err(login_flow::DriveError::Protocol(error)) => match TokenError::requirement(&error.error) {
                Some(requirement) => json!({"usable": false, "breaks": requirement.id}),
                None => json!({"usable": false}),
            },
            Err(other) => json!(other.to_string()),
        };
        assert_eq!(outcome, case.expect, "{}", context(&id, &case));
    }
}

#[test]
fn egress() {
    for (id, case) in vectors::cases("egress") {
        let url: Url = serde_json::from_value(case.input["url"].clone()).unwrap();
        let judged = Egress::public().judge(&url);
        assert_eq!(judged.is_ok(), case.expect["allowed"], "{}", context(&id, &case));
        assert!(judged.err().is_none_or(|blocked| blocked.requirement().id == id));
    }
}

#[test]
fn what_a_token_covers() {
    for (id, case) in vectors::cases("resource-cover") {
        let [resource, url] =
            ["resource", "url"].map(|name| case.input[name].as_str().unwrap().parse().unwrap());
        assert_eq!(covers(&resource, &url), case.expect["covers"], "{}", context(&id, &case));
    }
}

#[test]
fn where_a_registration_holds() {
    for (id, case) in vectors::cases("same-party") {
        let [registered, published] = ["registered", "published"].map(|name| server(&case.input[name]));
        assert_eq!(published.is_same_party(&registered), case.expect["same"], "{}", context(&id, &case));
    }
}
