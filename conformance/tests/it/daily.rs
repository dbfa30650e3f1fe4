//! Daily use: accepted findings, an MCP client's configuration, a word, a badge, and signals; and the server of faults.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Stdio},
};

use conformance::{
    Report,
    lab::{Fault, faults},
};
use serde_json::json;

use crate::loopback::{command, folder, run, server_with, text};

/// A server of `conformance serve`, which ends with the test.
struct Served {
    child: Child,
    origin: String,
    _output: BufReader<ChildStdout>,
}

impl Served {
    fn start(faults: &[&str]) -> Self {
        let named = faults.iter().flat_map(|fault| ["--fault", fault]);
        let mut child =
            command().arg("serve").args(named).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let origin = line.trim().strip_prefix("READY ").unwrap().to_owned();
        Self { child, origin, _output: output }
    }

    fn check(&self) -> Report {
        let all = ["--allow-loopback", "--mcp", "--register", "--login", "--scope", "a b", "--json"];
        let output = run(&[&["check", &*self.origin][..], &all].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_with_faults_is_served() {
    let good = Served::start(&[]).check();
    assert_eq!((good.findings.len(), good.exit_code()), (0, 0), "{good}");
    for named in [
        &["rfc7591/3.2.1/status-201"][..],
        &["rfc7636/4.6/verify", "rfc6750/3.1/damaged-token"],
        &["rfc6749/4.1.3/client-id-with-basic"],
        &["rfc7592/2.1/read-status=an-update-with-404"],
    ] {
        let report = Served::start(named).check();
        let found: BTreeSet<&str> = report.findings.iter().map(|finding| &*finding.id).collect();
        let expected: BTreeSet<&str> = named.iter().map(|name| name.split('=').next().unwrap()).collect();
        assert_eq!(found, expected, "{report}");
    }
    let unknown = run(&["serve", "--fault", "rfc7591/no-such"]);
    assert!(unknown.status.code() == Some(2) && text(&unknown).contains("--list"), "{}", text(&unknown));
}

/// Each fault of the catalogue has a name of its own.
#[test]
fn the_catalogue_of_faults() {
    let names: BTreeSet<String> = faults().map(Fault::name).collect();
    assert_eq!(names.len(), faults().count());
    assert!(names.iter().all(|name| Fault::named(name).is_some_and(|fault| fault.name() == *name)));
    let listed = text(&run(&["serve", "--list"]));
    assert_eq!(listed.lines().count(), names.len());
    assert!(names.iter().all(|name| listed.contains(name.as_str())), "{listed}");
}

/// An accepted finding is told, and fails nothing until its date.
#[test]
fn accepted_findings_have_a_reason_and_an_end() {
    let folder = folder("accepted");
    let served = Served::start(&["rfc7591/3.2.1/status-201"]);
    let accept = |entries: serde_json::Value| {
        let file = folder.join("accepted.json");
        fs::write(&file, entries.to_string()).unwrap();
        let file = file.to_str().unwrap();
        run(&["check", &served.origin, "--allow-loopback", "--register", "--accept", file])
    };
    let entry =
        |until: &str| json!({"id": "rfc7591/3.2.1/status-201", "reason": "fixed in 2.0", "until": until});
    let accepted = accept(json!([entry("2999-12-31")]));
    assert_eq!(accepted.status.code(), Some(0), "{}", text(&accepted));
    assert!(text(&accepted).contains("[accepted until 2999-12-31: fixed in 2.0]"), "{}", text(&accepted));
    let over = accept(json!([entry("2020-01-01")]));
    assert_eq!(over.status.code(), Some(1), "{}", text(&over));
    assert!(text(&over).contains("accepted no longer: that ended on 2020-01-01"), "{}", text(&over));
    assert_eq!(accept(json!([])).status.code(), Some(1), "the control");
    for (wrong, message) in [
        (json!([{"id": "rfc7591/none", "reason": "x", "until": "2999-12-31"}]), "no rule"),
        (
            json!([{"id": "rfc7591/3.2.1/status-201", "reason": " ", "until": "2999-12-31"}]),
            "`reason` is required",
        ),
        (json!([{"id": "rfc7591/3.2.1/status-201", "reason": "x", "until": "soon"}]), "is a date"),
        (json!([{"id": "rfc7591/3.2.1/status-201", "reason": "x", "until": "2027-02-31"}]), "is a date"),
        (
            json!([{"id": "rfc7591/3.2.1/status-201", "resource": "a b", "reason": "x", "until": "2999-12-31"}]),
            "`resource` is no host or URL",
        ),
        (json!([{"id": "rfc7591/3.2.1/status-201", "until": "2999-12-31"}]), "missing field"),
        (json!(entry("2999-12-31")), "the file is a list of"),
    ] {
        let output = accept(wrong);
        assert!(output.status.code() == Some(2) && text(&output).contains(message), "{}", text(&output));
    }
}

/// An entry names its host as a person does, and one that a run had no use for is told.
#[test]
fn an_accepted_finding_names_its_host_in_any_spelling() {
    let folder = folder("accepted-of");
    let served = Served::start(&["rfc7591/3.2.1/status-201"]);
    let accept = |id: &str, resource: &str, form: fn(String) -> Vec<u8>| {
        let file = folder.join("accepted.json");
        let entry = json!([{"id": id, "resource": resource, "reason": "x", "until": "2999-12-31"}]);
        fs::write(&file, form(entry.to_string())).unwrap();
        run(&["check", &served.origin, "--allow-loopback", "--register", "--accept", file.to_str().unwrap()])
    };
    let bare = served.origin.trim_start_matches("http://");
    let plain: fn(String) -> Vec<u8> = String::into_bytes;
    let windows: fn(String) -> Vec<u8> = |text| format!("\u{feff}// of 2.0\r\n{text}\r\n").into_bytes();
    let wide: fn(String) -> Vec<u8> =
        |text| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let status = "rfc7591/3.2.1/status-201";
    for (id, resource, form, code, told) in [
        (status, &*served.origin, plain, 0, "[accepted until"),
        (status, &format!("{}/", served.origin), plain, 0, "[accepted until"),
        (status, bare, plain, 0, "[accepted until"),
        (status, bare, windows, 0, "[accepted until"),
        (status, bare, wide, 2, "save it as UTF-8"),
        (
            status,
            "other.example",
            plain,
            1,
            "status-201 of https://other.example is accepted, and that host was not",
        ),
        ("rfc7591/3.2.1/client-id", bare, plain, 1, "is accepted, and passes"),
        ("rfc7636/4.6/verify", bare, plain, 1, "MUST"),
    ] {
        let output = accept(id, resource, form);
        assert!(output.status.code() == Some(code) && text(&output).contains(told), "{}", text(&output));
        let is_of_no_use = told.contains("is accepted, and");
        assert_eq!(text(&output).contains("is accepted, and"), is_of_no_use, "{}", text(&output));
    }
}

#[test]
fn the_servers_of_an_mcp_client() {
    let folder = folder("mcp-config");
    let server = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));
    let file = folder.join("mcp.json");
    let servers = json!({"mcpServers": {"a": {"url": server.name()}, "b": {"command": "local"}}});
    fs::write(&file, servers.to_string()).unwrap();
    let output =
        run(&["check", "--mcp-config", file.to_str().unwrap(), "--allow-loopback", "--format", "word"]);
    assert_eq!((&*text(&output), output.status.code()), ("conforms\n", Some(0)));
    let url = format!("{}/mcp?key=canary", server.name());
    let servers = json!({"servers": {"a": {"url": url}, "b": {"url": "${env:B}"}, "c": {"url": "http://u:canary@127.0.0.1/"}}});
    fs::write(&file, format!("\u{feff}// mine\r\n{servers}")).unwrap();
    let output =
        run(&["check", "--mcp-config", file.to_str().unwrap(), "--allow-loopback", "--format", "word"]);
    let told = text(&output);
    // The hosts of a file are checked side by side, in no order.
    let words: BTreeSet<&str> = told.lines().filter(|line| !line.contains(' ')).collect();
    assert_eq!((words, output.status.code()), (["conforms", "unknown"].into(), Some(1)), "{told}");
    assert!(told.contains("`b` is not checked: its URL has a variable"), "{told}");
    assert!(told.contains("/mcp is checked without the query") && !told.contains("canary"), "{told}");
    fs::write(&file, "{}").unwrap();
    let output = run(&["check", "--mcp-config", file.to_str().unwrap()]);
    assert!(
        output.status.code() == Some(2) && text(&output).contains("no remote server"),
        "{}",
        text(&output)
    );
}

/// The word and the badge say what was tested, and the badge when.
#[test]
fn a_word_and_a_badge() {
    let folder = folder("badge");
    for (faults, options, word, parts) in [
        (
            &[][..],
            &["--register", "--login"][..],
            "conforms",
            "OAuth metadata, registration, login: conforms, 2",
        ),
        (&[], &[], "conforms", "OAuth metadata: conforms, 2"),
        (
            &["rfc7591/3.2.1/status-201"],
            &["--register"],
            "deviates",
            "OAuth metadata, registration: deviates (1), 2",
        ),
        (&["mcp/registration/endpoint"], &[], "unsupported", "OAuth metadata: unsupported, 2"),
    ] {
        let served = Served::start(faults);
        let check = |format: &str| {
            run(&[&["check", &*served.origin, "--allow-loopback", "--format", format][..], options].concat())
        };
        assert_eq!(String::from_utf8_lossy(&check("word").stdout).trim(), word);
        let badge = String::from_utf8_lossy(&check("badge").stdout).into_owned();
        let document = roxmltree::Document::parse(&badge).unwrap();
        let title =
            document.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
        assert!(title.is_some_and(|title| title.starts_with(parts)), "{badge}");
    }
    // A check that was asked for and has no answer is neither.
    let unanswered = run(&["check", "http://127.0.0.1:9", "--allow-loopback", "--format", "word"]);
    assert_eq!(String::from_utf8_lossy(&unanswered.stdout).trim(), "unknown", "{}", text(&unanswered));
    let file = folder.join("reports.jsonl");
    let served = Served::start(&[]);
    let output = run(&["check", &served.origin, "--allow-loopback", "--json", "-o", file.to_str().unwrap()]);
    assert!(
        text(&output).contains("reports.jsonl: 1 supported, 0 not, 0 without an answer"),
        "{}",
        text(&output)
    );
    let rendered = run(&["render", file.to_str().unwrap(), "--format", "badge"]);
    assert!(text(&rendered).contains("conforms, 2"), "the date is stored: {}", text(&rendered));
}

/// SIGTERM ends a run as Ctrl-C does: what is done is kept, and what has begun is cleaned up.
#[test]
#[cfg(unix)]
fn a_terminated_run_keeps_its_reports() {
    let folder = folder("sigterm");
    let server = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let hosts = folder.join("hosts.txt");
    fs::write(&hosts, format!("{}\nhttp://{}\n", server.name(), silent.local_addr().unwrap())).unwrap();
    let reports = folder.join("reports.jsonl");
    let child = command()
        .args([
            "check",
            "--allow-loopback",
            "--json",
            "--hosts",
            hosts.to_str().unwrap(),
            "-o",
            reports.to_str().unwrap(),
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let is_done = || fs::read_to_string(&reports).is_ok_and(|lines| lines.ends_with('\n'));
    for _ in 0..200 {
        if is_done() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(is_done());
    let killed =
        std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("interrupted: 1 supported"), "{}", text(&output));
    let lines = fs::read_to_string(&reports).unwrap();
    let reports: Vec<Report> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), 1);
}
