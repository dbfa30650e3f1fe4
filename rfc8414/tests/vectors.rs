//! The vectors of metadata documents and well-known URLs.

use std::collections::BTreeSet;

use rfc8414::{Issuer, Metadata, Violation};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Input {
    issuer: Issuer,
    response: Option<vectors::Response>,
}

#[test]
fn documents() {
    let mut seen = BTreeSet::new();
    for (id, case) in vectors::cases("metadata") {
        let input: Input = case.input();
        let response = input.response.unwrap().to_http().unwrap();
        let (usable, violations) = match Metadata::receive(&input.issuer, &response) {
            Ok(read) => (true, read.violations),
            Err(refused) => (false, refused.violations),
        };
        let mut findings: Vec<_> = violations.iter().map(Violation::code).collect();
        findings.sort_unstable();
        seen.extend(findings.iter().copied());
        assert_eq!(json!({"usable": usable, "findings": findings}), case.expect, "{id}: {}", case.note);
    }
    assert_eq!(seen, Violation::CODES.iter().copied().collect(), "each violation has a vector");
}

#[test]
fn well_known_urls() {
    for (id, case) in vectors::cases("well-known-url") {
        let Input { issuer, .. } = case.input();
        let urls: Vec<_> =
            issuer.well_knowns().iter().map(|form| issuer.metadata_url(*form).to_string()).collect();
        assert_eq!(Value::from(urls), case.expect["urls"], "{id}: {}", case.note);
    }
}
