use super::model::Report;

impl Report {
    /// The circumstances of the check in one line: the date, the program, its options, the requests and the time that
    /// they took; empty in a report of a version that did not say so. Untrusted text is not escaped.
    pub fn circumstances(&self) -> String {
        let Some(version) = &self.version else { return String::new() };
        let date = self.date.as_ref().map(|date| format!(" on {date}")).unwrap_or_default();
        let command: Vec<&str> =
            ["conformance", version].into_iter().chain(self.options.iter().map(String::as_str)).collect();
        let requests = match self.extent.requests {
            1 => "1 request".to_owned(),
            requests => format!("{requests} requests"),
        };
        let duration = self.duration_ms.map(|ms| format!(" in {}.{} s", ms / 1000, ms % 1000 / 100));
        format!("checked{date} with {}: {requests}{}", command.join(" "), duration.unwrap_or_default())
    }
}

/// The version of this crate.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
