//! Many hosts at the same time, until they are done, the time is over, or Ctrl-C is pressed.

use std::{fmt::Write, time::Duration};

use futures_util::{
    Stream, StreamExt,
    stream::{FuturesUnordered, poll_fn},
};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until};

use super::{console::notify, usage::Usage};

/// The end of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// Every host was checked.
    Done,
    /// The run ended before that.
    Interrupted,
}

/// The bounds of a run.
pub(super) struct Bounds {
    pub(super) concurrency: usize,
    pub(super) total: Option<Duration>,
    /// Checks that have begun run to their end: they may have clients to delete.
    pub(super) finishes: bool,
}

impl Bounds {
    /// The number of checks that may run so early.
    fn share(&self, started: Duration) -> usize {
        let ticks = usize::try_from(started.as_millis()).unwrap_or_default().saturating_add(1);
        self.concurrency.saturating_mul(ticks).checked_div(WARM_UP_TICKS).unwrap_or_default().max(1)
    }
}

/// Runs `run_one` for each item, as many at the same time as the bounds say, and gives each result to `sink` when it
/// is there. Never more results are held than checks run.
pub(super) async fn run<T, R>(
    mut items: impl Stream<Item = T> + Unpin,
    bounds: &Bounds,
    run_one: impl AsyncFn(T) -> R,
    mut sink: impl FnMut(R) -> Result<(), Usage>,
) -> Result<End, Usage> {
    let mut running = FuturesUnordered::new();
    let mut stop = std::pin::pin!(stopped(bounds.total));
    let (mut end, begun) = (End::Done, Instant::now());
    let mut more = true;
    loop {
        // Not all at once: checks that start together are answered together, and then wait for each other.
        let started = begun.elapsed();
        let room = if started < WARM_UP { bounds.share(started) } else { bounds.concurrency };
        if !more && running.is_empty() {
            return Ok(end);
        }
        tokio::select! {
            biased;
            () = &mut stop => {
                if end == End::Interrupted || !bounds.finishes || running.is_empty() {
                    return Ok(End::Interrupted);
                }
                (end, more) = (End::Interrupted, false);
                notify("what has begun is being cleaned up; Ctrl-C once more ends it now");
                stop.set(stopped(None));
            }
            item = items.next(), if more && running.len() < room => match item {
                Some(item) => running.push(run_one(item)),
                None => more = false,
            },
            Some(result) = running.next() => {
                sink(result)?;
                // The connections have work to do too.
                yield_now().await;
            }
            () = sleep(TICK), if more && room < bounds.concurrency => {}
        }
    }
}

/// Waits for Ctrl-C or SIGTERM, or for the end of the time there is.
async fn stopped(total: Option<Duration>) {
    let over = total.and_then(|total| Instant::now().checked_add(total));
    let interrupted = async {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => {}
            () = terminated() => {}
            else => std::future::pending().await,
        }
    };
    match over {
        Some(over) => tokio::select! {
            () = interrupted => {}
            () = sleep_until(over) => {}
        },
        None => interrupted.await,
    }
}

/// Waits for SIGTERM, by which a container or a CI job is stopped.
#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// A stream of the items that another thread reads: an item that is waited for delays no check.
pub(super) fn from_thread<T: Send + 'static>(
    items: impl Iterator<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Unpin {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(AHEAD);
    std::thread::spawn(move || items.map_while(|item| sender.blocking_send(item).ok()).for_each(drop));
    poll_fn(move |context| receiver.poll_recv(context))
}

/// A progress bar with counts and the time left, on a terminal.
pub(super) fn progress(total: Option<u64>) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = match total {
        Some(_) => "{wide_bar} {pos}/{len} {msg} {rate} {eta} left",
        None => "{spinner} {pos} {msg} {rate} {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        }));
    }
    bar
}

const AHEAD: usize = 256;
const TICK: Duration = Duration::from_millis(1);
const WARM_UP: Duration = Duration::from_millis(100);
const WARM_UP_TICKS: usize = 100;
