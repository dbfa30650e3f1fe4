//! The answers that real servers gave, mutated member by member: each mutation is a finding, or legal by a clause.

mod legal;
mod mutations;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use conformance::{Checker, Failure, Limit, Options, Report, Transport, lab::Methods};
use futures_util::future::LocalBoxFuture;
use http::{Request, Response};
use rfc8414::{Issuer, WellKnown};
use serde_json::{Map, Value, json};

use crate::lab::{HOST, lab};
use legal::clause;
use mutations::{Mutant, mutants};

/// The kind of an answer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Metadata,
    Registration,
    RegistrationError,
    Tokens,
    TokenError,
}

/// The body of the answer to a request, instead of that of the response.
type Body<'a> = dyn Fn(&Request<Vec<u8>>, &Response<Vec<u8>>) -> Option<Vec<u8>> + 'a;

/// A transport that gives the same answer to some requests, and asks another one for the rest.
struct Fixed<'a> {
    inner: &'a dyn Transport,
    answer: &'a Body<'a>,
}

impl Transport for Fixed<'_> {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(async move {
            let mut response = self.inner.send(request.clone(), limit).await?;
            if let Some(body) = (self.answer)(&request, &response) {
                *response.body_mut() = body;
            }
            Ok(response)
        })
    }
}

/// The findings of a report: the id, and each evidence of it.
fn findings(report: &Report) -> BTreeSet<(String, String)> {
    let all = report.findings.iter().flat_map(|finding| {
        let evidence = [&finding.evidence].into_iter().chain(&finding.also);
        evidence.map(|evidence| (finding.id.to_string(), evidence.clone())).collect::<Vec<_>>()
    });
    all.collect()
}

async fn check_metadata(checker: &Checker, issuer: &Issuer, body: &[u8]) -> Report {
    let url = issuer.metadata_url(WellKnown::OAuth).to_string();
    let serves = |request: &Request<Vec<u8>>| {
        let response = Response::builder().header("content-type", "application/json");
        Ok(if request.uri().to_string() == url {
            response.body(body.to_vec()).unwrap()
        } else {
            response.status(404).body(Vec::new()).unwrap()
        })
    };
    checker.check_over(&serves, issuer.as_str()).await.unwrap()
}

/// Checks the server without a fault, whose answers of a kind have another body.
async fn check_answers(checker: &Checker, kind: Kind, body: &[u8]) -> Report {
    let answer = |request: &Request<Vec<u8>>, response: &Response<Vec<u8>>| {
        let path = request.uri().path();
        let is_it = match kind {
            Kind::Metadata => false,
            Kind::Registration => path == "/register" && response.status() == 201,
            Kind::RegistrationError => path == "/register" && response.status() == 400,
            Kind::Tokens => path == "/token" && response.status() == 200,
            Kind::TokenError => path == "/token" && response.status() == 400,
        };
        is_it.then(|| match kind {
            Kind::Registration => registered(request, response, body),
            Kind::Tokens => issued(response, body),
            _ => body.to_vec(),
        })
    };
    let lab = lab(Methods::Public, None);
    let transport = Fixed { inner: &lab, answer: &answer };
    checker.check_over(&transport, HOST).await.unwrap()
}

/// A recorded registration as an answer to this request: what was asked for stands in the place of what another client
/// asked for, where the mutant still has a value of its kind.
fn registered(request: &Request<Vec<u8>>, response: &Response<Vec<u8>>, body: &[u8]) -> Vec<u8> {
    let Ok(asked) = serde_json::from_slice::<Map<String, Value>>(request.body()) else {
        return body.to_vec();
    };
    let given: Map<String, Value> = serde_json::from_slice(response.body()).unwrap();
    let mut text = String::from_utf8_lossy(body).into_owned();
    for (member, value) in asked.iter().chain(&given) {
        text = text.replace(&format!("\"={member}\""), &value.to_string());
    }
    text.into_bytes()
}

fn issued(response: &Response<Vec<u8>>, body: &[u8]) -> Vec<u8> {
    let given: Map<String, Value> = serde_json::from_slice(response.body()).unwrap();
    let mut text = String::from_utf8_lossy(body).into_owned();
    for (member, value) in &given {
        text = text.replace(&format!("\"={member}\""), &value.to_string());
    }
    text.into_bytes()
}

/// The members whose value is that of the request or of the server without a fault.
const OURS: &[&str] = &[
    "access_token",
    "client_id",
    "client_name",
    "grant_types",
    "redirect_uris",
    "refresh_token",
    "registration_access_token",
    "registration_client_uri",
    "response_types",
    "scope",
    "token_endpoint_auth_method",
];

/// The answers: of every recorded document that is whole, and of the examples of RFC 6749.
fn answers() -> Vec<(Kind, Map<String, Value>)> {
    let recorded = vectors::recorded().filter(|recorded| !recorded.partial);
    let mut answers: Vec<_> = recorded
        .filter_map(|recorded| {
            let body: Map<String, Value> = serde_json::from_slice(&recorded.response.body()?).ok()?;
            let kind = match recorded.name.split_once('/')?.0 {
                "metadata" | "openid" => Kind::Metadata,
                "registration" if body.contains_key("client_id") => Kind::Registration,
                "registration" if body.contains_key("error") => Kind::RegistrationError,
                _ => return None,
            };
            Some((kind, body))
        })
        .collect();
    // A secret of another client is none of ours.
    for (kind, body) in &mut answers {
        if *kind == Kind::Registration {
            body.retain(|member, _| !["client_secret", "client_secret_expires_at"].contains(&&**member));
            for member in
                OURS.iter().filter(|member| body.contains_key(**member)).copied().collect::<Vec<_>>()
            {
                body.insert(member.to_owned(), json!(format!("={member}")));
            }
        }
    }
    let object = |value: Value| value.as_object().unwrap().clone();
    let tokens = json!({
        "access_token": "=access_token", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": "=refresh_token", "scope": "a b", "example_parameter": "example_value",
    });
    answers.push((Kind::Tokens, object(tokens)));
    let error = json!({"error": "invalid_grant", "error_description": "The code was used.", "error_uri": "https://as.example/e"});
    answers.push((Kind::TokenError, object(error)));
    answers
}

#[tokio::test]
async fn each_member_of_a_recorded_answer() {
    let reading = Checker::new(Options::new()).unwrap();
    let options = Options::new().with_registration().with_login();
    let asking = Checker::new(options).unwrap();
    let mut rows: BTreeMap<(Kind, &str), Row> = BTreeMap::new();
    let mut unexplained = BTreeSet::new();
    let mut documents = BTreeMap::<Kind, usize>::new();
    for (kind, body) in answers() {
        let issuer =
            body.get("issuer").and_then(Value::as_str).and_then(|issuer| issuer.parse::<Issuer>().ok());
        let check = async |json: &str| match (kind, &issuer) {
            (Kind::Metadata, Some(issuer)) => check_metadata(&reading, issuer, json.as_bytes()).await,
            _ => check_answers(&asking, kind, json.as_bytes()).await,
        };
        if kind == Kind::Metadata && issuer.is_none() {
            continue;
        }
        let good = check(&Value::Object(body.clone()).to_string()).await;
        if kind == Kind::Metadata && good.metadata_url.is_none() {
            continue;
        }
        *documents.entry(kind).or_default() += 1;
        let known = findings(&good);
        for Mutant { member, mutation, json } in mutants(&body) {
            let report = check(&json).await;
            let new: BTreeSet<String> =
                findings(&report).difference(&known).map(|(id, _)| id.clone()).collect();
            let row = rows.entry((kind, mutation)).or_default();
            row.mutants += 1;
            if !new.is_empty() {
                row.found += 1;
                for id in new {
                    *row.ids.entry(id).or_default() += 1;
                }
            } else if let Some(clause) = clause(kind, &member, mutation) {
                *row.legal.entry(clause).or_default() += 1;
            } else {
                unexplained.insert(format!("{kind:?} {mutation} of {member}: {}", body[&member]));
            }
        }
    }
    let unexplained: Vec<String> = unexplained.into_iter().collect();
    assert!(unexplained.is_empty(), "{}: {}", unexplained.len(), unexplained.join("\n"));
    let table = table(&documents, &rows);
    let stored = include_str!("../../MEMBERS.md");
    if table != stored && std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/MEMBERS.md"), &table).unwrap();
    } else {
        assert_eq!(table, stored, "UPDATE=1 writes MEMBERS.md anew");
    }
}

#[derive(Default)]
struct Row {
    mutants: usize,
    found: usize,
    ids: BTreeMap<String, usize>,
    legal: BTreeMap<&'static str, usize>,
}

fn table(documents: &BTreeMap<Kind, usize>, rows: &BTreeMap<(Kind, &str), Row>) -> String {
    let mut table = String::from(HEAD);
    for ((kind, mutation), row) in rows {
        let found: Vec<String> = row.ids.iter().map(|(id, count)| format!("`{id}` {count}")).collect();
        let legal: Vec<String> =
            row.legal.iter().map(|(clause, count)| format!("{clause} {count}")).collect();
        writeln!(
            table,
            "| {} | {mutation} | {} | {} | {} | {} |",
            noun(*kind),
            row.mutants,
            row.found,
            found.join(", "),
            legal.join("; "),
        )
        .unwrap();
    }
    let sum = |of: fn(&Row) -> usize| rows.values().map(of).sum::<usize>();
    let (all, found) = (sum(|row| row.mutants), sum(|row| row.found));
    let documents: Vec<String> =
        documents.iter().map(|(kind, count)| format!("{count} × {}", noun(*kind))).collect();
    writeln!(
        table,
        "\n{all} mutants of {}: {found} are findings, {} are legal, 0 pass unexplained.",
        documents.join(", "),
        all.saturating_sub(found),
    )
    .unwrap();
    table
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Metadata => "metadata",
        Kind::Registration => "registration",
        Kind::RegistrationError => "registration error",
        Kind::Tokens => "access token response",
        Kind::TokenError => "token error",
    }
}

const HEAD: &str = "\
# Mutations, member by member

Generated by the tests: every answer of a real server in [vectors/recorded](../vectors/recorded) that is whole, and the
examples of RFC 6749, with one member mutated. A mutation is a finding that the unchanged answer does not have, or it is
legal, by a clause. The number after a requirement counts the mutants in which it is found.

| answer | mutation | mutants | found | requirements | legal |
|---|---|---|---|---|---|
";
