//! The users of a registration, and its deletion when there are none.

use super::{Inner, rows::RegistrationRow};
use crate::{
    failure::Failure,
    platform::{
        clock::{now, seconds},
        fetch::{Limit, through},
        log::Line,
    },
};
use login_flow::{Fault, Faulty, Server, Unregister, drive};

impl Inner {
    /// Forgets a client that the server no longer knows. A server that refuses a client in the minute of its registration
    /// has not forgotten it: another one would fare no better, and this one would be orphaned.
    pub(super) fn forget(&self, client_id: &str) -> Result<(), Failure> {
        let rows = self.rows()?;
        if rows.is_younger_than(client_id, JUST_REGISTERED)? {
            return Ok(());
        }
        rows.delete(client_id)
    }

    pub(super) fn hold(&self, client_id: &str, account: &str) -> Result<(), Failure> {
        self.rows()?.hold(client_id, account)
    }

    pub(super) async fn release(&self, client_id: &str, account: &str) -> Result<(), Failure> {
        let idle_since = self.rows()?.release(client_id, account)?;
        self.schedule(idle_since).await
    }

    /// Deletes the clients at the server (RFC 7592 §2.3) that have had no user for long enough.
    pub(super) async fn on_alarm(&self) -> Result<(), Failure> {
        self.alarm.mark_fired();
        let rows = self.rows()?;
        let grace = i64::try_from(rows.config().unused_client.as_secs()).unwrap_or(i64::MAX);
        for row in rows.idle()? {
            let since = row.idle_since.unwrap_or_default();
            if seconds(now()).saturating_sub(since) < grace {
                return self.schedule(Some(since)).await;
            }
            let Some(server) = row.server() else { continue };
            if self.unregister(&row, &server).await? || row.attempts >= MAX_DELETE_ATTEMPTS {
                rows.delete(&row.client_id)?;
                let issuer = Some(server.issuer.as_str());
                Line { event: "unregistered", issuer, ..Line::default() }.info();
            } else {
                let later = seconds(now()).saturating_add(600).saturating_sub(grace.min(600));
                rows.postpone(&row, later)?;
                self.schedule(Some(later)).await?;
            }
        }
        Ok(())
    }

    /// True if nothing is left to do: the client is deleted, or the server will not delete it.
    async fn unregister(&self, row: &RegistrationRow, server: &Server) -> Result<bool, Failure> {
        let rows = self.rows()?;
        let Some(client) = rows.client(row, server)? else { return Ok(true) };
        let Some(unregister) = Unregister::new(server, &client) else { return Ok(true) };
        if rows.pause_left()?.is_some() {
            return Ok(false);
        }
        let egress = &rows.config().egress;
        let outcome = drive(unregister, through(egress, Limit::TOKEN)).await;
        let Err(error) = outcome else { return Ok(true) };
        Ok(match error.fault() {
            Fault::Gone | Fault::Refused => true,
            fault @ (Fault::Contradiction | Fault::Ours | Fault::Temporary { .. }) => {
                rows.pause_if_asked(&fault)?;
                false
            }
        })
    }
}

const MAX_DELETE_ATTEMPTS: i64 = 8;
/// Seconds within which a server cannot have forgotten a client.
const JUST_REGISTERED: i64 = 60;
