//! The meaning of a failed response, for each request of a login: statuses, shapes of bodies, headers, encodings.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use http::{HeaderValue, Response, header};
use login_flow::{Blocked, FailedResponse, Fault, Faulty, FetchError, RetryAfter, Step, location};

const STEPS: [Step; 6] = [
    Step::ClientConfiguration,
    Step::CodeExchange,
    Step::Metadata,
    Step::Refresh,
    Step::Registration,
    Step::Revocation,
];
const TEMPORARY: Fault = Fault::Temporary { retry_after: None };

fn failed(step: Step, status: u16, content_type: &str, body: &[u8]) -> FailedResponse {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, content_type);
    FailedResponse::read(step, &response.body(body.to_vec()).unwrap())
}

fn json(step: Step, status: u16, body: &str) -> FailedResponse {
    failed(step, status, "application/json", body.as_bytes())
}

#[test]
fn what_passes_is_temporary_for_every_request() {
    for step in STEPS {
        for status in [408, 425, 429, 500, 501, 502, 503, 504, 507, 520, 529, 599] {
            for body in [
                "",
                "<html>Please wait</html>",
                r#"{"error": "invalid_grant"}"#,
                r#"{"error": {"code": "x"}}"#,
                "[]",
                "null",
                "\u{0}",
            ] {
                assert_eq!(json(step, status, body).fault(), TEMPORARY, "{step:?} {status} {body}");
            }
        }
        for code in [
            "temporarily_unavailable",
            "slow_down",
            "server_error",
            "rate_limit_exceeded",
            "too_many_requests",
            "TEMPORARILY_UNAVAILABLE",
            "Internal_Server_Error",
        ] {
            for status in [200, 400, 401, 403] {
                for body in [
                    format!(r#"{{"error": "{code}"}}"#),
                    format!(r#"{{"error": {{"code": "{code}", "message": "later"}}}}"#),
                    format!(r#"{{"error": {{"type": "{code}"}}}}"#),
                ] {
                    assert_eq!(json(step, status, &body).fault(), TEMPORARY, "{step:?} {status} {body}");
                }
            }
        }
    }
    assert_eq!(FetchError::NoAnswer.fault(), TEMPORARY);
}

#[test]
fn a_status_means_what_it_means_for_the_request() {
    use Fault::{Contradiction, Gone, Refused};
    for (statuses, configuration, code, metadata, refresh, registration, revocation) in [
        (&[404, 410][..], Gone, Contradiction, Gone, Contradiction, Contradiction, Gone),
        (&[401, 402, 403, 407, 451], Refused, Refused, Refused, Refused, Refused, Refused),
        (&[400, 405, 406, 418, 422], Refused, Refused, Gone, Refused, Refused, Refused),
        (
            &[300, 301, 302, 303, 307, 308],
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
        ),
        (
            &[200, 204],
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
            Contradiction,
        ),
    ] {
        let expected = [configuration, code, metadata, refresh, registration, revocation];
        for status in statuses {
            for (step, expected) in STEPS.into_iter().zip(expected) {
                for body in [
                    "",
                    "<html><title>x</title></html>",
                    "{}",
                    "[]",
                    r#"{"message": "no"}"#,
                    r#"{"code": 7}"#,
                ] {
                    assert_eq!(json(step, *status, body).fault(), expected, "{step:?} {status} {body}");
                }
            }
        }
    }
    assert_eq!(FetchError::Blocked(Blocked::Address).fault(), Fault::Ours);
    assert_eq!(FetchError::TooLarge.fault(), Contradiction);
    assert_eq!(FetchError::Encoding.fault(), Contradiction);
}

/// Every way in which a server says that a grant is over, as public issue trackers of clients show them.
#[test]
fn d_an_error_code_ends_a_grant_wherever_it_is() {
    for (status, body, code) in [
        (400, r#"{"error": "invalid_grant"}"#, "invalid_grant"),
        (200, r#"{"error": "bad_refresh_token"}"#, "bad_refresh_token"),
        (200, r#"{"ok": false, "error": "invalid_refresh_token"}"#, "invalid_refresh_token"),
        (401, r#"{"error": {"code": "session_expired", "message": "Sign in again"}}"#, "session_expired"),
        (400, r#"{"error": {"type": "OAuthException", "code": 190}}"#, "OAuthException"),
        (400, r#"{"error": {"status": "UNAUTHENTICATED", "code": 401}}"#, "UNAUTHENTICATED"),
        (400, r#"{"error": {"error": "invalid_grant", "error_description": "gone"}}"#, "invalid_grant"),
        (401, r#"{"errors": [{"code": "token_revoked", "message": "revoked"}]}"#, "token_revoked"),
        (400, r#"{"error_code": "refresh_token_not_found", "msg": "Not found"}"#, "refresh_token_not_found"),
        (400, r#"{"errorCode": "E0000021"}"#, "E0000021"),
        (401, r#"{"code": "invalid_token", "message": "The token has expired"}"#, "invalid_token"),
        (
            401,
            r#"{"fault": {"faultstring": "Invalid", "detail": {"errorcode": "oauth.v2.InvalidRefreshToken"}}}"#,
            "oauth.v2.InvalidRefreshToken",
        ),
        (400, r#"{"error": "Invalid refresh token"}"#, "Invalidrefreshtoken"),
        (422, r#"{"error": "invalid_grant"}"#, "invalid_grant"),
        (409, r#"{"error": "token_reused"}"#, "token_reused"),
        (410, r#"{"error": "gone"}"#, "gone"),
        (403, r#"{"error": "access_denied"}"#, "access_denied"),
        (201, r#"{"error": "invalid_grant"}"#, "invalid_grant"),
        (400, r#""invalid_grant""#, "invalid_grant"),
    ] {
        for step in [Step::Refresh, Step::CodeExchange] {
            let failed = json(step, status, body);
            assert_eq!(
                (failed.error.as_deref(), failed.fault()),
                (Some(code), Fault::Gone),
                "{status} {body}"
            );
        }
        // The same answer to a registration refuses it.
        assert_eq!(json(Step::Registration, status, body).fault(), Fault::Refused, "{status} {body}");
    }
    let alone = failed(Step::Refresh, 400, "text/plain", b"invalid_grant\r\n");
    assert_eq!((alone.error.as_deref(), alone.fault()), (Some("invalid_grant"), Fault::Gone));
    for text in ["invalid grant", "INVALID", "gone", "<invalid_grant>", "see_the_log: invalid"] {
        let sentence = failed(Step::Refresh, 400, "text/plain", text.as_bytes());
        assert_eq!((sentence.error.as_deref(), sentence.fault()), (None, Fault::Refused), "{text}");
    }
    // The controls: a parameter, a firewall, a body that is no error.
    for (status, body) in [
        (404, r#"{"error": "not_found"}"#),
        (405, r#"{"error": "method_not_allowed"}"#),
        (400, r#"{"error": "invalid_scope"}"#),
        (400, r#"{"error": "invalid_target"}"#),
        (403, r#"{"error": "Forbidden"}"#),
        (403, r#"{"message": "Forbidden"}"#),
        (401, r#"{"message": "Unauthorized"}"#),
        (403, "<html>Access denied</html>"),
        (400, "Bad Request"),
        (400, r#"{"error": ""}"#),
        (400, r#"{"error": null}"#),
        (400, r#"{"error": 7}"#),
        (400, r#"{"error": {}}"#),
        (400, r#"{"error": []}"#),
        (400, "\u{feff}{\"error\": \"invalid_grant\"}"),
    ] {
        assert_eq!(json(Step::Refresh, status, body).fault(), Fault::Refused, "{status} {body}");
    }
    // A member of a success is none of its errors.
    let success = json(Step::Refresh, 200, r#"{"access_token": "t", "code": "x", "message": "welcome"}"#);
    assert_eq!(success.error, None);
}

#[test]
fn c_the_words_of_the_server_in_whatever_shape() {
    for (content_type, body, expected) in [
        // trusted-hosts-403
        (
            "application/json",
            r#"{"error": "insufficient_scope", "error_description": "Policy 'Trusted Hosts' rejected request"}"#,
            "the registration endpoint answered insufficient_scope and says “Policy 'Trusted Hosts' rejected request”",
        ),
        (
            "application/json",
            r#"{"error": {"code": "denied", "message": "not here"}}"#,
            "the registration endpoint answered denied and says “not here”",
        ),
        (
            "application/json",
            r#"{"detail": "Client registration is disabled"}"#,
            "the registration endpoint answered with 403 Forbidden and says “Client registration is disabled”",
        ),
        (
            "application/json",
            r#"{"detail": [{"loc": ["body"], "msg": "field required"}]}"#,
            "the registration endpoint answered with 403 Forbidden and says “field required”",
        ),
        (
            "application/problem+json",
            r#"{"type": "about:blank", "title": "Not allowed", "status": 403}"#,
            "the registration endpoint answered with 403 Forbidden and says “Not allowed”",
        ),
        (
            "application/json",
            r#"{"errors": [{"message": "blocked"}]}"#,
            "the registration endpoint answered with 403 Forbidden and says “blocked”",
        ),
        (
            "application/json",
            r#"{"error": "Registration is closed"}"#,
            "the registration endpoint answered Registrationisclosed and says “Registration is closed”",
        ),
        (
            "application/json",
            r#""Registration is closed""#,
            "the registration endpoint answered with 403 Forbidden and says “Registration is closed”",
        ),
        (
            "text/plain; charset=utf-8",
            "Too many clients\r\nfrom here",
            "the registration endpoint answered with 403 Forbidden and says “Too many clients  from here”",
        ),
        (
            "text/html",
            "<title>Access denied</title>",
            "the registration endpoint answered with 403 Forbidden",
        ),
        ("text/plain", "<html>x</html>", "the registration endpoint answered with 403 Forbidden"),
        ("application/octet-stream", "abc", "the registration endpoint answered with 403 Forbidden"),
        (
            "application/json",
            "{\"error_description\": \"\u{202e}\\u0000\"}",
            "the registration endpoint answered with 403 Forbidden",
        ),
        ("application/json", "", "the registration endpoint answered with 403 Forbidden"),
        ("application/json", "[]", "the registration endpoint answered with 403 Forbidden"),
    ] {
        let failed = failed(Step::Registration, 403, content_type, body.as_bytes());
        assert_eq!(failed.to_string(), expected, "{body}");
    }
    let long = format!(r#"{{"error": "{}", "error_description": "{}"}}"#, "e".repeat(500), "é".repeat(5000));
    assert!(json(Step::Registration, 400, &long).to_string().chars().count() < 400, "bounded");
    let binary = failed(Step::Registration, 400, "text/plain", &[0xff, 0xfe, b'a']);
    assert_eq!(binary.says, None);
}

#[test]
fn register_301_and_location_not_ascii() {
    for (bytes, expected) in [
        (&b"https://other.example/register"[..], Some("https://other.example/register")),
        (
            "https://other.example/?d=pas autorisé".as_bytes(),
            Some("https://other.example/?d=pas autoris%C3%A9"),
        ),
        (b"https://other.example/?d=\xe9", Some("https://other.example/?d=%E9")),
        (b"/relative", Some("/relative")),
    ] {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = http::StatusCode::MOVED_PERMANENTLY;
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_bytes(bytes).unwrap());
        assert_eq!(location(response.headers()).as_deref(), expected);
        let failed = FailedResponse::read(Step::Registration, &response);
        assert_eq!(
            failed.to_string(),
            format!(
                "the registration endpoint answered with 301 Moved Permanently and leads to “{}”",
                expected.unwrap()
            )
        );
        // A status that is no redirect leads nowhere.
        *response.status_mut() = http::StatusCode::BAD_REQUEST;
        assert_eq!(FailedResponse::read(Step::Registration, &response).location, None);
    }
}

#[test]
fn the_time_to_wait_is_part_of_what_a_failure_means() {
    for step in STEPS {
        for status in [429, 503] {
            let response = Response::builder()
                .status(status)
                .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
                .header("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT");
            let failed = FailedResponse::read(step, &response.body(Vec::new()).unwrap());
            let retry_after = Some(RetryAfter::After(Duration::from_mins(2)));
            assert_eq!(failed.fault(), Fault::Temporary { retry_after });
        }
        let refused = Response::builder().status(403).header("retry-after", "120").body(Vec::new()).unwrap();
        assert_eq!(
            FailedResponse::read(step, &refused).fault(),
            Fault::Refused,
            "a refusal is no matter of time"
        );
    }
}
