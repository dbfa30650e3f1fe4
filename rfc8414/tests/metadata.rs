//! The sections of RFC 8414, one test each, with the RFC's own example first.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Response;
use rfc7591::{AuthMethod, GrantType};
use rfc8414::{InvalidMetadata, Issuer, LocalizedMember, Metadata, Parsed, Violation};
use serde_json::Value;

const ISSUER: &str = "https://server.example.com";

fn issuer() -> Issuer {
    Issuer::try_from(ISSUER.to_owned()).unwrap()
}

fn receive(status: u16, content_type: &str, body: &str) -> Result<Parsed, InvalidMetadata> {
    let response = Response::builder().status(status).header("content-type", content_type);
    Metadata::receive(&issuer(), &response.body(body.as_bytes().to_vec()).unwrap())
}

fn codes(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(Violation::code).collect()
}

/// <https://www.rfc-editor.org/rfc/rfc8414#section-3.2>
#[test]
fn section_3_2_example() {
    let body = r#"{"issuer": "https://server.example.com",
        "authorization_endpoint": "https://server.example.com/authorize",
        "token_endpoint": "https://server.example.com/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
        "userinfo_endpoint": "https://server.example.com/userinfo",
        "jwks_uri": "https://server.example.com/jwks.json",
        "registration_endpoint": "https://server.example.com/register",
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
        "response_types_supported": ["code", "code token"],
        "service_documentation": "http://server.example.com/service_documentation.html",
        "ui_locales_supported": ["en-US", "en-GB", "en-CA", "fr-FR", "fr-CA"]}"#;
    let read = receive(200, "application/json", body).unwrap();
    assert!(read.violations.is_empty(), "{:?}", read.violations);
    let written: Value = serde_json::to_value(&read.metadata).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(body).unwrap());
}

#[test]
fn section_2_defaults() {
    let metadata =
        receive(200, "application/json", &format!(r#"{{"issuer": "{ISSUER}"}}"#)).unwrap().metadata;
    assert_eq!(metadata.grant_types_supported(), [GrantType::AuthorizationCode, GrantType::Implicit]);
    assert_eq!(metadata.token_endpoint_auth_methods_supported(), [AuthMethod::ClientSecretBasic]);
}

/// The registered members of other specifications, each of its type.
#[test]
fn members_of_other_specifications() {
    let body = r#"{"issuer": "https://server.example.com",
        "authorization_endpoint": "https://server.example.com/a", "token_endpoint": "https://server.example.com/t",
        "response_types_supported": ["code"], "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true, "require_pushed_authorization_requests": false,
        "pushed_authorization_request_endpoint": "https://server.example.com/par",
        "require_signed_request_object": true, "tls_client_certificate_bound_access_tokens": true,
        "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.example.com/t"},
        "signed_metadata": "e30.e30.", "userinfo_endpoint": "https://server.example.com/me",
        "subject_types_supported": ["public"], "claims_parameter_supported": false,
        "op_tos_uri": "https://server.example.com/tos", "op_tos_uri#de": "https://server.example.com/agb",
        "x_own": {"y": [1, null]}}"#;
    let Parsed { metadata, violations, .. } = receive(200, "application/json;charset=UTF-8", body).unwrap();
    assert_eq!(violations, []);
    assert!(metadata.authorization_response_iss_parameter_supported());
    assert!(metadata.require_signed_request_object() && !metadata.require_pushed_authorization_requests());
    assert_eq!(
        metadata.in_language(LocalizedMember::OpTosUri, "de-AT"),
        Some("https://server.example.com/agb")
    );
    assert_eq!(metadata.in_language(LocalizedMember::OpTosUri, "fr"), Some("https://server.example.com/tos"));
    assert_eq!(metadata.in_language(LocalizedMember::OpPolicyUri, "de"), None);
    assert_eq!(
        metadata.additional.keys().collect::<Vec<_>>(),
        ["op_tos_uri#de", "x_own"],
        "all else has a type"
    );
    let written: Value = serde_json::to_value(&metadata).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(body).unwrap(), "and all is written back");
}

/// §2, on `*_auth_signing_alg_values_supported`.
#[test]
fn section_2_signature_algorithms() {
    let with = |members: &str| {
        let body = format!(
            r#"{{"issuer": "{ISSUER}", "authorization_endpoint": "{ISSUER}/a", "token_endpoint": "{ISSUER}/t",
                "response_types_supported": ["code"], {members}}}"#
        );
        let violations = receive(200, "application/json", &body).unwrap().violations;
        violations.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for endpoint in ["token_endpoint", "revocation_endpoint", "introspection_endpoint"] {
        let methods = format!(r#""{endpoint}_auth_methods_supported": ["none", "private_key_jwt"]"#);
        let algorithms = |list| format!(r#""{endpoint}_auth_signing_alg_values_supported": {list}"#);
        let member = format!("`{endpoint}_auth_signing_alg_values_supported`");
        assert_eq!(with(&methods), [format!("{member} is missing beside a method that signs")]);
        let listed = |list| with(&format!("{methods}, {}", algorithms(list)));
        assert_eq!(listed(r#"["RS256"]"#), [""; 0]);
        assert_eq!(listed(r#"["RS256", "none"]"#), [format!("{member} contains `none`")]);
        assert_eq!(listed("7"), [format!("{member} cannot be read: 7")], "reported once");
        let unsigned = format!(r#""{endpoint}_auth_methods_supported": ["client_secret_basic"]"#);
        assert_eq!(with(&unsigned), [""; 0]);
    }
}

#[test]
fn what_is_fatal() {
    for (body, expected) in [
        ("[]", "rfc8414/3.2/json-object"),
        ("<!doctype html>", "rfc8414/3.2/json-object"),
        ("{}", "rfc8414/2/required-member"),
        (r#"{"issuer": null}"#, "rfc8414/2/required-member"),
        (r#"{"issuer": "server.example.com"}"#, "rfc8414/2/issuer-url"),
        (r#"{"issuer": "https://server.example.com?x=1"}"#, "rfc8414/2/issuer-url"),
        (r#"{"issuer": 7}"#, "rfc8414/2/malformed-member"),
        (r#"{"issuer": "https://other.example"}"#, "rfc8414/3.3/issuer-identical"),
        (r#"{"issuer": "https://server.example.com", "issuer": "https://b"}"#, "rfc8414/3.2/repeated-member"),
    ] {
        let refused = receive(200, "application/json", body).unwrap_err();
        assert!(codes(&refused.violations).contains(&expected), "{body}: {refused:?}");
    }
    let refused = receive(404, "text/html", "").unwrap_err();
    assert_eq!(codes(&refused.violations), ["rfc8414/3.2/status-200"]);
    assert!(receive(200, "application/json", &format!(r#"{{"issuer": "{ISSUER}"}}"#)).is_ok());
}

#[test]
fn a_foreign_issuer_is_a_pointer() {
    let refused = receive(200, "application/json", r#"{"issuer": "https://other.example"}"#).unwrap_err();
    assert_eq!(refused.pointer().map(Issuer::as_str), Some("https://other.example"));
    let missing = receive(200, "application/json", "{}").unwrap_err();
    assert_eq!(missing.pointer(), None);
}

#[test]
fn what_is_tolerated_is_reported() {
    let body = r#"{"issuer": "https://server.example.com/", "token_endpoint": "http://server.example.com/t",
        "scopes_supported": [], "jwks_uri": null, "code_challenge_methods_supported": "S256",
        "grant_types_supported": ["authorization_code", 7]}"#;
    let read = receive(200, "text/plain", body).unwrap();
    assert_eq!(
        codes(&read.violations),
        [
            "rfc8414/3.2/empty-member",
            "rfc8414/3.2/empty-member",
            "rfc8414/3.3/issuer-identical",
            "rfc8414/2/endpoint-url",
            "rfc8414/2/malformed-member",
            "rfc8414/2/malformed-member",
            "rfc8414/2/required-member",
            "rfc8414/2/required-member",
            "rfc8414/3.2/content-type",
        ]
    );
    assert_eq!(read.metadata.code_challenge_methods_supported, None);
    assert_eq!(read.metadata.additional["code_challenge_methods_supported"], "S256");
    assert_eq!(read.metadata.issuer.as_str(), "https://server.example.com/");
}
