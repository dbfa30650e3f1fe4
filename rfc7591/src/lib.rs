//! RFC 7591, OAuth 2.0 Dynamic Client Registration, and RFC 7592, its management protocol: the client metadata,
//! each request, its answer, what an answer can break, and what the server changed.
//!
//! ```text
//!   ClientMetadata ──▶ Registration ──request()──▶  POST registration_endpoint
//!                           │
//!                       receive() ◀──────────────  201 client information response (§3.2.1)
//!                           │                      400 client registration error   (§3.2.2)
//!        Registered ◀───────┴───────▶ Rejected
//!        ├─ client_id, client_secret and its expiry
//!        ├─ metadata, as registered
//!        ├─ violations, and the differences among them
//!        └─ management ──▶ read() │ update() │ delete()   (RFC 7592 §2)
//! ```
//!
//! ```
//! use rfc7591::{AuthMethod, ClientMetadata, Difference, Registration};
//! use url::Url;
//!
//! let mut metadata = ClientMetadata::public(Url::parse("https://app.example/callback")?);
//! metadata.token_endpoint_auth_method = Some(AuthMethod::None);
//! let registration = Registration::new("https://as.example/register".parse()?, metadata);
//! let request = registration.request(); // send it with any HTTP client, without following redirects
//! assert_eq!(request.method(), "POST");
//!
//! let answer = http::Response::builder().status(201).header("content-type", "application/json").body(
//!     br#"{"client_id": "s6BhdRkqt3", "redirect_uris": ["https://app.example/callback"],
//!          "token_endpoint_auth_method": "client_secret_basic",
//!          "client_secret": "cf136dc3c1fc93f31185e5885805d", "client_secret_expires_at": 0}"#.to_vec(),
//! )?;
//! let registered = registration.receive(&answer)?;
//! assert_eq!(registered.client_id, "s6BhdRkqt3");
//! // The server may register something else than it was asked to: it is for you to decide whether that will do.
//! let differences: Vec<_> = registered.differences().collect();
//! assert!(matches!(differences.as_slice(), [Difference::AuthMethod { .. }]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A member that is missing, `null`, empty or of the wrong type does not fail an answer: it counts as absent, is
//! told in [`Violation`]s with the section that it breaks, and its value stays where it was. Only what leaves no
//! client to use is an error.
//!
//! # What it does not do
//!
//! It opens no socket, reads no clock, draws no entropy and verifies no software statement. It does not decide
//! whether an answer is good enough to log in with: it says what the answer broke and what the server changed.
#![forbid(unsafe_code)]

mod client_configuration;
mod difference;
mod error_response;
mod information;
mod language;
mod member;
mod metadata;
mod object;
mod open_enum;
mod registration;
mod secret;
mod violation;

#[doc(hidden)]
pub use client_configuration::is_secure;
pub use client_configuration::{ClientConfiguration, DeleteClient, ReadClient, UpdateClient};
pub use difference::Difference;
pub use error_response::{ErrorCode, ErrorResponse, RegistrationError};
pub use information::ClientInformation;
#[doc(hidden)]
pub use language::lookup;
pub use member::{Member, Seconds, TextList, read_list};
pub use metadata::{ApplicationType, AuthMethod, ClientMetadata, GrantType, LocalizedMember, ResponseType};
#[doc(hidden)]
pub use object::{Draft, Name, without_null};
pub use object::{Lenient, NotAnObject, Notes, Object, Unreadable};
pub use registration::Registration;
pub use secret::{ClientSecret, Expiry, Secret};
pub use violation::{Level, Violation};
