//! Every state of every page: as it reads, and what no host can do to it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/states/samples.rs"]
mod samples;

use std::collections::BTreeMap;

use samples::{HOSTILE, State, connection, problems, question, states};
use worker_client::{
    model::{About, Connection, Receipt},
    pages::{self, BrowserSession, ConfirmPage, Notice},
    problem::Problem,
};

fn named(name: &str) -> String {
    states().unwrap().into_iter().find(|state| state.name == name).unwrap().html
}

/// The question about `host`, whose token is issued at `issuer`.
fn asked(host: &str, issuer: &str, about: &About) -> String {
    question(host, issuer, issuer, |target, server| {
        pages::confirm("", &ConfirmPage { target, server, about, scope: "", label: None, return_to: None })
    })
    .unwrap()
}

#[test]
fn each_as_it_reads() {
    for State { name, html, .. } in states().unwrap() {
        if !name.starts_with("problem") {
            insta::assert_snapshot!(name.as_str(), html);
        }
    }
    insta::assert_snapshot!("problem", pages::problem("/auth", &Problem::no_connection()));
    insta::assert_json_snapshot!("problems", problems().into_iter().collect::<BTreeMap<_, _>>());
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
        scope: Some("x".repeat(100_000)),
        label: pages::label(&format!("{}\u{202E}{}", "n".repeat(500), "\u{30D}".repeat(2000))),
        ..connection("good.example", "https://good.example", Some("Goo\u{202E}gle"))
    };
    let page = pages::home("", &[connection], BrowserSession::Present, None);
    assert!(page.len() < 10_000, "{}", page.len());
    assert!(page.contains(&format!("<bdi>{}…</bdi>", "n".repeat(79))) && page.contains("<bdi>Goo"));
}

#[test]
fn b10_the_host_stands_before_its_title() {
    let about = About { title: Some("Google".to_owned()), ..About::default() };
    let page = asked("evil.example", "https://evil.example", &about);
    assert!(page.find("evil.example").unwrap() < page.find("Google").unwrap());
    assert!(page.contains("calls itself <bdi>Google</bdi>"));
    let connection = Connection {
        label: pages::label("Google Mail"),
        ..connection("evil.example", "https://evil.example", Some("Google"))
    };
    let page = pages::home("", &[connection], BrowserSession::Present, None);
    assert!(page.find("evil.example").unwrap() < page.find("Google").unwrap());
}

#[test]
fn d09_an_international_name_is_shown_as_a_label() {
    let page = named("confirm-international");
    assert!(page.contains("xn--80ak6aa92e.com") && page.contains("can look like others"));
    assert!(!page.contains("аррӏе"));
    let server = asked("good.example", "https://xn--80ak6aa92e.com", &About::default());
    assert!(server.contains("can look like others"), "the other site's name as well");
    let plain = asked("good.example", "https://good.example", &About::default());
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
    let own = asked("mcp.good.example", "https://good.example", &About::default());
    assert!(!own.contains("will receive a token") && !own.contains("checkbox"));
}

#[test]
fn what_the_answer_must_hold_names_every_site() {
    let elsewhere = |host: &str, issuer: &str, endpoints: &str| {
        question(host, issuer, endpoints, |target, server| {
            let about = &About::default();
            let page = ConfirmPage { target, server, about, scope: "", label: None, return_to: None };
            page.cross_site_hosts().unwrap_or_default()
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
        pages::home("", connections, session, Some(notice)).contains(r#"class="notice"#)
    };
    assert!(page(&one, Present, Notice::Connected) && !page(&[], Present, Notice::Connected));
    assert!(page(&[], Absent, Notice::LoggedOut));
    assert!(!page(&[], Present, Notice::LoggedOut) && !page(&one, Absent, Notice::LoggedOut));
    assert!(page(&[], Present, Notice::Disconnected(Receipt::default())));
}

#[test]
fn every_problem_says_who_must_act_and_what_to_do() {
    for (name, problem) in problems() {
        let page = pages::problem("", &problem);
        for text in [&problem.title, &problem.actor, &problem.remedy] {
            let escaped = text.replace('\'', "&#39;");
            assert!(!text.is_empty() && page.contains(&escaped), "{name}: {text}");
        }
    }
}

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
