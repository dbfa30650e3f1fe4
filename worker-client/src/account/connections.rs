//! The rows of `connection`.

use std::time::{Duration, SystemTime};

use base64ct::{Base64UrlUnpadded, Encoding};
use url::Url;
use worker::SqlStorageValue;

use super::store::Store;
use crate::{
    failure::Failure,
    model::{About, Connection, ConnectionState, closest},
    platform::{
        clock::{millis, now, seconds},
        columns::Columns,
        entropy::entropy,
    },
    seal::{Place, Unsealable},
    stored::{Grant, RegisteredClient, StoredGrant},
};
use login_flow::{LoginTarget, Relaxations, authority};

/// The names of a new connection.
pub(super) struct NewConnection {
    pub(super) target: LoginTarget,
    pub(super) about: About,
    pub(super) label: String,
}

/// Write-ahead record of a refresh: a refresh token may be spent although its answer was never stored.
#[derive(Clone, Copy)]
pub(super) enum RefreshIntent {
    /// No refresh is under way.
    None,
    /// One was sent and its answer is not stored.
    Sent,
    /// So was its one repetition.
    Repeated,
}

impl RefreshIntent {
    /// The record to store before a refresh is sent; `None` after the repetition.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::None => Some(Self::Sent),
            Self::Sent => Some(Self::Repeated),
            Self::Repeated => None,
        }
    }
}

/// A row of `connection`.
#[derive(Clone)]
pub(super) struct ConnectionRow {
    pub(super) id: String,
    pub(super) resource: String,
    pub(super) label: String,
    pub(super) issuer: String,
    pub(super) scope: Option<String>,
    title: Option<String>,
    description: Option<String>,
    has_icon: i64,
    pub(super) sealed: String,
    issued: i64,
    created: i64,
    needs_login: i64,
    intent: i64,
    /// Number of times that its tokens were replaced.
    pub(super) generation: i64,
    used: i64,
    relaxations: String,
    /// Millisecond of 1970 since which the server does not renew it.
    failing_since: Option<i64>,
}

impl ConnectionRow {
    fn read(row: &mut Columns) -> Self {
        Self {
            id: row.text(),
            resource: row.text(),
            label: row.text(),
            issuer: row.text(),
            scope: row.optional_text(),
            title: row.optional_text(),
            description: row.optional_text(),
            has_icon: row.integer(),
            sealed: row.text(),
            issued: row.integer(),
            created: row.integer(),
            needs_login: row.integer(),
            intent: row.integer(),
            generation: row.integer(),
            used: row.integer(),
            relaxations: row.text(),
            failing_since: row.optional_integer(),
        }
    }

    pub(super) fn issued(&self) -> SystemTime {
        let since = Duration::from_secs(self.issued.unsigned_abs());
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// True if its tokens were used since they came.
    pub(super) fn is_used(&self) -> bool {
        self.used != 0
    }

    pub(super) fn intent(&self) -> RefreshIntent {
        match self.intent {
            0 => RefreshIntent::None,
            1 => RefreshIntent::Sent,
            _ => RefreshIntent::Repeated,
        }
    }

    pub(super) fn needs_login(&self) -> bool {
        self.needs_login != 0
    }

    /// The state. A token whose lifetime ended long ago makes a failure a lasting one.
    pub(super) fn state(&self, over: Option<SystemTime>) -> ConnectionState {
        let since = self.failing_since.map(|since| over.map_or(since, |over| millis(over).min(since)));
        ConnectionState::of(self.needs_login(), since.map(|since| millis(now()).saturating_sub(since)))
    }

    pub(super) fn shown(self) -> Connection {
        let host = Url::parse(&self.resource).map(|url| authority(&url)).unwrap_or_default();
        Connection {
            needs_login: self.needs_login(),
            state: self.state(None),
            has_icon: self.has_icon != 0,
            label: Some(self.label).filter(|label| !label.is_empty()),
            connected_at: self.created,
            id: self.id,
            host,
            resource: self.resource,
            issuer: self.issuer,
            scope: self.scope,
            relaxations: Relaxations::named(&self.relaxations),
            title: self.title,
            description: self.description,
        }
    }

    fn place(&self) -> Place<'_> {
        grant_place(&self.issuer, &self.id, &self.resource, &self.label)
    }
}

impl Store {
    pub(super) fn connections(&self) -> Result<Vec<ConnectionRow>, Failure> {
        self.select("ORDER BY created DESC", Vec::new())
    }

    /// The connections as they are listed.
    pub(super) fn shown(&self) -> Result<Vec<Connection>, Failure> {
        let keys = self.0.config().keys()?;
        let shown = |row: ConnectionRow| {
            let is_readable = keys.has_key_of(&row.sealed);
            let shown = row.shown();
            Connection { needs_login: shown.needs_login || !is_readable, ..shown }
        };
        Ok(self.connections()?.into_iter().map(shown).collect())
    }

    pub(super) fn connection(&self, id: &str) -> Result<Option<ConnectionRow>, Failure> {
        Ok(self.select("WHERE id = ?", vec![id.into()])?.pop())
    }

    /// The connection to a resource under a label.
    pub(super) fn labelled(&self, resource: &str, label: &str) -> Result<Option<ConnectionRow>, Failure> {
        Ok(self.select("WHERE resource = ? AND label = ?", vec![resource.into(), label.into()])?.pop())
    }

    /// The connection that a request to that URL uses.
    pub(super) fn covering(&self, url: &Url, label: Option<&str>) -> Result<Option<ConnectionRow>, Failure> {
        let traits = |row: &ConnectionRow| (row.resource.clone(), row.label.clone(), row.created);
        Ok(closest(self.connections()?, url, label, traits))
    }

    pub(super) fn icon(&self, id: &str) -> Result<Option<String>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let row = self.0.rows("SELECT icon FROM connection WHERE id = ?", vec![id.into()])?.pop();
        row.map_or(Ok(None), |row| row.read(Columns::optional_text))
    }

    pub(super) fn grant(&self, row: &ConnectionRow) -> Result<Result<Grant, Unsealable>, Failure> {
        Ok(self.0.unseal::<StoredGrant>(row.place(), &row.sealed)?.map(Grant::from))
    }

    /// True if a connection uses that client, or may: what cannot be opened is counted in.
    pub(super) fn holds(&self, client: &RegisteredClient) -> Result<bool, Failure> {
        for row in self.connections()?.iter().filter(|row| row.issuer == client.issuer) {
            if self.grant(row)?.map_or(true, |grant| grant.client.client_id == client.client_id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores what a login ended with, and answers with its id. Nothing may be there in its place.
    pub(super) fn connect(&self, login: &NewConnection, grant: &Grant) -> Result<String, Failure> {
        let NewConnection { target, about, label } = login;
        let id = Base64UrlUnpadded::encode_string(&entropy::<16>()?);
        let (resource, issuer) = (target.resource(), grant.server.issuer.as_str());
        let sealed =
            self.0.seal(grant_place(issuer, &id, &resource, label), &StoredGrant::from(grant.clone()))?;
        let now = seconds(now());
        self.0.set_meta("connected", "yes")?;
        self.0.exec(
            "INSERT INTO connection (id, resource, label, issuer, scope, title, description, icon, sealed, issued,
             created, relaxations) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                id.as_str().into(),
                resource.as_str().into(),
                label.as_str().into(),
                issuer.into(),
                grant.tokens.scope.clone().into(),
                about.title.clone().into(),
                about.description.clone().into(),
                about.icon.clone().into(),
                sealed.into(),
                now.into(),
                now.into(),
                grant.client.relaxations.names().into(),
            ],
        )?;
        Ok(id)
    }

    /// Stores refreshed tokens and that nothing is under way, in one write. Nothing comes back that was erased,
    /// and a late answer replaces nothing that is newer: then it is false.
    pub(super) fn refreshed(&self, row: &ConnectionRow, grant: &Grant) -> Result<bool, Failure> {
        let sealed = self.0.seal(row.place(), &StoredGrant::from(grant.clone()))?;
        self.0.has_changed(
            "UPDATE connection SET sealed = ?, issued = ?, scope = ?, relaxations = ?, intent = 0, used = 0, generation = generation + 1
             WHERE id = ? AND generation = ?",
            vec![
                sealed.into(),
                seconds(now()).into(),
                grant.tokens.scope.clone().into(),
                grant.client.relaxations.names().into(),
                row.id.as_str().into(),
                row.generation.into(),
            ],
        )
    }

    /// Marks the tokens as used: once for each token, with the alarm that keeps the connection fresh.
    pub(super) fn set_used(&self, row: &ConnectionRow) -> Result<(), Failure> {
        self.0.exec("UPDATE connection SET used = 1 WHERE id = ?", vec![row.id.as_str().into()])
    }

    pub(super) fn set_intent(&self, row: &ConnectionRow, intent: RefreshIntent) -> Result<(), Failure> {
        let intent = match intent {
            RefreshIntent::None => 0,
            RefreshIntent::Sent => 1,
            RefreshIntent::Repeated => 2,
        };
        self.0.exec(
            "UPDATE connection SET intent = ? WHERE id = ? AND generation = ?",
            vec![SqlStorageValue::from(intent), row.id.as_str().into(), row.generation.into()],
        )
    }

    /// Marks a connection that only the user can mend: its tokens are of no use any more. False if it is gone, or has
    /// others by now.
    pub(super) fn ask_for_login(&self, row: &ConnectionRow) -> Result<bool, Failure> {
        self.0.has_changed(
            "UPDATE connection SET needs_login = 1, intent = 0 WHERE id = ? AND generation = ?",
            vec![row.id.as_str().into(), row.generation.into()],
        )
    }

    pub(super) fn erase(&self, id: &str) -> Result<(), Failure> {
        self.erase_pauses(id)?;
        self.0.exec("DELETE FROM connection WHERE id = ?", vec![id.into()])
    }

    fn select(&self, rest: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<ConnectionRow>, Failure> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let columns =
            "id, resource, label, issuer, scope, title, description, icon IS NOT NULL, sealed, issued, created,
            needs_login, intent, generation, used, relaxations,
            (SELECT since FROM pause WHERE key = connection.id)";
        let rows = self.0.rows(&format!("SELECT {columns} FROM connection {rest}"), bindings)?;
        rows.into_iter().map(|row| row.read(ConnectionRow::read)).collect()
    }
}

/// A grant is bound to what its tokens are sent to, and to the name by which a person chooses it.
pub(super) fn grant_place<'a>(issuer: &'a str, id: &'a str, resource: &'a str, label: &'a str) -> Place<'a> {
    Place { issuer, field: "grant", row: id, used_for: [resource, label] }
}
