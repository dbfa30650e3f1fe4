//! The recipe of README.md for the tests of an authorization server, tried.

use conformance::{Checker, Level, Options, Outcome};

use crate::loopback::server_with;

#[tokio::test]
async fn my_server_conforms() {
    // Start your own server on loopback here.
    let server = server_with(|port| format!("http://127.0.0.1:{port}/authorize"));

    let checker = Checker::new(Options::loopback().with_registration()).unwrap();
    let report = checker.check(&server.name()).await.unwrap();

    assert!(report.is_supported() && report.is_complete(), "{report}");
    let failed: Vec<&str> = report.failed(Level::Should).map(|finding| &*finding.id).collect();
    assert_eq!(failed, ["rfc7591/2.1/grant-response-consistent"], "{report}");

    // Every rule and its outcome: a change in any of them shows in the review.
    let name = |outcome: &Outcome| match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "FAILED",
        Outcome::NotTested { .. } => "not tested",
    };
    let lines: Vec<String> =
        report.checks.iter().map(|check| format!("{:<10} {}", name(&check.outcome), check.id)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
