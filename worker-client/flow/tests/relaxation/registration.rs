//! The second registration.

use http::Response;
use login_flow::{Client, Register, RegisterError, Relaxation, Server, Update};
use serde_json::{Value, json};

use crate::server::{CALLBACK, answer, error, exchange, register, relaxations, server};

fn registered(server: &Server, answers: &[Response<Vec<u8>>]) -> (Result<Client, RegisterError>, Vec<Value>) {
    let register = Register::new(server, CALLBACK.parse().unwrap(), "app.example").unwrap();
    let (outcome, sent) = exchange(register.with_scope("c"), answers);
    (outcome, sent.iter().map(|request| serde_json::from_slice(request.body()).unwrap()).collect())
}

#[test]
fn a_refused_registration_is_repeated_once_for_less() {
    let success = answer(201, r#"{"client_id": "id"}"#);
    let listed = json!({ "scopes_supported": ["a", "b"], "grant_types_supported": ["authorization_code"] });
    let unlisted = json!({});
    let both = json!(["authorization_code", "refresh_token"]);
    let alone = json!(["authorization_code"]);
    let expected = [Relaxation::RegistrationWithoutScope, Relaxation::ListedGrantTypes];
    for (members, refused, second, expected) in [
        (&listed, error("invalid_client_metadata"), Some((json!(null), &alone)), &expected[..]),
        (&listed, error("invalid_scope"), Some((json!(null), &alone)), &expected[..]),
        (&unlisted, error("invalid_client_metadata"), Some((json!(null), &both)), &expected[..1]),
        (&listed, error("invalid_redirect_uri"), None, &[][..]),
        (&listed, error("unapproved_software_statement"), None, &[][..]),
        (&listed, answer(401, r#"{"error": "invalid_token"}"#), None, &[][..]),
        (&listed, answer(429, ""), None, &[][..]),
        (&listed, answer(500, ""), None, &[][..]),
    ] {
        let server = server(members);
        let (client, sent) = registered(&server, &[refused.clone(), success.clone()]);
        assert_eq!(sent[0]["grant_types"], both);
        let scope = if members == &listed { "c a b" } else { "c" };
        assert_eq!(sent[0]["scope"], scope);
        let Some((scope, grants)) = second else {
            assert!(client.is_err());
            assert_eq!(sent.len(), 1, "{refused:?}");
            continue;
        };
        let client = client.unwrap();
        assert_eq!((&sent[1]["scope"], &sent[1]["grant_types"]), (&scope, grants));
        assert_eq!(client.relaxations, relaxations(expected));
        // A server that refuses everything is asked at most once more.
        let (client, sent) = registered(&server, &[refused.clone(), refused]);
        assert!(client.is_err());
        assert_eq!(sent.len(), 2);
    }
}

#[test]
fn a_known_relaxation_is_applied_to_the_first_registration() {
    let server =
        server(&json!({ "scopes_supported": ["a"], "grant_types_supported": ["authorization_code"] }));
    let known = relaxations(&[Relaxation::ListedGrantTypes, Relaxation::WithoutResource]);
    let register = Register::new(&server, CALLBACK.parse().unwrap(), "app.example").unwrap();
    let (client, sent) =
        exchange(register.with_relaxations(known.clone()), &[answer(201, r#"{"client_id": "id"}"#)]);
    let sent: Value = serde_json::from_slice(sent[0].body()).unwrap();
    assert_eq!((&sent["grant_types"], &sent["scope"]), (&json!(["authorization_code"]), &json!("a")));
    assert_eq!(client.unwrap().relaxations, known);
}

#[test]
fn a_registration_covers_the_scope_that_it_asked_for() {
    let server = server(&json!({ "scopes_supported": ["a", "b"] }));
    for (information, covered, uncovered) in
        [(r#"{"client_id": "id"}"#, "a b", "c"), (r#"{"client_id": "id", "scope": "d"}"#, "a d", "c")]
    {
        let client = register(&server, information);
        assert!(client.may_ask_for(None));
        assert!(client.may_ask_for(Some(covered)), "{information}");
        assert!(!client.may_ask_for(Some(uncovered)), "{information}");
    }
    let managed = r#"{"client_id": "id", "registration_client_uri": "https://as.example/register/id",
        "registration_access_token": "t"}"#;
    let update = Update::new(&server, register(&server, managed), "app.example", Some("c")).unwrap();
    let (updated, sent) = exchange(update, &[answer(200, managed)]);
    let sent: Value = serde_json::from_slice(sent[0].body()).unwrap();
    assert_eq!(sent["scope"], "a b c");
    assert!(updated.unwrap().may_ask_for(Some("c a")));
}
