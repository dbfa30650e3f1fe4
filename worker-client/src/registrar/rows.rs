//! The registrations at one issuer, and which accounts use them.

use std::time::Duration;

use serde::Deserialize;
use url::Url;
use worker::SqlStorageValue;

use crate::{
    config::Config,
    failure::{Defect, Failure},
    platform::{
        clock::{millis, now, seconds},
        storage::{Migrations, Storage},
    },
    seal::Place,
    stored::{StoredClient, StoredServer},
};
use login_flow::{Client, Fault, Relaxation, Relaxations, Server};

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
    /// Not 0 if the server has accepted the client's authentication.
    proven: i64,
}

impl RegistrationRow {
    /// The server that it was registered at.
    pub(super) fn server(&self) -> Option<Server> {
        crate::json::read::<StoredServer>(&self.server).ok().map(Server::from)
    }
}

impl Rows {
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
            let Some(client) = self.client(&row, server)? else { continue };
            let relaxations = self.relaxations()?;
            let client = Client { is_proven: row.proven != 0, relaxations, ..client };
            if !client.ends_soon(row.created, seconds(now())) {
                return Ok(Some((row, client)));
            }
        }
        Ok(None)
    }

    /// The client, if the key that sealed it is still there.
    pub(super) fn client(&self, row: &RegistrationRow, server: &Server) -> Result<Option<Client>, Failure> {
        let client = self.0.unseal::<StoredClient>(place(server, &row.redirect_uri), &row.sealed)?;
        Ok(client.ok().map(Client::from))
    }

    /// Keeps a registration before anyone uses it; answers since when it is idle, if that matters.
    pub(super) fn store(
        &self,
        server: &Server,
        client: &Client,
        client_name: &str,
    ) -> Result<Option<i64>, Failure> {
        let sealed = self.0.seal(place(server, &client.redirect_uri), &StoredClient::from(client.clone()))?;
        let server_json = serde_json::to_string(&StoredServer::from(server.clone()))
            .map_err(|_| Failure::internal(Defect::Encoding))?;
        let now = seconds(now());
        let is_held = !self.holders(&client.client_id)?.is_empty();
        let idle_since = (!is_held && client.managed_by(server).is_some()).then_some(now);
        self.0.exec(
            "INSERT OR REPLACE INTO registration (client_id, redirect_uri, name, server, sealed, created, idle_since,
             proven) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                client.client_id.as_str().into(),
                client.redirect_uri.as_str().into(),
                client_name.into(),
                server_json.into(),
                sealed.into(),
                now.into(),
                idle_since.into(),
                i32::from(client.is_proven).into(),
            ],
        )?;
        self.set_relaxations(&client.relaxations)?;
        Ok(idle_since)
    }

    /// Restarts the idle time of a client without users that a login begins with. It is written only where it
    /// matters: a popular issuer costs no writes.
    pub(super) fn touch(&self, row: &RegistrationRow) -> Result<Option<i64>, Failure> {
        let now = seconds(now());
        let grace = i64::try_from(self.config().unused_client.as_secs()).unwrap_or(i64::MAX);
        if row.idle_since.is_none_or(|since| now.saturating_sub(since) <= grace / 2) {
            return Ok(None);
        }
        self.set_idle(&row.client_id, Some(now))?;
        Ok(Some(now))
    }

    /// Remembers that the server accepts the client, and with which relaxations.
    pub(super) fn proven(&self, client_id: &str, relaxations: &Relaxations) -> Result<(), Failure> {
        if !self.0.is_empty() {
            self.0.exec("UPDATE registration SET proven = 1 WHERE client_id = ?", vec![client_id.into()])?;
        }
        self.set_relaxations(relaxations)
    }

    /// The relaxations that the issuer requires. After a month it is asked for what is best again.
    pub(super) fn relaxations(&self) -> Result<Relaxations, Failure> {
        #[derive(Deserialize)]
        struct Name {
            name: String,
        }
        if self.0.is_empty() {
            return Ok(Relaxations::default());
        }
        let since = seconds(now()).saturating_sub(RELAXATION_SECONDS);
        let rows: Vec<Name> =
            self.0.rows("SELECT name FROM relaxation WHERE since > ?", vec![since.into()])?;
        Ok(rows.iter().filter_map(|row| Relaxation::named(&row.name)).collect())
    }

    fn set_relaxations(&self, relaxations: &Relaxations) -> Result<(), Failure> {
        if self.relaxations()? == *relaxations {
            return Ok(());
        }
        self.0.prepare()?;
        self.0.exec("DELETE FROM relaxation", Vec::new())?;
        for relaxation in relaxations.iter() {
            let insert = "INSERT INTO relaxation (name, since) VALUES (?, ?)";
            self.0.exec(insert, vec![relaxation.name().into(), seconds(now()).into()])?;
        }
        Ok(())
    }

    pub(super) fn hold(&self, client_id: &str, account: &str) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let insert = "INSERT OR IGNORE INTO holder (client_id, account) VALUES (?, ?)";
        self.0.exec(insert, vec![client_id.into(), account.into()])?;
        self.set_idle(client_id, None)
    }

    /// Answers since when the client is idle, when that was its last user and it can be deleted.
    pub(super) fn release(&self, client_id: &str, account: &str) -> Result<Option<i64>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let delete = "DELETE FROM holder WHERE client_id = ? AND account = ?";
        self.0.exec(delete, vec![client_id.into(), account.into()])?;
        if !self.holders(client_id)?.is_empty() {
            return Ok(None);
        }
        let Some(row) = self.select("WHERE client_id = ?", vec![client_id.into()])?.pop() else {
            return Ok(None);
        };
        let Some(server) = row.server() else { return Ok(None) };
        let client = self.client(&row, &server)?;
        if client.is_none_or(|client| client.managed_by(&server).is_none()) {
            return Ok(None);
        }
        let now = seconds(now());
        self.set_idle(client_id, Some(now))?;
        Ok(Some(now))
    }

    /// True if the client was registered within so many seconds.
    pub(super) fn is_younger_than(&self, client_id: &str, seconds_ago: i64) -> Result<bool, Failure> {
        let rows = self.select("WHERE client_id = ?", vec![client_id.into()])?;
        let since = seconds(now()).saturating_sub(seconds_ago);
        Ok(rows.iter().any(|row| row.created > since))
    }

    pub(super) fn delete(&self, client_id: &str) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.exec("DELETE FROM registration WHERE client_id = ?", vec![client_id.into()])?;
        self.0.exec("DELETE FROM holder WHERE client_id = ?", vec![client_id.into()])
    }

    /// Leaves the server alone for that time, across evictions.
    pub(super) fn pause(&self, wait: Duration) -> Result<(), Failure> {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        self.0.prepare()?;
        self.0.set_meta(PAUSED_UNTIL, &millis(now()).saturating_add(wait).to_string())
    }

    /// Leaves the server alone for the time that it asked for, if it did.
    pub(super) fn pause_if_asked(&self, fault: &Fault) -> Result<(), Failure> {
        match fault {
            Fault::Temporary { retry_after: Some(retry_after) } => self.pause(retry_after.wait(now())),
            _ => Ok(()),
        }
    }

    /// The rest of that time.
    pub(super) fn pause_left(&self) -> Result<Option<Duration>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let until = self.0.meta(PAUSED_UNTIL)?.and_then(|until| until.parse::<i64>().ok());
        let left = until.map_or(0, |until| until.saturating_sub(millis(now())));
        Ok(u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis))
    }

    /// The registrations without users, the longest idle first.
    pub(super) fn idle(&self) -> Result<Vec<RegistrationRow>, Failure> {
        self.select("WHERE idle_since IS NOT NULL ORDER BY idle_since", Vec::new())
    }

    /// Schedules another attempt to delete it.
    pub(super) fn postpone(&self, row: &RegistrationRow, idle_since: i64) -> Result<(), Failure> {
        self.0.exec(
            "UPDATE registration SET idle_since = ?, attempts = attempts + 1 WHERE client_id = ?",
            vec![idle_since.into(), row.client_id.as_str().into()],
        )
    }

    fn set_idle(&self, client_id: &str, since: Option<i64>) -> Result<(), Failure> {
        self.0.exec(
            "UPDATE registration SET idle_since = ?, attempts = 0 WHERE client_id = ?",
            vec![since.into(), client_id.into()],
        )
    }

    fn holders(&self, client_id: &str) -> Result<Vec<serde_json::Value>, Failure> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        self.0.rows("SELECT account FROM holder WHERE client_id = ? LIMIT 1", vec![client_id.into()])
    }

    fn select(&self, rest: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<RegistrationRow>, Failure> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let columns = "client_id, redirect_uri, name, server, sealed, created, idle_since, attempts, proven";
        self.0.rows(&format!("SELECT {columns} FROM registration {rest}"), bindings)
    }
}

fn place<'a>(server: &'a Server, redirect_uri: &'a Url) -> Place<'a> {
    Place { issuer: server.issuer.as_str(), field: "client", row: redirect_uri.as_str() }
}

const RELAXATION_SECONDS: i64 = 2_592_000;

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
    // Registrations from before this step were used: the server accepted them.
    &[
        "ALTER TABLE registration ADD COLUMN proven INTEGER NOT NULL DEFAULT 1",
        "CREATE TABLE relaxation (name TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID",
    ],
];

const PAUSED_UNTIL: &str = "paused_until";
