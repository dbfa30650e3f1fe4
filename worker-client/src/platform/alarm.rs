//! The one alarm of an object: it rings for whatever is due first.

use std::{cell::Cell, time::Duration};

use worker::State;

use super::clock::{now, seconds};
use crate::failure::Failure;

/// When the alarm rings, as far as this incarnation of the object knows.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Cell<Option<i64>>);

impl Alarm {
    /// Makes it ring at that second of 1970 or before.
    ///
    /// Without an `await` since the rows were written, it is part of the same write.
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

    /// It rang: nothing is set now.
    pub(crate) fn mark_fired(&self) {
        self.0.set(None);
    }
}
