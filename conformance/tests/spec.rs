//! SPEC.md, the code and the vectors name the same requirements, with the same levels and sources.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use conformance::{CLIENT_CLAUSES, Clause, Finding, Rule, judge};
use login_flow::{Actor, Requirement};
use rfc7591::{ClientConfiguration, Registration};
use rfc8414::{Issuer, Metadata};
use serde_json::Value;
use vectors::Case;

#[derive(Debug, Eq, PartialEq)]
struct Row {
    level: String,
    binds: String,
    requirement: String,
    name: String,
    source: String,
}

/// The rows of the tables: `| id | level | binds | requirement | [name](source) |`.
fn spec() -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    let is_row = |line: &&str| line.starts_with("| `") && line.contains("](http");
    for line in include_str!("../../SPEC.md").lines().filter(is_row) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, level, binds, requirement, source] = cells[..] else { panic!("five cells: {line}") };
        assert!(["client", "host", "authorization server"].contains(&binds), "{line}");
        assert!(requirement.ends_with('.'), "{line}");
        let (name, source) = source.trim_matches(['[', ')']).split_once("](").unwrap();
        let [level, binds, requirement, name, source] =
            [level, binds, requirement, name, source].map(str::to_owned);
        let row = Row { level, binds, requirement, name, source };
        assert!(rows.insert(id.trim_matches('`').to_owned(), row).is_none(), "twice: {id}");
    }
    rows
}

#[test]
fn the_same_ids() {
    let spec: BTreeSet<String> = spec().into_keys().collect();
    let code = codes().chain(Requirement::ALL.iter().map(|requirement| requirement.id));
    let code: BTreeSet<String> = code.map(str::to_owned).collect();
    assert_eq!(
        spec,
        code.into_iter().chain(judged().into_iter().map(|finding| finding.id.into_owned())).collect()
    );
    assert_eq!(spec, vectors::requirements().map(|requirement| requirement.id).collect());
}

/// The table of the crate is SPEC.md, word for word and in its order.
#[test]
fn the_same_clauses() {
    let spec = spec();
    let rules = Rule::ALL.iter().map(|rule| rule.clause());
    let row = |clause: &Clause| Row {
        level: clause.level.as_str().to_owned(),
        binds: match clause.actor {
            Actor::AuthorizationServer => "authorization server",
            Actor::Client => "client",
            Actor::Host => "host",
            other => panic!("{other:?}"),
        }
        .to_owned(),
        requirement: clause.text.to_owned(),
        name: clause.source.to_owned(),
        source: clause.section.to_owned(),
    };
    let table: BTreeMap<String, Row> =
        rules.chain(CLIENT_CLAUSES).map(|clause| (clause.id.to_owned(), row(clause))).collect();
    assert_eq!(table, spec);
    assert_eq!(table.len(), Rule::ALL.len() + CLIENT_CLAUSES.len(), "each once");
    let place = |id: &str| include_str!("../../SPEC.md").find(&format!("| `{id}` |")).unwrap();
    assert!(Rule::ALL.iter().map(|rule| place(rule.id())).is_sorted());
    assert!(CLIENT_CLAUSES.iter().all(|clause| clause.actor == Actor::Client));
}

#[test]
fn the_same_levels_and_sources() {
    let spec = spec();
    // A violation has its level and source only when it is made, and the vectors make each.
    let made = violations();
    assert_eq!(made.iter().map(|(code, ..)| *code).collect::<BTreeSet<_>>(), codes().collect());
    for finding in judged() {
        let row = &spec[&*finding.id];
        assert_eq!(
            (&*row.level, &*row.source),
            (finding.level.as_str(), &*finding.section),
            "{}",
            finding.id
        );
    }
    let asked = Requirement::ALL.iter().map(|r| (r.id, r.level.as_str(), r.section));
    for (id, level, section) in asked.chain(made) {
        let row = &spec[id];
        assert_eq!((row.level.as_str(), row.source.as_str()), (level, section), "{id}");
    }
}

/// Every requirement that can fail has a case in which it fails, and each a neighbour in which it passes.
#[test]
fn each_requirement_fails_and_passes() {
    for requirement in vectors::requirements() {
        let id = requirement.id.as_str();
        let fails = |expect: &Value| match requirement.subject.as_str() {
            "metadata" | "registration" | "management" | "host" | "probe" => {
                expect["findings"].as_array().unwrap().iter().any(|finding| finding == id)
            }
            "callback" | "token-answer" => expect["breaks"] == id,
            "verifier" => expect["valid"] == false,
            "challenge" => expect["matches"] == false,
            "egress" => expect["allowed"] == false,
            "resource-cover" => expect["covers"] == false,
            "same-party" => expect["same"] == false,
            _ => false,
        };
        let failing = requirement.cases.iter().filter(|case| fails(&case.expect)).count();
        assert!(failing < requirement.cases.len(), "{id}: a case in which it passes");
        // The duties of this client show in its requests, and in where it stops.
        let is_shown = ["authorization-request", "registration-request", "well-known-url", "page"]
            .contains(&requirement.subject.as_str())
            || SHOWN_BY_VERDICT.contains(&id);
        assert_eq!(failing > 0, !is_shown, "{id}: a case in which it fails");
        let outcomes: BTreeSet<_> = requirement.cases.iter().map(|case| case.expect.to_string()).collect();
        assert!(outcomes.len() > 1, "{id}: neighbours with different outcomes");
    }
}

/// An id that a vector expects is one of SPEC.md.
#[test]
fn no_other_ids() {
    let spec = spec();
    let hosts = vectors::all().flat_map(|host| host.findings);
    let expected = vectors::requirements().flat_map(|requirement| requirement.cases).flat_map(|case| {
        let findings = case.expect["findings"].as_array().cloned().unwrap_or_default();
        let named = findings.into_iter().chain([case.expect["breaks"].clone()]);
        named.filter_map(|id| id.as_str().map(str::to_owned)).collect::<Vec<_>>()
    });
    for id in hosts.chain(expected) {
        assert!(spec.contains_key(&id), "{id}");
    }
}

const SHOWN_BY_VERDICT: &[&str] = &[
    "rfc7592/2.2/update-request",
    "rfc8414/5/openid-compatibility",
    "rfc9700/4.4.2/mix-up",
    "security/redirect/origin",
];

fn codes() -> impl Iterator<Item = &'static str> {
    rfc8414::Violation::CODES.iter().chain(rfc7591::Violation::CODES).copied()
}

/// Every violation that the vectors lead to: its id, level and section.
fn violations() -> Vec<(&'static str, &'static str, &'static str)> {
    let documents = vectors::cases("metadata").flat_map(|(_, case)| {
        let issuer = Issuer::try_from(case.input["issuer"].as_str().unwrap()).unwrap();
        let read = Metadata::receive(&issuer, &response(&case));
        read.map_or_else(|refused| refused.violations, |read| read.violations)
    });
    let registrations = vectors::cases("registration").flat_map(|(_, case)| {
        let metadata = serde_json::from_value(case.input["request"].clone()).unwrap();
        let endpoint = "https://server.example.com/register".parse().unwrap();
        let registered = Registration::new(endpoint, metadata).receive(&response(&case));
        registered.map_or_else(|rejected| rejected.violations().to_vec(), |registered| registered.violations)
    });
    let managements = vectors::cases("management").flat_map(|(_, case)| {
        let configuration: ClientConfiguration =
            serde_json::from_value(case.input["management"].clone()).unwrap();
        if case.input["operation"] == "delete" {
            configuration.delete().receive(&response(&case)).unwrap_or_default()
        } else {
            let registered = configuration.read().receive(&response(&case));
            registered.map_or_else(|_| Vec::new(), |registered| registered.violations)
        }
    });
    let documents = documents.map(|v| (v.code(), v.level().as_str(), v.section()));
    let clients = registrations.chain(managements).map(|v| (v.code(), v.level().as_str(), v.section()));
    documents.chain(clients).collect()
}

/// The findings of the probes of this crate in their vectors.
fn judged() -> Vec<Finding> {
    let judge =
        |(_, case): (String, Case)| judge(case.input["probe"].as_str().unwrap(), &response(&case)).unwrap();
    vectors::cases("probe").flat_map(judge).collect()
}

#[test]
fn every_probe() {
    for (id, case) in vectors::cases("probe") {
        let findings = judge(case.input["probe"].as_str().unwrap(), &response(&case)).unwrap();
        let mut found: Vec<String> = findings.into_iter().map(|finding| finding.id.into_owned()).collect();
        found.sort();
        assert_eq!(serde_json::json!(found), case.expect["findings"], "{id}: {}", case.note);
    }
}

fn response(case: &Case) -> http::Response<Vec<u8>> {
    let response: vectors::Response = serde_json::from_value(case.input["response"].clone()).unwrap();
    response.to_http().unwrap()
}
