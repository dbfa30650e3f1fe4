//! The registrations at one issuer, and which accounts use them.

use std::time::Duration;

use login_codec::json;
use serde_json::Value;

use super::schema::SEALED;
use crate::{
    config::Config,
    failure::{Defect, Failure},
    platform::{
        clock::{millis, now, seconds},
        columns::Columns,
        storage::Storage,
    },
    seal::{Place, Unsealable},
    stored::{StoredClient, StoredServer},
};
use login_flow::{Client, Fault, Relaxation, Relaxations, Server};

/// The registrar's rows.
pub(super) struct Rows(pub(super) Storage);

/// A row of `registration`.
#[derive(Clone)]
pub(super) struct RegistrationRow {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// Our name when it was registered.
    pub(super) name: String,
    server: String,
    sealed: String,
    pub(super) created: i64,
    /// The second of 1970 since which it has no user; `None` if it has one, or cannot be deleted.
    pub(super) idle_since: Option<i64>,
    pub(super) attempts: i64,
    /// Not 0 if the server has accepted the client's authentication.
    pub(super) proven: i64,
}

impl RegistrationRow {
    fn read(row: &mut Columns) -> Self {
        Self {
            client_id: row.text(),
            redirect_uri: row.text(),
            name: row.text(),
            server: row.text(),
            sealed: row.text(),
            created: row.integer(),
            idle_since: row.optional_integer(),
            attempts: row.integer(),
            proven: row.integer(),
        }
    }

    /// The server that it was registered at.
    pub(super) fn server(&self) -> Option<Server> {
        json::read::<StoredServer>(&self.server).ok().map(Server::from)
    }
}

impl Rows {
    /// The rows as they are; those of an older version are sealed in the present form.
    pub(super) fn open(rows: Storage) -> Result<Self, Failure> {
        if rows.brought_forward_from().is_some() {
            rows.rotate(SEALED)?;
        }
        Ok(Self(rows))
    }

    pub(super) fn config(&self) -> &Config {
        self.0.config()
    }

    /// The client.
    pub(super) fn client(&self, row: &RegistrationRow) -> Result<Result<Client, Unsealable>, Failure> {
        let issuer = row.server().map(|server| server.issuer.to_string()).unwrap_or_default();
        let place = place(&issuer, &row.redirect_uri, &row.client_id, &row.server);
        Ok(self.0.unseal::<StoredClient>(place, &row.sealed)?.map(Client::from))
    }

    /// Keeps a registration before anyone uses it.
    pub(super) fn store(&self, server: &Server, client: &Client, client_name: &str) -> Result<(), Failure> {
        let server_json = json::write(&StoredServer::from(server.clone()))
            .map_err(|_| Failure::internal(Defect::Encoding))?;
        let issuer = server.issuer.as_str();
        let place = place(issuer, client.redirect_uri.as_str(), &client.client_id, &server_json);
        let sealed = self.0.seal(place, &StoredClient::from(client.clone()))?;
        let now = seconds(now());
        let is_held = self.is_held(&client.client_id)?;
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
        self.set_relaxations(&client.relaxations)
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

    /// The relaxations that the issuer requires. After a month it is asked for what is best again.
    pub(super) fn relaxations(&self) -> Result<Relaxations, Failure> {
        if self.0.is_empty() {
            return Ok(Relaxations::default());
        }
        let read = |row: Columns| row.read(|row| (row.text(), row.integer())).ok();
        let rows = self.0.remembered("relaxations".to_owned(), || {
            let rows = self.0.rows("SELECT name, since FROM relaxation", Vec::new())?;
            Ok(Some(rows.into_iter().filter_map(read).collect::<Vec<_>>()))
        })?;
        let since = seconds(now()).saturating_sub(RELAXATION_SECONDS);
        let rows = rows.iter().flat_map(|rows| rows.iter()).filter(|(_, at)| *at > since);
        Ok(rows.filter_map(|(name, _)| Relaxation::named(name)).collect())
    }

    pub(super) fn set_relaxations(&self, relaxations: &Relaxations) -> Result<(), Failure> {
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

    /// True if the client was registered within so many seconds, and the server has not accepted it since.
    pub(super) fn is_new(&self, client_id: &str, seconds_ago: i64) -> Result<bool, Failure> {
        let rows = self.select("WHERE client_id = ?", vec![client_id.into()])?;
        let since = seconds(now()).saturating_sub(seconds_ago);
        Ok(rows.iter().any(|row| row.created > since && row.proven == 0))
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

    pub(super) fn set_idle(&self, client_id: &str, since: Option<i64>) -> Result<(), Failure> {
        self.0.exec(
            "UPDATE registration SET idle_since = ?, attempts = 0 WHERE client_id = ?",
            vec![since.into(), client_id.into()],
        )
    }

    pub(super) fn select(&self, rest: &str, bindings: Vec<Value>) -> Result<Vec<RegistrationRow>, Failure> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let columns = "client_id, redirect_uri, name, server, sealed, created, idle_since, attempts, proven";
        let rows = self.0.rows(&format!("SELECT {columns} FROM registration {rest}"), bindings)?;
        rows.into_iter().map(|row| row.read(RegistrationRow::read)).collect()
    }
}

fn place<'a>(issuer: &'a str, redirect_uri: &'a str, client_id: &'a str, server: &'a str) -> Place<'a> {
    Place { issuer, field: "client", row: redirect_uri, used_for: [client_id, server] }
}

const RELAXATION_SECONDS: i64 = 2_592_000;

const PAUSED_UNTIL: &str = "paused_until";
