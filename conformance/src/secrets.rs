//! The secrets that a check has held, so that none is printed: a server may repeat one in an error.

use std::fmt;

use zeroize::Zeroizing;

use crate::{Outcome, Report, Verdict};

/// What must not be in a report.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    pub(crate) fn keep(&mut self, secret: &str) {
        // A shorter one would take words out of the report, and is none.
        if secret.len() >= MIN_LENGTH && !self.0.iter().any(|kept| **kept == secret) {
            self.0.push(Zeroizing::new(secret.to_owned()));
        }
    }

    /// Takes every one of them out of a report.
    pub(crate) fn redact(&self, report: &mut Report) {
        if self.0.is_empty() {
            return;
        }
        if let Verdict::Refused { why } | Verdict::Unreachable { why } | Verdict::Unusable { why } =
            &mut report.verdict
        {
            self.take_out(why);
        }
        for finding in &mut report.findings {
            self.take_out(&mut finding.evidence);
        }
        for check in &mut report.checks {
            if let Outcome::NotTested { why } = &mut check.outcome {
                self.take_out(why);
            }
        }
        for left in &mut report.left_behind {
            self.take_out(&mut left.client_id);
            self.take_out(&mut left.why);
        }
    }

    pub(crate) fn take_out(&self, text: &mut String) {
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), "(a secret)");
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

const MIN_LENGTH: usize = 6;
