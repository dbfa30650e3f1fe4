//! Verdicts, each with the responses that lead to it.

use conformance::{Checker, Options, Outcome, Report, Rule, Verdict, replay_vectors};
use serde_json::json;

use crate::lab::{HOST, public};
use conformance::lab::{Edit, RequestKind};

async fn check(options: Options, fault: Option<(RequestKind, Edit)>) -> Report {
    Checker::new(options).unwrap().check_over(&public(fault), HOST).await.unwrap()
}

#[tokio::test]
async fn every_vector_is_as_expected() {
    let replayed = replay_vectors("").await.unwrap();
    assert!(replayed.len() > 300, "{}", replayed.len());
    for vector in replayed {
        assert!(vector.is_as_expected(), "{vector:#?}");
    }
}

/// An MCP server that needs no token, as JSON and as a stream of events.
#[tokio::test]
async fn open() {
    let opens: [Edit; 2] = [
        |answer, _, _| {
            answer.status = 200;
            answer.body = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}});
        },
        |answer, _, _| {
            answer.status = 200;
            let message = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}});
            answer.text = Some(format!("event: message\ndata: {message}\n\n"));
        },
    ];
    for open in opens {
        let without_metadata = public(Some((RequestKind::Initialize, open)));
        let options = Options::new().with_mcp();
        let report = check(options.clone(), Some((RequestKind::Initialize, open))).await;
        assert_eq!(report.verdict, Verdict::Registrable, "metadata counts first");
        let checker = Checker::new(options).unwrap();
        let nothing = |request: &http::Request<Vec<u8>>| {
            let mut response = http::Response::new(Vec::new());
            if request.method() == "POST" {
                *response.body_mut() =
                    br#"{"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}}"#.to_vec();
            } else {
                *response.status_mut() = http::StatusCode::NOT_FOUND;
            }
            Ok(response)
        };
        let report = checker.check_over(&nothing, HOST).await.unwrap();
        assert_eq!((report.verdict.clone(), report.exit_code()), (Verdict::Open, 1), "{report}");
        drop(without_metadata);
    }
}

#[tokio::test]
async fn protected_registration() {
    let refuses: Edit = |answer, lab, request| {
        if request.headers().get("authorization").is_some_and(|value| value == "Bearer let-me-in") {
            let asked = serde_json::from_slice(request.body()).unwrap();
            *answer = lab.registered(asked);
        } else {
            answer.status = 401;
            answer.body = json!({"error": "invalid_token"});
        }
    };
    let closed = check(Options::new().with_registration(), Some((RequestKind::Register, refuses))).await;
    assert_eq!(closed.exit_code(), 1);
    assert_eq!(closed.outcome(Rule::OpenRegistration), Some(&Outcome::Failed));
    assert!(closed.headline().starts_with("refuses to register a client"), "{closed}");
    let mut options = Options::new().with_registration();
    options.initial_access_token = Some("let-me-in".parse().unwrap());
    let opened = check(options, Some((RequestKind::Register, refuses))).await;
    assert_eq!((opened.exit_code(), &*opened.headline()), (0, "supports dynamic client registration"));
    assert!(matches!(opened.outcome(Rule::OpenRegistration), Some(Outcome::NotTested { .. })), "{opened}");
    assert_eq!(opened.left_behind, [], "{opened}");
}

/// A verdict names the requirement that decided it, whomever that binds.
#[tokio::test]
async fn a_verdict_names_its_requirement() {
    let split: Edit = |answer, _, _| {
        answer.set("token_endpoint", json!("https://other.example/token"));
        answer.remove("authorization_response_iss_parameter_supported");
    };
    let plain: Edit = |answer, _, _| answer.set("code_challenge_methods_supported", json!(["plain"]));
    let without: Edit = |answer, _, _| answer.remove("token_endpoint");
    let private: Edit = |answer, _, _| answer.set("token_endpoint", json!("https://10.0.0.1/token"));
    let pushed: Edit = |answer, _, _| answer.set("require_pushed_authorization_requests", json!(true));
    for (edit, expected) in [
        (split, Some("rfc9700/4.4.2/mix-up")),
        (plain, Some("mcp/pkce/s256-advertised")),
        (without, Some("rfc8414/2/required-member")),
        (private, Some("security/egress/public-https")),
        (pushed, None),
    ] {
        let report = check(Options::new(), Some((RequestKind::Metadata, edit))).await;
        assert_eq!(report.verdict.name(), "unusable", "{report}");
        assert_eq!(report.requirement.as_deref(), expected, "{report}");
        assert!(expected.is_none_or(|id| report.to_string().contains(id)), "{report}");
        assert!(report.to_string().contains("authorization server must act"), "{report}");
    }
}

/// A document of another issuer is a pointer, and violates RFC 8414 §3.3 all the same.
#[tokio::test]
async fn a_pointer_is_followed_and_told() {
    let named = |issuer: &str| {
        let document = json!({
            "issuer": issuer, "authorization_endpoint": "https://as.example/tenant/a",
            "token_endpoint": "https://as.example/tenant/t", "registration_endpoint": "https://as.example/tenant/r",
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let response = http::Response::builder().header("content-type", "application/json");
        response.body(document.to_string().into_bytes()).unwrap()
    };
    let serves = |request: &http::Request<Vec<u8>>| {
        Ok(match request.uri().path() {
            "/.well-known/oauth-authorization-server" | "/.well-known/oauth-authorization-server/tenant" => {
                named("https://as.example/tenant")
            }
            _ => http::Response::builder().status(404).body(Vec::new()).unwrap(),
        })
    };
    let checker = Checker::new(Options::new()).unwrap();
    let pointed = checker.check_over(&serves, HOST).await.unwrap();
    let ids: Vec<&str> = pointed.findings.iter().map(|finding| &*finding.id).collect();
    assert_eq!(
        (pointed.verdict.name(), ids),
        ("registrable", vec!["rfc8414/3.3/issuer-identical"]),
        "{pointed}"
    );
    let itself = checker.check_over(&serves, "https://as.example/tenant").await.unwrap();
    assert_eq!((itself.verdict.name(), itself.findings.len()), ("registrable", 0), "the control: {itself}");
}

/// A page, or a way to one, is no refusal.
#[tokio::test]
async fn neither_registered_nor_refused() {
    let pages: [Edit; 2] = [
        |answer, _, _| {
            answer.status = 200;
            answer.text = Some("<!doctype html>".to_owned());
        },
        |answer, _, _| {
            answer.status = 302;
            answer.body = json!(null);
            answer.headers.insert("location", "/login".to_owned());
        },
    ];
    for page in pages {
        let report = check(
            Options::new().with_registration(),
            Some((RequestKind::Wrong("javascript-redirect-uri"), page)),
        )
        .await;
        let outcome = report.outcome(Rule::RedirectUriScript);
        assert!(matches!(outcome, Some(Outcome::NotTested { why }) if why.contains("neither")), "{report}");
        assert_eq!(report.outcome(Rule::RedirectUriCleartext), Some(&Outcome::Passed), "the control");
    }
}

/// A rule passes only where a check looked at it: a member that a response leaves out shows nothing of it.
#[tokio::test]
async fn what_a_response_leaves_out_is_not_tested() {
    let rules = [Rule::GrantTypeRemoved, Rule::RedirectUriAdded, Rule::ResponseTypeRemoved];
    let good = check(Options::new().with_login(), None).await;
    let omits: Edit = |answer, _, _| {
        answer.remove("grant_types");
        answer.remove("redirect_uris");
        answer.remove("response_types");
    };
    let silent = check(Options::new().with_login(), Some((RequestKind::Register, omits))).await;
    for rule in rules {
        assert_eq!(good.outcome(rule), Some(&Outcome::Passed), "the control: {good}");
        let outcome = silent.outcome(rule);
        assert!(matches!(outcome, Some(Outcome::NotTested { why }) if why.contains("state it")), "{silent}");
    }
    assert_eq!(silent.outcome(Rule::MetadataReturned), Some(&Outcome::Failed), "{silent}");
    assert_eq!(silent.outcome(Rule::ClientId), Some(&Outcome::Passed), "{silent}");
}
