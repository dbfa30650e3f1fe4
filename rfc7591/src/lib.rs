//! RFC 7591, OAuth 2.0 Dynamic Client Registration: the client metadata, the registration request, its answer,
//! and what an answer can break.
//!
//! ```text
//!   ClientMetadata ──▶ Registration ──request()──▶  POST registration_endpoint
//!                           │
//!                       receive() ◀──────────────  201 client information response (§3.2.1)
//!                           │                      400 client registration error   (§3.2.2)
//!                  Registered │ Rejected
//! ```
//!
//! ```
//! use rfc7591::{ClientMetadata, Registration};
//! use url::Url;
//!
//! let callback = Url::parse("https://app.example/callback")?;
//! let registration = Registration::new(
//!     "https://as.example/register".parse()?,
//!     ClientMetadata::public(callback),
//! );
//! let request = registration.request(); // send it with any HTTP client, without following redirects
//! assert_eq!(request.method(), "POST");
//!
//! let answer = http::Response::builder().status(201).body(
//!     br#"{"client_id": "s6BhdRkqt3", "redirect_uris": ["https://app.example/callback"]}"#.to_vec(),
//! )?;
//! let registered = registration.receive(&answer)?;
//! assert_eq!(registered.client_id, "s6BhdRkqt3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not do
//!
//! It opens no socket, reads no clock and verifies no software statement. It does not decide whether an answer
//! is good enough to log in with: it says what the answer broke ([`Violation`]) and what the server changed.
#![forbid(unsafe_code)]

mod members;
mod metadata;
mod open_enum;
mod refusal;
mod registration;
mod secret;
mod violation;

pub use members::{Members, NotAnObject, Unreadable};
pub use metadata::{ApplicationType, AuthMethod, ClientMetadata, GrantType, ResponseType};
pub use refusal::{Refusal, RefusalCode};
pub use registration::{Management, Registered, Registration, Rejected};
pub use secret::{ClientSecret, Expiry, Secret};
pub use violation::{Level, Violation};
