//! The rows of `outbox`: calls to other parties, stored in one write with their cause and repeated until they succeed.

use login_codec::base64url::encode;

use super::{connection_row::ConnectionRow, connections::grant_place, store::Store};
use crate::{
    failure::Failure,
    platform::{
        clock::{now, seconds},
        columns::Columns,
        entropy::entropy,
    },
    seal::{Place, Unsealable},
    stored::{Grant, OutboxTask, StoredGrant, StoredTask},
};

/// A row of `outbox`.
pub(super) struct OutboxRow {
    pub(super) id: String,
    pub(super) field: String,
    issuer: String,
    resource: String,
    label: String,
    sealed: String,
    created: i64,
    attempts: i64,
}

/// The work of a row.
pub(super) enum Work {
    /// A call to another party.
    Task(OutboxTask),
    /// The grant of a connection that ended while its key was away.
    Grant(Box<Grant>),
}

impl Store {
    /// Writes it down, to be tried after so many seconds; answers with its id.
    pub(super) fn enqueue(&self, task: OutboxTask, after: i64) -> Result<String, Failure> {
        let id = encode(&entropy::<16>()?);
        let sealed = self.0.seal(place(&id), &StoredTask::from(task))?;
        let now = seconds(now());
        self.0.make_later_tables()?;
        self.0.exec(
            "INSERT INTO outbox (id, sealed, created, due) VALUES (?, ?, ?, ?)",
            vec![id.as_str().into(), sealed.into(), now.into(), now.saturating_add(after).into()],
        )?;
        Ok(id)
    }

    /// The tasks that are due, the oldest first.
    pub(super) fn due_tasks(&self) -> Result<Vec<OutboxRow>, Failure> {
        if !self.0.has_later_tables() {
            return Ok(Vec::new());
        }
        let select = "SELECT id, field, issuer, resource, label, sealed, created, attempts FROM outbox
            WHERE due <= ? ORDER BY created, rowid LIMIT 20";
        let rows = self.0.rows(select, vec![seconds(now()).into()])?;
        let read = |row: &mut Columns| OutboxRow {
            id: row.text(),
            field: row.text(),
            issuer: row.text(),
            resource: row.text(),
            label: row.text(),
            sealed: row.text(),
            created: row.integer(),
            attempts: row.integer(),
        };
        rows.into_iter().map(|row| row.read(read)).collect()
    }

    /// The work of a row.
    pub(super) fn work(&self, row: &OutboxRow) -> Result<Result<Work, Unsealable>, Failure> {
        if row.field == TASK {
            let task = self.0.unseal::<StoredTask>(place(&row.id), &row.sealed)?;
            return Ok(task.map(|task| Work::Task(task.into())));
        }
        let place = grant_place(&row.issuer, &row.id, &row.resource, &row.label);
        Ok(self.0.unseal::<StoredGrant>(place, &row.sealed)?.map(|grant| Work::Grant(Box::new(grant.into()))))
    }

    /// Puts the grant of a connection, which ends although it cannot be opened, among the tasks as it is.
    pub(super) fn set_aside(&self, row: &ConnectionRow) -> Result<(), Failure> {
        let now = seconds(now());
        self.0.exec(
            "INSERT INTO outbox (id, field, issuer, resource, label, sealed, created, due)
            SELECT id, 'grant', issuer, resource, label, sealed, ?, ? FROM connection WHERE id = ?",
            vec![now.into(), now.into(), row.id.as_str().into()],
        )?;
        self.erase(&row.id)
    }

    pub(super) fn remove_task(&self, id: &str) -> Result<(), Failure> {
        self.0.exec("DELETE FROM outbox WHERE id = ?", vec![id.into()])
    }

    /// Tries again later, twice as late each time; after a day it is given up, and the answer is `false`. What waits for
    /// its key is tried once a day, for as long as that takes.
    pub(super) fn postpone(&self, row: &OutboxRow) -> Result<bool, Failure> {
        let now = seconds(now());
        if !self.0.config().keys()?.has_key_of(&row.sealed) {
            let due = now.saturating_add(MAX_TASK_AGE);
            let update = "UPDATE outbox SET due = ?, created = ? WHERE id = ?";
            self.0.exec(update, vec![due.into(), now.into(), row.id.as_str().into()])?;
            return Ok(true);
        }
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
    Place { issuer: "", field: TASK, row: id, used_for: ["", ""] }
}

const TASK: &str = "outbox";

const MAX_TASK_AGE: i64 = 86_400;
