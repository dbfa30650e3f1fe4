//! The table of STATES.md, held to the code: each state of a connection has a way out for each event.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/states/samples.rs"]
#[expect(dead_code, reason = "the page of a connection is a small part of it")]
mod samples;

use std::{collections::BTreeSet, time::Duration};

use login_flow::Step;
use worker_client::{
    failure::{Failure, ServerFailure, UserFailure, WayOut},
    model::{Connection, ConnectionState},
    pages::{self, BrowserSession},
    problem::Problem,
};

/// The cells of a row: state, event, next state, answer, way out, offer of the page.
fn rows() -> Vec<[&'static str; 6]> {
    let rows = include_str!("../STATES.md").lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')));
    cells.map(|cells| cells.collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn name(state: ConnectionState) -> String {
    serde_json::to_value(state).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn each_state_meets_each_event() {
    let states: BTreeSet<String> = ConnectionState::ALL.into_iter().map(name).collect();
    let events: BTreeSet<&str> = rows().iter().map(|row| row[1]).collect();
    let pairs: BTreeSet<(String, &str)> = rows().iter().map(|row| (row[0].to_owned(), row[1])).collect();
    let all = states.iter().flat_map(|state| events.iter().map(|event| (state.clone(), *event)));
    assert_eq!(pairs, all.collect());
    assert_eq!(rows().len(), pairs.len(), "each once");
    assert_eq!(events.len(), 9);
    assert!(rows().iter().all(|row| row[2] == "none" || states.contains(row[2])));
}

#[test]
fn the_page_offers_what_the_table_says() {
    for state in ConnectionState::ALL {
        let needs_login = state == ConnectionState::NeedsLogin;
        let shown = samples::start_page::connection("good.example", "https://good.example", None);
        let page = pages::home(
            "",
            &[Connection { state, needs_login, ..shown }],
            BrowserSession::Present,
            None,
            None,
        );
        let page = page.unwrap();
        let mut offers = Vec::new();
        offers.extend(page.contains("<button>Log in again").then_some("log in again"));
        offers.extend(
            page.contains(r#"action="/connections/good.example/disconnect""#).then_some("disconnect"),
        );
        for row in rows().iter().filter(|row| row[2] == name(state)) {
            assert_eq!(row[5], offers.join(", "), "{row:?}");
        }
        assert_eq!(ConnectionState::of(needs_login, None).offers_login(), needs_login);
    }
}

#[test]
fn the_problem_offers_what_the_table_says() {
    let login = || "https://app.example/login".parse().ok().map(Box::new);
    let try_later = |is_lasting| ServerFailure::TryLater {
        seconds: 1,
        step: Step::Refresh,
        reason: None,
        is_lasting,
        login: login().filter(|_| is_lasting),
    };
    for row in rows() {
        let failure: Failure = match (row[3], row[2]) {
            ("200" | "401", _) => continue,
            ("try-later", next) => try_later(next == "try_later_or_login").into(),
            ("login-again", _) => UserFailure::LoginAgain { login: login() }.into(),
            ("needs-consent", _) => {
                UserFailure::NeedsConsent { scope: "a".to_owned(), login: login() }.into()
            }
            ("no-connection", _) => UserFailure::NoConnection { login: login() }.into(),
            other => panic!("{other:?}"),
        };
        let problem = Problem::new(&failure, None);
        assert_eq!(serde_json::to_value(problem.kind).unwrap(), row[3]);
        let offers = [("retry_after", problem.retry_after.is_some()), ("login", problem.login.is_some())];
        let offers: Vec<&str> =
            offers.into_iter().filter(|(_, offered)| *offered).map(|(name, _)| name).collect();
        assert_eq!(row[4].replace('`', ""), offers.join(", "), "{row:?}");
        assert!(!offers.is_empty() && !problem.remedy.is_empty(), "no corner: {row:?}");
        assert_eq!(matches!(failure.way_out(), WayOut::Login(_)), problem.login.is_some());
    }
}

#[test]
fn a_failure_lasts_after_a_day() {
    let day = i64::try_from(Duration::from_hours(24).as_millis()).unwrap();
    for (is_ended, failing, expected) in [
        (false, None, ConnectionState::Works),
        (false, Some(0), ConnectionState::TryLater),
        (false, Some(day), ConnectionState::TryLater),
        (false, Some(day.saturating_add(1)), ConnectionState::TryLaterOrLogin),
        (true, None, ConnectionState::NeedsLogin),
        (true, Some(i64::MAX), ConnectionState::NeedsLogin),
    ] {
        assert_eq!(ConnectionState::of(is_ended, failing), expected);
    }
}
