//! How real token endpoints answer, and what is right: nothing spent is thrown away, nothing dead is kept.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use http::Response;
use login_flow::{
    AuthorizationRequest, Client, ClientAuth, DriveError, Egress, Fault, Faulty, FetchError, LoginTarget,
    Refresh, RequestedScope, Server, State, TokenError, Tokens, UnauthenticatedRequests, drive, probe,
};
use pkce::Verifier;
use url::Url;

async fn server() -> Server {
    let vector = vectors::all().find(|vector| vector.host == "https://oidc.example").unwrap();
    let egress = Egress::public();
    let target = LoginTarget::parse(&vector.host, &egress).unwrap();
    let fetch = async |request| vector.fetch(&request).map_err(|_| FetchError::NoAnswer);
    probe(&target, &egress, UnauthenticatedRequests::Get, |_| false, fetch).await.server.unwrap()
}

fn client() -> Client {
    let redirect_uri = Url::parse("https://app.example/callback/x").unwrap();
    Client::preregistered("id".to_owned(), ClientAuth::None, redirect_uri)
}

fn response(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

/// The tokens after a refresh that was answered so; before it they were `old`, `old-refresh` with the scope `a b`.
async fn refresh(status: u16, body: &str) -> Result<Tokens, TokenError> {
    let first =
        r#"{"access_token": "old", "token_type": "bearer", "refresh_token": "old-refresh", "scope": "a b"}"#;
    let first = Tokens::receive(&response(200, first)).unwrap();
    let refresh = Refresh::new(server().await, client(), "https://oidc.example".to_owned(), &first).unwrap();
    match drive(refresh, async |_| Ok::<_, FetchError>(response(status, body))).await {
        Ok(issued) => Ok(issued.tokens),
        Err(DriveError::Protocol(error)) => Err(error),
        Err(DriveError::Fetch(_)) => panic!("each request is answered"),
    }
}

#[tokio::test]
async fn a_dead_refresh_token_in_all_the_ways_in_which_servers_say_so() {
    for (status, body) in [
        // refresh-200-error, refresh-invalid-request, refresh-nested
        (200, r#"{"error": "bad_refresh_token"}"#),
        (400, r#"{"error": "invalid_request"}"#),
        (401, r#"{"error": {"code": "session_expired", "message": "Sign in again"}}"#),
        (400, r#"{"error": "invalid_grant", "error_description": "Token has been revoked"}"#),
        (401, r#"{"error": "invalid_token"}"#),
        (403, r#"{"error": "access_denied"}"#),
        (400, r#"{"error": "unsupported_grant_type"}"#),
        (400, r#"{"error": {"type": "OAuthException", "message": "The session is invalid"}}"#),
        (400, r#"{"error": "expired_token"}"#),
        (201, r#"{"error": "invalid_grant"}"#),
    ] {
        assert_eq!(refresh(status, body).await.unwrap_err().fault(), Fault::Gone, "{status} {body}");
    }
}

#[tokio::test]
async fn what_may_pass_ends_nothing() {
    for (status, body) in [
        (500, ""),
        (500, r#"{"error": "invalid_grant"}"#),
        (502, "<html>Bad Gateway</html>"),
        (503, r#"{"error": {"code": "session_expired"}}"#),
        (429, r#"{"error": "slow_down"}"#),
        (429, r#"{"error": "invalid_request"}"#),
        (400, r#"{"error": "temporarily_unavailable"}"#),
        (400, r#"{"error": "server_error"}"#),
        (400, r#"{"error": "invalid_target"}"#),
        (400, r#"{"error": "invalid_scope"}"#),
        (302, ""),
        (404, "Not Found"),
        (400, "<html>Bad Request</html>"),
        (200, ""),
        (200, "<html>OK</html>"),
        (200, "[]"),
    ] {
        assert_ne!(refresh(status, body).await.unwrap_err().fault(), Fault::Gone, "{status} {body}");
    }
}

#[tokio::test]
async fn a_rotation_is_stored_whatever_form_the_response_has() {
    for (status, body) in [
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "token_type": "Bearer"}"#),
        // no-token-type
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh"}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "token_type": ""}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "token_type": null}"#),
        (201, r#"{"access_token": "new", "refresh_token": "new-refresh"}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "error": ""}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "error": null}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "expires_in": {}, "scope": 7}"#),
        (200, r#"{"access_token": "new", "refresh_token": "new-refresh", "id_token": [1]}"#),
    ] {
        let tokens = refresh(status, body).await.unwrap();
        let refresh_token = tokens.refresh_token.unwrap();
        assert_eq!((tokens.access_token.secret(), refresh_token.secret()), ("new", "new-refresh"), "{body}");
        assert_eq!(tokens.scope.as_deref(), Some("a b"), "{body}");
    }
    // A type that is named and is another one is still refused, and a code exchange must name one.
    let named = r#"{"access_token": "new", "refresh_token": "new-refresh", "token_type": "DPoP"}"#;
    assert_eq!(refresh(200, named).await.unwrap_err(), TokenError::TokenType);
    assert!(Tokens::receive(&response(200, r#"{"access_token": "new"}"#)).is_err());
}

#[test]
fn scope_list() {
    for (scope, expected) in [
        (r#""a b""#, Some("a b")),
        (r#"["a", "b"]"#, Some("a b")),
        (r#""a,b""#, Some("a b")),
        (r#""a, b""#, Some("a, b")),
        (r#""a""#, Some("a")),
        ("[]", None),
        ("7", None),
        ("null", None),
    ] {
        let body = format!(r#"{{"access_token": "t", "token_type": "bearer", "scope": {scope}}}"#);
        assert_eq!(Tokens::receive(&response(200, &body)).unwrap().scope.as_deref(), expected, "{scope}");
    }
}

#[test]
fn expires_in_0_of_a_token_that_nothing_renews() {
    for (expires_in, renewable, alone) in
        [("0", Some(0), None), ("-1", Some(0), None), ("3600", Some(3600), Some(3600))]
    {
        let lifetime = |more: &str| {
            let body = format!(
                r#"{{"access_token": "t", "token_type": "bearer", "expires_in": {expires_in}{more}}}"#
            );
            Tokens::receive(&response(200, &body)).unwrap().expires_in.map(|life| life.as_secs())
        };
        assert_eq!((lifetime(r#", "refresh_token": "r""#), lifetime("")), (renewable, alone), "{expires_in}");
    }
}

#[tokio::test]
async fn denial_with_reason() {
    for (description, expected) in [
        ("", "the authorization server answered access_denied"),
        (
            "&error_description=Your+administrator+must+approve+this+app",
            "the authorization server answered access_denied and says “Your administrator must approve this app”",
        ),
        (
            "&error_description=%E2%80%AEevil%0D%0Aline",
            "the authorization server answered access_denied and says “evil  line”",
        ),
        ("&error_description=a&error_description=b", "the authorization server answered access_denied"),
    ] {
        let resource = "https://oidc.example".to_owned();
        let request =
            AuthorizationRequest::new(server().await, client(), resource, RequestedScope::Named(None));
        let state = State::from_entropy([1; 32]);
        let callback = format!(
            "https://app.example/callback/x?error=access_denied&state={}&iss=https://oidc.example{description}",
            state.as_str()
        );
        let (_, pending) = request.begin(state, Verifier::from_entropy([2; 32]));
        let error = pending.accept(&callback.parse().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.is_final());
    }
}
