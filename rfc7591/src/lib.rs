//! RFC 7591, OAuth 2.0 Dynamic Client Registration, and RFC 7592, its management protocol: the client metadata,
//! each request and its response, the requirements that a response breaks, and the members that the server changed.
//!
//! ```text
//!   ClientMetadata ──▶ Registration ──request()──▶  POST registration_endpoint
//!                           │
//!                       receive() ◀──────────────  201 client information response (§3.2.1)
//!                           │                      400 client registration error   (§3.2.2)
//! ClientInformation ◀───────┴───────▶ RegistrationError
//!        ├─ client_id, client_secret and its expiry
//!        ├─ metadata, as registered
//!        ├─ violations, and the differences among them
//!        └─ configuration ──▶ read() │ update() │ delete()   (RFC 7592 §2)
//! ```
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use rfc7591::{AuthMethod, ClientMetadata, Difference, Registration};
//!
//! let mut metadata = ClientMetadata::public("https://app.example/callback".parse()?);
//! metadata.token_endpoint_auth_method = Some(AuthMethod::None);
//! let registration = Registration::new("https://as.example/register".parse()?, metadata);
//! let request = registration.request(); // send it with any HTTP client, without following redirects
//! assert_eq!(request.method(), "POST");
//!
//! let response = http::Response::builder().status(201).header("content-type", "application/json").body(
//!     br#"{"client_id": "s6BhdRkqt3", "redirect_uris": ["https://app.example/callback"],
//!          "token_endpoint_auth_method": "client_secret_basic",
//!          "client_secret": "cf136dc3c1fc93f31185e5885805d", "client_secret_expires_at": 0}"#.to_vec(),
//! )?;
//! let registered = registration.receive(&response)?;
//! assert_eq!(registered.client_id, "s6BhdRkqt3");
//! // The server may register something else than it was asked to: it is for you to decide whether that will do.
//! let differences: Vec<_> = registered.differences().collect();
//! assert!(matches!(differences.as_slice(), [Difference::AuthMethod { .. }]));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A member that is missing, `null`, empty or of the wrong type does not fail a response: it counts as absent, is
//! reported as a [`Violation`] with the section that it breaks, and its value stays where it was. Only a response
//! without a client that can be used is an error. [`lenient`] does the reading, and reads other objects too.
//!
//! A server makes a [`ClientInformation`] or an [`ErrorResponse`] with `new`, and answers with its JSON:
//!
//! ```
//! use rfc7591::{ClientInformation, ClientMetadata};
//!
//! let metadata = ClientMetadata::public("https://app.example/callback".parse()?);
//! let information = ClientInformation::new("s6BhdRkqt3".to_owned(), metadata);
//! let stored = serde_json::to_string(&information)?;
//! assert_eq!(serde_json::from_str::<ClientInformation>(&stored)?, information);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! None is on by default. `http` adds the requests and the readers of their responses, as types of the `http` crate;
//! `schemars` adds JSON Schemas of what is on the wire.
//!
//! # What it does not do
//!
//! It opens no socket, reads no clock, draws no entropy and verifies no software statement. It does not decide
//! whether a registration is good enough to log in with: it lists violations and differences.
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
