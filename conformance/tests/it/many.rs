//! Many hosts: the formats of a list, resuming, comparing, and being interrupted.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
    thread,
    time::Duration,
};

use conformance::Report;

use crate::loopback::{JSON, Server, command, folder, http, run, server_with, text};

fn good() -> Server {
    server_with(|port| format!("http://127.0.0.1:{port}/authorize"))
}

/// Metadata, with more members.
fn document(me: &str, more: &str) -> String {
    format!(
        "{{\"issuer\":\"{me}\",\"authorization_endpoint\":\"{me}/a\",\"token_endpoint\":\"{me}/t\",\"registration_endpoint\":\"{me}/r\",\"response_types_supported\":[\"code\"],\"code_challenge_methods_supported\":[\"S256\"]{more}}}"
    )
}

fn resources(lines: &[u8]) -> Vec<String> {
    let lines = String::from_utf8(lines.to_vec()).unwrap();
    let report = |line: &str| serde_json::from_str::<Report>(line).unwrap().resource;
    let mut resources: Vec<String> = lines.lines().map(report).collect();
    resources.sort();
    resources
}

#[test]
fn hosts_from_the_standard_input() {
    let servers = [good(), good()];
    let list =
        format!("# a comment\n\n{}\n  {}  \nnot a host\n10.0.0.1\n", servers[0].name(), servers[1].name());
    let mut child = command()
        .args(["check", "--hosts", "-", "--allow-loopback", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let mut expected = vec!["10.0.0.1".to_owned(), "not a host".to_owned()];
    expected.extend(servers.iter().map(Server::name));
    expected.sort();
    assert_eq!(resources(&output.stdout), expected, "one line for each");
    assert_eq!(output.status.code(), Some(1), "some are not supported");
}

#[test]
fn exit_codes() {
    let server = good();
    let nothing = Server::start(|_, _| http("404 Not Found", "x: y", ""));
    let closed = "http://127.0.0.1:9";
    for (arguments, code) in [
        (vec!["check", &server.name()], 0),
        (vec!["check", &server.name(), &nothing.name()], 1),
        (vec!["check", closed], 3),
        (vec!["check", &server.name(), closed], 3),
        (vec!["check", &nothing.name(), closed], 1),
        (vec!["check", "javascript:alert(1)"], 2),
        (vec!["check"], 2),
        (vec!["check", &server.name(), "--format", "pdf"], 2),
        (vec!["check", &server.name(), "--ca", "/no/such/file"], 2),
        (vec!["check", &server.name(), "--resume"], 2),
        (vec!["explain", "rfc7591/"], 0),
        (vec!["explain", "rfc9700/4.4.2/mix-up"], 0),
        (vec!["explain", "no-such-id"], 2),
        (vec!["check", &server.name(), "--redirect-uri", "https://client.example/callback"], 2),
        (vec!["check", &server.name(), "--replay", "/no/such/file"], 2),
        (vec!["vectors", "rfc8414/3.3"], 0),
        (vec!["vectors", "no such vector"], 2),
        (vec!["--help"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["schema"], 0),
    ] {
        let mut all = arguments.clone();
        if arguments.len() > 1 && arguments[0] == "check" {
            all.push("--allow-loopback");
        }
        let output = run(&all);
        assert_eq!(output.status.code(), Some(code), "{all:?}: {}", text(&output));
    }
}

/// A host that is done is not checked again, one whose line was cut off is, and none is there twice.
#[test]
fn resume() {
    let servers: Vec<Server> = (0..6).map(|_| good()).collect();
    let folder = folder("resume");
    let (list, out) = (folder.join("hosts"), folder.join("out.jsonl"));
    let names: Vec<String> = servers.iter().map(Server::name).collect();
    fs::write(&list, format!("{}\nnot a host\n", names.join("/\n"))).unwrap();
    let arguments = ["check", "--hosts", list.to_str().unwrap(), "--allow-loopback", "--json", "--output"];
    let arguments: Vec<&str> = arguments.into_iter().chain([out.to_str().unwrap(), "--resume"]).collect();
    assert_eq!(
        run(&["check", &names[0], "--allow-loopback", "--json", "--output", arguments[6]]).status.code(),
        Some(0)
    );
    let first = fs::read(&out).unwrap();
    let cut = [&first[..], &first[..first.len() / 2]].concat();
    fs::write(&out, cut).unwrap();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let mut expected = names.clone();
    expected.push("not a host".to_owned());
    expected.sort();
    assert_eq!(resources(&fs::read(&out).unwrap()), expected);
    assert_eq!(servers[0].seen().len(), 2, "with a slash it is the same question, and was done before");
    assert!(text(&run(&arguments)).contains("7 were done before"));
    assert_eq!(resources(&fs::read(&out).unwrap()), expected);
}

#[test]
fn baseline() {
    let folder = folder("baseline");
    let before = folder.join("before.jsonl");
    let state = folder.join("state");
    fs::write(&state, "").unwrap();
    let changing = state.clone();
    let server = Server::start(move |port, request| {
        let more = fs::read_to_string(&changing).unwrap();
        if request.starts_with("GET /.well-known/oauth-authorization-server") && more != "gone" {
            return http("200 OK", JSON, &document(&format!("http://127.0.0.1:{port}"), &more));
        }
        http("404 Not Found", "x: y", "")
    });
    let name = server.name();
    assert_eq!(
        run(&["check", &name, "--allow-loopback", "--json", "--output", before.to_str().unwrap()])
            .status
            .code(),
        Some(0)
    );
    let compare = || run(&["check", &name, "--allow-loopback", "--baseline", before.to_str().unwrap()]);
    let same = compare();
    assert_eq!(
        (same.status.code(), text(&same)),
        (Some(0), String::new()),
        "nothing changed, nothing is printed"
    );
    let garbled = folder.join("garbled.jsonl");
    let lines = fs::read(&before).unwrap();
    let marked = [&b"\xef\xbb\xbf"[..], &lines].concat();
    let cut_off = [&lines[..], br#"{"host":"#].concat();
    for (content, code) in [
        (&b"no report\n"[..], 2),
        (b"no report", 2),
        (b"\xff\xfen\0o\0\n\0", 2),
        (&marked, 0),
        (&cut_off, 0),
        (b"", 0),
    ] {
        fs::write(&garbled, content).unwrap();
        let read = run(&["check", &name, "--allow-loopback", "--baseline", garbled.to_str().unwrap()]);
        assert_eq!(
            read.status.code(),
            Some(code),
            "a baseline that cannot be read is no empty one: {}",
            text(&read)
        );
        let has_changes = text(&read).contains("unknown -> registrable");
        assert_eq!(has_changes, content.is_empty(), "{}", text(&read));
    }
    for (state_now, code, expected) in [
        (",\"scopes_supported\":[]", 1, "rfc8414/3.2/empty-member: passed -> failed"),
        (
            ",\"authorization_response_iss_parameter_supported\":true",
            0,
            "rfc9207/3/iss-advertised: failed -> passed",
        ),
        ("gone", 1, "verdict: registrable -> no_metadata"),
    ] {
        fs::write(&state, state_now).unwrap();
        let output = compare();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        assert!(text(&output).contains(expected), "{expected}: {}", text(&output));
        // The same from stored lines, without asking again.
        let now = folder.join("now.jsonl");
        run(&["check", &name, "--allow-loopback", "--json", "--output", now.to_str().unwrap()]);
        let asked = server.seen().len();
        let stored = run(&["render", now.to_str().unwrap(), "--baseline", before.to_str().unwrap()]);
        assert_eq!((stored.status.code(), text(&stored)), (Some(code), text(&output)));
        assert_eq!(server.seen().len(), asked);
    }
}

/// Ctrl-C ends the run at once, and the finished reports stay, in whole lines.
#[test]
#[cfg(unix)]
fn an_interrupt_keeps_what_is_done() {
    let quick = good();
    let slow = Server::start(|_, _| {
        thread::sleep(Duration::from_mins(1));
        String::new()
    });
    let out = folder("interrupt").join("out.jsonl");
    let child = command()
        .args([
            "check",
            &quick.name(),
            &slow.name(),
            "--allow-loopback",
            "--json",
            "--output",
            out.to_str().unwrap(),
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..100 {
        if fs::read_to_string(&out).is_ok_and(|text| text.ends_with('\n')) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("interrupted: 1 supported"), "{}", text(&output));
    assert_eq!(resources(&fs::read(&out).unwrap()), [quick.name()]);
}

/// After a registration, the first Ctrl-C lets the client be deleted, and the second one does not wait for that.
#[test]
#[cfg(unix)]
fn a_second_interrupt_does_not_wait() {
    let server = Server::start(|port, request| {
        let me = format!("http://127.0.0.1:{port}");
        if request.starts_with("GET /.well-known/oauth-authorization-server ") {
            return http("200 OK", JSON, &document(&me, ""));
        }
        if request.starts_with("POST") {
            thread::sleep(Duration::from_mins(1));
        }
        http("404 Not Found", "x: y", "")
    });
    let mut child = command()
        .args(["check", &server.name(), "--allow-loopback", "--register"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let interrupt = |id: u32| {
        assert!(
            std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success()
        );
    };
    while !server.seen().iter().any(|request| request.starts_with("POST")) {
        thread::sleep(Duration::from_millis(20));
    }
    interrupt(child.id());
    let mut printed = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut printed).unwrap();
    assert!(printed.contains("once more"), "{printed}");
    assert_eq!(child.try_wait().unwrap(), None, "the first one waits");
    interrupt(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_total_deadline_keeps_what_is_done() {
    let quick = good();
    let slow = Server::start(|_, _| {
        thread::sleep(Duration::from_mins(1));
        String::new()
    });
    let names = [quick.name(), slow.name()];
    let output = run(&["check", &names[0], &names[1], "--allow-loopback", "--json", "--total-deadline", "2"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(resources(&output.stdout), [quick.name()]);
}

#[test]
fn lines_are_rendered() {
    let server = good();
    let out = folder("render").join("out.jsonl");
    run(&["check", &server.name(), "--allow-loopback", "--json", "--output", out.to_str().unwrap()]);
    for (format, part) in [
        ("html", "<article"),
        ("junit", "<testsuites"),
        ("sarif", "2.1.0"),
        ("markdown", "## `"),
        ("text", "supports"),
    ] {
        let output = run(&["render", out.to_str().unwrap(), "--format", format]);
        assert!(text(&output).contains(part), "{format}: {}", text(&output));
    }
}

#[test]
fn what_was_recorded_replays() {
    let server = good();
    let folder = folder("recorded");
    let live = run(&[
        "check",
        &server.name(),
        "--allow-loopback",
        "--register",
        "--json",
        "--record",
        folder.to_str().unwrap(),
    ]);
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let again =
        run(&["check", "--replay", file.to_str().unwrap(), "--allow-loopback", "--register", "--json"]);
    let report = |line: &[u8]| serde_json::from_slice::<Report>(line).unwrap();
    assert_eq!(report(&again.stdout).checks, report(&live.stdout).checks);
    // Another host that is named is asked instead, of the same recording.
    let other = run(&["check", "other.example", "--replay", file.to_str().unwrap(), "--json"]);
    assert_eq!(resources(&other.stdout), ["https://other.example"]);
}
