//! One JSON line an event, made of these fields alone: no URL with its query, no body, no secret.

use serde::Serialize;

/// What the operator is told.
#[derive(Default, Serialize)]
pub(crate) struct Line<'a> {
    /// What happened.
    pub(crate) event: &'static str,
    /// A host, as A-labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<&'a str>,
    /// An issuer identifier, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<&'a str>,
    /// The stable name of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<&'a str>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<usize>,
}

impl Line<'_> {
    pub(crate) fn info(&self) {
        worker::console_log!("{}", serde_json::to_string(self).unwrap_or_default());
    }

    pub(crate) fn error(&self) {
        worker::console_error!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}
