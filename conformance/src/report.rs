//! The report of a host, and its forms.

mod access;
pub mod badge;
mod circumstances;
mod document;
mod finding;
mod form;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod model;
mod readable;
pub mod sarif;
pub mod summary;
pub mod terminal;
pub(crate) mod verdict;
mod works_with;

pub use access::Access;
pub(crate) use circumstances::VERSION;
pub use document::Document;
pub use finding::{Acceptance, ReportedFinding};
pub use form::FormError;
pub use model::{About, Attempt, Check, Extent, LeftBehind, Outcome, Report};
pub use readable::Readable;
pub use works_with::{Answer, WorksWith};
