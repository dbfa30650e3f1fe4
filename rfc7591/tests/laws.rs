//! What holds for every answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Response;
use proptest::prelude::*;
use rfc7591::{ClientMetadata, Registration, RegistrationError, Violation};

fn receive(status: u16, body: Vec<u8>) -> Result<Vec<Violation>, RegistrationError> {
    let metadata = ClientMetadata::public("https://client.example.org/callback".parse().unwrap());
    let registration = Registration::new("https://server.example.com/register".parse().unwrap(), metadata);
    let response = Response::builder().status(status).body(body).unwrap();
    registration.receive(&response).map(|registered| registered.violations)
}

/// Members as servers write them, well and badly.
fn members() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "client_id",
        "client_secret",
        "client_secret_expires_at",
        "registration_client_uri",
        "registration_access_token",
        "redirect_uris",
        "grant_types",
        "token_endpoint_auth_method",
        "client_name",
        "client_name#de",
        "jwks",
        "error",
        "x",
    ]);
    let values = prop::sample::select(vec![
        r#""a""#,
        r#""https://client.example.org/callback""#,
        r#"["https://client.example.org/callback", "authorization_code", 7]"#,
        "[]",
        "null",
        "7",
        "-1",
        "1e400",
        "true",
        r#"{"y": []}"#,
        r#""invalid_redirect_uri""#,
    ]);
    let member = (names, values).prop_map(|(name, value)| format!(r#""{name}": {value}"#));
    prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(", ")))
}

proptest! {
    #[test]
    fn a_client_is_there_exactly_when_no_violation_is_fatal(json in members(), status in prop::sample::select(vec![200, 201])) {
        match receive(status, json.into_bytes()) {
            Ok(violations) => prop_assert!(!violations.iter().any(Violation::is_fatal)),
            Err(rejected) => prop_assert!(rejected.violations().iter().any(Violation::is_fatal), "{rejected:?}"),
        }
    }

    #[test]
    fn what_is_written_reads_the_same(json in members()) {
        let Ok(metadata) = serde_json::from_str::<ClientMetadata>(&json) else { return Ok(()) };
        let written = serde_json::to_string(&metadata).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClientMetadata>(&written).unwrap(), metadata);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..256), status in 100_u16..600) {
        let _ = receive(status, bytes);
    }
}

#[test]
fn codes_are_stable() {
    insta::assert_debug_snapshot!(Violation::CODES);
}
