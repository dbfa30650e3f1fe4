//! Panics: each is a failure of the one request that it happened in.
//!
//! The artefact is built so that a panic unwinds (`build.sh`). Other requests in the same isolate go on.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;

use crate::failure::{Defect, Failure};

/// The outcome of some work; a defect when it panics.
///
/// Nothing that outlives the work is left half changed: a row is written by one statement, and a `RefCell` is never
/// borrowed across an `await`.
pub(crate) async fn contained<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.map_err(|panic| internal(&*panic)).flatten()
}

/// A constant message alone is kept: a formatted one may hold what the panic was about.
fn internal(panic: &(dyn Any + Send)) -> Failure {
    Failure::internal(Defect::Panic(panic.downcast_ref::<&'static str>().copied()))
}

/// A hook for the tests of this file: a request to a certain path panics.
#[cfg(feature = "panic-on-purpose")]
pub(crate) fn on_purpose(url: &url::Url) {
    assert!(url.path() != "/panic-on-purpose", "on purpose");
}
