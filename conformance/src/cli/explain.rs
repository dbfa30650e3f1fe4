use std::fmt::Write;

use conformance::{CLIENT_CLAUSES, Clause, Phase, Rule};
use serde_json::Value;

use super::{console::print, usage::Usage};

pub(super) fn run(ids: &[String]) -> Result<u8, Usage> {
    let mut out = String::new();
    if ids.is_empty() {
        for rule in Rule::ALL {
            // Writing to a string does not fail.
            let _ = summary(rule.clause(), &mut out);
        }
    }
    // A list is of the rules that are checked; a verdict may also name a clause that binds the client.
    let rules = Rule::ALL.iter().map(|rule| (rule.clause(), Some(rule.phase())));
    let clauses = rules.chain(CLIENT_CLAUSES.iter().map(|clause| (clause, None)));
    let clauses: Vec<_> =
        clauses.filter(|(clause, _)| ids.iter().any(|id| clause.id.starts_with(id.as_str()))).collect();
    let is_unknown = |id: &&String| clauses.iter().all(|(clause, _)| !clause.id.starts_with(id.as_str()));
    if let Some(unknown) = ids.iter().find(is_unknown) {
        return Err(Usage::of(format!("no requirement begins with `{unknown}`")));
    }
    for (clause, phase) in clauses {
        let _ = whole(clause, phase, &mut out);
    }
    print(&out);
    Ok(0)
}

fn summary(clause: &Clause, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{:<6} {:<42} {}", clause.level, clause.id, clause.text)
}

fn whole(clause: &Clause, phase: Option<Phase>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}  {}\n", clause.id, clause.level)?;
    writeln!(out, "  {}\n", clause.text)?;
    writeln!(out, "  source     {} <{}>", clause.source, clause.section)?;
    let (actor, when) = match phase {
        Some(phase) => (clause.actor.as_str(), phase.when()),
        None => ("the author of the client", "never: it binds the client, and a verdict may follow from it"),
    };
    writeln!(out, "  who acts   {actor}")?;
    writeln!(out, "  checked    {when}")?;
    for requirement in vectors::requirements().filter(|requirement| requirement.id == clause.id) {
        for case in &requirement.cases {
            let fails = fails(clause.id, &case.expect);
            writeln!(out, "  {:<10} {}", if fails { "failed by" } else { "passed by" }, case.note)?;
        }
    }
    writeln!(out)
}

/// Returns `true` if a case expects that a requirement fails.
fn fails(id: &str, expect: &Value) -> bool {
    let findings = expect.get("findings").and_then(Value::as_array);
    findings.is_some_and(|findings| findings.iter().any(|found| found == id))
        || expect.get("breaks").is_some_and(|failed| failed == id)
        || expect.get("matches") == Some(&Value::Bool(false))
}
