//! The other ways to send a client secret.

use http::Request;
use login_flow::{Client, Exchange, Relaxation, RequestedScope, Revoke, Server, TokenKind, Turn};
use rfc7591::Secret;
use serde_json::json;

use crate::server::{
    TOKENS, answer, body, code, error, exchange, login, parameter, register, relaxations, server,
};

/// The credentials of a request: `header` in the Authorization header, `body` as a parameter.
fn credentials(request: &Request<Vec<u8>>) -> &'static str {
    // `id+1:s/e+c` as it is, and form-encoded.
    match request.headers().get("authorization").map(|value| value.to_str().unwrap()) {
        Some("Basic aWQrMTpzL2UrYw==") => "header as it is",
        Some("Basic aWQlMkIxOnMlMkZlJTJCYw==") => "header",
        Some(other) => panic!("{other}"),
        None if parameter(&body(request), "client_secret").as_deref() == Some("s/e+c") => "body",
        None => "nothing",
    }
}

#[test]
fn a_new_client_tries_the_other_ways_to_send_its_secret_once_each() {
    let all = json!(["none", "client_secret_basic", "client_secret_post"]);
    for (methods, registered, expected) in [
        (&all, json!({}), vec!["header", "header as it is", "body"]),
        (&all, json!({"token_endpoint_auth_method": ""}), vec!["header", "header as it is", "body"]),
        (
            &all,
            json!({"token_endpoint_auth_method": "client_secret_post"}),
            vec!["body", "header", "header as it is"],
        ),
        // A secret that came along although the method has none.
        (
            &all,
            json!({"token_endpoint_auth_method": "none"}),
            vec!["nothing", "header", "header as it is", "body"],
        ),
        (&json!(["client_secret_post"]), json!({}), vec!["header", "header as it is", "body"]),
        (&json!(["none"]), json!({"token_endpoint_auth_method": "client_secret_post"}), vec!["body"]),
        (&all, json!({"client_secret": null, "token_endpoint_auth_method": "none"}), vec!["nothing"]),
    ] {
        let server = server(&json!({ "token_endpoint_auth_methods_supported": methods }));
        let mut information = json!({
            "client_id": "id+1", "client_secret": "s/e+c", "client_secret_expires_at": 0,
        });
        information.as_object_mut().unwrap().extend(registered.as_object().unwrap().clone());
        let client = register(&server, &information.to_string());
        let begin = |client: &Client| code(login(&server, client.clone(), RequestedScope::Named(None)));
        let refusals: Vec<_> =
            expected.iter().map(|_| answer(401, r#"{"error": "invalid_client"}"#)).collect();
        let (issued, sent) = exchange(begin(&client), &refusals);
        assert_eq!(sent.iter().map(credentials).collect::<Vec<_>>(), expected, "{methods} {registered}");
        assert!(issued.unwrap_err().retry.is_none());
        // The one that works is remembered, and used first.
        let mut answers = refusals;
        *answers.last_mut().unwrap() = answer(200, TOKENS);
        let (issued, _) = exchange(begin(&client), &answers);
        let proven = issued.unwrap().client;
        let (_, sent) = exchange(begin(&proven), &[answer(200, TOKENS)]);
        assert_eq!(credentials(&sent[0]), *expected.last().unwrap());
        // A client that has worked was forgotten: no other way is tried.
        let (issued, sent) = exchange(begin(&proven), &[answer(401, r#"{"error": "invalid_client"}"#)]);
        assert!(issued.unwrap_err().error.is_about_the_client());
        assert_eq!(sent.len(), 1);
    }
}

#[test]
fn a_code_that_a_wrong_authentication_spent_leads_to_a_new_login() {
    let server = server(&json!({}));
    let client =
        register(&server, r#"{"client_id": "i", "client_secret": "s", "client_secret_expires_at": 0}"#);
    let first = login(&server, client, RequestedScope::Named(None));
    let (issued, _) = exchange(code(first), &[error("invalid_client"), error("invalid_grant")]);
    let retry = issued.unwrap_err().retry.unwrap();
    assert_eq!(retry.client.relaxations, relaxations(&[Relaxation::SecretInBody]));
}

#[test]
fn a_revocation_is_sent_with_the_secret_in_the_other_ways_once_each() {
    let all = json!(["client_secret_basic", "client_secret_post"]);
    let proven = |method: &str, server: &Server| {
        let information = json!({
            "client_id": "id+1", "client_secret": "s/e+c", "client_secret_expires_at": 0,
            "token_endpoint_auth_method": method,
        });
        Client { is_proven: true, ..register(server, &information.to_string()) }
    };
    let refused = [(400, "invalid_request"), (401, "unauthorized_client"), (401, "invalid_client")];
    for (methods, method, accepted, expected, is_revoked) in [
        (&all, "client_secret_basic", "header", vec!["header"], true),
        (&all, "client_secret_basic", "body", vec!["header", "header as it is", "body"], true),
        (&all, "client_secret_post", "header", vec!["body", "header"], true),
        (&all, "client_secret_post", "", vec!["body", "header", "header as it is"], false),
        // A way that the server does not list is not tried.
        (&json!(["client_secret_post"]), "client_secret_post", "header", vec!["body"], false),
        (&json!(["none"]), "none", "body", vec!["nothing"], false),
    ] {
        let server = server(&json!({
            "revocation_endpoint": "https://as.example/revoke",
            "token_endpoint_auth_methods_supported": methods,
        }));
        for (status, code) in refused {
            let client = proven(method, &server);
            let token = Secret::new("t".to_owned());
            let mut revoke = Revoke::new(&server, &client, &token, TokenKind::Refresh).unwrap();
            let mut sent = Vec::new();
            let outcome = loop {
                let request = revoke.request();
                assert!(body(&request).starts_with("token=t&token_type_hint=refresh_token"));
                sent.push(credentials(&request));
                let is_accepted = sent.last() == Some(&accepted);
                let response = if is_accepted {
                    answer(200, "")
                } else {
                    answer(status, &json!({ "error": code }).to_string())
                };
                match revoke.receive(&response) {
                    Ok(Turn::Again(next)) => revoke = next,
                    Ok(Turn::Done(())) => break Ok(()),
                    Err(failed) => break Err(failed),
                }
            };
            assert_eq!((&sent, outcome.is_ok()), (&expected, is_revoked), "{method} {status} {code}");
        }
        // A server that fails for the moment is not asked in another way.
        let revoke =
            Revoke::new(&server, &proven(method, &server), &Secret::new("t".to_owned()), TokenKind::Access);
        assert!(revoke.unwrap().receive(&answer(503, "")).is_err());
    }
}
