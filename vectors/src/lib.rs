//! Responses of authorization servers, and what a client must conclude from each, as language-neutral JSON.
//!
//! ```text
//!   requirements/<id>.json   cases in which a requirement of SPEC.md fails, and neighbours in which it passes
//!   hosts/*.json             whole hosts, with the verdict of a client
//!   recorded/*/*.json        responses of real servers
//! ```
//!
//! ```
//! let vector = vectors::all().find(|vector| vector.host == "https://oidc.example").unwrap();
//! let request = http::Request::get("https://oidc.example/.well-known/oauth-authorization-server").body(Vec::new())?;
//! assert_eq!(vector.fetch(&request)?.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! The crate evaluates nothing: a vector has a response and the expected result, and the crate that replays it
//! compares.
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
