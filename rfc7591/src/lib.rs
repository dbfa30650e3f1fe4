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

mod difference;
mod information;
mod language;
mod management;
mod member;
mod metadata;
mod object;
mod open_enum;
mod refusal;
mod registration;
mod secret;
mod violation;

pub use difference::Difference;
pub use information::Registered;
#[doc(hidden)]
pub use language::lookup;
pub use management::{DeleteClient, Management, ReadClient, UpdateClient};
pub use member::{Member, Seconds};
pub use metadata::{ApplicationType, AuthMethod, ClientMetadata, GrantType, HumanReadable, ResponseType};
#[doc(hidden)]
pub use object::{Draft, Name, without_null};
pub use object::{NotAnObject, Notes, Object, Reading, Unreadable};
pub use refusal::{Refusal, RefusalCode, Rejected};
pub use registration::Registration;
pub use secret::{ClientSecret, Expiry, Secret};
pub use violation::{Level, Violation};
