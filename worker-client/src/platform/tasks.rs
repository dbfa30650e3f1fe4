//! Tasks that are polled where they begin, and again as soon as what they wait for is there.
//!
//! A waker only writes down which task it is for. The tasks that were woken are polled in that order at the end of a turn:
//! what wakes them may hold a lock, as [`Shared`] does.
//!
//! [`Shared`]: futures_util::future::Shared

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

/// The tasks under way.
pub(super) struct Tasks<T> {
    /// Calls [`Self::turn`] once this turn is over.
    soon: fn(),
    /// The number of the newest task. Numbers are not used a second time: what wakes a task too late finds none.
    last: Cell<u32>,
    /// The tasks in the order of their numbers; each is nothing while it is polled.
    all: RefCell<Vec<(u32, Option<Task<T>>)>>,
}

struct Task<T> {
    work: Pin<Box<dyn Future<Output = T>>>,
    waker: Waker,
}

impl<T> Tasks<T> {
    pub(super) const fn new(soon: fn()) -> Self {
        Self { soon, last: Cell::new(0), all: RefCell::new(Vec::new()) }
    }

    /// Polls some work at once: its value if that is all, or the number of its task.
    pub(super) fn begin(&self, work: impl Future<Output = T> + 'static) -> Result<T, u32> {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        let waker = Waker::from(Arc::new(Woken { number, soon: self.soon }));
        let task = Task { work: Box::pin(work), waker };
        self.all.borrow_mut().push((number, None));
        let _polling = Polling::begin(self.soon);
        self.poll(number, task).ok_or(number)
    }

    /// Wakes tasks, and polls those that are woken until none is left. `ended` takes the values of those that end.
    pub(super) fn turn(&self, wake: impl FnOnce(), mut ended: impl FnMut(u32, T)) {
        // The platform calls it, so that no other turn is under way: not even one that was cut off and says so still.
        IS_POLLING.set(false);
        let _polling = Polling::begin(self.soon);
        wake();
        let next = || WOKEN.with_borrow_mut(|woken| (!woken.is_empty()).then(|| woken.remove(0)));
        while let Some(number) = next() {
            let task = self.at(number, Option::take).flatten();
            if let Some(value) = task.and_then(|task| self.poll(number, task)) {
                ended(number, value);
            }
        }
    }

    /// Polls a task; one that ended, or that was unwound, is no longer there.
    fn poll(&self, number: u32, mut task: Task<T>) -> Option<T> {
        let gone = Gone(self, number);
        let Poll::Ready(value) = task.work.as_mut().poll(&mut Context::from_waker(&task.waker)) else {
            self.at(number, |place| *place = Some(task));
            std::mem::forget(gone);
            return None;
        };
        Some(value)
    }

    fn at<R>(&self, number: u32, change: impl FnOnce(&mut Option<Task<T>>) -> R) -> Option<R> {
        let mut all = self.all.borrow_mut();
        let at = all.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        all.get_mut(at).map(|(_, task)| change(task))
    }
}

/// Forgets a task when it is dropped.
struct Gone<'a, T>(&'a Tasks<T>, u32);

impl<T> Drop for Gone<'_, T> {
    fn drop(&mut self) {
        let Self(Tasks { all, .. }, number) = self;
        let at = all.borrow().binary_search_by_key(number, |(number, _)| *number);
        if let Ok(at) = at {
            drop(all.borrow_mut().remove(at));
        }
    }
}

/// The waker of a task.
struct Woken {
    number: u32,
    soon: fn(),
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        WOKEN.with_borrow_mut(|woken| woken.push(self.number));
        if !IS_POLLING.get() && WOKEN.with_borrow(Vec::len) == 1 {
            (self.soon)();
        }
    }
}

/// A time in which tasks are polled, so that what is woken need not ask for another.
struct Polling {
    soon: fn(),
    is_within_another: bool,
}

impl Polling {
    fn begin(soon: fn()) -> Self {
        Self { soon, is_within_another: IS_POLLING.replace(true) }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        IS_POLLING.set(self.is_within_another);
        if !self.is_within_another && !WOKEN.with_borrow(Vec::is_empty) {
            (self.soon)();
        }
    }
}

thread_local! {
    /// The numbers of the tasks that are to be polled again.
    static WOKEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static IS_POLLING: Cell<bool> = const { Cell::new(false) };
}
