#![doc = include_str!("../README.md")]
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
