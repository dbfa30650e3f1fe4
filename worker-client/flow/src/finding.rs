use pkce::CodeChallengeMethod;
use rfc8414::{Metadata, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Requirement;

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
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
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

impl Finding {
    /// That a host has no metadata anywhere it may lie.
    pub(crate) fn no_metadata() -> Self {
        let remedy =
            "publish the metadata of the authorization server at /.well-known/oauth-authorization-server";
        Self { actor: Actor::Host, ..Self::of(Requirement::METADATA, "no metadata document", remedy) }
    }

    /// What metadata lacks of what RFC 8414 leaves open and a login needs, or would be safer with.
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

    fn of(requirement: Requirement, evidence: &str, remedy: &'static str) -> Self {
        Self {
            id: requirement.id,
            level: requirement.level.as_str(),
            section: requirement.section,
            actor: Actor::AuthorizationServer,
            evidence: evidence.to_owned(),
            remedy,
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
    match violation {
        // Whoever names a host has named no issuer yet: `https://host` and `https://host/` are one question.
        Violation::IssuerSlash { found, .. } if found.url().path() == "/" => "note",
        _ => violation.level().as_str(),
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
