use std::fmt;

use rfc8414::Metadata;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::Outcome;

/// A way to become a client of an authorization server, or what a client of it needs besides.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a reader must handle each")]
pub enum Access {
    /// Dynamic client registration without a token; it was tried.
    OpenRegistration,
    /// Dynamic client registration; it was not tried, and may need a token.
    Registration,
    /// Dynamic client registration; a good request without a token was refused.
    RefusedRegistration,
    /// Dynamic client registration with an initial access token; it was tried.
    RegistrationWithToken,
    /// A client that names itself by the URL of its metadata.
    ClientIdMetadataDocument,
    /// A client that the operator of the server registers.
    ByHand,
    /// Each authorization request must be pushed (RFC 9126).
    PushedRequests,
}

impl Access {
    /// The ways that metadata shows, with the outcome of a registration.
    pub(crate) fn of(metadata: &Metadata, registration: Option<&Outcome>, has_token: bool) -> Vec<Self> {
        let registration = metadata.registration_endpoint.as_ref().map(|_| match registration {
            Some(Outcome::Passed) => Self::OpenRegistration,
            Some(Outcome::Failed) => Self::RefusedRegistration,
            _ if has_token => Self::RegistrationWithToken,
            _ => Self::Registration,
        });
        let document = metadata.client_id_metadata_document_supported == Some(true);
        let document = document.then_some(Self::ClientIdMetadataDocument);
        let by_hand = (registration.is_none() && document.is_none()).then_some(Self::ByHand);
        let pushed = metadata.require_pushed_authorization_requests().then_some(Self::PushedRequests);
        registration.into_iter().chain(document).chain(by_hand).chain(pushed).collect()
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenRegistration => "open registration",
            Self::Registration => "registration (--register tells whether it is open)",
            Self::RefusedRegistration => "registration, which refused a good request",
            Self::RegistrationWithToken => "registration with an initial access token",
            Self::ClientIdMetadataDocument => "client id metadata document",
            Self::ByHand => "by hand",
            Self::PushedRequests => "pushed authorization requests required",
        })
    }
}
