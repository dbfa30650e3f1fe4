#![cfg_attr(feature = "http", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "http"),
    doc = "RFC 7591 and RFC 7592: OAuth 2.0 dynamic client registration and its management."
)]
#![forbid(unsafe_code)]

mod bearer_token;
mod client_configuration;
#[cfg(feature = "http")]
mod context;
mod difference;
mod endpoint;
mod error_response;
mod information;
pub mod lenient;
mod metadata;
mod names;
mod open_enum;
#[cfg(feature = "http")]
mod registration;
#[cfg(feature = "http")]
mod registration_error;
mod secret;
mod uri;
mod violation;

pub use bearer_token::{BearerToken, InvalidBearerToken};
pub use client_configuration::ClientConfiguration;
#[cfg(feature = "http")]
pub use client_configuration::requests::{DeleteClient, ReadClient, UpdateClient};
pub use difference::Difference;
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error_response::{ErrorCode, ErrorResponse};
pub use information::ClientInformation;
pub use metadata::{ClientMetadata, LocalizedMember};
pub use names::{ApplicationType, AuthMethod, GrantType, ResponseType};
#[cfg(feature = "http")]
pub use registration::Registration;
#[cfg(feature = "http")]
pub use registration_error::RegistrationError;
pub use secret::{ClientSecret, Expiry, Secret};
pub use uri::UriString;
pub use violation::{Level, Violation};
