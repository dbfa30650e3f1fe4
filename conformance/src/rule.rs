use std::sync::LazyLock;

use login_flow::Actor;

use crate::Level;

/// A requirement of SPEC.md.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// How binding it is.
    pub level: Level,
    /// Whom it binds.
    pub actor: Actor,
    /// What it says.
    pub requirement: &'static str,
    /// The name of its source: `RFC 7591 §5`.
    pub source: &'static str,
    /// Its source, as a link.
    pub section: &'static str,
    /// When it is checked; never where it binds the client.
    pub phase: Option<Phase>,
}

impl Rule {
    /// Every one that binds a host or its authorization server, and so is checked, in the order of SPEC.md.
    pub fn all() -> &'static [Self] {
        &RULES
    }

    /// Those that bind the client too: a verdict may name one.
    pub fn with_those_of_clients() -> &'static [Self] {
        &ROWS
    }

    /// The rule of an id, where it is checked.
    pub fn of(id: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == id)
    }
}

/// The part of a check that a rule belongs to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Phase {
    /// Reading the metadata.
    Metadata,
    /// Asking the named URL as an MCP server (`--mcp`).
    Mcp,
    /// A good registration (`--register`).
    Registration,
    /// Registrations that are to be refused (`--register`).
    Refusals,
    /// Reading, updating and deleting what was registered (`--register`).
    Management,
    /// A login (`--login`).
    Login,
}

impl Phase {
    /// Every phase.
    pub const ALL: &[Self] =
        &[Self::Metadata, Self::Mcp, Self::Registration, Self::Refusals, Self::Management, Self::Login];

    /// When it takes place, for a person.
    pub fn when(self) -> &'static str {
        match self {
            Self::Metadata => "always, by reading",
            Self::Mcp => "with --mcp",
            Self::Registration | Self::Refusals | Self::Management => "with --register",
            Self::Login => "with --login",
        }
    }

    fn of(id: &str) -> Self {
        match id {
            "rfc6749/3.1.2.4/unregistered-redirect"
            | "rfc6749/4.1.2/code-once"
            | "rfc6749/4.1.2/state-returned"
            | "rfc6749/4.1.3/client-id-with-basic"
            | "rfc6749/5.1/no-store"
            | "rfc6749/5.1/token-answer"
            | "rfc6749/5.2/error-answer"
            | "rfc7636/4.6/verify"
            | "rfc9207/2/iss-sent" => Self::Login,
            "rfc6750/3/challenge" => Self::Mcp,
            "rfc7591/2/auth-method-unsupported"
            | "rfc7591/2/metadata-types"
            | "rfc7591/2.1/grant-response-consistent"
            | "rfc7591/3.1/content-type-required"
            | "rfc7591/3.1/json-required"
            | "rfc7591/3.2.2/error-object"
            | "rfc7591/3.2.2/error-status"
            | "rfc9110/15.5/client-error" => Self::Refusals,
            // What is registered together is told together; only the use of the two members is a phase of its own.
            "rfc7592/3/management-pair" | "rfc7592/3/registration-client-uri" => Self::Registration,
            _ if id.starts_with("rfc7591/5/") || id.starts_with("rfc6749/3.1.2/") => Self::Refusals,
            _ if id.starts_with("rfc7592/") => Self::Management,
            _ if id.starts_with("rfc7591/") => Self::Registration,
            _ => Self::Metadata,
        }
    }
}

static ROWS: LazyLock<Vec<Rule>> = LazyLock::new(|| SPEC.lines().filter_map(row).collect());
static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| ROWS.iter().filter(|rule| rule.phase.is_some()).copied().collect());

/// A row of a table: `| id | level | binds | requirement | [source](section) |`.
fn row(line: &'static str) -> Option<Rule> {
    let mut cells = line.strip_prefix("| `")?.trim_end_matches(" |").split(" | ");
    let id = cells.next()?.trim_end_matches('`');
    let level = Level::parse(cells.next()?)?;
    let actor = match cells.next()? {
        "authorization server" => Actor::AuthorizationServer,
        "host" => Actor::Host,
        "client" => Actor::Client,
        _ => return None,
    };
    let phase = (actor != Actor::Client).then(|| Phase::of(id));
    let requirement = cells.next()?;
    let (source, section) = cells.next()?.strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    Some(Rule { id, level, actor, requirement, source, section, phase })
}

const SPEC: &str = include_str!("../../SPEC.md");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_that_binds_a_host_or_server() {
        let listed: Vec<String> = Rule::all()
            .iter()
            .map(|rule| format!("{:?} {} {}", rule.phase.unwrap(), rule.level, rule.id))
            .collect();
        insta::assert_snapshot!(listed.join("\n"));
        let rows = SPEC.lines().filter(|line| line.starts_with("| `") && line.contains("](http"));
        let binding = rows.filter(|line| !line.contains(" | client | "));
        assert_eq!(binding.count(), Rule::all().len());
    }
}
