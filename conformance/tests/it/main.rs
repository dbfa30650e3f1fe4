//! The checker against servers of this program: its findings, its formats, and hostile input.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::semicolon_if_nothing_returned, reason = "a fault is one expression")]

mod field;
mod formats;
mod lab;
mod login;
mod loopback;
mod many;
mod mutation;
mod polite;
mod recipe;
mod threats;
mod tls;
mod verdicts;
