//! The secrets that a check has held, so that none is printed: a server may repeat one in an error.

use std::{borrow::Cow, fmt};

use serde_json::Value;
use zeroize::Zeroizing;

use crate::report::{Outcome, Report};

/// The texts that must not be in a report.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// Remembers a secret.
    pub(crate) fn keep(&mut self, secret: &str) {
        // A shorter text would take words out of the report, and is no secret.
        if secret.len() >= MIN_LENGTH && !self.0.iter().any(|known| **known == secret) {
            self.0.push(Zeroizing::new(secret.to_owned()));
        }
    }

    /// Replaces each secret in a report.
    pub(crate) fn redact(&self, report: &mut Report) {
        if self.0.is_empty() {
            return;
        }
        for text in report.verdict.untrusted_texts().into_iter().chain(&mut report.why) {
            self.take_out(text);
        }
        for tried in &mut report.works_with {
            tried.stopped_by.iter_mut().for_each(|text| self.take_out(text));
        }
        for finding in &mut report.findings {
            finding.untrusted_texts().for_each(|text| self.take_out(text));
        }
        for check in &mut report.checks {
            // A reason that is not owned is a text of this program.
            if let Outcome::NotTested { why: Cow::Owned(why) } = &mut check.outcome {
                self.take_out(why);
            }
        }
        for left in &mut report.left_behind {
            self.take_out(&mut left.client_id);
            self.take_out(&mut left.why);
        }
    }

    /// Replaces each secret in every text of a document, and leaves its form.
    pub(crate) fn take_out_of(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.take_out(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.take_out_of(value)),
            Value::Object(members) => {
                let all = std::mem::take(members);
                members.extend(all.into_iter().map(|(mut name, mut value)| {
                    self.take_out(&mut name);
                    self.take_out_of(&mut value);
                    (name, value)
                }));
            }
            _ => {}
        }
    }

    /// Replaces each secret in a text.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn l05_a_secret_is_taken_out_and_the_form_stays() {
        let mut secrets = Secrets::default();
        for secret in ["canary-1", "\", \"b\": \"", "short"] {
            secrets.keep(secret);
        }
        let mut document =
            json!({"a": ["x canary-1 y", {"canary-1": 7}], "b": "\", \"b\": \"", "c": "short"});
        secrets.take_out_of(&mut document);
        let expected = json!({"a": ["x (a secret) y", {"(a secret)": 7}], "b": "(a secret)", "c": "short"});
        assert_eq!(document, expected);
    }
}
