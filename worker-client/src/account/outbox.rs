//! The rows of `outbox`: calls to other parties, stored in one write with their cause and repeated until they succeed.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

use super::store::Store;
use crate::{
    failure::Failure,
    platform::{
        clock::{now, seconds},
        entropy::entropy,
    },
    seal::Place,
    stored::{OutboxTask, StoredTask},
};

/// A row of `outbox`.
#[derive(Deserialize)]
pub(super) struct OutboxRow {
    pub(super) id: String,
    sealed: String,
    created: i64,
    attempts: i64,
}

impl Store {
    /// Writes it down, to be tried after so many seconds; answers with its id.
    pub(super) fn enqueue(&self, task: OutboxTask, after: i64) -> Result<String, Failure> {
        let id = Base64UrlUnpadded::encode_string(&entropy::<16>()?);
        let sealed = self.0.seal(place(&id), &StoredTask::from(task))?;
        let now = seconds(now());
        self.0.exec(
            "INSERT INTO outbox (id, sealed, created, due) VALUES (?, ?, ?, ?)",
            vec![id.as_str().into(), sealed.into(), now.into(), now.saturating_add(after).into()],
        )?;
        Ok(id)
    }

    /// The tasks that are due, the oldest first.
    pub(super) fn due_tasks(&self) -> Result<Vec<OutboxRow>, Failure> {
        let select = "SELECT id, sealed, created, attempts FROM outbox WHERE due <= ? ORDER BY created, rowid LIMIT 20";
        self.0.rows(select, vec![seconds(now()).into()])
    }

    /// The task of a row; `None` when the key that sealed it is gone.
    pub(super) fn task(&self, row: &OutboxRow) -> Result<Option<OutboxTask>, Failure> {
        Ok(self.0.unseal::<StoredTask>(place(&row.id), &row.sealed)?.ok().map(OutboxTask::from))
    }

    pub(super) fn remove_task(&self, id: &str) -> Result<(), Failure> {
        self.0.exec("DELETE FROM outbox WHERE id = ?", vec![id.into()])
    }

    /// Tries again later, twice as late each time; after a day it is given up, and the answer is `false`.
    pub(super) fn postpone(&self, row: &OutboxRow) -> Result<bool, Failure> {
        let now = seconds(now());
        if now.saturating_sub(row.created) > MAX_TASK_AGE {
            self.remove_task(&row.id)?;
            return Ok(false);
        }
        let doubled = 60_i64.saturating_mul(1 << row.attempts.clamp(0, 8));
        self.0.exec(
            "UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE id = ?",
            vec![now.saturating_add(doubled).into(), row.id.as_str().into()],
        )?;
        Ok(true)
    }
}

fn place(id: &str) -> Place<'_> {
    Place { issuer: "", field: "outbox", row: id }
}

const MAX_TASK_AGE: i64 = 86_400;
