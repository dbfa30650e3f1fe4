use rfc8414::{Level, Violation};
use schemars::JsonSchema;
use serde::Serialize;

/// One thing that was found out about a host, and who must act on it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable id of the requirement.
    pub id: &'static str,
    /// How binding it is: `MUST`, `SHOULD` or `note`.
    pub level: &'static str,
    /// Its source, as a link.
    pub section: &'static str,
    /// Who must act.
    pub actor: Actor,
    /// What was seen: untrusted text in part.
    pub evidence: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Who must act.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Actor {
    /// Whoever runs the authorization server.
    AuthorizationServer,
    /// Whoever runs this app.
    Client,
    /// Whoever runs the host that was named.
    Host,
    /// The person in front of the page.
    You,
}

impl Actor {
    /// As words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationServer => "the operator of the authorization server",
            Self::Client => "the operator of this app",
            Self::Host => "the operator of the host",
            Self::You => "you",
        }
    }
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Self {
        let mut evidence = violation.to_string();
        if let Some((end, _)) = evidence.char_indices().nth(MAX_EVIDENCE) {
            evidence.truncate(end);
            evidence.push('…');
        }
        Self {
            id: violation.code(),
            level: level(violation),
            section: violation.section(),
            actor: Actor::AuthorizationServer,
            evidence,
            remedy: remedy(violation),
        }
    }
}

fn level(violation: &Violation) -> &'static str {
    match (violation, violation.level()) {
        // Whoever names a host has named no issuer yet: `https://host` and `https://host/` are one question.
        (Violation::IssuerSlash { found, .. }, _) if found.url().path() == "/" => "note",
        (_, Level::Must) => "MUST",
        (_, Level::Should) => "SHOULD",
        _ => "note",
    }
}

fn remedy(violation: &Violation) -> &'static str {
    match violation {
        Violation::ContentType(_) => "send the document as application/json",
        Violation::Empty(_) => "omit the member",
        Violation::IssuerMismatch { .. } | Violation::IssuerSlash { .. } => {
            "publish the document at the well-known URL of the very issuer that it names"
        }
        Violation::Malformed(_) => "correct the value's type or syntax",
        Violation::Missing(_) => "add the member",
        Violation::NotAnObject => "send one JSON object",
        Violation::Repeated(_) => "name each member once",
        _ => "answer with 200",
    }
}

const MAX_EVIDENCE: usize = 300;
