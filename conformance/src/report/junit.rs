//! `JUnit` XML, for the machines that collect test results: a suite for each host, a case for each rule.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::{Finding, Level, Outcome, Report, text::escape};

/// The document of some reports. A finding at MUST level is a failure; any other is told with a passed case.
pub fn print(reports: &[Report]) -> String {
    let mut document = Document::new("conformance");
    document.add_test_suites(reports.iter().map(suite));
    document.to_string().unwrap_or_default()
}

fn suite(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(escape(&report.resource));
    let mut verdict = TestCase::new("verdict", TestCaseStatus::success());
    if !report.is_supported() {
        verdict = TestCase::new("verdict", failed(&escape(&report.headline()), ""));
    }
    suite.add_test_case(verdict);
    suite.add_test_cases(report.checks.iter().map(|check| {
        let findings: Vec<&Finding> = report.findings.iter().filter(|f| f.id == check.id).collect();
        let told: Vec<String> = findings.iter().map(|finding| line(finding)).collect();
        let told = told.join("\n");
        let status = match &check.outcome {
            Outcome::NotTested { why } => {
                let mut skipped = TestCaseStatus::skipped();
                skipped.set_message(escape(why));
                skipped
            }
            Outcome::Fail if findings.iter().any(|finding| finding.level == Level::Must) => {
                let evidence = findings.first().map(|finding| escape(&finding.evidence)).unwrap_or_default();
                failed(&evidence, &told)
            }
            Outcome::Fail | Outcome::Pass => TestCaseStatus::success(),
        };
        let mut case = TestCase::new(escape(&check.id), status);
        if !told.is_empty() {
            case.set_system_out(told);
        }
        case
    }));
    suite
}

fn line(finding: &Finding) -> String {
    let Finding { level, section, evidence, remedy, .. } = finding;
    format!(
        "{level}: {}\n{}: {}\n{}",
        escape(evidence),
        finding.actor.as_str(),
        escape(remedy),
        escape(section)
    )
}

fn failed(message: &str, told: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_description(told);
    status
}
