//! The options of a run: what fails it, what it prints, and the way that its requests take.

use std::fs;

use conformance::Report;
use serde_json::json;

use crate::loopback::{JSON, Server, command, folder, http, run, server_with, text};

/// A server whose registration is without `Cache-Control`, a SHOULD, and which registers another name, a note.
fn server() -> Server {
    server_with(|port| format!("http://127.0.0.1:{port}/authorize"))
}

/// The ids of the findings of a level.
fn ids(report: &Report, level: &str) -> Vec<String> {
    let of_level = report.findings.iter().filter(|finding| finding.level.as_str() == level);
    of_level.map(|finding| finding.id.to_string()).collect()
}

#[test]
fn the_level_that_fails_a_check() {
    let server = server();
    let check = |more: &[&str]| {
        run(&[&["check", &*server.name(), "--allow-loopback", "--register"][..], more].concat())
    };
    let report: Report = serde_json::from_slice(&check(&["--json"]).stdout).unwrap();
    let [must, should, note] = ["MUST", "SHOULD", "note"].map(|level| ids(&report, level));
    assert!(!must.is_empty() && !should.is_empty() && !note.is_empty(), "{report}");
    let ignoring = |ids: &[&[String]]| -> Vec<String> {
        ids.concat().into_iter().flat_map(|id| ["--ignore".to_owned(), id]).collect()
    };
    let (all_must, stricter) = (ignoring(&[&must]), ignoring(&[&must, &should]));
    for (ignored, level, code) in [
        (&[][..], None, 1),
        (&all_must[..], None, 0),
        (&all_must[2..], None, 1),
        (&all_must[..], Some("must"), 0),
        (&all_must[..], Some("should"), 1),
        (&stricter[..], Some("should"), 0),
        (&stricter[..], Some("may"), 0),
        (&stricter[..], Some("note"), 1),
        (&[], Some("none"), 0),
    ] {
        let level = level.map(|level| ["--fail-on", level]);
        let more: Vec<&str> = ignored.iter().map(String::as_str).chain(level.into_iter().flatten()).collect();
        let output = check(&more);
        assert_eq!(output.status.code(), Some(code), "{more:?}: {}", text(&output));
        let is_told = text(&output).contains("[accepted: --ignore]");
        assert_eq!(is_told, !ignored.is_empty(), "what is ignored is reported: {more:?}: {}", text(&output));
    }
    let unknown = check(&["--ignore", "rfc7591/none"]);
    assert!(unknown.status.code() == Some(2) && text(&unknown).contains("no rule"), "{}", text(&unknown));
}

/// A finding that is accepted, or of a level that was not asked for, is no regression.
#[test]
fn a_regression_has_a_level() {
    let folder = folder("regression-level");
    let (server, before) = (server(), folder.join("before.jsonl"));
    let (name, before) = (server.name(), before.to_str().unwrap());
    let after = run(&["check", &name, "--allow-loopback", "--register", "--json"]);
    let mut stored: serde_json::Value = serde_json::from_slice(&after.stdout).unwrap();
    let findings = stored["findings"].take();
    let findings = findings.as_array().unwrap();
    stored["findings"] = json!([]);
    for check in stored["checks"].as_array_mut().unwrap() {
        if check["outcome"] == "failed" {
            check["outcome"] = json!("passed");
        }
    }
    fs::write(before, format!("{stored}\n")).unwrap();
    let ignored: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["level"] == "MUST" || finding["level"] == "SHOULD")
        .flat_map(|finding| ["--ignore", finding["id"].as_str().unwrap()])
        .collect();
    let compare = |more: &[&str]| {
        let all = ["check", &name, "--allow-loopback", "--register", "--baseline", before];
        run(&[&all[..], more].concat()).status.code()
    };
    assert_eq!(compare(&[]), Some(1), "the control");
    assert_eq!(compare(&["--fail-on", "none"]), Some(0));
    assert_eq!(compare(&ignored), Some(0));
    assert_eq!(compare(&[&ignored[..], &["--fail-on", "note"]].concat()), Some(1));
    let now = folder.join("now.jsonl");
    fs::write(&now, &after.stdout).unwrap();
    let render = |more: &[&str]| {
        run(&[&["render", now.to_str().unwrap(), "--baseline", before][..], more].concat()).status.code()
    };
    assert_eq!((render(&[]), render(&["--fail-on", "none"])), (Some(1), Some(0)));
    assert_eq!(run(&["render", before, "--fail-on", "must"]).status.code(), Some(2), "only with a baseline");
}

#[test]
fn quiet_is_quiet() {
    let folder = folder("quiet");
    let good = server();
    let check = |more: &[&str]| run(&[&["check", &*good.name(), "--allow-loopback"][..], more].concat());
    let loud = check(&[]);
    assert!(loud.status.success() && text(&loud).contains("supports"), "the control: {}", text(&loud));
    assert_eq!(text(&check(&["--quiet"])), "", "nothing of a host that passes");
    let failed = check(&["-q", "--register"]);
    assert!(failed.status.code() == Some(1) && text(&failed).contains("MUST"), "{}", text(&failed));
    assert!(text(&check(&["--quiet", "--format", "word"])).contains("conforms"), "other formats are whole");
    let file = folder.join("report.txt");
    let file = file.to_str().unwrap();
    let lines = |output| text(output).lines().map(str::to_owned).collect::<Vec<_>>();
    let written = check(&["-o", file]);
    let last = lines(&written).pop().unwrap();
    assert!(last.ends_with("report.txt: 1 supported, 0 not, 0 without an answer"), "{last}");
    assert_eq!(text(&check(&["-o", file, "--quiet"])), "");
}

/// A refused host of this machine names the option that asks it; one of a private network has none.
#[test]
fn a_refused_host_names_the_option() {
    for (host, is_hinted) in [
        ("http://127.0.0.1:9", true),
        ("127.0.0.1:9", true),
        ("localhost:9", true),
        ("https://10.0.0.1", false),
        ("intranet", false),
        ("http://good.example", false),
    ] {
        let output = run(&["check", host]);
        assert_eq!(output.status.code(), Some(2), "{host}: {}", text(&output));
        assert_eq!(text(&output).contains("--allow-loopback"), is_hinted, "{host}: {}", text(&output));
        assert_eq!(run(&["check", host, "--allow-loopback"]).status.code() == Some(2), !is_hinted, "{host}");
    }
    let earlier = run(&["check", "127.0.0.1:9", "--allow-private"]);
    assert_eq!(earlier.status.code(), Some(3), "its earlier name: {}", text(&earlier));
}

#[test]
fn the_user_agent() {
    let server = server();
    for (more, expected) in [
        (&[][..], concat!("conformance/", env!("CARGO_PKG_VERSION"))),
        (&["--user-agent", "agent/1 (x)"], "agent/1 (x)"),
    ] {
        let output = run(&[&["check", &*server.name(), "--allow-loopback", "--json"][..], more].concat());
        let report: Report = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            report.options.iter().any(|option| option == "--user-agent='agent/1 (x)'"),
            !more.is_empty()
        );
        let seen = server.seen().pop().unwrap().to_ascii_lowercase();
        assert!(seen.contains(&format!("\r\nuser-agent: {expected}\r\n")), "{seen}");
    }
    let invalid = run(&["check", "good.example", "--user-agent", "a\nb"]);
    assert_eq!(invalid.status.code(), Some(2), "{}", text(&invalid));
}

/// A proxy is used where it is asked for alone; it gets the names, and loopback is asked without it.
#[test]
fn a_proxy_is_asked_for() {
    let proxy = Server::start(|_, _| http("403 Forbidden", JSON, ""));
    let server = server();
    let url = format!("http://user:hidden@127.0.0.1:{}", proxy.port);
    let check = |host: &str, more: &[&str], variable: &str| {
        let all = [&["check", host, "--allow-loopback", "--json", "--deadline", "5"][..], more].concat();
        let mut command = command();
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(variable);
        }
        let output = command.args(all).env(variable, &url).output().unwrap();
        (serde_json::from_slice::<Report>(&output.stdout).ok(), text(&output))
    };
    for (host, named, variable, is_used) in [
        ("good.example", &format!("--proxy={url}")[..], "UNUSED", true),
        ("good.example", "--proxy", "HTTPS_PROXY", true),
        ("good.example", "--proxy", "all_proxy", true),
        (&server.name(), "--proxy", "HTTPS_PROXY", false),
        ("good.example", "--json", "HTTPS_PROXY", false),
    ] {
        let before = proxy.seen().len();
        let more: &[&str] = if named == "--json" { &[] } else { &[named] };
        let (report, told) = check(host, more, variable);
        let seen = proxy.seen().split_off(before);
        assert_eq!(!seen.is_empty(), is_used, "{host} {named}: {told}");
        let is_tunnel = |request: &String| {
            request.starts_with("CONNECT good.example:443 ") && request.contains("dXNlcjpoaWRkZW4=")
        };
        assert!(seen.iter().all(is_tunnel), "{seen:?}");
        let report = report.unwrap();
        assert_eq!(report.extent.proxy, named != "--json");
        assert_eq!(report.to_string().contains("addresses were not checked (--proxy)"), named != "--json");
        assert!(!told.contains("hidden"), "{told}");
        let is_hinted = told.contains("a proxy of the environment was not used");
        assert_eq!(is_hinted, named == "--json", "{told}");
    }
    assert!(!server.seen().is_empty(), "the control: loopback was asked");
    let (none, told) = check("good.example", &["--proxy"], "UNUSED");
    assert!(none.is_none() && told.contains("HTTPS_PROXY and ALL_PROXY are not set"), "{told}");
    let (none, told) = check("good.example", &["--proxy=socks5://127.0.0.1"], "UNUSED");
    assert!(none.is_none() && told.contains("not the URL of an HTTP proxy"), "{told}");
}

/// The circumstances of a check are in its report.
#[test]
fn a_report_says_how_it_was_made() {
    let server = server();
    let output = run(&["check", &server.name(), "--allow-loopback", "--register", "--json"]);
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(report.options, ["--register", "--allow-loopback"]);
    assert!(report.date.is_some_and(|date| date.len() == 10));
    assert!(report.duration_ms.is_some_and(|ms| ms < 60_000));
    let html = text(&run(&["check", &server.name(), "--allow-loopback", "--format", "html"]));
    assert!(
        html.contains(concat!("with conformance ", env!("CARGO_PKG_VERSION"), " --allow-loopback: ")),
        "{html}"
    );
    let page = text(&run(&["check", &server.name(), "--allow-loopback", "--format", "summary"]));
    assert!(page.contains(&format!("conformance check {} --allow-loopback\n", server.name())), "{page}");
}
