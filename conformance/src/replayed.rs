//! The vectors, replayed by the same checks that ask hosts.

use rfc7591::{ClientConfiguration, ClientMetadata, Endpoint, Registration, Secret};
use rfc8414::{Issuer, Metadata};
use serde_json::Value;
use vectors::{Case, Response, Vector};

use crate::{Checker, Finding, Options, Replay, judge};

/// What a vector should lead to, and what it led to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replayed {
    /// The requirement and the note of the case, or the host.
    pub name: String,
    /// The verdict, where it has one, and the ids of the findings.
    pub expected: Vec<String>,
    /// The same, as found.
    pub found: Vec<String>,
}

impl Replayed {
    /// Whether both are the same.
    pub fn is_as_expected(&self) -> bool {
        self.expected == self.found
    }
}

/// Replays the vectors whose name contains a pattern, those of a client's own duties left out.
pub async fn replay_vectors(pattern: &str) -> Vec<Replayed> {
    let mut all = Vec::new();
    let Ok(checker) = Checker::new(Options::new()) else { return all };
    for vector in vectors::all().filter(|vector| vector.host.contains(pattern)) {
        all.extend(host(&checker, vector.host.clone(), vector).await);
    }
    for requirement in vectors::requirements() {
        for case in &requirement.cases {
            let name = format!("{}: {}", requirement.id, case.note);
            if !name.contains(pattern) {
                continue;
            }
            if requirement.subject == "host" {
                if let Some(vector) = of_case(case) {
                    all.extend(host(&checker, name, vector).await);
                }
            } else if let Some(found) = findings(&requirement.subject, case) {
                let expected = ids(&case.expect);
                all.push(Replayed { name, expected, found: sorted(found) });
            }
        }
    }
    all
}

async fn host(checker: &Checker, name: String, vector: Vector) -> Option<Replayed> {
    let named = vector.host.clone();
    let mut expected = vec![vector.verdict.clone()];
    expected.extend(vector.findings.iter().cloned());
    let report = checker.check_over(&Replay::new(vector), &named).await.ok()?;
    let mut found = vec![report.verdict.name().to_owned()];
    found.extend(sorted(report.findings.into_iter().map(|finding| finding.id).collect()));
    Some(Replayed { name, expected, found })
}

/// A case of the subject `host` as a vector.
fn of_case(case: &Case) -> Option<Vector> {
    let mut vector: Vector = serde_json::from_value(case.input.clone()).ok()?;
    case.expect.get("verdict")?.as_str()?.clone_into(&mut vector.verdict);
    vector.findings = ids(&case.expect);
    Some(vector)
}

/// What is found in a case; nothing when its subject binds the client alone.
fn findings(subject: &str, case: &Case) -> Option<Vec<String>> {
    let input = &case.input;
    let response: Response = serde_json::from_value(input.get("response")?.clone()).ok()?;
    let response = response.to_http()?;
    let codes = |violations: &[rfc7591::Violation]| -> Vec<String> {
        violations.iter().map(|violation| violation.code().to_owned()).collect()
    };
    Some(match subject {
        "metadata" => {
            let issuer = Issuer::try_from(input.get("issuer")?.as_str()?.to_owned()).ok()?;
            let read = Metadata::receive(&issuer, &response);
            let violations = read.map_or_else(|refused| refused.violations, |read| read.violations);
            violations.iter().map(|violation| violation.code().to_owned()).collect()
        }
        "probe" => {
            let found = judge(input.get("probe")?.as_str()?, &response)?;
            found.into_iter().map(|Finding { id, .. }| id).collect()
        }
        "registration" => {
            let asked: ClientMetadata = serde_json::from_value(input.get("request")?.clone()).ok()?;
            let endpoint = Endpoint::from_static("https://server.example.com/register");
            let registration = Registration::new(endpoint, asked);
            let token = input.get("initial_access_token").and_then(Value::as_str);
            let registration = match token {
                Some(token) => registration.with_initial_access_token(Secret::new(token.to_owned())),
                None => registration,
            };
            match registration.receive(&response) {
                Ok(registered) => codes(&registered.violations),
                Err(rejected) => codes(rejected.violations()),
            }
        }
        "management" => {
            let management: ClientConfiguration =
                serde_json::from_value(input.get("management")?.clone()).ok()?;
            let answer = match input.get("operation")?.as_str()? {
                "delete" => management.delete().receive(&response),
                "update" => {
                    let client_id = input.get("client_id")?.as_str()?.to_owned();
                    let secret = input.get("client_secret").and_then(Value::as_str);
                    let secret = secret.map(|secret| Secret::new(secret.to_owned()));
                    let metadata = serde_json::from_value(input.get("metadata")?.clone()).ok()?;
                    let update = management.update(client_id, secret, metadata);
                    update.receive(&response).map(|registered| registered.violations)
                }
                _ => management.read().receive(&response).map(|registered| registered.violations),
            };
            answer.map_or_else(|rejected| codes(rejected.violations()), |violations| codes(&violations))
        }
        _ => return None,
    })
}

fn ids(expect: &Value) -> Vec<String> {
    let findings = expect.get("findings").and_then(Value::as_array);
    sorted(findings.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
