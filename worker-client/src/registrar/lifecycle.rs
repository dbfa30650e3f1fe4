//! The users of a registration, and its deletion when there are none.

use super::{Inner, rows::RegistrationRow, schema::SEALED};
use crate::{
    failure::Failure,
    platform::{
        clock::{now, seconds},
        fetch::{Limit, through},
        log::Line,
    },
};
use login_flow::{Fault, Faulty, Relaxations, Unregister, drive};

impl Inner {
    pub(super) fn relax(&self, relaxations: &Relaxations) -> Result<(), Failure> {
        self.rows()?.set_relaxations(relaxations)
    }

    /// Forgets a client that the server no longer knows. A server that refuses a client in the minute of its registration
    /// has not forgotten it: another one would fare no better, and this one would be orphaned.
    pub(super) fn forget(&self, client_id: &str) -> Result<(), Failure> {
        let rows = self.rows()?;
        if rows.is_new(client_id, JUST_REGISTERED)? {
            return Ok(());
        }
        rows.delete(client_id)
    }

    pub(super) fn hold(&self, client_id: &str, account: &str, since: i64) -> Result<(), Failure> {
        self.rows()?.hold(client_id, account, since)
    }

    pub(super) async fn release(&self, client_id: &str, account: &str, since: i64) -> Result<(), Failure> {
        let rows = self.rows()?;
        if rows.release(client_id, account, since)? { self.schedule(&rows).await } else { Ok(()) }
    }

    /// Deletes the clients at the server (RFC 7592 §2.3) that have had no user for long enough.
    pub(super) async fn on_alarm(&self) -> Result<(), Failure> {
        self.alarm.mark_fired();
        let rows = self.rows()?;
        if rows.0.is_empty() {
            return Ok(());
        }
        rows.0.rotate(SEALED)?;
        for row in rows.idle()? {
            if seconds(now()).saturating_sub(row.idle_since.unwrap_or_default()) < rows.grace() {
                break;
            }
            let event = match self.unregister(&row).await? {
                Deletion::Confirmed => "unregistered",
                // A login with it began meanwhile.
                _ if rows.is_held(&row.client_id)? => continue,
                Deletion::Refused | Deletion::NotOffered => "not-unregistered",
                Deletion::Failed if row.attempts < MAX_DELETE_ATTEMPTS => {
                    rows.postpone(&row, RETRY_SECONDS)?;
                    continue;
                }
                Deletion::Failed => "given-up",
                // It is counted by its kind and key; it waits for the key.
                Deletion::Unreadable => {
                    rows.postpone(&row, KEY_SECONDS)?;
                    continue;
                }
            };
            rows.delete(&row.client_id)?;
            let issuer = row.server().map(|server| server.issuer.to_string());
            Line { event, issuer: issuer.as_deref(), ..Line::default() }.info();
        }
        self.schedule(&rows).await
    }

    async fn unregister(&self, row: &RegistrationRow) -> Result<Deletion, Failure> {
        let rows = self.rows()?;
        let (Some(server), Ok(client)) = (row.server(), rows.client(row)?) else {
            return Ok(Deletion::Unreadable);
        };
        let Some(unregister) = Unregister::new(&server, &client) else { return Ok(Deletion::NotOffered) };
        if rows.pause_left()?.is_some() {
            return Ok(Deletion::Failed);
        }
        rows.begin_deletion(row)?;
        let egress = &rows.config().egress;
        let outcome = drive(unregister, through(egress, Limit::TOKEN)).await;
        let Err(error) = outcome else { return Ok(Deletion::Confirmed) };
        Ok(match error.fault() {
            Fault::Gone | Fault::Refused => Deletion::Refused,
            fault @ (Fault::Contradiction | Fault::Ours | Fault::Temporary { .. }) => {
                rows.pause_if_asked(&fault)?;
                Deletion::Failed
            }
        })
    }
}

/// Outcome of the deletion of a client at its server.
enum Deletion {
    /// The server has deleted it.
    Confirmed,
    /// The server did not answer as it should.
    Failed,
    /// The server does not delete clients: nothing was sent.
    NotOffered,
    /// The server will not delete it.
    Refused,
    /// The registration cannot be opened: nothing was sent.
    Unreadable,
}

const MAX_DELETE_ATTEMPTS: i64 = 8;
const RETRY_SECONDS: i64 = 600;
const KEY_SECONDS: i64 = 86_400;
/// Seconds within which a server cannot have forgotten a client.
const JUST_REGISTERED: i64 = 60;
