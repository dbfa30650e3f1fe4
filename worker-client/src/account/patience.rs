//! The rows of `pause`: what must not be asked before its time, kept across evictions.
//!
//! A server that asks for time is left alone by every connection of the account; one that failed for a single
//! connection, by that connection; a token that was refused although it was new is not replaced at every use.

use std::time::{Duration, SystemTime};

use login_flow::{DriveError, Fault, Faulty, FetchError, Step};

use super::{connection_row::ConnectionRow, store::Store};
use crate::{
    failure::{Failure, Reason, ServerFailure},
    platform::{
        clock::{millis, now},
        columns::Columns,
    },
};

/// A row of `pause`. Times are milliseconds of 1970.
struct PauseRow {
    until: i64,
    failures: i64,
    since: i64,
}

impl Store {
    /// An error if the server asked for time that has not passed yet.
    pub(super) fn check_pause(&self, step: Step, issuer: &str) -> Result<(), Failure> {
        match self.left(issuer)? {
            Some(left) => Err(ServerFailure::try_later(step, left, None).into()),
            None => Ok(()),
        }
    }

    /// An error if the renewal of the connection must wait.
    pub(super) fn check_renewal(&self, row: &ConnectionRow, over: Option<SystemTime>) -> Result<(), Failure> {
        let Some(left) = self.left(&row.id)?.max(self.left(&row.issuer)?) else { return Ok(()) };
        Err(self.renewal_fails(row, over, left, None)?.into())
    }

    /// The failure of a request to the server, which is asked for nothing for as long as it wishes.
    pub(super) fn failed<P>(
        &self,
        step: Step,
        issuer: &str,
        error: DriveError<P, FetchError>,
    ) -> Result<Failure, Failure>
    where
        DriveError<P, FetchError>: Faulty + Into<Failure> + std::fmt::Display,
    {
        let Fault::Temporary { retry_after } = error.fault() else { return Ok(error.into()) };
        let wait = retry_after.map(|retry_after| retry_after.wait(now()));
        if let Some(wait) = wait {
            self.pause_server(issuer, wait)?;
        }
        Ok(ServerFailure::try_later(step, wait.unwrap_or(FIRST_WAIT), Some(Reason::of(error))).into())
    }

    /// The failure of a renewal that ends nothing: it waits as long as the server asked for, or twice as long as the
    /// last time. `over` is when the token's lifetime ended.
    pub(super) fn renewal_failed<P>(
        &self,
        row: &ConnectionRow,
        over: Option<SystemTime>,
        error: &DriveError<P, FetchError>,
    ) -> Result<Failure, Failure>
    where
        DriveError<P, FetchError>: Faulty + std::fmt::Display,
    {
        let before = self.pause(&row.id)?;
        let count = before.as_ref().map_or(0, |pause| pause.failures);
        let requested = match error.fault() {
            Fault::Temporary { retry_after } => retry_after.map(|retry_after| retry_after.wait(now())),
            Fault::Contradiction | Fault::Gone | Fault::Ours | Fault::Refused => None,
        };
        if let Some(wait) = requested {
            self.pause_server(&row.issuer, wait)?;
        }
        let wait = requested.unwrap_or_else(|| doubled(FIRST_WAIT, count, LONGEST_WAIT));
        let since = before.map_or_else(|| millis(now()), |pause| pause.since);
        self.set_pause(&row.id, wait, count.saturating_add(1), since)?;
        Ok(self.renewal_fails(row, over, wait, Some(Reason::of(error)))?.into())
    }

    /// Ends the pause of a connection, which was renewed.
    pub(super) fn end_pause(&self, id: &str) -> Result<(), Failure> {
        if self.pause(id)?.is_some() { self.0.exec(DELETE, vec![id.into()]) } else { Ok(()) }
    }

    /// True if the token that took the place of a refused one was refused lately as well: another one is of no use.
    pub(super) fn is_refused_in_vain(&self, id: &str) -> Result<bool, Failure> {
        Ok(self.left(&refusals(id))?.is_some())
    }

    /// Notes that a token was refused that had just taken the place of a refused one: the next replacement is made after
    /// a pause, which grows as long as this goes on.
    pub(super) fn refused_again(&self, id: &str) -> Result<(), Failure> {
        let key = refusals(id);
        let before = self.pause(&key)?;
        let now = millis(now());
        if before.as_ref().is_some_and(|pause| pause.until > now) {
            return Ok(());
        }
        // A pause that is long over says nothing of the tokens of today.
        let forgotten = now.saturating_sub(MAX_REPLACEMENT.as_millis().try_into().unwrap_or(i64::MAX));
        let count = before.filter(|pause| pause.until > forgotten).map_or(0, |pause| pause.failures);
        let wait = doubled(MIN_REPLACEMENT, count, MAX_REPLACEMENT);
        self.set_pause(&key, wait, count.saturating_add(1), now)
    }

    /// Forgets the pauses of a connection that is erased.
    pub(super) fn erase_pauses(&self, id: &str) -> Result<(), Failure> {
        self.0.exec("DELETE FROM pause WHERE key IN (?, ?)", vec![id.into(), refusals(id).into()])
    }

    /// A failure of a renewal, which offers a new login when it has lasted for a day.
    fn renewal_fails(
        &self,
        row: &ConnectionRow,
        over: Option<SystemTime>,
        wait: Duration,
        reason: Option<Reason>,
    ) -> Result<ServerFailure, Failure> {
        let failure = ServerFailure::try_later(Step::Refresh, wait, reason);
        // The row as it is now, with the failure that was just written down.
        let row = self.connection(&row.id)?;
        let is_lasting = row.is_some_and(|row| row.state(over).offers_login());
        Ok(if is_lasting { failure.lasting() } else { failure })
    }

    fn pause_server(&self, issuer: &str, wait: Duration) -> Result<(), Failure> {
        let now = millis(now());
        let over = "DELETE FROM pause WHERE failures = 0 AND until <= ?";
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.make_later_tables()?;
        self.0.exec(over, vec![now.into()])?;
        self.set_pause(issuer, wait, 0, now)
    }

    /// The rest of a pause, if there is one.
    fn left(&self, key: &str) -> Result<Option<Duration>, Failure> {
        let left = self.pause(key)?.map_or(0, |pause| pause.until.saturating_sub(millis(now())));
        Ok(Some(left).filter(|left| *left > 0).map(duration))
    }

    fn pause(&self, key: &str) -> Result<Option<PauseRow>, Failure> {
        if !self.0.has_later_tables() {
            return Ok(None);
        }
        let select = "SELECT until, failures, since FROM pause WHERE key = ?";
        let row = self.0.rows(select, vec![key.into()])?.pop();
        let read = |row: &mut Columns| PauseRow {
            until: row.integer(),
            failures: row.integer(),
            since: row.integer(),
        };
        row.map(|row| row.read(read)).transpose()
    }

    fn set_pause(&self, key: &str, wait: Duration, failures: i64, since: i64) -> Result<(), Failure> {
        let until = millis(now()).saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        self.0.exec(
            "INSERT OR REPLACE INTO pause (key, until, failures, since) VALUES (?, ?, ?, ?)",
            vec![key.into(), until.into(), failures.into(), since.into()],
        )
    }
}

/// The row of the refusals of a connection's tokens.
fn refusals(id: &str) -> String {
    format!("refused {id}")
}

fn doubled(first: Duration, times: i64, longest: Duration) -> Duration {
    first.saturating_mul(1 << times.clamp(0, 16)).min(longest)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

const DELETE: &str = "DELETE FROM pause WHERE key = ?";
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_mins(5);
const MIN_REPLACEMENT: Duration = Duration::from_secs(30);
const MAX_REPLACEMENT: Duration = Duration::from_hours(1);
