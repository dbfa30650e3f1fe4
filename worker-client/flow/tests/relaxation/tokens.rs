//! The second request for tokens.

use http::Response;
use login_flow::{Issued, NotIssued, Refresh, Relaxation, RequestedScope, Tokens};
use serde_json::json;

use crate::server::{
    NAMED, RESOURCE, TOKENS, answer, begin, body, code, error, exchange, login, parameter, register,
    relaxations, server,
};

#[test]
fn a_refused_resource_is_left_out_of_the_code_exchange_once() {
    let server = server(&json!({}));
    let client = register(&server, r#"{"client_id": "id"}"#);
    let exchange_code = |answers: &[Response<Vec<u8>>]| {
        exchange(code(login(&server, client.clone(), RequestedScope::chosen(&server, None))), answers)
    };
    let (issued, sent) = exchange_code(&[error("invalid_target"), answer(200, TOKENS)]);
    let Issued { client: proven, tokens } = issued.unwrap();
    assert_eq!(proven.relaxations, relaxations(&[Relaxation::WithoutResource]));
    assert!(proven.is_proven);
    assert_eq!(tokens.access_token.secret(), "a");
    let sent: Vec<_> = sent.iter().map(body).collect();
    let resources: Vec<_> = sent.iter().map(|form| parameter(form, "resource")).collect();
    assert_eq!(resources, [Some(RESOURCE.to_owned()), None]);
    assert_eq!(parameter(&sent[0], "code"), parameter(&sent[1], "code"));
    assert_eq!(parameter(&sent[0], "code_verifier"), parameter(&sent[1], "code_verifier"));

    // The refusal spent the code: a new login, once, with less.
    let (issued, sent) = exchange_code(&[error("invalid_target"), error("invalid_grant")]);
    let NotIssued { error: refused, retry } = issued.unwrap_err();
    assert_eq!((refused.is_about_the_resource(), sent.len()), (true, 2));
    let retry = retry.unwrap();
    let (url, _) = begin((*retry).clone());
    assert_eq!(parameter(url.query().unwrap(), "resource"), None);
    let (issued, sent) = exchange(code(*retry), &[error("invalid_grant")]);
    assert!(issued.unwrap_err().retry.is_none(), "no third request");
    assert_eq!(parameter(&body(&sent[0]), "resource"), None);

    // Controls: another error, and the same one again.
    let (issued, sent) = exchange_code(&[error("invalid_grant")]);
    assert!(issued.unwrap_err().retry.is_none());
    assert_eq!(sent.len(), 1);
    let (issued, sent) = exchange_code(&[error("invalid_target"), error("invalid_target")]);
    assert!(issued.unwrap_err().retry.is_none());
    assert_eq!(sent.len(), 2);
}

#[test]
fn a_scope_that_the_token_endpoint_refuses_is_exchanged_by_a_new_login() {
    let server = server(&json!({ "scopes_supported": ["openid"] }));
    let client = register(&server, r#"{"client_id": "id"}"#);
    let chosen = RequestedScope::chosen(&server, None);
    let (issued, _) = exchange(code(login(&server, client.clone(), chosen)), &[error("invalid_scope")]);
    assert_eq!(issued.unwrap_err().retry.unwrap().sent_scope(), None);
    let (issued, _) = exchange(code(login(&server, client, NAMED("openid"))), &[error("invalid_scope")]);
    assert!(issued.unwrap_err().retry.is_none(), "a named scope stays");
}

#[test]
fn a_refresh_leaves_out_a_refused_resource() {
    let server = server(&json!({}));
    let client = register(&server, r#"{"client_id": "id"}"#);
    let tokens = Tokens::receive(&answer(200, TOKENS)).unwrap();
    let refresh = |client| Refresh::new(server.clone(), client, RESOURCE.to_owned(), &tokens).unwrap();
    let (issued, sent) = exchange(refresh(client.clone()), &[error("invalid_target"), answer(200, TOKENS)]);
    let client = issued.unwrap().client;
    let resources: Vec<_> = sent.iter().map(|sent| parameter(&body(sent), "resource")).collect();
    assert_eq!(resources, [Some(RESOURCE.to_owned()), None]);
    let (issued, sent) = exchange(refresh(client), &[error("invalid_target")]);
    assert!(issued.is_err());
    assert_eq!(parameter(&body(&sent[0]), "resource"), None, "it is remembered");
}
