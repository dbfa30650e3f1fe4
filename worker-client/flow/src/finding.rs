use std::borrow::Cow;

use pkce::CodeChallengeMethod;
use rfc8414::{Level, Metadata, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Requirement;

/// A requirement that a host violates, or a fact worth knowing, with the party that must act on it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a record; the command line makes its own")]
pub struct Finding {
    /// The stable id of the requirement.
    pub id: Cow<'static, str>,
    /// The level of the requirement.
    pub level: Level,
    /// Its source, as a link.
    pub section: Cow<'static, str>,
    /// The party that must act.
    pub actor: Actor,
    /// The evidence: untrusted text in part.
    pub evidence: String,
    /// The remedy.
    pub remedy: Cow<'static, str>,
}

/// The party that must act.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Actor {
    /// The operator of the authorization server.
    AuthorizationServer,
    /// The operator of this app.
    Client,
    /// The operator of the host that was named.
    Host,
    /// The person who uses this app.
    You,
}

impl Actor {
    /// The party, as a noun phrase.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationServer => "the operator of the authorization server",
            Self::Client => "the operator of this app",
            Self::Host => "the operator of the host",
            Self::You => "you",
        }
    }
}

impl Finding {
    /// The finding for a host without metadata at any well-known URL.
    pub(crate) fn no_metadata() -> Self {
        let remedy =
            "publish the metadata of the authorization server at /.well-known/oauth-authorization-server";
        Self { actor: Actor::Host, ..Self::of(Requirement::METADATA, "no metadata document", remedy) }
    }

    /// The findings for members that RFC 8414 leaves optional and that a login requires or is safer with.
    pub(crate) fn beyond(metadata: &Metadata) -> impl Iterator<Item = Self> {
        let registration = metadata.registration_endpoint.is_none().then(|| {
            let remedy = "offer dynamic client registration, or tell people how to register a client";
            Self::of(Requirement::REGISTRATION_ENDPOINT, "no usable `registration_endpoint`", remedy)
        });
        let s256 =
            (!metadata.code_challenge_methods_supported().contains(&CodeChallengeMethod::S256)).then(|| {
                let remedy = "support PKCE with S256, and list it";
                let evidence = "`code_challenge_methods_supported` does not list `S256`";
                Self::of(Requirement::S256_ADVERTISED, evidence, remedy)
            });
        let iss = (!metadata.authorization_response_iss_parameter_supported()).then(|| {
            let remedy = "send `iss` with every authorization response, and say so";
            let evidence = "`authorization_response_iss_parameter_supported` is not true";
            Self::of(Requirement::ISS_ADVERTISED, evidence, remedy)
        });
        [registration, s256, iss].into_iter().flatten()
    }

    pub(crate) fn of(requirement: Requirement, evidence: &str, remedy: &'static str) -> Self {
        Self {
            id: requirement.id.into(),
            level: requirement.level,
            section: requirement.section.into(),
            actor: Actor::AuthorizationServer,
            evidence: evidence.to_owned(),
            remedy: remedy.into(),
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
            id: violation.code().into(),
            level: level(violation),
            section: violation.section().into(),
            actor: Actor::AuthorizationServer,
            evidence,
            remedy: remedy(violation).into(),
        }
    }
}

fn level(violation: &Violation) -> Level {
    match violation {
        // A person who names a host does not name an issuer: `https://host` and `https://host/` are one target.
        Violation::IssuerSlash { found, .. } if found.url().path() == "/" => Level::Note,
        _ => violation.level(),
    }
}

fn remedy(violation: &Violation) -> &'static str {
    match violation {
        Violation::AlgorithmNone(_) => "take `none` out of the list",
        Violation::AlgorithmsMissing(_) => "list the signature algorithms, or offer no method that signs",
        Violation::ContentType(_) => "send the document as application/json",
        Violation::Empty(_) => "omit the member",
        Violation::EndpointUrl(_) => "publish an https URL without a fragment",
        Violation::IssuerMismatch { .. } | Violation::IssuerSlash { .. } => {
            "publish the document at the well-known URL of the very issuer that it names"
        }
        Violation::IssuerUrl(_) => "publish an https URL without a query or fragment",
        Violation::Malformed(_) => "correct the value's type or syntax",
        Violation::Missing(_) => "add the member",
        Violation::NotAnObject => "send one JSON object",
        Violation::Repeated(_) => "name each member once",
        _ => "answer with 200",
    }
}

const MAX_EVIDENCE: usize = 300;
