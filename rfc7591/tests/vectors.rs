//! The vectors of registrations and of what becomes of a client afterwards.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use http::Request;
use rfc7591::{
    BearerToken, ClientConfiguration, ClientInformation, ClientMetadata, Registration, RegistrationError,
    Secret, Violation,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Input {
    request: ClientMetadata,
    initial_access_token: Option<BearerToken>,
    response: vectors::Response,
}

fn findings(violations: &[Violation]) -> Vec<&'static str> {
    let mut findings: Vec<_> = violations.iter().map(Violation::code).collect();
    findings.sort_unstable();
    findings
}

fn outcome(result: &Result<ClientInformation, RegistrationError>) -> Value {
    match result {
        Ok(registered) => json!({
            "outcome": "registered", "client_id": registered.client_id, "findings": findings(&registered.violations)
        }),
        Err(RegistrationError::Refused { error_response, violations, .. }) => {
            json!({"outcome": "refused", "error": error_response.error, "findings": findings(violations)})
        }
        Err(RegistrationError::Status { violations, .. }) => {
            json!({"outcome": "refused", "findings": findings(violations)})
        }
        Err(rejected) => json!({"outcome": "unusable", "findings": findings(rejected.violations())}),
    }
}

#[test]
fn registrations() {
    for (id, case) in vectors::cases("registration") {
        let context = format!("{id}: {}", case.note);
        let Input { request, initial_access_token, response } = case.input();
        let endpoint = "https://server.example.com/register".parse().unwrap();
        let mut registration = Registration::new(endpoint, request);
        if let Some(token) = initial_access_token {
            registration = registration.with_initial_access_token(token);
        }
        let mut expect = case.expect;
        if let Some(expected) = expect.as_object_mut().unwrap().remove("request") {
            assert_request(&registration.request(), &expected, &context);
        }
        assert_eq!(outcome(&registration.receive(&response.to_http().unwrap())), expect, "{context}");
    }
}

#[derive(Deserialize)]
struct Managed {
    management: ClientConfiguration,
    operation: String,
    #[serde(default)]
    client_id: String,
    client_secret: Option<Secret>,
    #[serde(default)]
    metadata: ClientMetadata,
    response: vectors::Response,
}

#[test]
fn managements() {
    for (id, case) in vectors::cases("management") {
        let context = format!("{id}: {}", case.note);
        let Managed { management, operation, client_id, client_secret, metadata, response } = case.input();
        let response = response.to_http().unwrap();
        let (request, mut outcome) = match operation.as_str() {
            "read" => {
                let read = management.read();
                (read.request(), outcome(&read.receive(&response)))
            }
            "update" => {
                let update = management.update(client_id, client_secret, metadata);
                (update.request(), outcome(&update.receive(&response)))
            }
            _ => {
                let delete = management.delete();
                let request = delete.request();
                let outcome = match delete.receive(&response) {
                    Ok(violations) => json!({"outcome": "deleted", "findings": findings(&violations)}),
                    Err(rejected) => outcome(&Err(rejected)),
                };
                (request, outcome)
            }
        };
        assert_request(&request, &case.expect["request"], &context);
        for member in ["outcome", "findings"] {
            assert_eq!(outcome[member].take(), case.expect[member], "{context}");
        }
    }
}

fn assert_request(request: &Request<Vec<u8>>, expected: &Value, context: &str) {
    assert_eq!(request.method().as_str(), expected["method"], "{context}");
    assert_eq!(request.uri().to_string(), expected["url"], "{context}");
    for header in expected["headers"].as_array().unwrap() {
        assert_eq!(request.headers()[header[0].as_str().unwrap()], header[1].as_str().unwrap(), "{context}");
    }
    match expected.get("members") {
        None => assert!(request.body().is_empty(), "{context}"),
        Some(members) => {
            assert_eq!(&serde_json::from_slice::<Value>(request.body()).unwrap(), members, "{context}");
        }
    }
}

#[test]
fn each_violation_has_a_vector() {
    let cases = vectors::cases("registration").chain(vectors::cases("management"));
    let named: BTreeSet<String> = cases
        .flat_map(|(_, case)| serde_json::from_value::<Vec<String>>(case.expect["findings"].clone()).unwrap())
        .collect();
    assert_eq!(named, Violation::CODES.iter().map(|code| (*code).to_owned()).collect());
}
