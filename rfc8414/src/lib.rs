//! RFC 8414, OAuth 2.0 Authorization Server Metadata: the issuer identifier, the well-known URLs, the metadata
//! document and the requirements that it can break.
//!
//! ```text
//!   Issuer ──metadata_url()──▶  GET /.well-known/oauth-authorization-server…      (§3.1)
//!     │
//!     └── Metadata::receive(&issuer, &response) ──▶ Metadata and its violations   (§2, §3.2, §3.3)
//!                                             └───▶ InvalidMetadata: every violation, one of them fatal
//! ```
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use rfc8414::{Issuer, Metadata, WellKnown};
//!
//! let issuer: Issuer = "https://as.example/tenant".parse()?;
//! assert_eq!(
//!     issuer.metadata_url(WellKnown::OAuth).as_str(),
//!     "https://as.example/.well-known/oauth-authorization-server/tenant",
//! );
//!
//! let response = http::Response::builder().header("content-type", "application/json").body(
//!     br#"{"issuer": "https://as.example/tenant", "response_types_supported": ["code"],
//!          "authorization_endpoint": "https://as.example/tenant/authorize",
//!          "token_endpoint": "https://as.example/tenant/token"}"#.to_vec(),
//! )?;
//! let read = Metadata::receive(&issuer, &response)?;
//! assert!(read.violations.is_empty());
//! assert!(read.metadata.registration_endpoint.is_none());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A member that is `null`, empty or of the wrong type does not fail a document: it counts as absent, is reported
//! as a [`Violation`] with the section that it breaks, and its value stays among `additional`, so that what is written
//! back is what was read. Fatal is only what no login can do without: that the document is one, and whose it is.
//! [`audit`] lists every violation whether there is a typed value or not.
//!
//! A server makes its [`Metadata`] with `new`, sets the public fields, and answers with its JSON.
//!
//! # Features
//!
//! None is on by default. `http` adds the reader of a response, as a type of the `http` crate; `schemars` adds the JSON
//! Schema of the document.
//!
//! # What it does not do
//!
//! It sends nothing, follows no redirect and keeps no cache. It does not verify `signed_metadata`. Loopback
//! `http` is readable as an issuer or endpoint, for development: whether to connect there is the caller's
//! policy.
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
