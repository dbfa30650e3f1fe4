//! One exchange at a time for each key; every caller that needs it waits for the same one.

use std::{cell::RefCell, fmt, rc::Rc};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use worker::{State, wasm_bindgen::JsValue};

use super::{log::report, panic::contained, promise::promise};
use crate::{failure::Failure, small_map::SmallMap};

/// The exchanges under way in one object.
pub(crate) struct SingleFlight<T>(Rc<RefCell<SmallMap<Flight<T>>>>);

type Flight<T> = Running<Result<T, Failure>>;

/// Work that an object completes even if no caller waits for it.
pub(crate) type Running<T> = Shared<LocalBoxFuture<'static, T>>;

/// Runs work to its end in the object, even if the caller disconnects.
pub(crate) fn run_to_completion<T: Clone + 'static>(
    state: &State,
    work: impl Future<Output = T> + 'static,
) -> Running<T> {
    let work = work.boxed_local().shared();
    keep_running(state, work.clone());
    work
}

/// Polls work at once, and until it ends.
fn keep_running<T: Clone + 'static>(state: &State, work: Running<T>) {
    let ended = promise(async move {
        drop(work.await);
        Ok(JsValue::UNDEFINED)
    });
    drop(state.as_raw().wait_until(&ended));
}

impl<T: Clone + 'static> SingleFlight<T> {
    /// True if nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// True if the exchange of that key is under way.
    pub(crate) fn is_running(&self, key: &str) -> bool {
        self.0.borrow().get(key).is_some()
    }

    /// Waits for the exchange of that key, which starts if none is under way.
    ///
    /// The object runs it to completion: the first caller may disconnect, the others still wait.
    pub(crate) async fn join(
        &self,
        state: &State,
        key: &str,
        start: impl Future<Output = Result<T, Failure>> + 'static,
    ) -> Result<T, Failure> {
        let running = self.0.borrow().get(key).cloned();
        let flight = running.unwrap_or_else(|| {
            let (flights, ended) = (Rc::clone(&self.0), key.to_owned());
            let flight = async move {
                let outcome = contained(start).await.map_err(report);
                flights.borrow_mut().remove(&ended);
                outcome
            };
            let flight = flight.boxed_local().shared();
            // In place before it is polled: a flight that ends at once removes itself.
            self.0.borrow_mut().insert(key.to_owned(), flight.clone());
            keep_running(state, flight.clone());
            flight
        });
        flight.await
    }
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T> fmt::Debug for SingleFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleFlight").finish_non_exhaustive()
    }
}
