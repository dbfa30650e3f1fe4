#![cfg_attr(feature = "http", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "http"), doc = "RFC 8414: OAuth 2.0 authorization server metadata.")]
#![forbid(unsafe_code)]

mod audit;
mod issuer;
mod metadata;
mod names;
mod open_enum;
mod scopes;
mod violation;

pub use audit::audit;
pub use issuer::{InvalidIssuer, Issuer, WellKnown};
pub use metadata::{LocalizedMember, Metadata, Parsed};
pub use names::{
    Claim, ContentEncryptionAlgorithm, KeyManagementAlgorithm, ResponseMode, SigningAlgorithm, SubjectType,
};
pub use rfc7591::{Endpoint, InvalidEndpoint, Level, UriString};
pub use scopes::ScopeValues;
pub use violation::{InvalidMetadata, Violation};
