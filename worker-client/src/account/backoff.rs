//! Waiting times for servers that could not renew a connection.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

/// The connections whose server failed lately.
#[derive(Debug, Default)]
pub(super) struct Backoff(RefCell<BTreeMap<String, Failures>>);

#[derive(Debug)]
struct Failures {
    count: u32,
    until: SystemTime,
}

impl Backoff {
    /// The rest of the waiting time, if there is one.
    pub(super) fn remaining(&self, id: &str, now: SystemTime) -> Option<Duration> {
        let left = self.0.borrow().get(id)?.until.duration_since(now).ok()?;
        Some(left).filter(|left| !left.is_zero())
    }

    /// Waits as long as the server asked for, or twice as long as the last time.
    pub(super) fn record_failure(&self, id: &str, now: SystemTime, requested: Option<Duration>) {
        let mut all = self.0.borrow_mut();
        let failures = all.entry(id.to_owned()).or_insert(Failures { count: 0, until: now });
        let doubled = FIRST_WAIT.saturating_mul(1 << failures.count.min(8));
        failures.count = failures.count.saturating_add(1);
        let wait = requested.unwrap_or(doubled).min(LONGEST_WAIT);
        failures.until = now.checked_add(wait).unwrap_or(now);
    }

    /// Ends the waiting: a refresh succeeded, or the connection is over.
    pub(super) fn reset(&self, id: &str) {
        self.0.borrow_mut().remove(id);
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Also the most that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
