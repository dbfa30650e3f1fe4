//! The vectors, replayed by the same checks that ask hosts.

use std::str::FromStr;

use rfc7591::{ClientConfiguration, ClientMetadata, Endpoint, Registration, Violation};
use rfc8414::{Issuer, Metadata};
use serde::de::DeserializeOwned;
use serde_json::Value;
use vectors::{Case, Response, Vector};

use crate::{
    check::CheckError, checker::Checker, http_client::HttpClientError, judge::judge, options::Options,
    recording::Replay,
};

/// The expected and the found outcome of a vector.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replayed {
    /// The requirement and the note of the case, or the host.
    pub name: String,
    /// The expected verdict, where there is one, and the expected ids of findings.
    pub expected: Vec<String>,
    /// The verdict and the ids that were found.
    pub found: Vec<String>,
}

impl Replayed {
    /// Returns `true` if both are the same.
    pub fn is_as_expected(&self) -> bool {
        self.expected == self.found
    }
}

/// Replays the vectors whose name contains a pattern, except those of the client's own duties.
pub async fn replay_vectors(pattern: &str) -> Result<Vec<Replayed>, ReplayError> {
    let mut all = Vec::new();
    let checker = Checker::new(Options::new())?;
    for vector in vectors::all().filter(|vector| vector.host.contains(pattern)) {
        all.push(replay_host(&checker, vector.host.clone(), vector).await?);
    }
    for requirement in vectors::requirements() {
        for case in &requirement.cases {
            let name = format!("{}: {}", requirement.id, case.note);
            if !name.contains(pattern) {
                continue;
            }
            if requirement.subject == "host" {
                let vector = vector_of(case).map_err(|reason| reason.of(&name))?;
                all.push(replay_host(&checker, name, vector).await?);
            } else if let Some(found) =
                findings(&requirement.subject, case).map_err(|reason| reason.of(&name))?
            {
                all.push(Replayed { name, expected: ids(&case.expect), found: sorted(found) });
            }
        }
    }
    Ok(all)
}

async fn replay_host(checker: &Checker, name: String, vector: Vector) -> Result<Replayed, ReplayError> {
    let host = vector.host.clone();
    let mut expected = vec![vector.verdict.clone()];
    expected.extend(vector.findings.iter().cloned());
    let report = checker.check_over(&Replay::new(vector), &host).await?;
    let mut found = vec![report.verdict.name().to_owned()];
    found.extend(sorted(
        report.findings.into_iter().map(|reported| reported.finding.id.into_owned()).collect(),
    ));
    Ok(Replayed { name, expected, found })
}

/// The vector of a case whose subject is `host`.
fn vector_of(case: &Case) -> Result<Vector, InvalidCase> {
    let mut vector: Vector = serde_json::from_value(case.input.clone())?;
    vector.verdict = member(&case.expect, "verdict")?;
    vector.findings = ids(&case.expect);
    Ok(vector)
}

/// The ids that are found in a case; `None` if its subject binds the client alone.
fn findings(subject: &str, case: &Case) -> Result<Option<Vec<String>>, InvalidCase> {
    let input = &case.input;
    Ok(Some(match subject {
        "metadata" => {
            let issuer = Issuer::try_from(member::<String>(input, "issuer")?);
            let issuer = issuer.map_err(|_| InvalidCase::Member("issuer"))?;
            let parsed = Metadata::receive(&issuer, &response(input)?);
            let violations = parsed.map_or_else(|refused| refused.violations, |parsed| parsed.violations);
            violations.iter().map(|violation| violation.code().to_owned()).collect()
        }
        "probe" => {
            let found = judge(&member::<String>(input, "probe")?, &response(input)?);
            let found = found.ok_or(InvalidCase::Member("probe"))?;
            found.into_iter().map(|finding| finding.id.into_owned()).collect()
        }
        "registration" => {
            let requested: ClientMetadata = member(input, "request")?;
            let endpoint = Endpoint::from_static("https://server.example.com/register");
            let registration = Registration::new(endpoint, requested);
            let registration = match secret(input, "initial_access_token") {
                Some(token) => registration.with_initial_access_token(token),
                None => registration,
            };
            match registration.receive(&response(input)?) {
                Ok(information) => codes(&information.violations),
                Err(rejected) => codes(rejected.violations()),
            }
        }
        "management" => management(input)?,
        _ => return Ok(None),
    }))
}

fn management(input: &Value) -> Result<Vec<String>, InvalidCase> {
    let configuration: ClientConfiguration = member(input, "management")?;
    let response = response(input)?;
    let received = match &*member::<String>(input, "operation")? {
        "delete" => configuration.delete().receive(&response),
        "update" => {
            let client_id = member(input, "client_id")?;
            let secret = secret(input, "client_secret");
            let update = configuration.update(client_id, secret, member(input, "metadata")?);
            update.receive(&response).map(|information| information.violations)
        }
        _ => configuration.read().receive(&response).map(|information| information.violations),
    };
    Ok(received.map_or_else(|rejected| codes(rejected.violations()), |violations| codes(&violations)))
}

fn codes(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|violation| violation.code().to_owned()).collect()
}

fn response(input: &Value) -> Result<http::Response<Vec<u8>>, InvalidCase> {
    member::<Response>(input, "response")?.to_http().ok_or(InvalidCase::Member("response"))
}

fn secret<T: FromStr>(input: &Value, name: &str) -> Option<T> {
    input.get(name).and_then(Value::as_str).and_then(|secret| secret.parse().ok())
}

fn member<T: DeserializeOwned>(object: &Value, name: &'static str) -> Result<T, InvalidCase> {
    let value = object.get(name).ok_or(InvalidCase::Member(name))?;
    Ok(serde_json::from_value(value.clone())?)
}

fn ids(expect: &Value) -> Vec<String> {
    let findings = expect.get("findings").and_then(Value::as_array);
    sorted(findings.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// The reason why a case cannot be replayed.
#[derive(Debug, thiserror::Error)]
enum InvalidCase {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("`{0}` is missing or invalid")]
    Member(&'static str),
}

impl InvalidCase {
    fn of(self, name: &str) -> ReplayError {
        ReplayError::Case { name: name.to_owned(), reason: self.to_string() }
    }
}

/// The reason why the vectors cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A case of a requirement is not of the form that its subject has.
    #[error("{name}: {reason}")]
    Case {
        /// The requirement and the note of the case.
        name: String,
        /// The member that is missing or invalid.
        reason: String,
    },
    /// A host cannot be checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// There is no checker.
    #[error(transparent)]
    HttpClient(#[from] HttpClientError),
}
