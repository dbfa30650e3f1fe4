use std::borrow::Cow;

use crate::{
    received::Received,
    report::{Check, Outcome, ReportedFinding},
    rule::{Phase, Rule, UnknownRule},
};
use login_flow::Finding;

/// The outcome of each rule that a check spoke of: a failure outweighs a pass, and a pass the reason for no test.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// By the place of the rule in [`Rule::ALL`].
    outcomes: Vec<Option<Outcome>>,
    findings: Vec<(Rule, ReportedFinding)>,
    unknown: Option<UnknownRule>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { outcomes: vec![None; Rule::ALL.len()], findings: Vec::new(), unknown: None }
    }
}

impl Ledger {
    /// Notes that a check looked at a requirement and saw it met.
    pub(crate) fn passed(&mut self, rule: Rule) {
        if let Some(outcome @ (None | Some(Outcome::NotTested { .. }))) = self.outcome(rule) {
            *outcome = Some(Outcome::Passed);
        }
    }

    /// Notes a violation, and the response that shows it. The same rule violated by several responses is one finding.
    /// The id of a finding that another crate made may be unknown here: [`finish`](Self::finish) returns that as an
    /// error.
    pub(crate) fn failed(&mut self, finding: Finding, received: Option<Received>) {
        let rule = match Rule::try_from(&*finding.id) {
            Ok(rule) => rule,
            Err(unknown) => return self.unknown = Some(unknown),
        };
        self.set(rule, Outcome::Failed);
        let is_same = |(noted, reported): &&mut (Rule, ReportedFinding)| {
            *noted == rule && reported.finding.level == finding.level
        };
        match self.findings.iter_mut().find(is_same) {
            Some((_, reported)) => reported.add(finding.evidence),
            None => self.findings.push((rule, ReportedFinding::new(finding, received))),
        }
    }

    /// Notes the reason why a requirement was not tested.
    pub(crate) fn not_applicable(&mut self, rule: Rule, why: impl Into<Cow<'static, str>>) {
        if let Some(outcome @ None) = self.outcome(rule) {
            *outcome = Some(Outcome::NotTested { why: why.into() });
        }
    }

    /// Takes back what was noted of a requirement: it was not tested, for a reason that a later response shows.
    pub(crate) fn withdraw(&mut self, rule: Rule, why: impl Into<Cow<'static, str>>) {
        self.findings.retain(|(noted, _)| *noted != rule);
        self.set(rule, Outcome::NotTested { why: why.into() });
    }

    /// Ends a phase: the rules that no check spoke of were not tested.
    pub(crate) fn end_phase(&mut self, phase: Phase, why: impl Into<Cow<'static, str>>) {
        let why = why.into();
        for rule in Rule::of_phase(phase) {
            self.not_applicable(rule, why.clone());
        }
    }

    /// Returns `true` if a requirement failed.
    pub(crate) fn has_failed(&self, rule: Rule) -> bool {
        self.outcomes.get(rule.index()) == Some(&Some(Outcome::Failed))
    }

    /// Every rule with its outcome, and the findings, both in the order of SPEC.md.
    pub(crate) fn finish(mut self) -> Result<(Vec<Check>, Vec<ReportedFinding>), UnknownRule> {
        if let Some(unknown) = self.unknown {
            return Err(unknown);
        }
        self.findings.sort_by_key(|(rule, _)| *rule);
        let checks = Rule::ALL.iter().zip(self.outcomes).map(|(rule, outcome)| {
            let unmentioned = || Outcome::NotTested { why: "no check looked at it".into() };
            Check { id: rule.id().into(), outcome: outcome.unwrap_or_else(unmentioned) }
        });
        let checks = checks.collect();
        Ok((checks, self.findings.into_iter().map(|(_, finding)| finding).collect()))
    }

    fn outcome(&mut self, rule: Rule) -> Option<&mut Option<Outcome>> {
        self.outcomes.get_mut(rule.index())
    }

    fn set(&mut self, rule: Rule, outcome: Outcome) {
        if let Some(noted) = self.outcome(rule) {
            *noted = Some(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_claimed_and_never_assumed() {
        let mut ledger = Ledger::default();
        ledger.passed(Rule::ClientId);
        ledger.not_applicable(Rule::ClientId, "too late");
        ledger.not_applicable(Rule::SecretExpiry, "no secret was issued");
        ledger.failed(Rule::RegistrationStatus.finding("status 200", "answer with 201"), None);
        ledger.failed(Rule::RegistrationStatus.finding("status 202", "answer with 201"), None);
        ledger.failed(Rule::RegistrationStatus.finding("status 200", "answer with 201"), None);
        ledger.passed(Rule::RegistrationStatus);
        ledger.end_phase(Phase::Registration, "the end");
        let (checks, findings) = ledger.finish().unwrap();
        let outcome = |rule: Rule| &checks.iter().find(|check| check.id == rule.id()).unwrap().outcome;
        let untested = |why: &str| Outcome::NotTested { why: why.to_owned().into() };
        assert_eq!(outcome(Rule::ClientId), &Outcome::Passed);
        assert_eq!(outcome(Rule::SecretExpiry), &untested("no secret was issued"));
        assert_eq!(outcome(Rule::RegistrationStatus), &Outcome::Failed);
        assert_eq!(outcome(Rule::MetadataReturned), &untested("the end"));
        assert_eq!(outcome(Rule::CodeOnce), &untested("no check looked at it"));
        assert_eq!(findings.len(), 1, "one rule, one finding");
        assert_eq!((findings[0].count, &*findings[0].also), (3, &["status 202".to_owned()][..]));
    }

    #[test]
    fn an_unknown_id_is_an_error() {
        let mut ledger = Ledger::default();
        let mut finding = Rule::ClientId.finding("none", "send one");
        finding.id = "rfc7591/3.2.1/client-idd".into();
        ledger.failed(finding, None);
        assert_eq!(ledger.finish().unwrap_err(), Rule::try_from("rfc7591/3.2.1/client-idd").unwrap_err());
    }
}
