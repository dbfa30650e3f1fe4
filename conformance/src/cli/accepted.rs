//! Findings that a team has accepted: each with a reason, and a date after which it counts again.

use std::{fs, path::Path};

use conformance::{Acceptance, Report, Rule};
use serde::Deserialize;

use super::{
    console::notify,
    date::{is_date, today},
    usage::Usage,
};

/// The accepted findings of a file, and the requirements that are ignored.
pub(super) struct Accepted {
    entries: Vec<Entry>,
    ignored: Vec<Rule>,
}

/// One of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The requirement.
    id: String,
    /// The host that it is accepted of, as its reports name it; every host if there is none.
    resource: Option<String>,
    /// The reason.
    reason: String,
    /// The last day on which it is accepted.
    until: String,
}

impl Accepted {
    pub(super) fn new(file: Option<&Path>, ignored: Vec<Rule>) -> Result<Self, Usage> {
        let entries = file.map(Self::read).transpose()?.unwrap_or_default();
        Ok(Self { entries, ignored })
    }

    fn read(path: &Path) -> Result<Vec<Entry>, Usage> {
        let at = |error: &dyn std::fmt::Display| Usage::at(path, error);
        let text = fs::read_to_string(path).map_err(|error| at(&error))?;
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| at(&error))?;
        for Entry { id, reason, until, .. } in &entries {
            Rule::try_from(&**id).map_err(|unknown| at(&unknown))?;
            if reason.trim().is_empty() {
                return Err(at(&format!("{id}: a `reason` is required")));
            }
            if !is_date(until) {
                return Err(at(&format!("{id}: `until` is a date such as 2027-01-31")));
            }
        }
        Ok(entries)
    }

    /// Marks the findings that are accepted today, and says which entry is over or speaks of a rule that passes.
    pub(super) fn mark(&self, report: &mut Report) {
        let today = today();
        for rule in &self.ignored {
            let acceptance = Acceptance { reason: "--ignore".to_owned(), until: None };
            for finding in report.findings.iter_mut().filter(|finding| finding.id == rule.id()) {
                finding.accepted = Some(acceptance.clone());
            }
        }
        for entry in &self.entries {
            if entry.resource.as_ref().is_some_and(|resource| *resource != report.resource) {
                continue;
            }
            let Entry { id, reason, until, .. } = entry;
            if *until < today {
                notify(&format!("{id} is accepted no longer: that ended on {until}"));
                continue;
            }
            let mut is_found = false;
            for finding in report.findings.iter_mut().filter(|finding| finding.id == *id) {
                finding.accepted = Some(Acceptance { reason: reason.clone(), until: Some(until.clone()) });
                is_found = true;
            }
            if !is_found && entry.resource.is_some() {
                notify(&format!("{id} is accepted of {}, which has no such finding", report.resource));
            }
        }
    }
}
