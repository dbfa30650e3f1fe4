use std::time::{Duration, SystemTime};

use crate::failure::{Failure, ServerFailure};

/// The recent registrations and their outcome: a server that refuses, or forgets, is not asked at every click.
#[derive(Default)]
pub(super) struct Attempts {
    pub(super) refused: Option<(SystemTime, Failure)>,
    pub(super) updated: Option<SystemTime>,
    made: Vec<SystemTime>,
}

impl Attempts {
    /// Counts one registration more, within the limits.
    pub(super) fn next(&mut self, now: SystemTime) -> Result<(), Failure> {
        let within = |at: &SystemTime, span| now.duration_since(*at).is_ok_and(|age| age < span);
        if let Some((_, failure)) = self.refused.as_ref().filter(|(at, _)| within(at, REFUSAL_TTL)) {
            return Err(failure.clone());
        }
        self.made.retain(|at| within(at, REGISTRATION_WINDOW));
        if self.made.len() >= MAX_REGISTRATIONS {
            return Err(ServerFailure::RegistersInVain.into());
        }
        self.made.push(now);
        Ok(())
    }

    pub(super) fn updated_lately(&self, now: SystemTime) -> bool {
        self.updated.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < MIN_UPDATE_INTERVAL))
    }
}

pub(super) const REFUSAL_TTL: Duration = Duration::from_mins(1);
const REGISTRATION_WINDOW: Duration = Duration::from_mins(10);
const MIN_UPDATE_INTERVAL: Duration = Duration::from_hours(1);
const MAX_REGISTRATIONS: usize = 5;
