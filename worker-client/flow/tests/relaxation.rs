//! Asking for less: which refusal leads to which second request, and which to none.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::RefCell;

use http::{Request, Response};
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, DriveError, Egress, Exchange, FetchError,
    Issued, NotIssued, Pace, Refresh, Register, RegisterError, Relaxation, Relaxations, RequestedScope,
    Server, State, Tokens, Update, drive,
};
use pkce::Verifier;
use serde_json::{Value, json};
use url::Url;

const CALLBACK: &str = "https://app.example/callback/x";
const RESOURCE: &str = "https://as.example/mcp";
const TOKENS: &str = r#"{"access_token": "a", "token_type": "Bearer", "refresh_token": "r"}"#;

fn server(members: &Value) -> Server {
    let mut metadata = json!({
        "issuer": "https://as.example",
        "authorization_endpoint": "https://as.example/authorize",
        "token_endpoint": "https://as.example/token",
        "registration_endpoint": "https://as.example/register",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
    });
    metadata.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let issuer = "https://as.example".parse().unwrap();
    let response = answer(200, &metadata.to_string());
    let metadata = rfc8414::Metadata::receive(&issuer, &response).unwrap().metadata;
    Server::new(metadata, &Egress::public(), false).unwrap()
}

fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.as_bytes().to_vec()).unwrap()
}

fn error(code: &str) -> Response<Vec<u8>> {
    answer(400, &json!({ "error": code }).to_string())
}

/// The outcome of an exchange, and the requests that it sent.
type Driven<E> = (Result<<E as Exchange>::Output, <E as Exchange>::Error>, Vec<Request<Vec<u8>>>);

/// Drives an exchange against these answers.
fn exchange<E: Exchange>(exchange: E, answers: &[Response<Vec<u8>>]) -> Driven<E> {
    let sent = RefCell::new(Vec::new());
    let outcome = block_on(drive(exchange, async |request| {
        let answer = answers.get(sent.borrow().len()).cloned().ok_or(FetchError::NoAnswer);
        sent.borrow_mut().push(request);
        answer
    }));
    let outcome = outcome.map_err(|error| match error {
        DriveError::Protocol(error) => error,
        DriveError::Fetch(_) => panic!("one request more than there are answers"),
    });
    (outcome, sent.into_inner())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn body(request: &Request<Vec<u8>>) -> String {
    String::from_utf8(request.body().clone()).unwrap()
}

/// A parameter of a form or of a query.
fn parameter(form: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into())
}

fn register(server: &Server, registered: &str) -> Client {
    let register = Register::new(server, CALLBACK.parse().unwrap(), "app.example").unwrap();
    exchange(register, &[answer(201, registered)]).0.unwrap()
}

fn login(server: &Server, client: Client, scope: RequestedScope) -> AuthorizationRequest {
    AuthorizationRequest::new(server.clone(), client, RESOURCE.to_owned(), scope)
}

fn begin(login: AuthorizationRequest) -> (Url, login_flow::Pending) {
    login.begin(State::from_entropy([1; 32]), Verifier::from_entropy([2; 32]))
}

fn callback(query: &str) -> Url {
    let state = State::from_entropy([1; 32]);
    format!("{CALLBACK}?{query}&state={}", state.as_str()).parse().unwrap()
}

fn refusal(login: AuthorizationRequest, code: &str) -> AuthorizationResponseError {
    begin(login).1.accept(&callback(&format!("error={code}"))).unwrap_err()
}

fn code(login: AuthorizationRequest) -> login_flow::CodeExchange {
    begin(login).1.accept(&callback("code=c")).unwrap()
}

fn relaxations(list: &[Relaxation]) -> Relaxations {
    list.iter().copied().collect()
}

const NAMED: fn(&str) -> RequestedScope = |scope| RequestedScope::Named(Some(scope.to_owned()));

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
        // What is no scope is no choice.
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
        // What protects the person is in both; whatever comes now, there is no third request.
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

#[test]
fn a_relaxation_has_one_name() {
    for relaxation in Relaxation::ALL {
        assert_eq!(serde_json::to_value(relaxation).unwrap(), relaxation.name());
        assert_eq!(Relaxation::named(relaxation.name()), Some(*relaxation));
    }
    let all: Relaxations = relaxations(&[Relaxation::WithoutResource, Relaxation::ListedGrantTypes]);
    assert_eq!(Relaxations::named(&format!("{} of-a-later-version", all.names())), all);
    assert_eq!(Relaxation::named("of-a-later-version"), None);
}
