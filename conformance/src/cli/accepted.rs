//! Findings that a team has accepted: each with a reason, and a date after which it counts again.

use std::{cell::Cell, path::Path};

use conformance::{Acceptance, Outcome, Report, Rule};
use login_flow::{Egress, LoginTarget};
use serde::Deserialize;

use super::{
    console::notify,
    date::{is_date, today},
    json_file,
    usage::Usage,
};

/// The accepted findings of a file, and the requirements that are ignored.
pub(super) struct Accepted {
    entries: Vec<Entry>,
    ignored: Vec<Rule>,
}

/// An entry that is not over, and what the reports have shown of it.
struct Entry {
    rule: Rule,
    /// The host, as its reports name it; every host if there is none.
    resource: Option<String>,
    acceptance: Acceptance,
    shown: Cell<Shown>,
}

/// The most that a report has shown of an entry.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Shown {
    /// No host of it was checked.
    Nothing,
    /// A host of it was checked, without a test of the requirement.
    Host,
    /// The requirement passed.
    Passed,
    /// The finding was there.
    Finding,
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The requirement.
    id: String,
    /// The host or URL of which it is accepted; every host if there is none.
    resource: Option<String>,
    /// The reason.
    reason: String,
    /// The last day on which it is accepted.
    until: String,
}

impl Accepted {
    /// Reads a file, and says which of its entries are over.
    pub(super) fn new(file: Option<&Path>, ignored: Vec<Rule>) -> Result<Self, Usage> {
        let mut entries = Vec::new();
        if let Some(file) = file {
            let written: Vec<Written> = json_file::read(file, FORM)?;
            let today = today();
            for written in written {
                let about = format!("{}{}", written.id, of(written.resource.as_deref()));
                let entry = Entry::read(written).map_err(|why| Usage::at(file, format!("{about}: {why}")))?;
                match &entry.acceptance.until {
                    Some(until) if *until < today => {
                        notify(&format!("{about} is accepted no longer: that ended on {until}"));
                    }
                    _ => entries.push(entry),
                }
            }
        }
        Ok(Self { entries, ignored })
    }

    /// Marks the findings that are accepted today.
    pub(super) fn mark(&self, report: &mut Report) {
        for rule in &self.ignored {
            accept(report, *rule, &Acceptance { reason: "--ignore".to_owned(), until: None });
        }
        for entry in &self.entries {
            if entry.resource.as_ref().is_some_and(|resource| *resource != report.resource) {
                continue;
            }
            let has_passed = report.outcome(entry.rule) == Some(&Outcome::Passed);
            let shown = match accept(report, entry.rule, &entry.acceptance) {
                true => Shown::Finding,
                false if has_passed => Shown::Passed,
                false => Shown::Host,
            };
            entry.shown.set(entry.shown.get().max(shown));
        }
    }

    /// The entries that a whole run had no use for, each as a sentence.
    pub(super) fn without_use(&self) -> impl Iterator<Item = String> {
        self.entries.iter().filter_map(|entry| {
            let about = format!("{}{}", entry.rule.id(), of(entry.resource.as_deref()));
            match entry.shown.get() {
                Shown::Nothing => Some(format!("{about} is accepted, and that host was not checked")),
                Shown::Passed => {
                    Some(format!("{about} is accepted, and passes: the entry has no use any more"))
                }
                Shown::Host | Shown::Finding => None,
            }
        })
    }
}

impl Entry {
    fn read(written: Written) -> Result<Self, String> {
        let Written { id, resource, reason, until } = written;
        let rule =
            Rule::try_from(&*id).map_err(|unknown| format!("{unknown}; `conformance explain` lists them"))?;
        if reason.trim().is_empty() {
            return Err("a `reason` is required".to_owned());
        }
        if !is_date(&until) {
            return Err("`until` is a date such as 2027-01-31".to_owned());
        }
        let egress = Egress::public().and_loopback();
        let target = resource.map(|resource| LoginTarget::parse(&resource, &egress)).transpose();
        let target = target.map_err(|invalid| format!("`resource` is no host or URL: {invalid}"))?;
        let resource = target.map(|target| target.resource());
        let acceptance = Acceptance { reason, until: Some(until) };
        Ok(Self { rule, resource, acceptance, shown: Cell::new(Shown::Nothing) })
    }
}

/// Marks the findings of a rule; returns `true` if there are any.
fn accept(report: &mut Report, rule: Rule, acceptance: &Acceptance) -> bool {
    let mut is_there = false;
    for finding in report.findings.iter_mut().filter(|finding| finding.id == rule.id()) {
        finding.accepted = Some(acceptance.clone());
        is_there = true;
    }
    is_there
}

fn of(resource: Option<&str>) -> String {
    resource.map(|resource| format!(" of {resource}")).unwrap_or_default()
}

const FORM: &str =
    "a list of `{\"id\", \"resource\", \"reason\", \"until\"}`, of which `resource` may be left out";
