//! The rows of `holder`: the accounts that use a registration.

use super::rows::Rows;
use crate::{
    failure::Failure,
    platform::clock::{now, seconds},
};
use login_flow::Client;

impl Rows {
    pub(super) fn hold(&self, client_id: &str, account: &str, since: i64) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let insert = "INSERT INTO holder (client_id, account, since) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET since = excluded.since WHERE since < excluded.since";
        self.0.exec(insert, vec![client_id.into(), account.into(), since.into()])?;
        // The server accepted it for this account.
        self.0.exec(
            "UPDATE registration SET idle_since = NULL, attempts = 0, proven = 1 WHERE client_id = ?",
            vec![client_id.into()],
        )
    }

    /// True if that was the last user of a client that can be deleted. What an account began later is not ended.
    pub(super) fn release(&self, client_id: &str, account: &str, since: i64) -> Result<bool, Failure> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let delete = "DELETE FROM holder WHERE client_id = ? AND account = ? AND since <= ?";
        let was_held = self.0.has_changed(delete, vec![client_id.into(), account.into(), since.into()])?;
        if !was_held || self.is_held(client_id)? {
            return Ok(false);
        }
        let Some(row) = self.select("WHERE client_id = ?", vec![client_id.into()])?.pop() else {
            return Ok(false);
        };
        // One that cannot be opened may be one that can be deleted.
        let server = row.server();
        let is_managed = |client: Client| server.is_some_and(|server| client.managed_by(&server).is_some());
        if !self.client(&row)?.map_or(true, is_managed) {
            return Ok(false);
        }
        self.set_idle(client_id, Some(seconds(now())))?;
        Ok(true)
    }

    pub(super) fn is_held(&self, client_id: &str) -> Result<bool, Failure> {
        if self.0.is_empty() {
            return Ok(false);
        }
        self.0.has_rows("SELECT 1 FROM holder WHERE client_id = ? LIMIT 1", vec![client_id.into()])
    }
}
