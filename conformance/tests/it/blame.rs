//! Verdict and blame: where a host points, who must act, and in whose words.

use conformance::{
    Access, Checker, Options, Outcome, Report, Rule, badge,
    lab::{Answer, Edit, RequestKind},
};
use http::{Request, Response};
use serde_json::json;

use crate::{
    lab::{HOST, public},
    loopback::{JSON, Server, http, run, server_with, text},
};

async fn check(options: Options, fault: Option<(RequestKind, Edit)>) -> Report {
    Checker::new(options).unwrap().check_over(&public(fault), HOST).await.unwrap()
}

fn why(report: &Report, rule: Rule) -> String {
    match report.outcome(rule) {
        Some(Outcome::NotTested { why }) => why.to_string(),
        other => format!("{other:?}"),
    }
}

/// An MCP server with another authorization server does what RFC 9728 asks: the server is named, and no party is at fault.
#[tokio::test]
async fn an_mcp_server_that_points_elsewhere_is_not_blamed() {
    let runs = [Options::new(), Options::new().with_mcp()];
    for (options, challenged) in runs.iter().flat_map(|options| [(options, "GET"), (options, "POST")]) {
        for (challenge, expected) in [
            ("Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource\"", true),
            ("Bearer realm=\"mcp\"", false),
        ] {
            let serves = |request: &Request<Vec<u8>>| {
                let is_named = request.uri().path() == "/mcp" && request.method() == challenged;
                let response = Response::builder();
                let response = if is_named {
                    response.status(401).header("www-authenticate", challenge)
                } else {
                    response.status(404)
                };
                Ok(response.body(Vec::new()).unwrap())
            };
            let checker = Checker::new(options.clone()).unwrap();
            let report = checker.check_over(&serves, "https://mcp.example/mcp").await.unwrap();
            let is_external = report.verdict.name() == "external_authorization_server";
            assert_eq!(is_external, expected, "{challenged}: {report}");
            assert_eq!(report.headline().contains("must act"), !expected, "{report}");
            assert_eq!(report.findings.is_empty(), expected, "{report}");
            assert_eq!(report.to_string().contains("oauth-protected-resource"), expected, "{report}");
        }
    }
}

/// A server that lets an `initialize` through and challenges what follows is not open.
#[tokio::test]
async fn a_server_that_challenges_what_follows_an_initialize_points_elsewhere() {
    for (challenges_ping, expected) in [(true, "external_authorization_server"), (false, "open")] {
        let serves = |request: &Request<Vec<u8>>| {
            let sent: serde_json::Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let response = Response::builder();
            let challenge = "Bearer resource_metadata=\"https://mcp.example/metadata\"";
            Ok(match sent["method"].as_str() {
                Some("initialize") => {
                    let result =
                        json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}});
                    response.body(result.to_string().into_bytes()).unwrap()
                }
                Some("ping") if challenges_ping => {
                    response.status(401).header("www-authenticate", challenge).body(Vec::new()).unwrap()
                }
                _ => response.status(404).body(Vec::new()).unwrap(),
            })
        };
        let checker = Checker::new(Options::new().with_mcp()).unwrap();
        let report = checker.check_over(&serves, "https://mcp.example/mcp").await.unwrap();
        assert_eq!(report.verdict.name(), expected, "{report}");
    }
}

/// With `--follow` the named authorization server has a report of its own in the same run.
#[test]
fn the_named_authorization_server_is_checked_in_the_same_run() {
    let named = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));
    let issuer = named.name();
    let host = Server::start(move |port, request| {
        let metadata = format!("http://127.0.0.1:{port}/.well-known/oauth-protected-resource");
        if request.starts_with("GET /.well-known/oauth-protected-resource ") {
            return http("200 OK", JSON, &json!({"authorization_servers": [issuer]}).to_string());
        }
        if request.starts_with("POST /mcp ") {
            let challenge = format!("www-authenticate: Bearer resource_metadata=\"{metadata}\"");
            return http("401 Unauthorized", &challenge, "");
        }
        http("404 Not Found", "x: y", "")
    });
    let url = format!("{}/mcp", host.name());
    let alone = run(&["check", &url, "--allow-loopback", "--mcp", "--json"]);
    assert_eq!(String::from_utf8_lossy(&alone.stdout).lines().count(), 1, "{}", text(&alone));
    assert_eq!(named.seen().len(), 0, "the control: it is not asked");
    let followed = run(&["check", &url, "--allow-loopback", "--mcp", "--follow", "--json"]);
    let lines = String::from_utf8_lossy(&followed.stdout).into_owned();
    let reports: Vec<Report> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [host, server] = &reports[..] else { panic!("two reports: {}", text(&followed)) };
    assert_eq!(host.authorization_servers, [named.name()], "{host}");
    assert!(host.to_string().contains(&format!("points to    {}", named.name())), "{host}");
    assert_eq!((server.verdict.name(), &server.resource), ("registrable", &named.name()), "{server}");
}

/// A pointer that is not followed has a reason, and blames the party that published it.
#[test]
fn a_pointer_that_cannot_be_followed_has_a_reason() {
    let named = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));
    let issuer = named.name();
    let all = json!([
        issuer,
        format!("{issuer}/"),
        "http://127.0.0.1:9",
        "http://127.0.0.1:10",
        "http://127.0.0.1:11"
    ]);
    let answer_with = |servers: serde_json::Value| {
        http("200 OK", JSON, &json!({"authorization_servers": servers}).to_string())
    };
    for (answer, reports, why) in [
        (answer_with(json!([issuer])), 2, None),
        (answer_with(json!([issuer, format!("{issuer}/")])), 2, None),
        (answer_with(all), 4, Some("more than 3 authorization servers are named")),
        (
            answer_with(json!([])),
            1,
            Some("names no `authorization_servers` (the operator of the host must act)"),
        ),
        (answer_with(json!(issuer)), 1, Some("names no `authorization_servers`")),
        (answer_with(json!(["http://10.0.0.1", issuer])), 2, Some("`http://10.0.0.1` cannot be asked: ")),
        (http("404 Not Found", JSON, "{}"), 1, Some("is answered with 404 Not Found, not with 200")),
        (http("302 Found", "location: /x", ""), 1, Some("is answered with 302 Found")),
        (http("200 OK", JSON, "[]"), 1, Some("is no JSON object")),
    ] {
        let host = Server::start(move |port, request| {
            let metadata = format!("http://127.0.0.1:{port}/.well-known/oauth-protected-resource");
            if request.starts_with("GET /.well-known/oauth-protected-resource ") {
                return answer.clone();
            }
            let challenge = format!("www-authenticate: Bearer resource_metadata=\"{metadata}\"");
            let is_post = request.starts_with("POST / ");
            if is_post { http("401 Unauthorized", &challenge, "") } else { http("404 Not Found", "x: y", "") }
        });
        let output = run(&["check", &host.name(), "--allow-loopback", "--mcp", "--follow", "--json"]);
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let read: Vec<Report> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let first = read.first().unwrap();
        let told = first.not_followed.as_deref();
        assert_eq!((read.len(), told.is_some()), (reports, why.is_some()), "{first}");
        assert!(told.zip(why).is_none_or(|(told, why)| told.contains(why)), "{first}");
        assert!(told.is_none_or(|told| first.to_string().contains(told)), "{first}");
    }
}

/// A registered client that cannot log in makes the server unusable, however well the registration is answered.
#[tokio::test]
async fn a_client_that_cannot_log_in_makes_the_verdict() {
    let other: Edit = |answer, _, _| answer.set("redirect_uris", json!(["https://other.example/callback"]));
    let more: Edit = |answer, _, _| {
        if let Some(uris) = answer.list("redirect_uris") {
            uris.push(json!("https://other.example/callback"));
        }
    };
    let malformed: Edit = |answer, _, _| answer.set("redirect_uris", json!("https://other.example/callback"));
    let implicit: Edit = |answer, _, _| answer.set("grant_types", json!(["implicit"]));
    let mutual_tls: Edit = |answer, _, _| answer.set("token_endpoint_auth_method", json!("tls_client_auth"));
    for (edit, requirement, why) in [
        (other, "rfc7591/3.2.1/redirect-uri-dropped", "the server registered other redirection URIs"),
        (more, "rfc7591/3.2.1/redirect-uri-added", "the server registered other redirection URIs"),
        (malformed, "rfc7591/3.2.1/malformed-member", "the server registered other redirection URIs"),
        (implicit, "rfc7591/3.2.1/grant-type-removed", "did not register the authorization_code grant"),
        (
            mutual_tls,
            "rfc7591/3.2.1/auth-method-substituted",
            "another authentication method: tls_client_auth",
        ),
    ] {
        let report = check(Options::new().with_registration(), Some((RequestKind::Register, edit))).await;
        assert_eq!((report.verdict.name(), report.exit_code()), ("unusable", 1), "{report}");
        assert_eq!((report.requirement.as_deref(), badge::word(&report)), (Some(requirement), "unsupported"));
        assert!(report.why.as_ref().is_some_and(|reason| reason.contains(why)), "{report}");
        let headline = report.headline();
        assert!(headline.starts_with("cannot be used: the registered client cannot log in: "), "{headline}");
        assert!(headline.contains("authorization server must act"), "{headline}");
    }
    let good = check(Options::new().with_registration(), None).await;
    assert_eq!((good.verdict.name(), good.exit_code()), ("registrable", 0), "the control: {good}");
}

/// A refusal is not a question to a person.
#[tokio::test]
async fn f_asks_a_person_with_a_form_alone() {
    let refuses: Edit = |answer, _, _| {
        *answer = Answer::error(400, "invalid_request");
        answer.set("error_description", json!("Your administrator must approve this app"));
    };
    let forbids: Edit = |answer, _, _| {
        *answer = Answer::nothing(403);
        answer.text = Some("<html><h1>Blocked\u{1b}[2J</h1> by policy</html>".to_owned());
    };
    let asks: Edit = |answer, _, _| {
        *answer = Answer::nothing(200);
        answer.text = Some("<form action=/consent></form>".to_owned());
    };
    let greets: Edit = |answer, _, _| *answer = Answer::nothing(200);
    for (edit, expected) in [
        (
            refuses,
            "refuses the authorization request with 400 Bad Request, and says “{\"error\":\"invalid_request\"",
        ),
        (forbids, "refuses the authorization request with 403 Forbidden, and says “Blocked[2J by policy”"),
        (asks, "asks a person (200 OK)"),
        (greets, "answers with a page (200 OK)"),
    ] {
        let report = check(Options::new().with_login(), Some((RequestKind::Authorize, edit))).await;
        let why = why(&report, Rule::TokenResponse);
        assert!(why.contains(expected), "{why}");
        assert_eq!(why.contains("asks a person"), expected.contains("asks a person"), "{why}");
    }
    let says: Edit = |answer, _, _| {
        answer.callback(|name, value| match name {
            "code" => None,
            _ => Some(value.to_owned()),
        });
        let location = answer.headers.get("location").cloned().unwrap_or_default();
        answer.header("location", &format!("{location}&error=access_denied&error_description=Ask+Ann"));
    };
    let report = check(Options::new().with_login(), Some((RequestKind::Authorize, says))).await;
    let why = why(&report, Rule::TokenResponse);
    assert!(why.contains("answered access_denied, and says “Ask Ann”"), "{why}");
}

/// A slash at the end is a difference only where the two texts differ.
#[tokio::test]
async fn f_slash_typed_is_no_finding() {
    let slash: Edit = |answer, _, _| answer.set("issuer", json!(format!("{HOST}/")));
    let lab = public(Some((RequestKind::Metadata, slash)));
    let checker = Checker::new(Options::new()).unwrap();
    for (typed, expected) in [("https://as.example/", 0), ("https://as.example", 1), ("as.example", 1)] {
        let report = checker.check_over(&lab, typed).await.unwrap();
        assert_eq!(report.findings.len(), expected, "{typed}: {report}");
        assert!(
            report.findings.iter().all(|finding| finding.id == "rfc8414/3.3/issuer-identical"),
            "{report}"
        );
    }
}

/// The words of a refusal are quoted, and the remedy fits its error.
#[tokio::test]
async fn a_refusal_of_a_good_registration() {
    let uri: Edit = |answer, _, _| {
        *answer = Answer::error(400, "invalid_redirect_uri");
        answer.set("error_description", json!("Not on the\u{202e} list"));
    };
    let token: Edit = |answer, _, _| *answer = Answer::error(401, "invalid_token");
    let policy: Edit = |answer, _, _| {
        *answer = Answer::error(403, "insufficient_scope");
        answer.set("error_description", json!("Policy 'Trusted Hosts' rejected request"));
    };
    let moved: Edit = |answer, _, _| *answer = Answer::to("https://other.example/register".to_owned());
    for (edit, evidence, remedy) in [
        (
            uri,
            "with 400 Bad Request: `invalid_redirect_uri`, and the server says “Not on the list”",
            "redirection URIs",
        ),
        (token, "with 401 Unauthorized: `invalid_token`", "initial access token"),
        (policy, "and the server says “Policy 'Trusted Hosts' rejected request”", "policy"),
        (moved, "302 Found and leads to “https://other.example/register”", "follows no redirect"),
    ] {
        let report = check(Options::new().with_registration(), Some((RequestKind::Register, edit))).await;
        let finding =
            report.findings.iter().find(|finding| finding.id == Rule::OpenRegistration.id()).unwrap();
        assert!(finding.evidence.contains(evidence), "{report}");
        assert!(finding.remedy.contains(remedy), "{report}");
        let received = finding.received.as_ref().unwrap();
        assert!(received.request.starts_with("POST https://as.example/register "), "{report}");
        assert_eq!(remedy == "follows no redirect", received.response.contains("other.example"), "{report}");
    }
}

/// The ways to become a client, in one line.
#[tokio::test]
async fn the_ways_to_become_a_client() {
    let document: Edit = |answer, _, _| answer.set("client_id_metadata_document_supported", json!(true));
    let none: Edit = |answer, _, _| answer.remove("registration_endpoint");
    let pushed: Edit = |answer, _, _| answer.set("require_pushed_authorization_requests", json!(true));
    let refused: Edit = |answer, _, _| *answer = Answer::error(401, "invalid_token");
    let (reading, registering) = (Options::new(), Options::new().with_registration());
    for (options, fault, expected) in [
        (&reading, None, &[Access::Registration][..]),
        (&registering, None, &[Access::OpenRegistration]),
        (&registering, Some((RequestKind::Register, refused)), &[Access::RefusedRegistration]),
        (
            &reading,
            Some((RequestKind::Metadata, document)),
            &[Access::Registration, Access::ClientIdMetadataDocument],
        ),
        (&reading, Some((RequestKind::Metadata, none)), &[Access::ByHand]),
        (&reading, Some((RequestKind::Metadata, pushed)), &[Access::Registration, Access::PushedRequests]),
    ] {
        let report = check(options.clone(), fault).await;
        assert_eq!(report.clients, expected, "{report}");
    }
    assert!(check(registering, None).await.to_string().contains("  clients      open registration\n"));
}

/// The same requirement violated by several requests is one finding with a count, in every format.
#[tokio::test]
async fn one_finding_for_one_requirement() {
    let kinds = ["no-redirect-uris", "empty-redirect-uris", "javascript-redirect-uri", "json-array"];
    let unprocessable: Edit = |answer, _, _| {
        answer.status = 422;
        answer.body = json!({"detail": "no"});
    };
    let faults = kinds.map(|name| (RequestKind::Wrong(name), unprocessable)).to_vec();
    let lab = conformance::lab::Lab::new(HOST, conformance::lab::Methods::Public, faults);
    let report =
        Checker::new(Options::new().with_registration()).unwrap().check_over(&lab, HOST).await.unwrap();
    for id in ["rfc7591/3.2.2/error-status", "rfc7591/3.2.2/error-object"] {
        let found: Vec<_> = report.findings.iter().filter(|finding| finding.id == id).collect();
        assert_eq!((found.len(), found[0].count, found[0].also.len()), (1, 4, 3), "{report}");
    }
    assert!(report.to_string().contains("(and 3 more)"), "{report}");
}
