#![doc = include_str!("../README.md")]
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
