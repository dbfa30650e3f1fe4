//! Logins: by redirects alone, by a person, and of a client with a secret.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
};

use conformance::{
    Checker, Options, Outcome, Report, Rule,
    lab::{Answer, Edit, Lab, Methods, RequestKind},
};
use serde_json::json;
use url::Url;

use crate::{
    lab::{HOST, lab, public},
    loopback::{JSON, Server, command, http, text},
};

async fn check(options: Options, lab: &Lab) -> Report {
    Checker::new(options).unwrap().check_over(lab, HOST).await.unwrap()
}

/// A server that compares the beginning of a redirection URI alone redirects to one that was not registered.
#[tokio::test]
async fn a_longer_redirection_uri_is_another_one() {
    let by_beginning: Edit = |answer, _, request| {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let uri = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        if uri.ends_with("/callback/unregistered") {
            *answer = Answer::to(format!("{uri}?code=x"));
        }
    };
    for (fault, expected) in
        [(Some((RequestKind::AuthorizeElsewhere, by_beginning)), Outcome::Failed), (None, Outcome::Passed)]
    {
        let report = check(Options::new().with_login(), &public(fault)).await;
        assert_eq!(report.outcome(Rule::UnregisteredRedirect), Some(&expected), "{report}");
        let told = report.to_string().contains("/callback/unregistered was not registered, and people are");
        assert_eq!(told, expected == Outcome::Failed, "{report}");
    }
}

/// A server that lists both gets a second client, for the rules that only a secret shows.
#[tokio::test]
async fn a_client_with_a_secret_beside_a_public_one() {
    let rules = [Rule::SecretExpiry, Rule::ClientIdWithBasic];
    let check_of_both = async |fault| {
        let lab = lab(Methods::Both, fault);
        let options = Options::new().with_registration().with_login();
        let report = check(options, &lab).await;
        assert_eq!((lab.clients().len(), report.left_behind.len()), (0, 0), "it is deleted: {report}");
        report
    };
    let good = check_of_both(None).await;
    for rule in rules {
        assert_eq!(good.outcome(rule), Some(&Outcome::Passed), "{rule:?}: {good}");
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
    for (rule, fault) in
        rules.into_iter().zip([(RequestKind::Register, unsaid), (RequestKind::BasicAlone, asks)])
    {
        let report = check_of_both(Some(fault)).await;
        let failed: Vec<&str> = report.findings.iter().map(|finding| &*finding.id).collect();
        assert_eq!(failed, [rule.id()], "{report}");
    }
    // A code that is refused with `client_id` too shows nothing of it.
    let spends: Edit = |answer, _, _| answer.status = 400;
    let report = check_of_both(Some((RequestKind::BasicAlone, spends))).await;
    let outcome = report.outcome(rules[1]);
    assert!(matches!(outcome, Some(Outcome::NotTested { why }) if why.contains("too")), "{report}");
    assert_eq!(report.findings, [], "{report}");
}

/// A parameter that a server does not take beside the rest is not sent again: a `resource` with a refresh, `client_id` beside HTTP
/// Basic with a revocation.
#[tokio::test]
async fn what_a_server_refuses_is_left_out() {
    let no_resource: Edit = |answer, lab, request| {
        let sent = format!("{}{}", request.uri(), String::from_utf8_lossy(request.body()));
        if sent.contains("resource=") {
            let url = Url::parse(&request.uri().to_string()).unwrap();
            *answer = if request.method() == "GET" {
                let mut refused = lab.granted(&url);
                refused.callback(|name, value| (name != "code").then(|| value.to_owned()));
                let location = refused.headers["location"].clone();
                refused.header("location", &format!("{location}&error=invalid_target"));
                refused
            } else {
                Answer::error(400, "invalid_target")
            };
        }
    };
    let one_way: Edit = |answer, _, request| {
        let names_client = String::from_utf8_lossy(request.body()).contains("client_id=");
        if names_client && request.headers().contains_key("authorization") {
            *answer = Answer::error(400, "invalid_request");
        }
    };
    let kinds = [RequestKind::Authorize, RequestKind::Refresh].map(|kind| (kind, no_resource));
    let faults = kinds.into_iter().chain([(RequestKind::Revoke, one_way)]).collect();
    let lab = Lab::new(HOST, Methods::Confidential, faults);
    let report = check(Options::new().with_login(), &lab).await;
    for rule in [Rule::RefreshGranted, Rule::RevocationStatus, Rule::TokenResponse] {
        assert_eq!(report.outcome(rule), Some(&Outcome::Passed), "{rule:?}: {report}");
    }
    let found: Vec<&str> = report.findings.iter().map(|finding| &*finding.id).collect();
    assert_eq!(found, [Rule::ResourceAccepted.id()], "{report}");
}

/// A check that was asked for and could not be made is no success.
#[tokio::test]
async fn a_login_that_needs_a_person_is_not_passed() {
    let page: Edit = |answer, _, _| {
        answer.status = 200;
        answer.headers.clear();
    };
    let report = check(Options::new().with_login(), &public(Some((RequestKind::Authorize, page)))).await;
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
    let lab = public(None);
    let report = check(options, &lab).await;
    assert_eq!((report.exit_code(), report.findings.len()), (0, 0), "{report}");
    assert_eq!(report.outcome(Rule::VerifierChecked), Some(&Outcome::Passed), "{report}");
    assert!(lab.seen().iter().all(|(_, url)| url.starts_with(HOST)));
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
            // The code selects the response: each is good for its own test.
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
        .args(["check", &server.name(), "--allow-loopback", "--login", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(child.stderr.take().unwrap()).lines();
    for login in 1..=2 {
        let link = printed.find_map(|line| Url::parse(line.unwrap().trim()).ok()).unwrap();
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
    for rule in [Rule::VerifierChecked, Rule::CodeOnce, Rule::TokenResponse, Rule::StateReturned] {
        assert_eq!(report.outcome(rule), Some(&Outcome::Passed), "{rule:?}: {report}{}", text(&output));
    }
    assert_eq!(output.status.code(), Some(0), "{report}");
}

static SPENT: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
