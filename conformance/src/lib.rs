//! Tells whether a host supports dynamic client registration, how well, and whose fault what is missing is.
//!
//! ```text
//!   Checker::check(host) ──▶ metadata ─▶ registration ─▶ refusals ─▶ management ─▶ login ──▶ Report
//!        │                      │            (each only where it is asked for)              ├─ verdict
//!        └─ Transport ◀─ Session (budget, deadline, Retry-After) ◀──────────────────────────├─ findings
//!                                                                                           └─ checks
//! ```
//!
//! In the tests of an authorization server: start it on loopback, ask, and assert on the report.
//!
//! ```no_run
//! use conformance::{Checker, Level, Options};
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let checker = Checker::new(Options::loopback().with_registration())?;
//! let report = checker.check("http://127.0.0.1:4101").await?;
//! assert!(report.is_supported(), "{report}");
//! assert_eq!(report.broken(Level::Must).count(), 0, "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! # What it does not do
//!
//! It opens no browser and runs no command. It asks nothing that it was not told to ask: without
//! [`Options::with_registration`] it only reads. A check that could not be made is *not tested*, never passed.
#![forbid(unsafe_code)]

mod check;
mod checker;
mod door;
mod judge;
mod ledger;
mod recording;
mod replayed;
mod report;
mod rule;
mod secrets;
mod session;
mod text;

pub use checker::{Checker, Options, Person};
pub use door::{Door, DoorError};
pub use judge::judge;
pub use recording::{Recorder, Replay};
pub use replayed::{Replayed, replay_vectors};
pub use report::{
    About, Asked, Attempt, Check, Document, Finding, LeftBehind, Level, Outcome, Report, Verdict, html, json,
    junit, markdown, sarif, terminal,
};
pub use rule::{Phase, Rule};
pub use session::{Failure, Limit, Transport};
pub use text::escape;
