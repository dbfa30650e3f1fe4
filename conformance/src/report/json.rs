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
    if json.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) && !json.contains("##") {
        return json.to_owned();
    }
    let mut escaped = String::with_capacity(json.len());
    let mut before = None;
    for c in json.chars() {
        let is_command = continues_command(before.replace(c), c);
        // A line end outside of a text is layout.
        if is_command || is_unsafe(c) && c != '\n' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}
