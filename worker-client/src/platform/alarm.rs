//! The one alarm of an object, scheduled for the earliest of the things that fall due.

use std::{cell::Cell, time::Duration};

use worker::State;

use super::clock::{now, seconds};
use crate::failure::Failure;

/// The time of the alarm, as far as this incarnation of the object knows.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Cell<Option<i64>>);

impl Alarm {
    /// Schedules the alarm at that second of 1970, unless it is scheduled earlier.
    ///
    /// If no `await` lies between the write of the rows and this call, both are one write.
    pub(crate) async fn schedule_at(&self, state: &State, second: Option<i64>) -> Result<(), Failure> {
        let Some(second) = second else { return Ok(()) };
        let is_sooner = self.0.get().is_none_or(|set| second < set);
        if is_sooner {
            self.0.set(Some(second));
            let wait = second.saturating_sub(seconds(now()));
            let wait = Duration::from_secs(u64::try_from(wait).unwrap_or_default());
            state.storage().set_alarm(wait).await?;
        }
        Ok(())
    }

    /// Notes that the alarm fired: none is scheduled now.
    pub(crate) fn mark_fired(&self) {
        self.0.set(None);
    }
}

/// Seconds after which an object that stores anything wakes at the latest, so that a change of keys reaches its rows.
pub(crate) const LONGEST_SLEEP: i64 = 2_592_000;
