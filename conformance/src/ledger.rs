use std::collections::BTreeMap;

use crate::{Check, Finding, Outcome, Phase, Rule};

/// What became of each rule: a failure outweighs a pass, and a pass the reason why it was not tested.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    outcomes: BTreeMap<&'static str, Outcome>,
    findings: Vec<Finding>,
}

impl Ledger {
    /// There was evidence that a requirement is kept.
    pub(crate) fn kept(&mut self, id: &'static str) {
        let outcome = self.outcomes.entry(id).or_insert(Outcome::Pass);
        if matches!(outcome, Outcome::NotTested { .. }) {
            *outcome = Outcome::Pass;
        }
    }

    /// A requirement is broken.
    pub(crate) fn broken(&mut self, finding: Finding) {
        if let Some(rule) = Rule::of(&finding.id) {
            self.outcomes.insert(rule.id, Outcome::Fail);
        }
        let told = self.findings.iter().filter(|told| told.id == finding.id);
        if told.clone().count() < MAX_PER_RULE && !told.clone().any(|told| told.evidence == finding.evidence)
        {
            self.findings.push(finding);
        }
    }

    /// One of the two.
    pub(crate) fn judged(&mut self, id: &'static str, finding: Option<Finding>) {
        match finding {
            Some(finding) => self.broken(finding),
            None => self.kept(id),
        }
    }

    /// A requirement could not be tested.
    pub(crate) fn untested(&mut self, id: &'static str, why: &str) {
        self.outcomes.entry(id).or_insert_with(|| Outcome::NotTested { why: why.to_owned() });
    }

    /// Whatever is left of a phase could not be tested.
    pub(crate) fn rest_untested(&mut self, phase: Phase, why: &str) {
        for rule in Rule::all().iter().filter(|rule| rule.phase == Some(phase)) {
            self.untested(rule.id, why);
        }
    }

    /// Whatever is left of a phase was kept.
    pub(crate) fn rest_kept(&mut self, phase: Phase) {
        for rule in Rule::all().iter().filter(|rule| rule.phase == Some(phase)) {
            if !self.outcomes.contains_key(rule.id) {
                self.kept(rule.id);
            }
        }
    }

    /// Whether a requirement was found broken.
    pub(crate) fn is_broken(&self, id: &str) -> bool {
        self.outcomes.get(id) == Some(&Outcome::Fail)
    }

    /// Every rule with its outcome, and the findings in the order of SPEC.md.
    pub(crate) fn finish(mut self) -> (Vec<Check>, Vec<Finding>) {
        let position = |id: &str| Rule::all().iter().position(|rule| rule.id == id);
        self.findings.sort_by_key(|finding| position(&finding.id));
        let checks = Rule::all().iter().map(|rule| {
            let outcome = self.outcomes.remove(rule.id);
            let nothing = || Outcome::NotTested { why: "nothing was seen of it".to_owned() };
            Check { id: rule.id.to_owned(), outcome: outcome.unwrap_or_else(nothing) }
        });
        (checks.collect(), self.findings)
    }
}

const MAX_PER_RULE: usize = 8;
