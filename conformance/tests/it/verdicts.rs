//! Verdicts, and what leads to each.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
};

use conformance::{Checker, Options, Outcome, Report, Verdict, replay_vectors};
use serde_json::json;
use url::Url;

use crate::{
    lab::server::{Ask, Edit, HOST, Lab},
    loopback::{JSON, Server, command, http, text},
};

async fn check(options: Options, fault: Option<(Ask, Edit)>) -> Report {
    Checker::new(options).unwrap().check_over(&Lab::new(false, fault), HOST).await.unwrap()
}

#[tokio::test]
async fn every_vector_is_as_expected() {
    let replayed = replay_vectors("").await;
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
        let without_metadata = Lab::new(false, Some((Ask::Initialize, open)));
        let options = Options::new().with_mcp();
        let report = check(options.clone(), Some((Ask::Initialize, open))).await;
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
            *answer = lab.registered(&asked);
        } else {
            answer.status = 401;
            answer.body = json!({"error": "invalid_token"});
        }
    };
    let closed = check(Options::new().with_registration(), Some((Ask::Register, refuses))).await;
    assert_eq!(closed.exit_code(), 1);
    assert_eq!(closed.outcome("rfc7591/3/open-registration"), Some(&Outcome::Fail));
    assert!(closed.headline().starts_with("refuses to register a client"), "{closed}");
    let mut options = Options::new().with_registration();
    options.initial_access_token = Some(rfc7591::Secret::new("let-me-in".to_owned()));
    let opened = check(options, Some((Ask::Register, refuses))).await;
    assert_eq!((opened.exit_code(), &*opened.headline()), (0, "supports dynamic client registration"));
    assert!(
        matches!(opened.outcome("rfc7591/3/open-registration"), Some(Outcome::NotTested { .. })),
        "{opened}"
    );
    assert_eq!(opened.left_behind, [], "{opened}");
}

/// A server that lists both gets a second client, for what only a secret shows.
#[tokio::test]
async fn a_client_with_a_secret_beside_a_public_one() {
    let check = async |fault| {
        let lab = Lab::of_both(fault);
        let options = Options::new().with_registration().with_login();
        let report = Checker::new(options).unwrap().check_over(&lab, HOST).await.unwrap();
        assert_eq!((lab.clients().len(), report.left_behind.len()), (0, 0), "it is deleted: {report}");
        report
    };
    const IDS: [&str; 2] = ["rfc7591/3.2.1/secret-expiry", "rfc6749/4.1.3/client-id-with-basic"];
    let good = check(None).await;
    for id in IDS {
        assert_eq!(good.outcome(id), Some(&Outcome::Pass), "{id}: {good}");
    }
    let unsaid: Edit = |answer, _, _| {
        if answer.body.get("client_secret").is_some() {
            answer.remove("client_secret_expires_at");
        }
    };
    let asks: Edit = |answer, lab, _| {
        lab.unspend();
        answer.status = 400;
        answer.body = json!({"error": "invalid_request"});
    };
    for (id, fault) in IDS.into_iter().zip([(Ask::Register, unsaid), (Ask::BasicAlone, asks)]) {
        let report = check(Some(fault)).await;
        let broken: Vec<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(broken, [id], "{report}");
    }
    // A code that is refused with `client_id` too shows nothing of it.
    let spends: Edit = |answer, _, _| answer.status = 400;
    let report = check(Some((Ask::BasicAlone, spends))).await;
    let outcome = report.outcome(IDS[1]);
    assert!(matches!(outcome, Some(Outcome::NotTested { why }) if why.contains("too")), "{report}");
    assert_eq!(report.findings, [], "{report}");
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
        let report = check(Options::new(), Some((Ask::Metadata, edit))).await;
        let Verdict::Unusable { requirement, .. } = &report.verdict else { panic!("{report}") };
        assert_eq!(requirement.as_deref(), expected, "{report}");
        assert!(expected.is_none_or(|id| report.to_string().contains(id)), "{report}");
        assert!(report.to_string().contains("authorization server must act"), "{report}");
    }
}

/// A document of another issuer is a pointer, and breaks RFC 8414 §3.3 all the same.
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
            "/.well-known/oauth-authorization-server" => named("https://as.example/tenant"),
            "/.well-known/oauth-authorization-server/tenant" => named("https://as.example/tenant"),
            _ => http::Response::builder().status(404).body(Vec::new()).unwrap(),
        })
    };
    let checker = Checker::new(Options::new()).unwrap();
    let pointed = checker.check_over(&serves, HOST).await.unwrap();
    let ids: Vec<&str> = pointed.findings.iter().map(|finding| finding.id.as_str()).collect();
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
        let report =
            check(Options::new().with_registration(), Some((Ask::Wrong("javascript-redirect-uri"), page)))
                .await;
        let outcome = report.outcome("rfc7591/5/redirect-uri-script");
        assert!(matches!(outcome, Some(Outcome::NotTested { why }) if why.contains("neither")), "{report}");
        assert_eq!(report.outcome("rfc7591/5/redirect-uri-cleartext"), Some(&Outcome::Pass), "the control");
    }
}

/// What was asked for and could not be tested is no success.
#[tokio::test]
async fn a_login_that_needs_a_person_is_not_passed() {
    let page: Edit = |answer, _, _| {
        answer.status = 200;
        answer.headers.clear();
    };
    let report = check(Options::new().with_login(), Some((Ask::Authorize, page))).await;
    assert_eq!(
        (report.is_supported(), report.is_complete(), report.exit_code()),
        (true, false, 3),
        "{report}"
    );
}

/// A redirection URI elsewhere is not asked for: a walk ends there.
#[tokio::test]
async fn a_login_ends_at_the_redirection_uri_of_choice() {
    let mut options = Options::new().with_registration().with_login();
    options.redirect_uri = Url::parse("https://client.example/callback?app=1").unwrap();
    let lab = Lab::new(false, None);
    let report = Checker::new(options).unwrap().check_over(&lab, HOST).await.unwrap();
    assert_eq!((report.exit_code(), report.findings.len()), (0, 0), "{report}");
    assert_eq!(report.outcome("rfc7636/4.6/verify"), Some(&Outcome::Pass), "{report}");
    assert!(lab.seen.borrow().iter().all(|(_, url)| url.starts_with(HOST)));
}

/// A server that asks a person: the link is printed, and they come back to loopback.
#[test]
fn a_person_opens_the_printed_link() {
    let server = Server::start(|port, request| {
        let me = format!("http://127.0.0.1:{port}");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        if head.starts_with("GET /.well-known/oauth-authorization-server ") {
            let document = json!({
                "issuer": me, "authorization_endpoint": format!("{me}/authorize"), "token_endpoint": format!("{me}/token"),
                "registration_endpoint": format!("{me}/register"), "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["none"],
            });
            return http("200 OK", JSON, &document.to_string());
        }
        if head.starts_with("POST /register ") {
            let mut client: serde_json::Value = serde_json::from_str(body).unwrap();
            client["client_id"] = "c".into();
            return http("201 Created", &format!("{JSON}\r\ncache-control: no-store"), &client.to_string());
        }
        if head.starts_with("POST /token ") {
            // The code says what to answer: each is good for its own test.
            let good = body.contains("code=good-1");
            let tokens = json!({"access_token": "access", "token_type": "Bearer"});
            return if good && !SPENT.swap(true, std::sync::atomic::Ordering::SeqCst) {
                http("200 OK", &format!("{JSON}\r\ncache-control: no-store"), &tokens.to_string())
            } else {
                http("400 Bad Request", JSON, &json!({"error": "invalid_grant"}).to_string())
            };
        }
        http("200 OK", "content-type: text/html", "<!doctype html><title>Do you agree?</title>")
    });
    let mut child = command()
        .args(["check", &server.name(), "--allow-private", "--login", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    for login in 1..=2 {
        let link = told.find_map(|line| Url::parse(line.unwrap().trim()).ok()).unwrap();
        let asked = |name: &str| link.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let mut callback = Url::parse(&asked("redirect_uri")).unwrap();
        let state = asked("state");
        callback.query_pairs_mut().append_pair("code", &format!("good-{login}")).append_pair("state", &state);
        for target in ["/favicon.ico", &callback[url::Position::BeforePath..]] {
            let mut browser = TcpStream::connect(("127.0.0.1", callback.port().unwrap())).unwrap();
            write!(browser, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").unwrap();
            let mut page = String::new();
            browser.read_to_string(&mut page).unwrap();
            assert_eq!(page.starts_with("HTTP/1.1 200 OK"), target != "/favicon.ico", "{page}");
        }
    }
    let output = child.wait_with_output().unwrap();
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    for id in [
        "rfc7636/4.6/verify",
        "rfc6749/4.1.2/code-once",
        "rfc6749/5.1/token-answer",
        "rfc6749/4.1.2/state-returned",
    ] {
        assert_eq!(report.outcome(id), Some(&Outcome::Pass), "{id}: {report}{}", text(&output));
    }
    assert_eq!(output.status.code(), Some(0), "{report}");
}

static SPENT: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
