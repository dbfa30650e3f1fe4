//! Failures of real hosts before a login, with the correct verdicts: a failed or denied request is not a missing
//! document.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;

use http::{Request, Response};
use login_flow::{
    Blocked, Egress, FetchError, LoginTarget, Mechanism, Outcome, Probe, UnauthenticatedRequests,
    Unreachable, Unusable, Verdict, probe,
};

/// A response: status, `Content-Type` or `Location`, body.
type Answer = (u16, &'static str, &'static str);

const NOT_FOUND: Answer = (404, "text/plain", "Not Found");
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const GOOD: &str = r#"{"issuer": "https://good.example", "authorization_endpoint": "https://good.example/a",
    "token_endpoint": "https://good.example/t", "registration_endpoint": "https://good.example/r",
    "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}"#;
const AT_WWW: &str = r#"{"issuer": "https://www.good.example", "authorization_endpoint": "https://www.good.example/a",
    "token_endpoint": "https://www.good.example/t", "registration_endpoint": "https://www.good.example/r",
    "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}"#;

/// Probes `good.example`; the responses are those of its well-known documents, in the order of discovery.
async fn ask(oauth: Answer, openid: Answer) -> Probe {
    ask_hosts(|url| match url {
        "https://good.example/.well-known/oauth-authorization-server" => oauth,
        "https://good.example/.well-known/openid-configuration" => openid,
        _ => NOT_FOUND,
    })
    .await
}

async fn ask_hosts(answer: impl Fn(&str) -> Answer) -> Probe {
    let egress = Egress::public();
    let target = LoginTarget::parse("good.example", &egress).unwrap();
    let fetch = async |request: Request<Vec<u8>>| {
        let (status, header, body) = answer(&request.uri().to_string());
        let name = if (300..400).contains(&status) { "location" } else { "content-type" };
        let response = Response::builder().status(status).header(name, header);
        Ok::<_, FetchError>(response.body(body.as_bytes().to_vec()).unwrap())
    };
    probe(&target, &egress, UnauthenticatedRequests::Get, |_| false, fetch).await
}

#[tokio::test]
async fn all_503_is_unreachable_and_so_is_all_that_may_pass() {
    for status in [408, 429, 500, 502, 503, 504, 520, 599] {
        let down = (status, HTML, "<h1>Please wait</h1>");
        let expected = Verdict::Unreachable { reason: Unreachable::Status(status), detail: None };
        assert_eq!(ask(down, down).await.verdict, expected, "{status}");
        // The first document fails and the second is missing: the first may exist.
        assert_eq!(ask(down, NOT_FOUND).await.verdict, expected, "{status}");
        assert_eq!(ask(NOT_FOUND, down).await.verdict, expected, "{status}");
        // A later document still leads to a positive verdict.
        assert_eq!(ask(down, (200, JSON, GOOD)).await.verdict, Verdict::Registrable, "{status}");
    }
    for status in [400, 404, 405, 406, 410] {
        let verdict = ask((status, HTML, ""), NOT_FOUND).await.verdict;
        assert_eq!(verdict, Verdict::NoMetadata, "{status}");
    }
}

/// Probes `good.example`, whose documents are answered in this way or have no answer, with the requests that were sent.
async fn ask_silent(oauth: Result<Answer, FetchError>, openid: Result<Answer, FetchError>) -> (Probe, usize) {
    let egress = Egress::public();
    let target = LoginTarget::parse("good.example", &egress).unwrap();
    let sent = Cell::new(0_usize);
    let fetch = async |request: Request<Vec<u8>>| {
        sent.set(sent.get().saturating_add(1));
        let (status, kind, body) = match request.uri().path() {
            "/.well-known/oauth-authorization-server" => oauth?,
            "/.well-known/openid-configuration" => openid?,
            _ => NOT_FOUND,
        };
        let response = Response::builder().status(status).header("content-type", kind);
        Ok::<_, FetchError>(response.body(body.as_bytes().to_vec()).unwrap())
    };
    let probe = probe(&target, &egress, UnauthenticatedRequests::Get, |_| false, fetch).await;
    (probe, sent.get())
}

#[tokio::test]
async fn a_document_without_an_answer_leads_on_and_never_to_a_negative_verdict() {
    let without = |member: &str| -> &'static str {
        let mut document: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        document.as_object_mut().unwrap().remove(member);
        Box::leak(document.to_string().into_boxed_str())
    };
    let denied = (403, HTML, "");
    let nameless = (200, JSON, r#"{"issuer": 7}"#);
    let unreadable = (200, JSON, "{");
    let unregistrable = (200, JSON, without("registration_endpoint"));
    let unusable = (200, JSON, without("code_challenge_methods_supported"));
    for failed in [
        Err(FetchError::NoAnswer),
        Err(FetchError::TooLarge),
        Err(FetchError::Encoding),
        Ok((429, HTML, "")),
        Ok((503, HTML, "")),
    ] {
        let reason = match failed {
            Ok((status, ..)) => Unreachable::Status(status),
            Err(error) => Unreachable::Fetch(error),
        };
        let expected = Verdict::Unreachable { reason, detail: None };
        let (probe, _) = ask_silent(failed, Ok((200, JSON, GOOD))).await;
        assert_eq!(probe.verdict, Verdict::Registrable, "{failed:?}");
        assert!(probe.server.is_some() && probe.attempts.len() == 1);
        for other in [NOT_FOUND, denied, nameless, unreadable, unregistrable, unusable] {
            for (oauth, openid) in [(failed, Ok(other)), (Ok(other), failed)] {
                let (probe, _) = ask_silent(oauth, openid).await;
                // A document that was found ends the search, whatever the next one would be.
                let is_found = oauth.is_ok_and(|oauth| oauth == unregistrable || oauth == unusable);
                assert_eq!(probe.verdict == expected, !is_found, "{failed:?} {other:?}: {:?}", probe.verdict);
                assert!(probe.server.is_none());
            }
        }
    }
    // The controls: the same documents, and nothing that failed.
    for (other, name) in [
        (NOT_FOUND, "no_metadata"),
        (denied, "closed"),
        (unreadable, "unreadable"),
        (unregistrable, "no_registration"),
        (unusable, "unusable"),
    ] {
        let (probe, _) = ask_silent(Ok(NOT_FOUND), Ok(other)).await;
        assert_eq!(probe.verdict.name(), name);
    }
    // A silent host gets a second request and no third; a blocked one is named as that.
    let (probe, sent) = ask_silent(Err(FetchError::NoAnswer), Err(FetchError::NoAnswer)).await;
    assert_eq!((probe.verdict.name(), probe.attempts.len(), sent), ("unreachable", 2, 2));
    let blocked = Err(FetchError::Blocked(Blocked::Operator));
    let (probe, _) = ask_silent(blocked, blocked).await;
    assert_eq!((probe.verdict.name(), probe.attempts.len()), ("refused", 0));
}

#[tokio::test]
async fn waf_403_is_a_refusal_to_be_asked() {
    for status in [401, 403] {
        let refused = (status, HTML, "<title>Access denied</title>");
        let closed = Verdict::Closed { status };
        assert_eq!(ask(refused, refused).await.verdict, closed);
        assert_eq!(ask(refused, NOT_FOUND).await.verdict, closed);
        assert_eq!(ask(refused, (200, JSON, GOOD)).await.verdict, Verdict::Registrable);
        // A temporary failure is weaker evidence than a denial.
        let later = ask(refused, (503, HTML, "")).await.verdict;
        assert_eq!(later, Verdict::Unreachable { reason: Unreachable::Status(503), detail: None });
    }
}

#[tokio::test]
async fn json_after_notice_is_a_document_that_cannot_be_read() {
    let notices = [
        "\nWarning: Undefined array key in /srv/app.php on line 3\n{\"issuer\": \"https://good.example\"}",
        "{\"issuer\": \"https://good.example\"",
        "[]",
        "\"https://good.example\"",
        "",
    ];
    for body in notices {
        for kind in [JSON, "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"]
        {
            let probe = ask((200, kind, body), NOT_FOUND).await;
            assert!(
                matches!(probe.verdict, Verdict::Unreadable { .. }),
                "{kind} {body}: {:?}",
                probe.verdict
            );
            assert!(probe.findings.iter().any(|finding| finding.id == "rfc8414/3.2/json-object"));
        }
        // The HTML shell of a single-page app is not a document.
        assert_eq!(ask((200, HTML, body), NOT_FOUND).await.verdict, Verdict::NoMetadata, "{body}");
        assert_eq!(ask((200, JSON, body), (200, JSON, GOOD)).await.verdict, Verdict::Registrable, "{body}");
    }
}

#[tokio::test]
async fn apex_www_is_a_pointer_within_the_site() {
    for (status, to) in
        [(301, "https://www.good.example"), (302, "https://www.good.example"), (308, "//www.good.example")]
    {
        let probe = ask_hosts(|url| match url.strip_prefix("https://good.example/") {
            Some(path) => (status, if path.is_empty() { "/" } else { to }, ""),
            None if url == "https://www.good.example/.well-known/oauth-authorization-server" => {
                (200, JSON, AT_WWW)
            }
            None => NOT_FOUND,
        })
        .await;
        assert_eq!(probe.verdict, Verdict::Registrable, "{status}");
        assert_eq!(probe.server.unwrap().issuer.as_str(), "https://www.good.example");
    }
    // Another site is reported and not requested; nor is a document that the site's other origin publishes for another
    // issuer.
    for (to, document) in [("https://www.evil.example/", AT_WWW), ("https://www.good.example/", GOOD)] {
        let probe = ask_hosts(|url| {
            if url.starts_with("https://good.example/") { (301, to, "") } else { (200, JSON, document) }
        });
        let probe = probe.await;
        assert!(probe.server.is_none(), "{to}");
        assert!(
            probe.attempts.iter().any(
                |attempt| matches!(&attempt.outcome, Outcome::Redirect { to: Some(named) } if named == to)
            )
        );
    }
}

#[tokio::test]
async fn form_post_only_is_unusable_before_a_login() {
    let with = |modes: &str| {
        GOOD.replace("\"response_types", &format!("\"response_modes_supported\": {modes}, \"response_types"))
    };
    for (modes, usable) in [
        (r#"["form_post"]"#, false),
        (r#"["fragment"]"#, false),
        (r#"["query.jwt"]"#, false),
        (r#"["query"]"#, true),
        (r#"["form_post", "query"]"#, true),
        ("[]", true),
        ("null", true),
    ] {
        let document: &'static str = Box::leak(with(modes).into_boxed_str());
        let expected = if usable {
            Verdict::Registrable
        } else {
            Verdict::Unusable { reasons: vec![Unusable::Requires(Mechanism::ResponseMode)] }
        };
        assert_eq!(ask((200, JSON, document), NOT_FOUND).await.verdict, expected, "{modes}");
    }
}

#[tokio::test]
async fn b_what_metadata_says_is_told_before_anyone_consents() {
    use Mechanism::{ClientAuthentication, PushedAuthorizationRequests, ResponseType, SignedRequestObjects};
    let required = |mechanism| Some(Unusable::Requires(mechanism));
    for (member, value, expected) in [
        ("response_types_supported", r#"["token"]"#, required(ResponseType)),
        ("response_types_supported", r#"["code id_token", "id_token"]"#, required(ResponseType)),
        ("response_types_supported", r#"["none", "code"]"#, None),
        ("response_types_supported", r#"["code", "code id_token"]"#, None),
        ("require_pushed_authorization_requests", "true", required(PushedAuthorizationRequests)),
        ("require_pushed_authorization_requests", "false", None),
        ("require_pushed_authorization_requests", "null", None),
        ("require_signed_request_object", "true", required(SignedRequestObjects)),
        ("require_signed_request_object", "false", None),
        ("token_endpoint_auth_methods_supported", r#"["private_key_jwt"]"#, required(ClientAuthentication)),
        ("token_endpoint_auth_methods_supported", r#"["tls_client_auth"]"#, required(ClientAuthentication)),
        ("token_endpoint_auth_methods_supported", r#"["private_key_jwt", "none"]"#, None),
        ("code_challenge_methods_supported", r#"["plain"]"#, Some(Unusable::NoS256)),
        ("code_challenge_methods_supported", "null", Some(Unusable::NoS256)),
        ("code_challenge_methods_supported", r#"["plain", "S256"]"#, None),
        ("authorization_endpoint", "null", Some(Unusable::Without("authorization_endpoint".into()))),
        ("authorization_endpoint", r#""https://good.example/a?State=1""#, Some(Unusable::OwnParameters)),
        ("authorization_endpoint", r#""https://good.example/a?tenant=1""#, None),
        (
            "token_endpoint",
            r#""https://other.example/t""#,
            Some(Unusable::Split {
                authorization: "good.example".to_owned(),
                token: "other.example".to_owned(),
            }),
        ),
        ("token_endpoint", r#""https://tokens.good.example/t""#, None),
    ] {
        let mut document: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        document[member] = serde_json::from_str(value).unwrap();
        let document: &'static str = Box::leak(document.to_string().into_boxed_str());
        let verdict = ask((200, JSON, document), NOT_FOUND).await.verdict;
        let expected =
            expected.map_or(Verdict::Registrable, |reason| Verdict::Unusable { reasons: vec![reason] });
        assert_eq!(verdict, expected, "{member}: {value}");
    }
}

#[tokio::test]
async fn the_first_obstacle_does_not_hide_the_next() {
    let document = r#"{"issuer": "https://good.example", "authorization_endpoint": "https://good.example/a",
        "token_endpoint": "https://good.example/t", "response_types_supported": ["code"],
        "require_pushed_authorization_requests": true}"#;
    let expected = vec![
        Unusable::NoRegistration,
        Unusable::NoS256,
        Unusable::Requires(Mechanism::PushedAuthorizationRequests),
    ];
    assert_eq!(ask((200, JSON, document), NOT_FOUND).await.verdict, Verdict::Unusable { reasons: expected });
}
