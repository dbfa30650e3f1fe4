//! One JSON line an event, made of these fields alone: no URL with its query, no body, no secret.

use serde::Serialize;

/// What the operator is told.
#[derive(Default, Serialize)]
pub(super) struct Line<'a> {
    /// What happened.
    pub(super) event: &'static str,
    /// A host, as A-labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<&'a str>,
    /// An issuer identifier, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<&'a str>,
    /// The stable name of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<&'a str>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<usize>,
}

impl Line<'_> {
    pub(super) fn info(&self) {
        worker::console_log!("{}", serde_json::to_string(self).unwrap_or_default());
    }

    pub(super) fn error(&self) {
        worker::console_error!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}
