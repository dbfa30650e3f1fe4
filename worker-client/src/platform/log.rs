//! One JSON line an event, made of these fields alone: no URL with its query, no body, no secret.

use login_codec::json;
use serde::Serialize;

use crate::{
    failure::{AppFailure, Defect, Failure},
    problem::log_line,
};

/// A line of the log.
#[derive(Default, Serialize)]
pub(crate) struct Line<'a> {
    /// Name of the event.
    pub(crate) event: &'a str,
    /// A host, as A-labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<&'a str>,
    /// An issuer identifier, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<&'a str>,
    /// The stable name of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<&'a str>,
    /// The kind of a sealed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'a str>,
    /// The name of a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<&'a str>,
    /// The names of the relaxations that the issuer requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relaxations: Option<&'a str>,
    /// Number of items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<usize>,
}

/// Logs a failure where it occurred, if the operator must know of it; the failure no longer carries its cause.
pub(crate) fn report(failure: Failure) -> Failure {
    if let Some((event, particulars)) = log_line(&failure) {
        Line { event, problem: particulars.as_deref(), ..Line::default() }.error();
    }
    match failure {
        Failure::App(AppFailure::Internal { .. }) => Failure::internal(Defect::Logged),
        Failure::App(AppFailure::Interrupted { .. }) => AppFailure::Interrupted { cause: None }.into(),
        Failure::App(AppFailure::Misconfigured { .. }) => AppFailure::Misconfigured { cause: None }.into(),
        other => other,
    }
}

impl Line<'_> {
    pub(crate) fn info(&self) {
        worker::console_log!("{}", self.json());
    }

    pub(crate) fn error(&self) {
        worker::console_error!("{}", self.json());
    }

    /// The line as JSON; its event alone, should that fail.
    fn json(&self) -> String {
        json::write(self).unwrap_or_else(|_| self.event.to_owned())
    }
}
