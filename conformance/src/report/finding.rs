use std::ops::Deref;

use login_flow::{Finding, Level};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::received::Received;

/// A requirement that failed: the finding of the first response that shows it, and what else does.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReportedFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The number of responses that show it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u32,
    /// The evidence of the others, where it is another one; at most seven.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The reason why it is accepted for now; it then fails no check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
    /// The request and response of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
}

/// The reason why a finding is accepted, and for how long.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a record; the command line makes its own")]
pub struct Acceptance {
    /// The reason.
    pub reason: String,
    /// The last day, as `YYYY-MM-DD`; none where it was ignored in this check alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl ReportedFinding {
    pub(crate) fn new(finding: Finding, received: Option<Received>) -> Self {
        Self { finding, count: 1, also: Vec::new(), accepted: None, received }
    }

    /// The evidence of the first response, how many more show the same, and whether it is accepted.
    pub fn summary(&self) -> String {
        let evidence = match self.count.saturating_sub(1) {
            0 => self.finding.evidence.clone(),
            more => format!("{} (and {more} more)", self.finding.evidence),
        };
        match &self.accepted {
            None => evidence,
            Some(Acceptance { reason, until: Some(until) }) => {
                format!("{evidence} [accepted until {until}: {reason}]")
            }
            Some(Acceptance { reason, until: None }) => format!("{evidence} [accepted: {reason}]"),
        }
    }

    /// Returns `true` if it fails a check that fails by requirements of a level and the stricter ones: it is of them,
    /// and is not accepted for now.
    pub fn counts_at(&self, fail_on: Option<Level>) -> bool {
        self.accepted.is_none() && fail_on.is_some_and(|level| self.finding.level <= level)
    }

    /// Adds the evidence of one more response.
    pub(crate) fn add(&mut self, evidence: String) {
        self.count = self.count.saturating_add(1);
        let is_new = evidence != self.finding.evidence && !self.also.contains(&evidence);
        if is_new && self.also.len() < MAX_ALSO {
            self.also.push(evidence);
        }
    }

    /// The texts that may contain text of a host.
    pub(crate) fn untrusted_texts(&mut self) -> impl Iterator<Item = &mut String> {
        let received = self.received.iter_mut();
        let received = received.flat_map(|received| [&mut received.request, &mut received.response]);
        [&mut self.finding.evidence].into_iter().chain(&mut self.also).chain(received)
    }
}

impl Deref for ReportedFinding {
    type Target = Finding;

    fn deref(&self) -> &Finding {
        &self.finding
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(count: &u32) -> bool {
    *count == 1
}

const MAX_ALSO: usize = 7;
