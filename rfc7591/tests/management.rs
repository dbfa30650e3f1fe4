//! RFC 7592, with the RFC's own examples.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::{Response, header};
use rfc7591::{
    AuthMethod, ClientConfiguration, ClientInformation, ClientMetadata, Difference, RegistrationError,
    Secret, Violation,
};
use serde_json::Value;

const URI: &str = "https://server.example.com/register/s6BhdRkqt3";

fn configuration() -> ClientConfiguration {
    ClientConfiguration::new(URI.parse().unwrap(), "reg-23410913-abewfq.123483".parse().unwrap())
}

fn metadata() -> ClientMetadata {
    serde_json::from_str(
        r#"{"redirect_uris": ["https://client.example.org/callback", "https://client.example.org/alt"],
            "grant_types": ["authorization_code", "refresh_token"], "jwks_uri": "https://client.example.org/my_public_keys.jwks",
            "client_name": "My New Example", "client_name#fr": "Mon Nouvel Exemple",
            "token_endpoint_auth_method": "client_secret_basic",
            "logo_uri": "https://client.example.org/newlogo.png", "policy_uri": "https://client.example.org/policy"}"#,
    )
    .unwrap()
}

fn response(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.as_bytes().to_vec()).unwrap()
}

/// <https://www.rfc-editor.org/rfc/rfc7592#section-3>, the example.
const ANSWER: &str = r#"{"registration_access_token": "reg-23410913-abewfq.123483",
    "registration_client_uri": "https://server.example.com/register/s6BhdRkqt3", "client_id": "s6BhdRkqt3",
    "client_secret": "cf136dc3c1fd9153029bb9c6cc9ecead918bad9887fce6c93f31185e5885805d",
    "client_id_issued_at": 2893256800, "client_secret_expires_at": 2893276800, "client_name": "My Example Client",
    "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/callback2"],
    "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "client_secret_basic"}"#;

#[test]
fn section_2_1_read() {
    let read = configuration().read();
    let request = read.request();
    assert_eq!((request.method().as_str(), request.uri()), ("GET", &URI.parse::<http::Uri>().unwrap()));
    assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer reg-23410913-abewfq.123483");
    assert!(request.body().is_empty() && !request.headers().contains_key(header::CONTENT_TYPE));
    let registered = read.receive(&response(200, ANSWER)).unwrap();
    assert_eq!((registered.client_id.as_str(), registered.violations), ("s6BhdRkqt3", vec![]));
    assert_eq!(registered.configuration, Some(configuration()));
    let created = configuration().read().receive(&response(201, ANSWER)).unwrap();
    assert_eq!(created.violations, [Violation::ReadStatus(201)]);
}

/// §3: the server MAY issue a new token, which then replaces the old one; it is REQUIRED in the answer.
#[test]
fn a_new_access_token_replaces_the_old_one() {
    let rotated = ANSWER.replace("reg-23410913-abewfq.123483", "new");
    let configuration =
        configuration().read().receive(&response(200, &rotated)).unwrap().configuration.unwrap();
    assert_eq!(configuration.registration_access_token.secret(), "new");
    let silent = configuration.read().receive(&response(200, r#"{"client_id": "s6BhdRkqt3"}"#)).unwrap();
    assert_eq!(silent.violations, [Violation::ManagementPair("registration_client_uri")]);
    assert_eq!(silent.configuration.unwrap().registration_access_token.secret(), "new", "nothing is lost");
}

/// <https://www.rfc-editor.org/rfc/rfc7592#section-2.2>, the example, and what MUST NOT be in it.
#[test]
fn section_2_2_update() {
    let mut metadata = metadata();
    for member in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
        "client_secret",
    ] {
        metadata.additional.insert(member.to_owned(), "of the server".into());
    }
    let secret = Secret::new("cf136dc3c1fc93f31185e5885805d".to_owned());
    let update = configuration().update("s6BhdRkqt3".to_owned(), Some(secret), metadata);
    let request = update.request();
    assert_eq!((request.method().as_str(), request.uri().path()), ("PUT", "/register/s6BhdRkqt3"));
    assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer reg-23410913-abewfq.123483");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d",
            "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/alt"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_basic",
            "jwks_uri": "https://client.example.org/my_public_keys.jwks", "client_name": "My New Example",
            "client_name#fr": "Mon Nouvel Exemple", "logo_uri": "https://client.example.org/newlogo.png",
            "policy_uri": "https://client.example.org/policy"
        })
    );
    let differences: Vec<_> =
        update.receive(&response(200, ANSWER)).unwrap().differences().cloned().collect();
    let uri = |path| format!("https://client.example.org/{path}").parse().unwrap();
    assert_eq!(
        differences.get(..2).unwrap(),
        [Difference::RedirectUriDropped(uri("alt")), Difference::RedirectUriAdded(uri("callback2"))]
    );
    assert!(matches!(differences.get(2), Some(Difference::Value { member, .. }) if member == "client_name"));
}

/// <https://www.rfc-editor.org/rfc/rfc7592#section-2.3>
#[test]
fn section_2_3_delete() {
    let request = configuration().delete().request();
    assert_eq!((request.method().as_str(), request.uri().path()), ("DELETE", "/register/s6BhdRkqt3"));
    assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer reg-23410913-abewfq.123483");
    assert_eq!(configuration().delete().receive(&response(204, "")), Ok(vec![]));
    assert_eq!(configuration().delete().receive(&response(200, "")), Ok(vec![Violation::DeleteStatus(200)]));
    for status in [302, 401, 403, 404, 405, 500] {
        let rejected = configuration().delete().receive(&response(status, "")).unwrap_err();
        assert!(matches!(rejected, RegistrationError::Status { status: s, .. } if s == status));
    }
}

#[test]
fn an_error_is_an_error_for_every_request() {
    let gone = response(401, r#"{"error": "invalid_token"}"#);
    let update = configuration().update("a".to_owned(), None, metadata());
    for rejected in [
        configuration().read().receive(&gone).unwrap_err(),
        update.receive(&gone).unwrap_err(),
        configuration().delete().receive(&gone).unwrap_err(),
    ] {
        let RegistrationError::Refused { error_response, violations, .. } = rejected else { panic!() };
        assert_eq!((error_response.error.as_str(), violations), ("invalid_token", vec![]));
    }
}

#[test]
fn what_is_stored_is_the_same() {
    let stored = serde_json::to_string(&configuration()).unwrap();
    assert_eq!(serde_json::from_str::<ClientConfiguration>(&stored).unwrap(), configuration());
    let stored = configuration().read().receive(&response(200, ANSWER)).unwrap();
    let written = serde_json::to_value(&stored).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(ANSWER).unwrap(), "as on the wire");
    assert_eq!(serde_json::from_value::<ClientInformation>(written).unwrap(), stored);
    assert!(serde_json::from_str::<ClientInformation>(r#"{"client_name": "a"}"#).is_err());
    assert!(!format!("{:?}", configuration()).contains("reg-23410913"));
    assert_eq!(metadata().token_endpoint_auth_method(), &AuthMethod::ClientSecretBasic);
}
