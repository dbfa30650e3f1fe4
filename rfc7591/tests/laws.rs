//! Properties of every client information response.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Response;
use proptest::prelude::*;
use rfc7591::{
    ClientInformation, ClientMetadata, ErrorCode, ErrorResponse, Registration, RegistrationError, UriString,
    Violation,
};
use serde_json::{Value, json};

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

/// URIs that a parser would write otherwise.
fn uri() -> impl Strategy<Value = String> {
    let origins = prop::sample::select(vec![
        "https://a.example",
        "https://A.example",
        "https://a.example:443",
        "https://b\u{fc}cher.example",
        "http://127.1",
        "http://localhost:080",
        "com.example.app:",
        "HTTPS://a.example",
    ]);
    (origins, "(/[ -~é]{0,12})?").prop_map(|(origin, path)| format!("{origin}{path}"))
}

/// The members that are fields of `ClientInformation` and not of its metadata.
const OF_THE_INFORMATION: &[&str] = &[
    "client_id",
    "client_secret",
    "client_secret_expires_at",
    "registration_client_uri",
    "registration_access_token",
];

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

    /// Redirection URIs are compared as text (RFC 9700 §4.1.3), so that none may change on its way.
    #[test]
    fn a_uri_is_written_back_as_it_came(uri in uri()) {
        let Ok(parsed) = uri.parse::<UriString>() else { return Ok(()) };
        prop_assert_eq!(parsed.to_string(), uri.clone());
        let document = json!({"redirect_uris": [uri], "client_uri": uri, "jwks_uri": uri, "x": uri});
        let metadata: ClientMetadata = serde_json::from_value(document.clone()).unwrap();
        prop_assert_eq!(metadata.redirect_uris(), [parsed]);
        prop_assert_eq!(serde_json::to_value(&metadata).unwrap(), document.clone());
        let mut information = document;
        information["client_id"] = "a".into();
        let read: ClientInformation = serde_json::from_value(information.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), information);
    }

    /// All but repeated members and entries of lists that cannot be read.
    #[test]
    fn an_object_is_written_back_as_it_came(json in members()) {
        let Ok(document) = serde_json::from_str::<Value>(&json) else { return Ok(()) };
        let metadata: ClientMetadata = serde_json::from_value(document.clone()).unwrap();
        let written = serde_json::to_value(&metadata).unwrap();
        for (name, value) in document.as_object().unwrap() {
            if let (Some(came), Some(written)) = (value.as_array(), written[name].as_array()) {
                prop_assert!(written.iter().all(|entry| came.contains(entry)));
            } else {
                prop_assert_eq!(value, &written[name]);
            }
        }
        prop_assert_eq!(written.as_object().unwrap().len(), document.as_object().unwrap().len());
    }

    #[test]
    fn a_registration_reads_as_it_was_written(json in members(), id in "[ -~]{1,16}") {
        let Ok(metadata) = serde_json::from_str::<ClientMetadata>(&json) else { return Ok(()) };
        let mut metadata = metadata;
        for member in OF_THE_INFORMATION {
            metadata.additional.remove(*member);
        }
        let information = ClientInformation::new(id, metadata);
        let stored = serde_json::to_string(&information).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClientInformation>(&stored).unwrap(), information);
    }

    #[test]
    fn an_error_response_reads_as_it_was_written(code in "[a-z_]{0,24}", description in any::<Option<String>>()) {
        let mut error = ErrorResponse::new(ErrorCode::from(code.as_str()));
        error.error_description = description;
        let written = serde_json::to_string(&error).unwrap();
        prop_assert_eq!(serde_json::from_str::<ErrorResponse>(&written).unwrap(), error);
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
