//! One login without a socket: the requests, and the responses that are accepted and rejected.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use http::{Request, Response, header};
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, ClientAuth, CodeExchange, DriveError, Egress,
    Exchange, Fault, Faulty, FetchError, LoginTarget, Pending, Refresh, Register, RegisterError,
    RequestedScope, Revoke, Server, State, TokenError, TokenKind, Tokens, Turn, UnauthenticatedRequests,
    drive, probe,
};
use pkce::Verifier;
use url::Url;

const CALLBACK: &str = "https://app.example/callback/x";

async fn server(host: &str) -> Server {
    let vector = vectors::all().find(|vector| vector.host == host).unwrap();
    let egress = Egress::public();
    let target = LoginTarget::parse(host, &egress).unwrap();
    let fetch = async |request| vector.fetch(&request).map_err(|_| FetchError::NoAnswer);
    probe(&target, &egress, UnauthenticatedRequests::Get, |_| false, fetch).await.server.unwrap()
}

fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

fn done<E: Exchange>(turn: Turn<E>) -> E::Output {
    match turn {
        Turn::Done(output) => output,
        Turn::Again(_) => panic!("there is another request"),
    }
}

async fn register(server: &Server, body: &str) -> Result<Client, RegisterError> {
    let register = Register::new(server, Url::parse(CALLBACK).unwrap(), "app.example").unwrap();
    match drive(register, async |_| Ok::<_, FetchError>(answer(201, body))).await {
        Ok(client) => Ok(client),
        Err(DriveError::Protocol(error)) => Err(error),
        Err(DriveError::Fetch(_)) => panic!("each request is answered"),
    }
}

async fn begin(host: &str, registered: &str) -> (Url, Pending) {
    let server = server(host).await;
    let client = register(&server, registered).await.unwrap();
    let login = AuthorizationRequest::new(server, client, host.to_owned(), RequestedScope::Named(None));
    login.begin(State::from_entropy([1; 32]), Verifier::from_entropy([2; 32]))
}

fn callback(query: &str) -> Url {
    Url::parse(&format!("{CALLBACK}?{query}")).unwrap()
}

fn state() -> String {
    State::from_entropy([1; 32]).as_str().to_owned()
}

async fn redeem(registered: &str) -> CodeExchange {
    let (_, pending) = begin("https://oidc.example", registered).await;
    pending.accept(&callback(&format!("code=c&state={}&iss=https://oidc.example", state()))).unwrap()
}

fn body(request: &Request<Vec<u8>>) -> String {
    String::from_utf8(request.body().clone()).unwrap()
}

#[tokio::test]
async fn r08_the_registration_asks_for_little() {
    let server = server("https://oidc.example").await;
    let request = Register::new(&server, Url::parse(CALLBACK).unwrap(), "app.example").unwrap().request();
    assert_eq!(
        (request.method().as_str(), request.uri().to_string().as_str()),
        ("POST", "https://oidc.example/reg")
    );
    insta::assert_snapshot!(body(&request));
    let loopback = Register::new(&server, Url::parse("http://localhost:8787/callback/x").unwrap(), "x")
        .unwrap()
        .request();
    assert!(body(&loopback).contains(r#""application_type":"native""#));
}

#[tokio::test]
async fn r02_what_the_server_registered_decides() {
    let server = server("https://oidc.example").await;
    for (answer, expected) in [
        (r#"{"client_id": "a"}"#, "none"),
        (r#"{"client_id": "a", "client_secret": "s", "token_endpoint_auth_method": "none"}"#, "none"),
        (r#"{"client_id": "a", "client_secret": "s"}"#, "basic"),
        (
            r#"{"client_id": "a", "client_secret": "s", "token_endpoint_auth_method": "client_secret_post"}"#,
            "post",
        ),
        (r#"{"client_id": "a", "redirect_uris": ["https://app.example/callback/x"]}"#, "none"),
    ] {
        let auth = match register(&server, answer).await.unwrap().auth {
            ClientAuth::None => "none",
            ClientAuth::Basic(_) => "basic",
            ClientAuth::Post(_) => "post",
        };
        assert_eq!(auth, expected, "{answer}");
    }
    for (answer, expected) in [
        (r#"{"client_id": "a", "redirect_uris": ["https://evil.example/cb"]}"#, "redirection URIs"),
        (r#"{"client_id": "a", "redirect_uris": ["/cb"]}"#, "redirection URIs"),
        (r#"{"client_id": "a", "token_endpoint_auth_method": "private_key_jwt"}"#, "private_key_jwt"),
        (r#"{"client_id": "a", "token_endpoint_auth_method": "client_secret_post"}"#, "issued none"),
        (r#"{"client_id": "a", "grant_types": ["implicit"]}"#, "authorization_code"),
        (r#"{"error": "invalid_client_metadata"}"#, "invalid_client_metadata"),
    ] {
        let error = register(&server, answer).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{answer}: {error}");
    }
}

#[tokio::test]
async fn the_authorization_request() {
    let (url, _) =
        begin("https://oidc.example", r#"{"client_id": "x&redirect_uri=https://evil.example"}"#).await;
    insta::assert_snapshot!(url.as_str().replace('&', "\n&"));
}

/// The table of RFC 9207 §2.4, and the other forms of a callback.
#[tokio::test]
async fn c03_c06_what_is_accepted() {
    let state = state();
    let good = format!("code=c&state={state}");
    // The server advertises `iss`: it must be present and equal, as text.
    for (query, expected) in [
        (format!("{good}&iss=https://oidc.example"), None),
        (good.clone(), Some(AuthorizationResponseError::NoIssuer)),
        (format!("{good}&iss=https://evil.example"), Some(AuthorizationResponseError::Issuer)),
        (format!("{good}&iss=https://oidc.example/"), Some(AuthorizationResponseError::Issuer)),
        (
            format!("{good}&iss=https://oidc.example&iss=https://oidc.example"),
            Some(AuthorizationResponseError::Issuer),
        ),
        ("code=c&iss=https://oidc.example".to_owned(), Some(AuthorizationResponseError::NoState)),
        ("code=c&state=&iss=https://oidc.example".to_owned(), Some(AuthorizationResponseError::NoState)),
        ("state=&iss=https://oidc.example".to_owned(), Some(AuthorizationResponseError::State)),
        ("error=access_denied".to_owned(), Some(AuthorizationResponseError::NoState)),
        (format!("{good}&state=b&iss=https://oidc.example"), Some(AuthorizationResponseError::State)),
        ("code=c&state=other&iss=https://oidc.example".to_owned(), Some(AuthorizationResponseError::State)),
        (format!("state={state}&iss=https://oidc.example"), Some(AuthorizationResponseError::NoCode)),
        (format!("{good}&code=d&iss=https://oidc.example"), Some(AuthorizationResponseError::Repeated)),
        (
            format!("access_token=t&state={state}&iss=https://oidc.example"),
            Some(AuthorizationResponseError::NoCode),
        ),
        (
            format!("error=access_denied&state={state}&iss=https://oidc.example"),
            Some(AuthorizationResponseError::Refused { error: "access_denied".to_owned(), says: None }),
        ),
        (
            format!("{good}&error=access_denied&iss=https://oidc.example"),
            Some(AuthorizationResponseError::CodeWithError),
        ),
        (
            format!("{good}&error=access_denied&iss=https://evil.example"),
            Some(AuthorizationResponseError::Issuer),
        ),
        (
            format!("error=access_denied&state={state}&iss=https://evil.example"),
            Some(AuthorizationResponseError::Issuer),
        ),
    ] {
        let (_, pending) = begin("https://oidc.example", r#"{"client_id": "a"}"#).await;
        assert_eq!(pending.accept(&callback(&query)).err(), expected, "{query}");
    }
    // The server does not advertise `iss`: it may be absent, and another issuer is still rejected.
    for (query, expected) in [
        (good.clone(), None),
        (format!("{good}&iss=https://mcp-ts.example/"), None),
        (format!("{good}&iss=https://mcp-ts.example"), Some(AuthorizationResponseError::Issuer)),
        (format!("{good}&iss=https://evil.example"), Some(AuthorizationResponseError::Issuer)),
    ] {
        let (_, pending) = begin("https://mcp-ts.example", r#"{"client_id": "a"}"#).await;
        assert_eq!(pending.accept(&callback(&query)).err(), expected, "{query}");
    }
}

#[tokio::test]
async fn c07_c09_what_arrives_at_the_redirection_uri_of_another_issuer_ends_nothing() {
    for query in ["code=c", "error=access_denied", "error=server_error", "error=", "code=c&error=x"] {
        let (_, pending) = begin("https://oidc.example", r#"{"client_id": "a"}"#).await;
        let query = format!("{query}&state={}&iss=https://oidc.example", state());
        let mut elsewhere = callback(&query);
        elsewhere.set_path("/callback/y");
        let denied = pending.accept(&elsewhere).unwrap_err();
        assert_eq!(denied, AuthorizationResponseError::Issuer, "{query}");
        assert!(!denied.is_final(), "{query}");
    }
    let (_, pending) = begin("https://oidc.example", r#"{"client_id": "a"}"#).await;
    let query = format!("error=access_denied&state={}&iss=https://oidc.example", state());
    assert!(pending.accept(&callback(&query)).unwrap_err().is_final());
}

#[tokio::test]
async fn a_pending_login_survives_storage() {
    let (_, pending) = begin("https://oidc.example", r#"{"client_id": "a"}"#).await;
    let (request, verifier, state_digest) = pending.into_parts();
    let stored = Pending::restore(request, verifier, state_digest);
    let redeem =
        stored.accept(&callback(&format!("code=c&state={}&iss=https://oidc.example", state()))).unwrap();
    assert!(body(&redeem.request()).contains(Verifier::from_entropy([2; 32]).secret()));
}

#[tokio::test]
async fn t14_the_secret_is_in_one_place() {
    let secret = r#""client_secret": "a:b%&+ é", "client_secret_expires_at": 0"#;
    let public = redeem(r#"{"client_id": "id"}"#).await.request();
    assert!(!public.headers().contains_key(header::AUTHORIZATION));
    insta::assert_snapshot!("public", body(&public).replace('&', "\n&"));
    let basic = redeem(&format!(r#"{{"client_id": "id", {secret}}}"#)).await.request();
    // id:a%3Ab%25%26%2B+%C3%A9, each part form-encoded first (RFC 6749 §2.3.1).
    assert_eq!(basic.headers()[header::AUTHORIZATION], "Basic aWQ6YSUzQWIlMjUlMjYlMkIrJUMzJUE5");
    assert!(!body(&basic).contains("client_secret"));
    let post =
        format!(r#"{{"client_id": "id", "token_endpoint_auth_method": "client_secret_post", {secret}}}"#);
    let post = redeem(&post).await.request();
    assert!(!post.headers().contains_key(header::AUTHORIZATION));
    assert!(body(&post).ends_with("&client_id=id&client_secret=a%3Ab%25%26%2B+%C3%A9"));
}

async fn tokens(status: u16, body: &str) -> Result<Tokens, TokenError> {
    redeem(r#"{"client_id": "id"}"#)
        .await
        .receive(&answer(status, body))
        .map(done)
        .map(|issued| issued.tokens)
        .map_err(|refused| refused.error)
}

#[tokio::test]
async fn t07_t10_token_answers() {
    let good =
        tokens(200, r#"{"access_token": "t", "token_type": "BEARER", "expires_in": "3600"}"#).await.unwrap();
    assert_eq!((good.access_token.secret(), good.expires_in.unwrap().as_secs()), ("t", 3600));
    for (expires_in, expected) in [
        ("3600.0", Some(3600)),
        ("-5", Some(0)),
        ("0", Some(0)),
        ("18446744073709551615", Some(315_360_000)),
        ("true", None),
        ("null", None),
        (r#""soon""#, None),
    ] {
        let body = format!(
            r#"{{"access_token": "t", "token_type": "bearer", "refresh_token": "r", "expires_in": {expires_in}}}"#
        );
        let tokens = tokens(200, &body).await.unwrap();
        assert_eq!(tokens.expires_in.map(|time| time.as_secs()), expected, "{expires_in}");
    }
    for (status, body) in [
        (200, r#"{"access_token": "t", "token_type": "DPoP"}"#),
        (200, r#"{"access_token": "t"}"#),
        (200, r#"{"token_type": "bearer"}"#),
        (200, r#"{"access_token": "a b", "token_type": "bearer"}"#),
        (200, r#"{"access_token": "a\r\nb", "token_type": "bearer"}"#),
        (200, r#"{"access_token": "é", "token_type": "bearer"}"#),
        (200, r#"{"access_token": "a", "access_token": "b", "token_type": "bearer"}"#),
        (200, r#"{"error": "bad_verification_code"}"#),
        (200, "<html>"),
        (302, ""),
        (400, r#"{"error": "invalid_grant"}"#),
        (500, "<html>"),
    ] {
        assert!(tokens(status, body).await.is_err(), "{status} {body}");
    }
}

#[tokio::test]
async fn t03_what_ends_a_grant() {
    for (status, body, expected) in [
        (400, r#"{"error": "invalid_grant"}"#, true),
        (401, r#"{"error": "invalid_grant"}"#, true),
        (400, r#"{"error": "temporarily_unavailable"}"#, false),
        (503, r#"{"error": "invalid_grant"}"#, false),
        (429, "", false),
        (200, "<html>", false),
    ] {
        let fault = tokens(status, body).await.unwrap_err().fault();
        assert_eq!(fault == Fault::Gone, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn t04_a_refresh_keeps_what_is_not_replaced() {
    let server = server("https://oidc.example").await;
    let client = register(&server, r#"{"client_id": "id"}"#).await.unwrap();
    let first = r#"{"access_token": "a", "token_type": "bearer", "refresh_token": "r", "scope": "mcp"}"#;
    let first = tokens(200, first).await.unwrap();
    let refresh =
        || Refresh::new(server.clone(), client.clone(), "https://oidc.example".to_owned(), &first).unwrap();
    insta::assert_snapshot!("refresh", body(&refresh().request()).replace('&', "\n&"));
    for (member, expected) in [
        ("", "r"),
        (r#", "refresh_token": null"#, "r"),
        (r#", "refresh_token": """#, "r"),
        (r#", "refresh_token": "n""#, "n"),
    ] {
        let body = format!(r#"{{"access_token": "b", "token_type": "bearer"{member}}}"#);
        let next = done(refresh().receive(&answer(200, &body)).unwrap()).tokens;
        assert_eq!(next.refresh_token.unwrap().secret(), expected, "{member}");
        assert_eq!(next.scope.as_deref(), Some("mcp"));
    }
    let without = tokens(200, r#"{"access_token": "a", "token_type": "bearer"}"#).await.unwrap();
    assert!(Refresh::new(server, client, String::new(), &without).is_none());
}

#[tokio::test]
async fn revocation_says_what_is_revoked() {
    let server = server("https://oidc.example").await;
    let client = register(&server, r#"{"client_id": "id"}"#).await.unwrap();
    let token = tokens(200, r#"{"access_token": "a", "token_type": "bearer"}"#).await.unwrap().access_token;
    let revoke = || Revoke::new(&server, &client, &token, TokenKind::Access).unwrap();
    assert_eq!(body(&revoke().request()), "token=a&token_type_hint=access_token&client_id=id");
    assert!(drive(revoke(), async |_| Ok::<_, FetchError>(answer(200, ""))).await.is_ok());
    assert!(drive(revoke(), async |_| Ok::<_, FetchError>(answer(503, ""))).await.is_err());
}
