//! What authorization servers answer, and what a client is to make of it, as language-neutral JSON.
//!
//! ```text
//!   requirements/<id>.json   cases that break a requirement of SPEC.md, and neighbours that do not
//!   hosts/*.json             whole hosts, with the verdict of a client that asks them
//!   recorded/*/*.json        what real servers answered
//! ```
//!
//! ```
//! let vector = vectors::all().find(|vector| vector.host == "https://oidc.example").unwrap();
//! let request = http::Request::get("https://oidc.example/.well-known/oauth-authorization-server").body(Vec::new())?;
//! assert_eq!(vector.fetch(&request)?.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not do
//!
//! It judges nothing: a vector says what was answered and what is expected, and the crate that replays it compares.
#![forbid(unsafe_code)]

mod files;
mod host;
mod recorded;
mod requirement;
mod response;
mod scrub;

pub use host::{Exchange, Unrecorded, Vector, all};
pub use recorded::{Answer, Recorded, recorded};
pub use requirement::{Case, Requirement, cases, requirements};
pub use response::Response;
