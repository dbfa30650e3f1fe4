//! `JUnit` XML, for the machines that collect test results: a suite for each host, a case for each rule.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{
    finding::ReportedFinding,
    form::{self, Form, FormError},
    model::{Outcome, Report},
};
use crate::text::escape;
use login_flow::{Finding, Level};

/// The document of some reports. A finding at MUST level is a failure. A finding at another level is no reason to fail,
/// and not passed either: the case is skipped, with the evidence.
pub fn print(reports: &[Report]) -> Result<String, FormError> {
    form::print(Junit::default(), reports)
}

/// The counts of all suites.
#[derive(Default)]
pub(super) struct Junit {
    tests: usize,
    failures: usize,
}

impl Form for Junit {
    fn part(&mut self, report: &Report) -> Result<String, FormError> {
        let suite = suite(report);
        self.tests = self.tests.saturating_add(suite.tests);
        self.failures = self.failures.saturating_add(suite.failures);
        let mut document = Document::new(NAME);
        document.add_test_suite(suite);
        let document = document.to_string()?;
        // Without the head and the tail.
        let lines = document.lines().skip(2).take_while(|line| *line != TAIL.trim_end());
        Ok(lines.flat_map(|line| [line, "\n"]).collect())
    }

    fn head(&self) -> Result<String, FormError> {
        let Self { tests, failures } = self;
        Ok(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{NAME}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n"
        ))
    }

    fn tail(&self) -> String {
        TAIL.to_owned()
    }
}

fn suite(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(escape(&report.resource));
    let mut verdict = TestCase::new("verdict", TestCaseStatus::success());
    if !report.is_supported() {
        verdict = TestCase::new("verdict", failed(&escape(&report.headline()), ""));
    }
    suite.add_test_case(verdict);
    suite.add_test_cases(report.checks.iter().map(|check| {
        let findings: Vec<&ReportedFinding> = report.findings.iter().filter(|f| f.id == check.id).collect();
        let lines: Vec<String> = findings.iter().map(|finding| line(finding)).collect();
        let output = lines.join("\n");
        let status = match &check.outcome {
            Outcome::NotTested { why } => skipped(&format!("not tested: {}", escape(why))),
            Outcome::Failed => {
                let finding = findings.iter().min_by_key(|finding| finding.level);
                let (level, evidence) = finding.map(|f| (f.level, escape(&f.summary()))).unzip();
                let evidence = evidence.unwrap_or_default();
                match level {
                    Some(level @ (Level::Should | Level::May | Level::Note)) => {
                        skipped(&format!("{level}: {evidence}"))
                    }
                    Some(Level::Must) | None => failed(&evidence, &output),
                }
            }
            Outcome::Passed => TestCaseStatus::success(),
        };
        let mut case = TestCase::new(escape(&check.id), status);
        if !output.is_empty() {
            case.set_system_out(output);
        }
        case
    }));
    suite
}

fn line(reported: &ReportedFinding) -> String {
    let Finding { level, section, remedy, .. } = &reported.finding;
    let mut lines = vec![format!("{level}: {}", escape(&reported.summary()))];
    lines.extend(reported.also.iter().map(|evidence| format!("also: {}", escape(evidence))));
    lines.push(format!("{}: {}", reported.actor.as_str(), escape(remedy)));
    lines.push(escape(section));
    if let Some(received) = &reported.received {
        lines.push(format!("sent: {}", escape(&received.request)));
        lines.push(format!("received: {}", escape(&received.response)));
    }
    lines.join("\n")
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn failed(message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_description(description);
    status
}

const NAME: &str = "conformance";
const TAIL: &str = "</testsuites>\n";
