use std::fmt::Write;

use conformance::Rule;
use serde_json::Value;

use super::{Usage, print};

pub(super) fn run(ids: &[String]) -> Result<u8, Usage> {
    // A list is of what is checked; a verdict may also name what binds the client.
    let known = if ids.is_empty() { Rule::all() } else { Rule::with_those_of_clients() };
    let named = |rule: &&Rule| ids.is_empty() || ids.iter().any(|id| rule.id.starts_with(id.as_str()));
    let rules: Vec<&Rule> = known.iter().filter(named).collect();
    if let Some(unknown) = ids.iter().find(|id| !rules.iter().any(|rule| rule.id.starts_with(id.as_str()))) {
        return Err(Usage::of(format!("no requirement begins with `{unknown}`")));
    }
    let mut out = String::new();
    for rule in &rules {
        // Writing to a string does not fail.
        let _ = if ids.is_empty() { summary(rule, &mut out) } else { whole(rule, &mut out) };
    }
    print(&out);
    Ok(0)
}

fn summary(rule: &Rule, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{:<6} {:<42} {}", rule.level, rule.id, rule.requirement)
}

fn whole(rule: &Rule, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}  {}\n", rule.id, rule.level)?;
    writeln!(out, "  {}\n", rule.requirement)?;
    writeln!(out, "  source     {} <{}>", rule.source, rule.section)?;
    let (actor, when) = match rule.phase {
        Some(phase) => (rule.actor.as_str(), phase.when()),
        None => ("whoever writes the client", "never: it binds the client, and a verdict may follow from it"),
    };
    writeln!(out, "  who acts   {actor}")?;
    writeln!(out, "  checked    {when}")?;
    for requirement in vectors::requirements().filter(|requirement| requirement.id == rule.id) {
        for case in &requirement.cases {
            let breaks = breaks(rule.id, &case.expect);
            writeln!(out, "  {:<10} {}", if breaks { "broken by" } else { "kept by" }, case.note)?;
        }
    }
    writeln!(out)
}

/// Whether a case expects that a requirement is broken.
fn breaks(id: &str, expect: &Value) -> bool {
    let findings = expect.get("findings").and_then(Value::as_array);
    findings.is_some_and(|findings| findings.iter().any(|found| found == id))
        || expect.get("breaks").is_some_and(|broken| broken == id)
        || expect.get("matches") == Some(&Value::Bool(false))
}
