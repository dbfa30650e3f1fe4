use crate::report::Report;

/// One line of JSON.
pub(crate) fn print(report: &Report) -> String {
    let mut line = serde_json::to_string(report).unwrap_or_default();
    line.push('\n');
    line
}
