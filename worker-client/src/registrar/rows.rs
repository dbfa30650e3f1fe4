//! The registrations at one issuer, and which accounts use them.

use serde::Deserialize;
use url::Url;
use worker::SqlStorageValue;

use crate::{
    config::Config,
    failure::{Defect, Failure},
    platform::{
        clock::{now, seconds},
        sealed::SealedColumn,
        storage::{Migrations, Storage},
    },
    seal::{Place, Unsealable},
    stored::{StoredClient, StoredServer},
};
use login_flow::{Client, Server};

/// The registrar's rows.
pub(super) struct Rows(pub(super) Storage);

/// A row of `registration`.
#[derive(Clone, Deserialize)]
pub(super) struct RegistrationRow {
    pub(super) client_id: String,
    pub(super) redirect_uri: Url,
    /// Our name when it was registered.
    pub(super) name: String,
    server: String,
    sealed: String,
    created: i64,
    /// The second of 1970 since which it has no user; `None` if it has one, or cannot be deleted.
    pub(super) idle_since: Option<i64>,
    pub(super) attempts: i64,
}

impl RegistrationRow {
    /// The server that it was registered at.
    pub(super) fn server(&self) -> Option<Server> {
        serde_json::from_str::<StoredServer>(&self.server).ok().map(Server::from)
    }
}

impl Rows {
    /// The rows as they are; those of an older version are sealed in the present form.
    pub(super) fn open(rows: Storage) -> Result<Self, Failure> {
        if rows.is_brought_forward() {
            rows.rotate(SEALED)?;
        }
        Ok(Self(rows))
    }

    pub(super) fn config(&self) -> &Config {
        self.0.config()
    }

    /// The newest client for that redirection URI that was registered with these very endpoints and does not
    /// end soon.
    pub(super) fn usable(
        &self,
        server: &Server,
        redirect_uri: &Url,
    ) -> Result<Option<(RegistrationRow, Client)>, Failure> {
        for row in self.select(
            "WHERE redirect_uri = ? ORDER BY created DESC, rowid DESC",
            vec![redirect_uri.as_str().into()],
        )? {
            if !row.server().is_some_and(|registered| registered.is_same_party(server)) {
                continue;
            }
            // Its deletion has begun.
            if row.attempts > 0 {
                continue;
            }
            let Ok(client) = self.client(&row)? else { continue };
            if !client.ends_soon(row.created, seconds(now())) {
                return Ok(Some((row, client)));
            }
        }
        Ok(None)
    }

    /// The client.
    pub(super) fn client(&self, row: &RegistrationRow) -> Result<Result<Client, Unsealable>, Failure> {
        let issuer = row.server().map(|server| server.issuer.to_string()).unwrap_or_default();
        let place = place(&issuer, &row.redirect_uri, &row.client_id, &row.server);
        Ok(self.0.unseal::<StoredClient>(place, &row.sealed)?.map(Client::from))
    }

    /// Keeps a registration before anyone uses it.
    pub(super) fn store(&self, server: &Server, client: &Client, client_name: &str) -> Result<(), Failure> {
        let server_json = serde_json::to_string(&StoredServer::from(server.clone()))
            .map_err(|_| Failure::internal(Defect::Encoding))?;
        let issuer = server.issuer.as_str();
        let place = place(issuer, &client.redirect_uri, &client.client_id, &server_json);
        let sealed = self.0.seal(place, &StoredClient::from(client.clone()))?;
        let now = seconds(now());
        let is_held = self.is_held(&client.client_id)?;
        let idle_since = (!is_held && client.managed_by(server).is_some()).then_some(now);
        self.0.exec(
            "INSERT OR REPLACE INTO registration (client_id, redirect_uri, name, server, sealed, created, idle_since)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                client.client_id.as_str().into(),
                client.redirect_uri.as_str().into(),
                client_name.into(),
                server_json.into(),
                sealed.into(),
                now.into(),
                idle_since.into(),
            ],
        )
    }

    /// Restarts the idle time of a client without users that a login begins with, and says whether it did. It is
    /// written only where it matters: a popular issuer costs no writes.
    pub(super) fn touch(&self, row: &RegistrationRow) -> Result<bool, Failure> {
        let now = seconds(now());
        if row.idle_since.is_none_or(|since| now.saturating_sub(since) <= self.grace() / 2) {
            return Ok(false);
        }
        self.set_idle(&row.client_id, Some(now))?;
        Ok(true)
    }

    /// Seals every row anew if another key than the active one sealed this one, and says whether it did.
    pub(super) fn rotate(&self, row: &RegistrationRow) -> Result<bool, Failure> {
        let is_due = !self.0.is_current(&row.sealed)?;
        if is_due {
            self.0.rotate(SEALED)?;
        }
        Ok(is_due)
    }

    pub(super) fn hold(&self, client_id: &str, account: &str, since: i64) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let insert = "INSERT INTO holder (client_id, account, since) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET since = excluded.since WHERE since < excluded.since";
        self.0.exec(insert, vec![client_id.into(), account.into(), since.into()])?;
        self.set_idle(client_id, None)
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

    pub(super) fn delete(&self, client_id: &str) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.exec("DELETE FROM registration WHERE client_id = ?", vec![client_id.into()])?;
        self.0.exec("DELETE FROM holder WHERE client_id = ?", vec![client_id.into()])
    }

    /// The registrations without users, the longest idle first.
    pub(super) fn idle(&self) -> Result<Vec<RegistrationRow>, Failure> {
        self.select("WHERE idle_since IS NOT NULL ORDER BY idle_since", Vec::new())
    }

    /// The second at which a registration without users may be deleted.
    pub(super) fn due(&self) -> Result<Option<i64>, Failure> {
        let since = self.idle()?.first().and_then(|row| row.idle_since);
        Ok(since.map(|since| since.saturating_add(self.grace())))
    }

    /// The seconds that a registration outlives its last user.
    pub(super) fn grace(&self) -> i64 {
        i64::try_from(self.config().unused_client.as_secs()).unwrap_or(i64::MAX)
    }

    /// Counts an attempt to delete it at the server. From the first on, no login gets this client.
    pub(super) fn begin_deletion(&self, row: &RegistrationRow) -> Result<(), Failure> {
        let update = "UPDATE registration SET attempts = attempts + 1 WHERE client_id = ?";
        self.0.exec(update, vec![row.client_id.as_str().into()])
    }

    /// Schedules another attempt to delete it after so many seconds, unless it has a user again.
    pub(super) fn postpone(&self, row: &RegistrationRow, seconds_from_now: i64) -> Result<(), Failure> {
        let since = seconds(now()).saturating_add(seconds_from_now).saturating_sub(self.grace());
        self.0.exec(
            "UPDATE registration SET idle_since = ? WHERE client_id = ? AND idle_since IS NOT NULL",
            vec![since.into(), row.client_id.as_str().into()],
        )
    }

    fn set_idle(&self, client_id: &str, since: Option<i64>) -> Result<(), Failure> {
        self.0.exec(
            "UPDATE registration SET idle_since = ?, attempts = 0 WHERE client_id = ?",
            vec![since.into(), client_id.into()],
        )
    }

    pub(super) fn is_held(&self, client_id: &str) -> Result<bool, Failure> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let select = "SELECT 1 AS one FROM holder WHERE client_id = ? LIMIT 1";
        Ok(!self.0.rows::<serde_json::Value>(select, vec![client_id.into()])?.is_empty())
    }

    fn select(&self, rest: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<RegistrationRow>, Failure> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let columns = "client_id, redirect_uri, name, server, sealed, created, idle_since, attempts";
        self.0.rows(&format!("SELECT {columns} FROM registration {rest}"), bindings)
    }
}

fn place<'a>(issuer: &'a str, redirect_uri: &'a Url, client_id: &'a str, server: &'a str) -> Place<'a> {
    Place { issuer, field: "client", row: redirect_uri.as_str(), used_for: [client_id, server] }
}

/// Every column of sealed values.
pub(super) const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "registration",
    issuer: "json_extract(server, '$.issuer')",
    field: "'client'",
    row: "redirect_uri",
    used_for: ["client_id", "server"],
    outlives_its_key: false,
}];

/// A statement that is in use anywhere is never changed: what comes later stands in a step of its own.
pub(super) const MIGRATIONS: Migrations = &[
    &["CREATE TABLE registration (redirect_uri TEXT PRIMARY KEY, server TEXT NOT NULL, client_id TEXT NOT NULL,
        sealed TEXT NOT NULL, created INTEGER NOT NULL)"],
    // A registration that another one took the place of is still in use until its last connection ends.
    &[
        "ALTER TABLE registration RENAME TO single",
        "CREATE TABLE registration (client_id TEXT PRIMARY KEY, redirect_uri TEXT NOT NULL,
            name TEXT NOT NULL DEFAULT '', server TEXT NOT NULL, sealed TEXT NOT NULL, created INTEGER NOT NULL,
            idle_since INTEGER, attempts INTEGER NOT NULL DEFAULT 0)",
        "INSERT INTO registration (client_id, redirect_uri, server, sealed, created)
            SELECT client_id, redirect_uri, server, sealed, created FROM single",
        "DROP TABLE single",
        "CREATE INDEX registration_by_uri ON registration (redirect_uri)",
        "CREATE TABLE holder (client_id TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (client_id, account))
            WITHOUT ROWID",
    ],
    // A release that arrives late ends nothing that began after it.
    &["ALTER TABLE holder ADD COLUMN since INTEGER NOT NULL DEFAULT 0"],
];
