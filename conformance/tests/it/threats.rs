//! Threats to the user of the command line: each with the exact input.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    process::Command,
    thread,
    time::Duration,
};

use conformance::{
    Checker, Options, Outcome, Report, Rule,
    lab::{Edit, Lab, RequestKind},
};

use tokio::time::Instant;

use crate::{
    lab::{HOST, public},
    loopback::{JSON, Server, command, folder, http, run, server_with, text},
};

#[test]
fn l01_arguments_are_strangers_too() {
    let output = run(&["check", "\u{1b}[2J\u{1b}]52;c;aGk=\u{7}"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!text(&output).contains('\u{1b}'), "{}", text(&output));
    let pattern = run(&["explain", "\u{1b}[2J"]);
    assert!(pattern.status.code() == Some(2) && !text(&pattern).contains('\u{1b}'));
}

/// Arguments that the parser of the command line refuses, and lines of a file of hosts.
#[test]
fn l01_l08_arguments_and_files_give_a_runner_no_command() {
    let folder = folder("l08");
    let hosts = folder.join("hosts");
    fs::write(&hosts, "::error::x\n  ::warning::x\n##[error]x\n##vso[task.complete]x\n").unwrap();
    let hosts = hosts.to_str().unwrap();
    let hostile = "a\n::error::x\u{1b}[2J ##[error]x";
    let in_file = format!("{hosts}\n::error::x");
    for arguments in [
        &["check", "--hosts", hosts][..],
        &["check", "--hosts", hosts, "--format", "junit"],
        &["check", "--hosts", hosts, "--format", "sarif"],
        &["check", "--hosts", hosts, "--format", "html"],
        &["check", "--hosts", hosts, "--format", "markdown"],
        &["check", "--hosts", hosts, "--json"],
        &["check", "--hosts", &in_file],
        &["check", hostile],
        &["check", "::error::x"],
        &["check", "a.example", "--concurrency", hostile],
        &["check", "a.example", hostile, "--no-such-option"],
        &["explain", hostile],
        &["vectors", hostile],
        &[hostile],
        &["::error::x"],
        &["check", &format!("--{hostile}")],
    ] {
        let output = run(arguments);
        let shown = text(&output);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}: {shown}");
        assert!(!shown.contains("##[") && !shown.contains("##vso["), "{arguments:?}: {shown}");
        assert!(!shown.contains('\u{1b}'), "{arguments:?}: {shown}");
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{arguments:?}: {shown}");
        assert!(!shown.is_empty(), "{arguments:?}");
    }
}

/// No program is started for any authorization endpoint that a server names: those on the path are canaries.
#[test]
#[cfg(unix)]
fn l02_no_program_is_started() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("l02");
    let canary = folder.join("canary");
    for name in
        ["xdg-open", "open", "sh", "bash", "cmd", "cmd.exe", "calc", "calc.exe", "curl", "git", "www-browser"]
    {
        let program = folder.join(name);
        fs::write(&program, format!("#!/bin/sh\necho {name} >> {}\n", canary.display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(Command::new(folder.join("open")).status().unwrap().success() && canary.exists(), "the control");
    fs::remove_file(&canary).unwrap();
    let endpoints: [fn(u16) -> String; 4] = [
        |_| "https://www.$(calc.exe).com/".to_owned(),
        |_| "https://x/\" & calc & \"".to_owned(),
        |_| "--upload-pack=x".to_owned(),
        |port| format!("http://127.0.0.1:{port}/authorize?$(calc.exe)&x=`calc`"),
    ];
    let mut printed = String::new();
    for endpoint in endpoints {
        let server = server_with(endpoint);
        let arguments =
            ["check", &server.name(), "--allow-loopback", "--login", "--register", "--deadline", "3"];
        let output = command().args(arguments).env("PATH", &folder).env("BROWSER", "open").output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{}", text(&output));
        assert!(!canary.exists(), "{}", text(&output));
        printed.push_str(&text(&output));
    }
    assert!(printed.contains("Open this link"), "the control: a person was asked: {printed}");
}

#[test]
fn l03_no_way_into_private_networks() {
    let server =
        Server::start(|_, _| http("302 Found", "location: http://169.254.169.254/latest/meta-data/", ""));
    let output = run(&["check", &server.name(), "--allow-loopback", "--json"]);
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        report.attempts.iter().all(|attempt| attempt.outcome.starts_with("it redirects to ")),
        "{report}"
    );
    assert!(report.findings.iter().any(|finding| finding.id == "mcp/discovery/metadata"), "{report}");
    assert!(report.extent.allow_loopback && report.to_string().contains("--allow-loopback"), "it is said");
    for private in
        ["http://169.254.169.254/", "https://10.0.0.1/", "127.0.0.1", "localhost", "https://[::1]/"]
    {
        assert_eq!(run(&["check", private]).status.code(), Some(2), "{private}");
    }
    let inside = server_with(|_| "http://10.0.0.1/authorize".to_owned());
    let output = run(&["check", &inside.name(), "--allow-loopback", "--login"]);
    assert!(text(&output).contains("cannot be used"), "{}", text(&output));
}

#[tokio::test]
async fn l04_reading_only_unless_told_otherwise() {
    let methods = |lab: &Lab| {
        let seen = lab.seen();
        seen.iter().filter(|(method, _)| method != "GET").count()
    };
    let check = async |lab: &Lab, options: Options| {
        Checker::new(options).unwrap().check_over(lab, HOST).await.unwrap()
    };
    let reading = public(None);
    let report = check(&reading, Options::new()).await;
    assert_eq!(methods(&reading), 0);
    assert_eq!(report.extent.requests, 2, "the document and the root page");
    assert!(matches!(report.outcome(Rule::RegistrationStatus), Some(Outcome::NotTested { .. })));
    let asking = public(None);
    check(&asking, Options::new().with_mcp()).await;
    assert_eq!(methods(&asking), 1);
    let registering = public(None);
    let report = check(&registering, Options::new().with_registration()).await;
    assert!(methods(&registering) > 10);
    assert_eq!((registering.clients().len(), report.left_behind.len()), (0, 0), "it cleans up");
    let refuses: Edit = |answer, _, _| answer.status = 403;
    let keeping = public(Some((RequestKind::Delete, refuses)));
    let report = check(&keeping, Options::new().with_registration()).await;
    assert_eq!(report.left_behind.len(), 2, "and says what it cannot: {report}");
    assert!(report.left_behind.iter().all(|left| left.why.contains("403")), "{report}");
}

#[test]
fn l05_secrets_stay_out() {
    let canary = "canary-5f1d7a";
    let folder = folder("l05");
    fs::write(folder.join("token"), format!("{canary}\n")).unwrap();
    let server = Server::start(move |port, request| {
        let me = format!("http://127.0.0.1:{port}");
        if request.starts_with("GET /.well-known/oauth-authorization-server ") {
            let document = serde_json::json!({
                "issuer": me, "authorization_endpoint": format!("{me}/authorize"), "token_endpoint": format!("{me}/token"),
                "registration_endpoint": format!("{me}/register"), "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            });
            return http("200 OK", JSON, &document.to_string());
        }
        // It repeats everything that it was sent.
        let printed = serde_json::json!({"error": "invalid_token", "error_description": request}).to_string();
        http("401 Unauthorized", JSON, &printed)
    });
    let token = folder.join("token");
    let token = token.to_str().unwrap();
    let record = folder.join("record");
    for format in ["text", "json", "junit", "sarif", "markdown", "html"] {
        let arguments = [
            "check",
            &server.name(),
            "--allow-loopback",
            "--register",
            "--initial-access-token",
            token,
            "--format",
            format,
            "--record",
            record.to_str().unwrap(),
        ];
        let output = command().args(arguments).env("RUST_BACKTRACE", "1").output().unwrap();
        assert!(!text(&output).contains(canary), "{}", text(&output));
        assert!(text(&output).contains("invalid_token"), "{format}: {}", text(&output));
    }
    assert!(server.seen().iter().any(|request| request.contains(&format!("Bearer {canary}"))), "it was sent");
    for file in fs::read_dir(&record).unwrap() {
        let written = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!written.contains(canary), "{written}");
    }
    let help = text(&run(&["check", "--help"]));
    assert!(help.contains("--initial-access-token <FILE>"), "no secret in the arguments");
}

#[test]
fn l07_a_hanging_host_ends_in_a_report() {
    let server = Server::start(|_, _| {
        thread::sleep(Duration::from_mins(1));
        String::new()
    });
    let begun = Instant::now();
    let output = run(&["check", &server.name(), "--allow-loopback", "--json", "--deadline", "2"]);
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(output.status.code(), Some(3));
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.verdict.name(), "unreachable");
    assert!(report.to_string().contains("deadline"), "{report}");
    assert!(
        report.checks.iter().all(|check| matches!(check.outcome, Outcome::NotTested { .. })),
        "none is passed"
    );
}

/// The findings from before the host began to hang are reported.
#[test]
fn l07_partial_results() {
    let server = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));
    let port = server.port;
    let front = Server::start(move |me, request| {
        if request.starts_with("POST") {
            thread::sleep(Duration::from_mins(1));
        }
        let mut back = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        back.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        back.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1.replace(&port.to_string(), &me.to_string());
        if body.is_empty() { http("404 Not Found", "x: y", "") } else { http("200 OK", JSON, &body) }
    });
    let output =
        run(&["check", &front.name(), "--allow-loopback", "--json", "--register", "--deadline", "3"]);
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.outcome(Rule::MetadataRequiredMember), Some(&Outcome::Passed), "{report}");
    assert!(
        matches!(report.outcome(Rule::RegistrationStatus), Some(Outcome::NotTested { why }) if why.contains("deadline"))
    );
}

#[test]
fn l07_bodies_are_bounded() {
    for (headers, body) in [
        (JSON.to_owned(), "x".repeat(200_000)),
        (format!("{JSON}\r\ncontent-encoding: gzip"), "x".repeat(100)),
    ] {
        let server = Server::start(move |_, _| http("200 OK", &headers, &body));
        let output = run(&["check", &server.name(), "--allow-loopback", "--json"]);
        let report: Report = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report.verdict.name(), "unreachable", "{report}");
    }
    let nested = "[".repeat(60_000);
    let server = Server::start(move |_, _| http("200 OK", JSON, &format!("{{\"x\": {nested}")));
    let output = run(&["check", &server.name(), "--allow-loopback", "--json"]);
    assert_eq!(output.status.code(), Some(1), "no stack overflow: {}", text(&output));
}
