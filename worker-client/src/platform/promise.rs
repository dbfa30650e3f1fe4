//! Promises, made of futures and awaited as futures.
//!
//! The functions that the platform calls most do not leave this to `wasm-bindgen-futures`, which takes a turn of the queue
//! of microtasks for each poll, and two functions with a destructor for each promise that is awaited: for what we do in an
//! object, that is the larger part of the time. It can go once that crate polls where it is called.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use worker::{
    js_sys::{Error, Promise},
    wasm_bindgen::{self, JsValue, closure::Closure, prelude::wasm_bindgen},
};

use super::tasks::Tasks;

/// The outcome of a promise.
pub(crate) type Outcome = Result<JsValue, JsValue>;

/// A promise for the outcome of some work, which is polled at once.
pub(crate) fn promise(work: impl Future<Output = Outcome> + 'static) -> Promise {
    begin(Box::pin(work))
}

fn begin(work: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    match TASKS.with(|tasks| tasks.begin(work)) {
        Ok(Ok(value)) => Promise::resolve(&value),
        Ok(Err(value)) => Promise::reject(&value),
        Err(task) => pending(task),
    }
}

/// The outcome of a promise.
pub(crate) fn settled(promise: &Promise) -> impl Future<Output = Outcome> {
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    AWAITED.with_borrow_mut(|awaited| awaited.push((number, Awaited::Silent)));
    TOLD.with(|told| watch(promise, number, told));
    Settled(number)
}

struct Settled(u32);

impl Future for Settled {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let waiting = Awaited::By(context.waker().clone());
        match replace(self.0, waiting) {
            Some(Awaited::Settled(outcome)) => Poll::Ready(outcome),
            _ => Poll::Pending,
        }
    }
}

impl Drop for Settled {
    fn drop(&mut self) {
        let gone = AWAITED.with_borrow_mut(|awaited| {
            let at = awaited.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
            Some(awaited.remove(at))
        });
        drop(gone);
    }
}

/// A promise that a future waits for.
enum Awaited {
    /// It is not settled, and no future was polled for it.
    Silent,
    /// It is not settled; the waker of the future that waits.
    By(Waker),
    Settled(Outcome),
}

/// Replaces the state of a promise and returns the earlier one; `None` if no future waits for it any more.
fn replace(number: u32, new: Awaited) -> Option<Awaited> {
    AWAITED.with_borrow_mut(|awaited| {
        let at = awaited.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, awaited) = awaited.get_mut(at)?;
        let is_told = matches!(new, Awaited::Settled(_));
        match awaited {
            Awaited::Settled(_) if is_told => None,
            _ => Some(std::mem::replace(awaited, new)),
        }
    })
}

/// Settles a promise: the task that waits for it is polled before this function returns.
fn on_settled(number: u32, is_fulfilled: bool, value: JsValue) {
    let outcome = if is_fulfilled { Ok(value) } else { Err(value) };
    let wake = || {
        if let Some(Awaited::By(waker)) = replace(number, Awaited::Settled(outcome)) {
            waker.wake();
        }
    };
    TASKS.with(|tasks| {
        tasks.turn(wake, |task, outcome| match outcome {
            Ok(value) => settle(task, true, &value),
            Err(value) => settle(task, false, &value),
        });
    });
}

fn soon() {
    TOLD.with(later);
}

fn panicked() -> Outcome {
    Err(Error::new("panicked").into())
}

thread_local! {
    static TASKS: Tasks<Outcome> = const { Tasks::new(soon, panicked) };
    static LAST: Cell<u32> = const { Cell::new(0) };
    static AWAITED: RefCell<Vec<(u32, Awaited)>> = const { RefCell::new(Vec::new()) };
    static TOLD: Told = Closure::new(on_settled);
}

type Told = Closure<dyn Fn(u32, bool, JsValue)>;

#[wasm_bindgen(inline_js = "
const tasks = new Map();
export const pending = (task) => new Promise((...settle) => tasks.set(task, settle));
export function settle(task, isFulfilled, value) {
  const [resolve, reject] = tasks.get(task);
  tasks.delete(task);
  (isFulfilled ? resolve : reject)(value);
}
export function watch(promise, number, told) {
  promise.then((value) => told(number, true, value), (error) => told(number, false, error));
}
export const later = (told) => queueMicrotask(() => told(0, true));")]
extern "C" {
    fn pending(task: u32) -> Promise;
    fn settle(task: u32, is_fulfilled: bool, value: &JsValue);
    fn watch(promise: &Promise, number: u32, told: &Told);
    fn later(told: &Told);
}
