//! The answers that a page of another origin can read.

use std::cell::RefCell;

use conformance::{Answer, Checker, Options, Report};
use http::{Method, Request, Response};
use serde_json::json;

const PAGE: &str = "https://page.example";

/// A check with `--cors` of a server that answers each path with these headers, and the requests that it received.
async fn check(cors: Option<&str>, headers: [&[(&str, &str)]; 3], preflight: u16) -> (Report, Vec<String>) {
    let seen = RefCell::new(Vec::new());
    let server = |request: &Request<Vec<u8>>| {
        let origin = request.headers().get("origin").map(|origin| origin.to_str().unwrap().to_owned());
        seen.borrow_mut()
            .extend(origin.map(|origin| format!("{} {} {origin}", request.method(), request.uri())));
        let path = request.uri().path();
        let (status, body, headers) = match path {
            "/.well-known/oauth-authorization-server" => (200, metadata(), headers[0]),
            "/register" if request.method() == Method::OPTIONS => (preflight, String::new(), headers[1]),
            "/token" => (400, r#"{"error": "invalid_request"}"#.to_owned(), headers[2]),
            _ => (404, String::new(), headers[0]),
        };
        let mut response = Response::builder().status(status).header("content-type", "application/json");
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Ok(response.body(body.into_bytes()).unwrap())
    };
    let mut options = Options::new();
    options.cors = cors.map(str::to_owned);
    let report = Checker::new(options).unwrap().check_over(&server, "https://as.example").await.unwrap();
    (report, seen.into_inner())
}

fn metadata() -> String {
    let url = |path: &str| format!("https://as.example/{path}");
    json!({
        "issuer": "https://as.example", "authorization_endpoint": url("authorize"), "token_endpoint": url("token"),
        "registration_endpoint": url("register"), "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true
    })
    .to_string()
}

#[tokio::test]
async fn what_a_browser_asks_is_asked_and_nothing_without_the_switch() {
    let (report, seen) = check(Some(PAGE), [ANY, JSON, ANY], 204).await;
    assert_eq!(
        seen,
        [
            "GET https://as.example/.well-known/oauth-authorization-server https://page.example",
            "OPTIONS https://as.example/register https://page.example",
            "POST https://as.example/token https://page.example",
        ]
    );
    assert!(report.readable.iter().all(|read| read.can_be_read == Answer::Yes), "{report}");
    let (without, seen) = check(None, [NONE, NONE, NONE], 404).await;
    assert_eq!((without.readable.len(), seen.len()), (0, 0));
    assert_eq!(without.exit_code(), 0, "{without}");
}

#[tokio::test]
async fn the_endpoint_that_cannot_be_read_and_what_is_missing() {
    for (headers, preflight, endpoint, missing) in [
        ([NONE, JSON, ANY], 204, "metadata", "the request is answered without `Access-Control-Allow-Origin"),
        ([OTHER, JSON, ANY], 204, "metadata", "without `Access-Control-Allow-Origin: https://page.example`"),
        ([TWICE, JSON, ANY], 204, "metadata", "without `Access-Control-Allow-Origin"),
        (
            [ANY, NONE, ANY],
            204,
            "registration endpoint",
            "the OPTIONS request is answered without `Access-Control-Allow-Origin",
        ),
        (
            [ANY, ANY, ANY],
            204,
            "registration endpoint",
            "without `Access-Control-Allow-Headers: content-type`",
        ),
        ([ANY, JSON, ANY], 404, "registration endpoint", "the OPTIONS request is answered with 404"),
        ([ANY, JSON, NONE], 204, "token endpoint", "the request is answered without"),
    ] {
        let (report, _) = check(Some(PAGE), headers, preflight).await;
        let refused: Vec<_> = report.readable.iter().filter(|read| read.can_be_read != Answer::Yes).collect();
        assert_eq!(refused.len(), 1, "{endpoint}: {report}");
        assert_eq!(refused[0].endpoint, endpoint);
        assert!(refused[0].missing.as_ref().unwrap().contains(missing), "{report}");
        assert!(
            report.to_string().contains(&format!("the {endpoint} cannot be read from {PAGE}")),
            "{report}"
        );
        assert_eq!(report.exit_code(), 1, "{report}");
    }
}

const NONE: &[(&str, &str)] = &[];
const ANY: &[(&str, &str)] = &[("access-control-allow-origin", "*")];
const OTHER: &[(&str, &str)] = &[("access-control-allow-origin", "https://page.example.evil.example")];
const TWICE: &[(&str, &str)] =
    &[("access-control-allow-origin", PAGE), ("access-control-allow-origin", "https://other.example")];
const JSON: &[(&str, &str)] =
    &[("access-control-allow-origin", PAGE), ("access-control-allow-headers", "Authorization, Content-Type")];
