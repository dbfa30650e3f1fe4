//! Tasks that are polled where they begin, and again as soon as what they wait for is there.
//!
//! A waker only writes down which task it is for. The tasks that were woken are polled in that order at the end of a turn:
//! what wakes them may hold a lock, as [`Shared`] does.
//!
//! [`Shared`]: futures_util::future::Shared

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

/// The tasks under way.
pub(super) struct Tasks<T> {
    /// Calls [`Self::turn`] once this turn is over.
    soon: fn(),
    /// The value of a task that panicked.
    panicked: fn() -> T,
    /// The number of the newest task. Numbers are not used a second time: what wakes a task too late finds none.
    last: Cell<u32>,
    /// The tasks in the order of their numbers; each is nothing while it is polled.
    all: RefCell<Vec<(u32, Option<Task<T>>)>>,
}

struct Task<T> {
    work: Work<T>,
    waker: Waker,
}

type Work<T> = Pin<Box<dyn Future<Output = T>>>;

impl<T> Tasks<T> {
    pub(super) const fn new(soon: fn(), panicked: fn() -> T) -> Self {
        Self { soon, panicked, last: Cell::new(0), all: RefCell::new(Vec::new()) }
    }

    /// Polls some work at once: its value if that is all, or the number of its task.
    pub(super) fn begin(&self, work: Work<T>) -> Result<T, u32> {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        let waker = Waker::from(Arc::new(Woken { number, soon: self.soon }));
        let task = Task { work, waker };
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
        // What JavaScript throws where it is not expected unwinds too, and is not caught.
        let gone = Gone(self, number);
        let poll = || task.work.as_mut().poll(&mut Context::from_waker(&task.waker));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(value)) => Some(value),
            Ok(Poll::Pending) => {
                self.at(number, |place| *place = Some(task));
                std::mem::forget(gone);
                None
            }
            Err(_) => Some((self.panicked)()),
        }
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

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn},
        rc::Rc,
    };

    use futures_util::FutureExt;

    use super::*;

    thread_local! {
        static ASKED: Cell<usize> = const { Cell::new(0) };
    }

    /// Tasks, and the number of times that they asked for another turn.
    fn tasks<T: Default>() -> Tasks<T> {
        Tasks::new(|| ASKED.set(ASKED.get().wrapping_add(1)), T::default)
    }

    fn begin<T>(tasks: &Tasks<T>, work: impl Future<Output = T> + 'static) -> Result<T, u32> {
        tasks.begin(Box::pin(work))
    }

    /// Ends once it is open; opening it wakes the task.
    #[derive(Clone, Default)]
    struct Gate(Rc<RefCell<(bool, Vec<Waker>)>>);

    impl Gate {
        async fn opened(self) {
            poll_fn(|context| {
                let (is_open, wakers) = &mut *self.0.borrow_mut();
                wakers.push(context.waker().clone());
                if *is_open { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }

        fn open(&self) {
            self.0.borrow_mut().0 = true;
            let wakers = std::mem::take(&mut self.0.borrow_mut().1);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    fn ended<T>(tasks: &Tasks<T>, wake: impl FnOnce()) -> Vec<(u32, T)> {
        let mut all = Vec::new();
        tasks.turn(wake, |number, value| all.push((number, value)));
        all
    }

    #[test]
    fn what_ends_at_once_is_no_task() {
        let tasks = tasks();
        assert_eq!(begin(&tasks, async { 7 }), Ok(7));
        assert!(tasks.all.borrow().is_empty());
        assert_eq!(begin(&tasks, pending()), Err(2));
        assert_eq!(tasks.all.borrow().len(), 1, "the control");
    }

    #[test]
    fn tasks_end_in_the_order_in_which_they_were_woken() {
        let (tasks, gates) = (tasks(), [Gate::default(), Gate::default(), Gate::default()]);
        for (i, gate) in gates.iter().enumerate() {
            let opened = gate.clone().opened();
            assert_eq!(begin(&tasks, async move { (opened.await, i).1 }), Err(u32::try_from(i).unwrap() + 1));
        }
        let wake = || [2, 0].iter().for_each(|i: &usize| gates[*i].open());
        assert_eq!(ended(&tasks, wake), [(3, 2), (1, 0)]);
        assert_eq!(ended(&tasks, || gates[1].open()), [(2, 1)]);
        assert_eq!(ASKED.get(), 0);
    }

    #[test]
    fn waiters_of_something_shared_are_woken_by_its_poll() {
        let (tasks, gate) = (tasks(), Gate::default());
        let shared = gate.clone().opened().shared();
        for _ in 0..3 {
            assert!(begin(&tasks, shared.clone()).is_err());
        }
        let numbers: Vec<u32> =
            ended(&tasks, || gate.open()).into_iter().map(|(number, ())| number).collect();
        assert_eq!(numbers.len(), 3, "{numbers:?}");
    }

    #[test]
    fn what_is_woken_outside_of_a_turn_waits_for_the_next() {
        let (tasks, gate) = (tasks(), Gate::default());
        let opened = gate.clone().opened();
        assert!(begin(&tasks, opened).is_err());
        gate.open();
        gate.open();
        assert_eq!(ASKED.get(), 1, "once for both");
        assert_eq!(ended(&tasks, || ()).len(), 1);
        // A waker that outlives its task wakes nothing.
        gate.open();
        assert!(ended(&tasks, || ()).is_empty());
    }

    #[test]
    fn a_task_that_wakes_itself_is_polled_again_and_not_at_once() {
        let (tasks, polls) = (tasks(), Rc::new(Cell::new(0)));
        let counted = Rc::clone(&polls);
        let work = poll_fn(move |context| {
            counted.set(counted.get() + 1);
            context.waker().wake_by_ref();
            if counted.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
        });
        assert!(begin(&tasks, work).is_err());
        assert_eq!((polls.get(), ASKED.get()), (1, 1));
        assert_eq!(ended(&tasks, || ()).len(), 1);
        assert_eq!(polls.get(), 3);
    }

    #[test]
    fn a_task_may_begin_another_while_it_is_polled() {
        let (tasks, gate) = (Rc::new(tasks()), Gate::default());
        let (within, opened) = (Rc::clone(&tasks), gate.clone().opened());
        let outer = async move {
            opened.await;
            begin(&within, async { 1 }).unwrap_or_default()
        };
        assert!(begin(&tasks, outer).is_err());
        assert_eq!(ended(&tasks, || gate.open()), [(1, 1)]);
    }

    #[test]
    fn a_task_that_panics_ends_and_the_others_go_on() {
        let (tasks, gate) = (tasks(), Gate::default());
        let (first, second) = (gate.clone().opened(), gate.clone().opened());
        assert!(begin(&tasks, first.map(|()| panic!("on purpose"))).is_err());
        assert!(begin(&tasks, second.map(|()| 7)).is_err());
        assert_eq!(ended(&tasks, || gate.open()), [(1, 0), (2, 7)]);
        assert!(tasks.all.borrow().is_empty());
        assert_eq!(begin(&tasks, async { panic!("on purpose") }), Ok(0), "at once too");
    }
}
