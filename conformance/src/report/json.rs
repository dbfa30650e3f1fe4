//! One line of JSON for each host.

use std::fmt::Write;

use schemars::{Schema, schema_for};

use super::model::Report;
use crate::text::{continues_command, is_unsafe};

/// The report as one line.
pub fn print(report: &Report) -> Result<String, serde_json::Error> {
    let mut line = escape(&serde_json::to_string(report)?);
    line.push('\n');
    Ok(line)
}

/// The schema of a line.
pub fn schema() -> Schema {
    schema_for!(Report)
}

/// Controls, directions and the beginnings of a runner's commands, which JSON allows inside its texts, as `\u` escapes: a
/// line is safe on a terminal and in a log too.
pub(crate) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut copied = 0;
    for (at, found) in json.match_indices(|c| c == '#' || !matches!(c, ' '..='~')) {
        let before = json.get(..at).and_then(|text| text.chars().next_back());
        // A line end outside of a text is layout.
        let is_escaped = |c: &char| continues_command(before, *c) || is_unsafe(*c) && *c != '\n';
        let Some(c) = found.chars().find(is_escaped) else { continue };
        escaped.push_str(json.get(copied..at).unwrap_or_default());
        copied = at.saturating_add(found.len());
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string does not fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped.push_str(json.get(copied..).unwrap_or_default());
    escaped
}
