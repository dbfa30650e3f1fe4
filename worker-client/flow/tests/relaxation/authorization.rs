//! The scope of a login, and the second authorization request.

use login_flow::{Pace, Relaxation, Relaxations, RequestedScope};
use serde_json::{Value, json};

use crate::server::{NAMED, begin, callback, login, parameter, refusal, register, relaxations, server};

#[test]
fn the_scope_of_a_login() {
    let openid = json!({ "scopes_supported": ["openid", "offline_access", "mail"] });
    for (members, challenge, expected) in [
        (json!({}), None, None),
        (json!({ "scopes_supported": ["mail"] }), None, None),
        (json!({ "scopes_supported": ["openid"] }), None, Some("openid")),
        (openid.clone(), None, Some("openid offline_access")),
        (openid.clone(), Some("openid webid"), Some("openid webid")),
        (json!({}), Some("mail  mail send"), Some("mail send")),
        // A value that is no scope is no choice.
        (openid.clone(), Some(""), Some("openid offline_access")),
        (openid, Some("a\"b"), Some("openid offline_access")),
    ] {
        let server = server(&members);
        let chosen = RequestedScope::chosen(&server, challenge);
        assert_eq!(chosen, RequestedScope::Chosen(expected.map(str::to_owned)), "{challenge:?}");
        let (url, _) = begin(login(&server, register(&server, r#"{"client_id": "id"}"#), chosen));
        let query = url.query().unwrap();
        assert_eq!(parameter(query, "scope").as_deref(), expected);
        let has = |value| expected.is_some_and(|scope| scope.split(' ').any(|other| other == value));
        assert_eq!(parameter(query, "nonce").is_some(), has("openid"));
        assert_eq!(parameter(query, "prompt").as_deref(), has("offline_access").then_some("consent"));
    }
}

/// The second authorization request after each refusal of the first, and none after the second.
#[test]
fn a_refused_authorization_request_is_repeated_once_for_less() {
    use Pace::{AtOnce, Later};
    let plain = json!({ "scopes_supported": ["a", "b"] });
    let openid = json!({ "scopes_supported": ["openid"] });
    let chosen = |members: &Value| RequestedScope::chosen(&server(members), None);
    // The server, the scope, the error and its pace: the scope and the resource of the second request.
    for (members, scope, refused, pace, expected) in [
        (&plain, chosen(&plain), "invalid_target", Later, Some((None, false))),
        (&plain, NAMED("a"), "invalid_target", AtOnce, Some((Some("a"), false))),
        (&plain, chosen(&plain), "invalid_scope", Later, Some((Some("a b"), true))),
        (&plain, chosen(&plain), "access_denied", AtOnce, Some((Some("a b"), true))),
        (&openid, chosen(&openid), "invalid_scope", Later, Some((None, true))),
        (&openid, chosen(&openid), "access_denied", AtOnce, Some((None, true))),
        // A person refused, or the scope is the person's own, or the error names nothing that can be left out.
        (&plain, chosen(&plain), "access_denied", Later, None),
        (&plain, NAMED("a"), "invalid_scope", Later, None),
        (&plain, RequestedScope::Named(None), "invalid_scope", Later, None),
        (&plain, NAMED("a"), "access_denied", AtOnce, None),
        (&plain, chosen(&plain), "server_error", AtOnce, None),
        (&plain, chosen(&plain), "invalid_request", AtOnce, None),
        (&plain, chosen(&plain), "unauthorized_client", AtOnce, None),
        (&json!({}), RequestedScope::Chosen(None), "invalid_scope", AtOnce, None),
    ] {
        let server = server(members);
        let client = register(&server, r#"{"client_id": "id"}"#);
        let first = login(&server, client, scope);
        let refused = refusal(first.clone(), refused);
        let Some(second) = first.after(&refused, pace) else {
            assert_eq!(expected, None, "{refused} {pace:?}");
            continue;
        };
        let (url, _) = begin((*second).clone());
        let query = url.query().unwrap();
        let scope = parameter(query, "scope");
        let found = (scope.as_deref(), parameter(query, "resource").is_some());
        assert_eq!(Some(found), expected, "{refused} {pace:?}");
        assert_eq!(parameter(query, "code_challenge_method").as_deref(), Some("S256"));
        // The parameters that protect the person are in both; no response leads to a third request.
        for code in ["invalid_target", "invalid_scope", "access_denied"] {
            let refused = refusal((*second).clone(), code);
            assert!(second.clone().after(&refused, AtOnce).is_none(), "{code}");
        }
    }
}

/// A scope that was refused for one resource is not withheld from the challenge of another for ever.
#[test]
fn a_remembered_scope_can_be_taken_back() {
    let server = server(&json!({ "scopes_supported": ["a", "b"] }));
    let mut client = register(&server, r#"{"client_id": "id"}"#);
    client.relaxations = relaxations(&[Relaxation::WithoutScope]);
    let first = login(&server, client, RequestedScope::chosen(&server, Some("b")));
    assert_eq!(first.sent_scope(), None);
    let refused = refusal(first.clone(), "invalid_scope");
    let second = first.after(&refused, Pace::Later).unwrap();
    assert_eq!(second.sent_scope().as_deref(), Some("b"));
    assert_eq!(second.client.relaxations, Relaxations::default());
}

#[test]
fn a_response_that_is_not_genuine_relaxes_nothing() {
    let server = server(&json!({ "authorization_response_iss_parameter_supported": true }));
    let client = register(&server, r#"{"client_id": "id"}"#);
    for query in [
        "error=invalid_target",
        "error=invalid_target&iss=https://evil.example",
        "error=invalid_target&error=invalid_target&iss=https://as.example",
        "error=invalid_target&code=c&iss=https://as.example",
    ] {
        let first = login(&server, client.clone(), RequestedScope::chosen(&server, None));
        let refused = begin(first.clone()).1.accept(&callback(query)).unwrap_err();
        assert!(first.after(&refused, Pace::AtOnce).is_none(), "{query}");
    }
    let first = login(&server, client, RequestedScope::chosen(&server, None));
    let genuine = callback("error=invalid_target&iss=https://as.example");
    let refused = begin(first.clone()).1.accept(&genuine).unwrap_err();
    assert!(first.after(&refused, Pace::AtOnce).is_some(), "the control");
}
