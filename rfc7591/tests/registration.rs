//! The sections of RFC 7591, with the RFC's own examples first.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use http::{Response, header};
use rfc7591::{
    AuthMethod, BearerToken, ClientInformation, ClientMetadata, Difference, ErrorCode, ErrorResponse, Expiry,
    GrantType, InvalidBearerToken, LocalizedMember, Registration, RegistrationError, Violation,
};
use serde_json::{Value, json};

fn metadata() -> ClientMetadata {
    let mut metadata = ClientMetadata::public("https://client.example.org/callback".parse().unwrap());
    metadata.token_endpoint_auth_method = Some(AuthMethod::None);
    metadata
}

fn registration(metadata: ClientMetadata) -> Registration {
    Registration::new("https://server.example.com/register".parse().unwrap(), metadata)
}

fn response(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.as_bytes().to_vec()).unwrap()
}

fn answer(status: u16, body: &str) -> Result<ClientInformation, RegistrationError> {
    registration(metadata()).receive(&response(status, body))
}

fn codes(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(Violation::code).collect()
}

/// <https://www.rfc-editor.org/rfc/rfc7591#section-3.1>, both requests.
#[test]
fn section_3_1_requests() {
    let body = json!({
        "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/callback2"],
        "client_name": "My Example Client",
        "client_name#ja-Jpan-JP": "クライアント名",
        "token_endpoint_auth_method": "client_secret_basic",
        "logo_uri": "https://client.example.org/logo.png",
        "jwks_uri": "https://client.example.org/my_public_keys.jwks",
        "example_extension_parameter": "example_value"
    });
    let metadata: ClientMetadata = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(metadata.in_language(LocalizedMember::ClientName, "ja"), Some("My Example Client"));
    assert_eq!(metadata.in_language(LocalizedMember::ClientName, "ja-Jpan-JP"), Some("クライアント名"));
    let open = registration(metadata.clone()).request();
    assert_eq!((open.method().as_str(), open.uri().path()), ("POST", "/register"));
    assert_eq!(open.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(open.headers()[header::ACCEPT], "application/json");
    assert!(!open.headers().contains_key(header::AUTHORIZATION));
    assert_eq!(serde_json::from_slice::<Value>(open.body()).unwrap(), body);
    let token: BearerToken = "ey23f2.adfj230.af32-developer321".parse().unwrap();
    let protected = registration(metadata).with_initial_access_token(token).request();
    assert_eq!(protected.headers()[header::AUTHORIZATION], "Bearer ey23f2.adfj230.af32-developer321");
    assert!(protected.headers()[header::AUTHORIZATION].is_sensitive());
}

/// <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>: a token that no header can hold is no token, so that a request
/// never goes out without the token that it was given.
#[test]
fn a_bearer_token_can_be_sent() {
    for (text, expected) in [
        ("ey23f2.adfj230.af32-developer321", None),
        ("!~", None),
        ("", Some(InvalidBearerToken::Empty)),
        ("a b", Some(InvalidBearerToken::Character)),
        ("a\n", Some(InvalidBearerToken::Character)),
        ("a\r\nX-Other: b", Some(InvalidBearerToken::Character)),
        ("a\0", Some(InvalidBearerToken::Character)),
        ("a\u{7f}", Some(InvalidBearerToken::Character)),
        ("tökén", Some(InvalidBearerToken::Character)),
    ] {
        let token = text.parse::<BearerToken>();
        assert_eq!(token.as_ref().err(), expected.as_ref(), "{text:?}");
        let json = serde_json::to_string(text).unwrap();
        assert_eq!(serde_json::from_str::<BearerToken>(&json).is_err(), expected.is_some(), "{text:?}");
        let Ok(token) = token else { continue };
        assert_eq!(serde_json::to_string(&token).unwrap(), json);
        let request = registration(metadata()).with_initial_access_token(token).request();
        assert_eq!(request.headers()[header::AUTHORIZATION], format!("Bearer {text}"));
    }
}

/// <https://www.rfc-editor.org/rfc/rfc7591#section-3.1.1>: the statement goes along as it is.
#[test]
fn section_3_1_1_software_statement() {
    let mut metadata = metadata();
    metadata.software_statement = Some("e30.e30.c2ln".to_owned());
    let body: Value = serde_json::from_slice(registration(metadata).request().body()).unwrap();
    assert_eq!(body["software_statement"], "e30.e30.c2ln");
}

/// <https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1>, whose timestamps need 64 bits.
#[test]
fn section_3_2_1_example() {
    let body = r#"{"client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d",
        "client_id_issued_at": 2893256800, "client_secret_expires_at": 2893276800,
        "redirect_uris": ["https://client.example.org/callback"], "logo_uri": "https://client.example.org/logo.png",
        "grant_types": ["authorization_code", "refresh_token"], "client_name": "My Example Client",
        "client_name#ja-Jpan-JP": "クライアント名", "token_endpoint_auth_method": "client_secret_basic",
        "jwks_uri": "https://client.example.org/my_public_keys.jwks", "example_extension_parameter": "example_value"}"#;
    let registered = answer(201, body).unwrap();
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(registered.client_id, "s6BhdRkqt3");
    assert_eq!(registered.client_id_issued_at, Some(at(2_893_256_800)));
    assert_eq!(registered.client_secret.as_ref().unwrap().expires, Expiry::At(at(2_893_276_800)));
    assert_eq!(registered.client_secret.as_ref().unwrap().secret.secret(), "cf136dc3c1fc93f31185e5885805d");
    assert_eq!(registered.metadata.additional["client_name#ja-Jpan-JP"], "クライアント名");
    assert_eq!(registered.metadata.additional["example_extension_parameter"], "example_value");
    let difference =
        Difference::AuthMethod { asked: AuthMethod::None, registered: AuthMethod::ClientSecretBasic };
    assert_eq!(registered.differences().collect::<Vec<_>>(), [&difference]);
    assert_eq!(registered.violations, [Violation::Changed(difference)]);
}

/// <https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2>, both examples, and what other servers send.
#[test]
fn section_3_2_2_errors() {
    for (status, body, expected, broken) in [
        (400, r#"{"error": "invalid_redirect_uri"}"#, "invalid_redirect_uri", None),
        (
            400,
            r#"{"error": "invalid_client_metadata", "error_description": "x"}"#,
            "invalid_client_metadata",
            None,
        ),
        (
            200,
            r#"{"error": "invalid_client_metadata"}"#,
            "invalid_client_metadata",
            Some("rfc7591/3.2.2/error-status"),
        ),
        (
            422,
            r#"{"error": "invalid_redirect_uri"}"#,
            "invalid_redirect_uri",
            Some("rfc7591/3.2.2/error-status"),
        ),
        (401, r#"{"error": "invalid_token"}"#, "invalid_token", None),
        (403, r#"{"error": "own_code"}"#, "own_code", None),
    ] {
        let rejected = answer(status, body).unwrap_err();
        assert_eq!(codes(rejected.violations()), Vec::from_iter(broken), "{status} {body}");
        let RegistrationError::Refused { error_response, .. } = rejected else { panic!("{status} {body}") };
        assert_eq!(error_response.error.as_str(), expected);
    }
    for (status, broken) in [
        (307, None),
        (400, Some("rfc7591/3.2.2/error-object")),
        (403, None),
        (422, Some("rfc7591/3.2.2/error-object")),
        (500, None),
    ] {
        for body in ["<html>", "", "[]", r#"{"error": {"code": 1}}"#] {
            let rejected = answer(status, body).unwrap_err();
            assert!(
                matches!(rejected, RegistrationError::Status { status: s, .. } if s == status),
                "{status} {body}"
            );
            assert_eq!(codes(rejected.violations()), Vec::from_iter(broken), "{status} {body}");
        }
    }
}

#[test]
fn an_error_keeps_all_it_says() {
    let body =
        r#"{"error": "invalid_redirect_uri", "error_description": "no", "disallowed_uris": ["https://a"]}"#;
    let Err(RegistrationError::Refused { error_response, .. }) = answer(400, body) else { panic!() };
    assert_eq!(error_response.error, ErrorCode::InvalidRedirectUri);
    assert_eq!(error_response.error_description.as_deref(), Some("no"));
    assert_eq!(serde_json::from_str::<ErrorResponse>(body).unwrap(), *error_response);
    assert_eq!(serde_json::to_value(&*error_response).unwrap(), serde_json::from_str::<Value>(body).unwrap());
    assert!(serde_json::from_str::<ErrorResponse>("{}").is_err());
}

#[test]
fn a_client_id_is_visible_text() {
    for bad in [
        "{}",
        r#"{"client_id": null}"#,
        r#"{"client_id": 7}"#,
        r#"{"client_id": ""}"#,
        r#"{"client_id": "a\nb"}"#,
        &format!(r#"{{"client_id": "{}"}}"#, "a".repeat(2049)),
    ] {
        let Err(RegistrationError::Unusable { violations, .. }) = answer(201, bad) else { panic!("{bad}") };
        assert!(violations.contains(&Violation::ClientId), "{bad}");
    }
    let twice = answer(201, r#"{"client_id": "a", "client_id": "b"}"#).unwrap_err();
    assert!(codes(twice.violations()).contains(&"rfc7591/3.2.1/repeated-member"));
    let list = answer(201, "[]").unwrap_err();
    assert_eq!(list.violations(), [Violation::NotAnObject]);
    assert_eq!(answer(201, r#"{"client_id": "a"}"#).unwrap().client_id, "a");
}

#[test]
fn timestamps_of_every_kind() {
    let one = Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    for (wire, expected) in [
        ("0", Expiry::Never),
        (r#""0""#, Expiry::Never),
        ("null", Expiry::Unspecified),
        ("true", Expiry::Unspecified),
        ("-5", Expiry::Unspecified),
        ("1", one),
        (r#""1""#, one),
        ("1.0", one),
        ("18446744073709551615", Expiry::Never),
    ] {
        let body =
            format!(r#"{{"client_id": "a", "client_secret": "s", "client_secret_expires_at": {wire}}}"#);
        let registered = answer(200, &body).unwrap();
        assert_eq!(registered.client_secret.unwrap().expires, expected, "{wire}");
        let said = !registered.violations.contains(&Violation::SecretWithoutExpiry);
        assert_eq!(said, expected != Expiry::Unspecified, "{wire}");
        assert!(registered.violations.contains(&Violation::Status(200)));
    }
}

#[test]
fn what_is_tolerated_is_reported() {
    let body = r#"{"client_id": "a", "client_secret": 7, "scope": ["s"], "client_name": "x", "client_name": "y",
        "registration_client_uri": "/register/a", "registration_access_token": "t", "logo_uri": null}"#;
    let response = Response::builder().status(200).body(body.as_bytes().to_vec()).unwrap();
    let registered = registration(metadata()).receive(&response).unwrap();
    let told: Vec<_> = registered.violations.iter().map(|v| format!("{}: {v}", v.code())).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    rfc7591/3.2.1/status-201: status 200, not 201
    rfc7591/3.2.1/content-type: the content type is ``, not `application/json`
    rfc7591/3.2.1/repeated-member: `client_name` is there more than once
    rfc7591/3.2.1/malformed-member: `client_secret` cannot be read: "(not shown)"
    rfc7591/3.2.1/malformed-member: `scope` cannot be read: ["s"]
    rfc7592/3/registration-client-uri: `registration_client_uri` is `/register/a`, not a fully qualified https URL
    rfc7591/3.2.1/metadata-returned: `redirect_uris` was asked for and is not in the answer
    "#);
    assert_eq!(registered.client_secret, None);
    let configuration = registered.configuration.unwrap();
    assert_eq!(configuration.endpoint().as_str(), "https://server.example.com/register/a");
}

/// The two members for managing a client stand or fall together, and the URL is one to send a token to.
#[test]
fn rfc_7592_section_3_members() {
    for (members, uri, expected) in [
        (
            r#""registration_client_uri": "https://server.example.com/c/a", "registration_access_token": "t""#,
            true,
            None,
        ),
        (
            r#""registration_client_uri": "http://127.0.0.1:1/c", "registration_access_token": "t""#,
            true,
            None,
        ),
        (r#""x": 1"#, false, None),
        (
            r#""registration_client_uri": "https://server.example.com/c/a""#,
            false,
            Some("rfc7592/3/management-pair"),
        ),
        (r#""registration_access_token": "t""#, false, Some("rfc7592/3/management-pair")),
        (
            r#""registration_client_uri": "c/a", "registration_access_token": "t""#,
            true,
            Some("rfc7592/3/registration-client-uri"),
        ),
        (
            r#""registration_client_uri": "http://server.example.com/c", "registration_access_token": "t""#,
            false,
            Some("rfc7592/3/registration-client-uri"),
        ),
        (
            r#""registration_client_uri": "javascript:alert(1)", "registration_access_token": "t""#,
            false,
            Some("rfc7592/3/registration-client-uri"),
        ),
    ] {
        let registered = answer(
            201,
            &format!(
                r#"{{"client_id": "a", "redirect_uris": ["https://client.example.org/callback"], {members}}}"#
            ),
        )
        .unwrap();
        assert_eq!(codes(&registered.violations), Vec::from_iter(expected), "{members}");
        assert_eq!(registered.configuration.is_some(), uri, "{members}");
    }
}

/// A registration access token that no header can hold counts as absent.
#[test]
fn rfc_7592_section_3_unusable_token() {
    for (token, usable) in [("t", true), ("", false), ("t u", false), (r"t\r\nX-Other: u", false)] {
        let registered = answer(
            201,
            &format!(
                r#"{{"client_id": "a", "redirect_uris": ["https://client.example.org/callback"],
                "registration_client_uri": "https://server.example.com/c/a", "registration_access_token": "{token}"}}"#
            ),
        )
        .unwrap();
        assert_eq!(registered.configuration.is_some(), usable, "{token}");
        let expected: &[&str] = &["rfc7591/3.2.1/malformed-member", "rfc7592/3/management-pair"];
        assert_eq!(codes(&registered.violations), if usable { &[] } else { expected }, "{token}");
    }
}

#[test]
fn what_the_server_changed_is_typed() {
    let registered = answer(
        201,
        r#"{"client_id": "a", "redirect_uris": ["https://evil.example/"], "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "none", "client_secret": "s", "client_secret_expires_at": 0}"#,
    )
    .unwrap();
    assert_eq!(
        registered.differences().cloned().collect::<Vec<_>>(),
        [
            Difference::RedirectUriDropped("https://client.example.org/callback".parse().unwrap()),
            Difference::RedirectUriAdded("https://evil.example/".parse().unwrap()),
            Difference::SecretForPublicClient,
            Difference::GrantTypeRemoved(GrantType::RefreshToken),
        ]
    );
    let silent = answer(201, r#"{"client_id": "a"}"#).unwrap();
    assert_eq!(silent.differences().count(), 0);
    assert_eq!(codes(&silent.violations), ["rfc7591/3.2.1/metadata-returned"]);
}

#[test]
fn debug_shows_no_secret() {
    for body in [
        r#"{"client_id": "a", "client_secret": "canary", "registration_access_token": "canary"}"#,
        r#"{"client_id": "a", "client_secret": ["canary"], "registration_access_token": {"x": "canary"}}"#,
    ] {
        let registered = answer(201, body).unwrap();
        assert!(!format!("{registered:?}").contains("canary"), "{registered:?}");
        assert!(!serde_json::to_string(&registered.metadata).unwrap().contains("canary"));
    }
    let registered = answer(201, r#"{"client_id": "a", "client_secret": "canary"}"#).unwrap();
    assert_eq!(registered.client_secret.unwrap().secret.secret(), "canary");
}
