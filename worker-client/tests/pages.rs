//! Every state of every page: as it reads, and what no host can do to it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/states/samples.rs"]
mod samples;

use std::collections::{BTreeMap, BTreeSet};

use samples::{
    State, confirm::confirm_page, failures, hostile::HOSTILE, problem::Failed, start_page::connection, states,
};
use serde_json::Value;
use worker_client::{
    api::OPENAPI,
    failure::UserFailure,
    model::{About, Connection, ConnectionState, Receipt},
    pages::{self, BrowserSession, ConfirmPage, Notice},
    problem::Problem,
};

fn named(name: &str) -> String {
    states().unwrap().into_iter().find(|state| state.name == name).unwrap().html
}

/// The page before a login to `host`, whose token is issued at `issuer`.
fn confirm(host: &str, issuer: &str, about: &About) -> String {
    confirm_page(host, issuer, issuer, |target, server| {
        pages::confirm(
            "",
            &ConfirmPage {
                target,
                server,
                is_listed: false,
                about,
                scope: "",
                default_scope: None,
                label: None,
                return_to: None,
            },
            &[],
        )
    })
    .unwrap()
}

fn problem(failed: &Failed) -> Problem {
    Problem::new(&failed.failure, failed.target.as_ref())
}

#[test]
fn each_as_it_reads() {
    for State { name, html, .. } in states().unwrap() {
        if !name.starts_with("problem") {
            insta::assert_snapshot!(name.as_str(), html);
        }
    }
    let failure = UserFailure::NoConnection { login: None }.into();
    insta::assert_snapshot!("problem", pages::failure("/auth", &failure, None, None).unwrap());
    let problems = failures().into_iter().map(|(name, failed)| (name, problem(&failed)));
    insta::assert_json_snapshot!("problems", problems.collect::<BTreeMap<_, _>>());
}

#[test]
fn b01_c08_r10_what_a_stranger_says_stays_text() {
    let mut shown = 0;
    for State { name, html, .. } in states().unwrap() {
        shown += html.matches("alert(1)").count();
        assert_eq!(html.matches("<script").count(), 1, "{name}: our own alone");
        assert_eq!(html.matches("<title>").count(), 1, "{name}");
        assert!(!html.contains("<img src=x") && !html.contains("' onmouseover"), "{name}");
        assert!(!html.contains(" style=") && !html.contains("javascript:"), "{name}: nothing is inline");
    }
    assert!(shown > 5, "it is shown, as text");
}

#[test]
fn b09_what_a_stranger_says_is_bounded_and_isolated() {
    let connection = Connection {
        needs_login: true,
        state: ConnectionState::NeedsLogin,
        scope: Some("x".repeat(100_000)),
        label: pages::label(&format!("{}\u{202E}{}", "n".repeat(500), "\u{30D}".repeat(2000))),
        ..connection("good.example", "https://good.example", Some("Goo\u{202E}gle"))
    };
    let page = pages::home("", &[connection], BrowserSession::Present, None, None).unwrap();
    assert!(page.len() < 10_000, "{}", page.len());
    assert!(page.contains(&format!("<bdi>{}…</bdi>", "n".repeat(79))) && page.contains("<bdi>Goo"));
}

#[test]
fn b10_the_host_stands_before_its_title() {
    let about = About { title: Some("Google".to_owned()), ..About::default() };
    let page = confirm("evil.example", "https://evil.example", &about);
    assert!(page.find("evil.example").unwrap() < page.find("Google").unwrap());
    assert!(page.contains("calls itself <bdi>Google</bdi>"));
    let connection = Connection {
        label: pages::label("Google Mail"),
        ..connection("evil.example", "https://evil.example", Some("Google"))
    };
    let page = pages::home("", &[connection], BrowserSession::Present, None, None).unwrap();
    assert!(page.find("evil.example").unwrap() < page.find("Google").unwrap());
}

#[test]
fn d09_an_international_name_is_shown_as_a_label() {
    let page = named("confirm-international");
    assert!(page.contains("xn--80ak6aa92e.com") && page.contains("can look like others"));
    assert!(!page.contains("аррӏе"));
    let server = confirm("good.example", "https://xn--80ak6aa92e.com", &About::default());
    assert!(server.contains("can look like others"), "the other site's name as well");
    let plain = confirm("good.example", "https://good.example", &About::default());
    assert!(!plain.contains("can look like others"));
}

#[test]
fn another_site_that_issues_the_token_is_named_and_must_be_agreed_to() {
    const TICK: &str = r#"<input type="checkbox" name="cross_site_hosts" value="good.example" required>"#;
    for page in [named("confirm-elsewhere"), named("confirm-endpoints-elsewhere")] {
        assert!(page.contains("evil.example will receive a token that was issued by good.example"));
        assert!(page.contains(TICK));
        assert!(page.find(">Cancel<").unwrap() < page.find(">Log in at").unwrap());
    }
    let own = confirm("mcp.good.example", "https://good.example", &About::default());
    assert!(!own.contains("will receive a token") && !own.contains(r#"name="cross_site_hosts""#));
}

#[test]
fn what_the_answer_must_hold_names_every_site() {
    let elsewhere = |host: &str, issuer: &str, endpoints: &str| {
        confirm_page(host, issuer, endpoints, |target, server| {
            let about = &About::default();
            let page = ConfirmPage {
                target,
                server,
                is_listed: false,
                about,
                scope: "",
                default_scope: None,
                label: None,
                return_to: None,
            };
            Ok(page.cross_site_hosts().unwrap_or_default())
        })
        .unwrap()
    };
    let (good, other) = ("https://good.example", "https://other.example");
    assert_eq!(elsewhere("mcp.good.example", good, good), "");
    assert_eq!(elsewhere("evil.example", good, good), "good.example");
    assert_eq!(elsewhere("good.example", good, other), "other.example");
    assert_eq!(elsewhere("evil.example", good, other), "good.example and other.example");
}

#[test]
fn a_notice_that_the_page_contradicts_is_not_shown() {
    use BrowserSession::{Absent, Present};
    let one = [connection("good.example", "https://good.example", None)];
    let page = |connections: &[Connection], session, notice| {
        pages::home("", connections, session, Some(notice), None).unwrap().contains(r#"class="notice"#)
    };
    assert!(page(&one, Present, Notice::Connected) && !page(&[], Present, Notice::Connected));
    assert!(page(&[], Absent, Notice::LoggedOut));
    assert!(!page(&[], Present, Notice::LoggedOut) && !page(&one, Absent, Notice::LoggedOut));
    assert!(page(&[], Present, Notice::Disconnected(Receipt::default())));
}

#[test]
fn every_problem_says_who_must_act_and_what_to_do() {
    for (name, failed) in failures() {
        let (problem, page) = (problem(&failed), failed.page().unwrap());
        for text in [problem.title, problem.actor, problem.remedy] {
            let escaped = text.replace('\'', "&#39;");
            assert!(!text.is_empty() && page.contains(&escaped), "{name}: {text}");
        }
    }
}

/// `type`, status and actor of each problem: as the README lists them, as the failures give them, as the API names them.
#[test]
fn readme_openapi_and_failures_have_the_same_problems() {
    let given: BTreeSet<[String; 3]> = failures()
        .iter()
        .map(|(_, failed)| problem(failed))
        .map(|Problem { kind, status, actor, .. }| {
            let kind = serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned();
            [kind, status.to_string(), actor.to_owned()]
        })
        .collect();
    let rows =
        README.lines().skip_while(|line| *line != "| `type` | status | who must act | title |").skip(2);
    let listed: BTreeSet<[String; 3]> = rows
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let mut cells = line.split('|').skip(1).map(|cell| cell.trim().trim_matches('`').to_owned());
            [cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap()]
        })
        .collect();
    assert_eq!(listed, given);
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let kinds = document["components"]["schemas"]["Kind"]["oneOf"].as_array().unwrap();
    let named: BTreeSet<&str> = kinds.iter().map(|kind| kind["const"].as_str().unwrap()).collect();
    assert_eq!(named, given.iter().map(|[kind, ..]| kind.as_str()).collect());
    // The table of what a host program must expect names some of them.
    let expected =
        README.lines().skip_while(|line| *line != "| `type` | what happened | what to do |").skip(2);
    for line in expected.take_while(|line| line.starts_with('|')) {
        let kind = line.split('`').nth(1).unwrap();
        assert!(named.contains(kind), "{kind}");
    }
}

const README: &str = include_str!("../README.md");

#[test]
fn the_question_alone_lets_a_form_lead_away() {
    for State { name, policy, .. } in states().unwrap() {
        assert_eq!(policy.contains("form-action 'self'"), !name.starts_with("confirm"), "{name}");
        for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{name}: {directive}");
        }
    }
}

#[test]
fn a_hostile_label_or_address_stays_in_its_field() {
    let page = named("confirm-hostile");
    assert!(page.contains(r#"name="return_to" value="&#60;/title&#62;"#), "{page}");
    assert!(HOSTILE.contains('"') && !page.contains(HOSTILE));
}
