//! The checker against servers of this program: its findings, its formats, and hostile input.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod blame;
mod cors;
mod daily;
mod field;
mod field_checker;
mod formats;
mod lab;
mod login;
mod loopback;
mod many;
mod members;
mod mutation;
mod options;
mod polite;
mod recipe;
mod released;
mod threats;
mod tls;
mod verdicts;
mod works_with;
