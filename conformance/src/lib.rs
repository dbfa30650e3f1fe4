//! Checks whether a host supports dynamic client registration, how well, and which party must act where it does not.
//!
//! ```text
//!   Checker::check(host) ──▶ metadata ─▶ registration ─▶ refusals ─▶ management ─▶ login ──▶ Report
//!        │                      │            (each only where it is asked for)              ├─ verdict
//!        └─ Transport ◀─ Session (budget, deadline, Retry-After) ◀──────────────────────────├─ findings
//!                                                                                           └─ checks
//! ```
//!
//! In the tests of an authorization server: start it on loopback, check it, and assert on the report.
//!
//! ```no_run
//! use conformance::{Checker, Level, Options};
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let checker = Checker::new(Options::loopback().with_registration())?;
//! let report = checker.check("http://127.0.0.1:4101").await?;
//! assert!(report.is_supported(), "{report}");
//! assert_eq!(report.failed(Level::Must).count(), 0, "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! It opens no browser and runs no command. Without [`Options::with_registration`] it only reads. A rule passes only
//! where a check looked at it and saw it met; any other rule is *failed* or *not tested*.
#![forbid(unsafe_code)]

mod cache_control;
mod check;
mod checker;
mod consent;
mod content_type;
mod context;
mod entropy;
mod finding;
mod follow;
mod http_client;
mod judge;
pub mod lab;
mod ledger;
mod member_types;
mod options;
mod preset;
mod proxy;
mod received;
mod recording;
mod relaxed;
mod replayed;
mod report;
mod rule;
mod secrets;
mod session;
mod text;

pub use check::CheckError;
pub use checker::Checker;
pub use consent::ConsentHandler;
pub use http_client::{HttpClient, HttpClientError};
pub use judge::judge;
pub use login_flow::{Actor, Finding, Level, Verdict};
pub use options::Options;
pub use preset::{Preset, ScopeRule};
pub use proxy::{InvalidProxy, Proxy};
pub use received::Received;
pub use recording::{Recorder, Replay};
pub use replayed::{ReplayError, Replayed, replay_vectors};
pub use report::{
    About, Acceptance, Access, Answer, Attempt, Check, Document, Extent, FormError, LeftBehind, Outcome,
    Readable, Report, ReportedFinding, WorksWith, badge, html, json, junit, markdown, sarif, summary,
    terminal,
};
pub use rule::{CLIENT_CLAUSES, Clause, Phase, Rule, UnknownRule};
pub use session::{Failure, Limit, Transport};
pub use text::escape;
