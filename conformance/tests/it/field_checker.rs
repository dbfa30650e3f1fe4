//! Servers as they were met in the field: a checker must not let them pass, nor say of them what is not so.

use std::collections::BTreeSet;

use conformance::{
    Checker, Options, Outcome, Report, Rule,
    lab::{Answer, Edit, Lab, Methods, RequestKind},
};
use serde_json::json;

use crate::lab::HOST;

async fn check(faults: Vec<(RequestKind, Edit)>) -> Report {
    let options = Options::new().with_mcp().with_registration().with_login();
    Checker::new(options).unwrap().check_over(&Lab::new(HOST, Methods::Public, faults), HOST).await.unwrap()
}

fn failed(report: &Report) -> BTreeSet<&str> {
    let failed = report.checks.iter().filter(|check| check.outcome == Outcome::Failed);
    failed.map(|check| &*check.id).collect()
}

fn evidence(report: &Report, rule: Rule) -> &str {
    let found = report.findings.iter().find(|finding| finding.id == rule.id());
    found.map_or("", |finding| finding.evidence.as_str())
}

#[tokio::test]
async fn f_challenge_is_an_address() {
    let address: Edit = |answer, _, _| answer.header("www-authenticate", "https://as.example/.well-known/x");
    let basic: Edit = |answer, _, _| answer.header("www-authenticate", "Basic realm=\"x\"");
    let other: Edit = |answer, _, _| answer.header("www-authenticate", "SSO url=\"https://as.example\"");
    let empty: Edit = |answer, _, _| answer.header("www-authenticate", "");
    let several: Edit =
        |answer, _, _| answer.header("www-authenticate", "Basic realm=\"x\", Bearer realm=\"y\"");
    for (edit, is_broken) in [(address, true), (basic, true), (other, true), (empty, true), (several, false)]
    {
        let report = check(vec![(RequestKind::Initialize, edit)]).await;
        assert_eq!(failed(&report).contains("rfc6750/3/challenge"), is_broken, "{report}");
    }
}

#[tokio::test]
async fn f_422_refusals() {
    let unprocessable: Edit = |answer, _, _| {
        answer.status = 422;
        answer.body = json!({"detail": "no"});
    };
    let report = check(WRONG.iter().map(|name| (RequestKind::Wrong(name), unprocessable)).collect()).await;
    for id in ["rfc7591/3.2.2/error-status", "rfc7591/3.2.2/error-object"] {
        let found = report.findings.iter().find(|finding| finding.id == id).unwrap();
        assert!(found.count >= 8, "{id} {}: {report}", found.count);
    }
    assert!(!report.to_string().contains("no request was refused"), "{report}");
    assert_eq!(failed(&check(Vec::new()).await), BTreeSet::new(), "the control");
}

#[tokio::test]
async fn f_management_500() {
    let broken: Edit = |answer, _, _| *answer = Answer::nothing(500);
    let absent: Edit = |answer, _, _| *answer = Answer::nothing(404);
    for (faults, expected) in [
        (
            vec![(RequestKind::Read, broken), (RequestKind::Delete, broken)],
            [(Rule::ReadStatus, "500"), (Rule::DeleteStatus, "500")],
        ),
        (
            vec![(RequestKind::Update, absent), (RequestKind::Delete, absent)],
            [(Rule::ReadStatus, "404"), (Rule::DeleteStatus, "404")],
        ),
    ] {
        let report = check(faults).await;
        for (rule, status) in expected {
            assert_eq!(report.outcome(rule), Some(&Outcome::Failed), "{report}");
            assert!(evidence(&report, rule).contains(status), "{report}");
        }
    }
}

#[tokio::test]
async fn f_dropped_members() {
    let no_scope: Edit = |answer, _, _| answer.remove("scope");
    let no_types: Edit = |answer, _, _| answer.remove("response_types");
    let text: Edit = |answer, _, _| answer.set("client_id_issued_at", json!("1700000000"));
    let null: Edit = |answer, _, _| answer.set("logo_uri", json!(null));
    let no_method: Edit = |answer, _, _| answer.set("token_endpoint_auth_method", json!(""));
    for (edit, id) in [
        (no_scope, "rfc7591/3.2.1/member-left-out"),
        (no_types, "rfc7591/3.2.1/metadata-returned"),
        (text, "rfc7591/3.2.1/malformed-member"),
        (null, "rfc7591/3.2.1/malformed-member"),
        // An empty method counts as absent.
        (no_method, "rfc7591/3.2.1/malformed-member"),
    ] {
        let report = check(vec![(RequestKind::Register, edit)]).await;
        assert!(failed(&report).contains(id), "{id}: {report}");
        assert!(report.is_supported(), "none of it stops a login: {report}");
    }
}

/// The invalid registrations.
const WRONG: &[&str] = &[
    "no-redirect-uris",
    "empty-redirect-uris",
    "javascript-redirect-uri",
    "cleartext-redirect-uri",
    "fragment-redirect-uri",
    "relative-redirect-uri",
    "redirect-uris-text",
    "grant-types-number",
    "broken-json",
    "json-array",
];
