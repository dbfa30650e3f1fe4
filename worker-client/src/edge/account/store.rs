//! The rows of an account. Secrets are sealed; what is listed is plain.

use std::time::{Duration, SystemTime};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use url::Url;
use worker::{SqlStorage, SqlStorageValue};

use super::{
    super::{
        door::{entropy, now, seconds},
        salt,
    },
    Session,
};
use crate::{
    config::Config,
    flow::{Client, Named, Pending, Server, Tokens, authority, covers},
    pages::{About, Connection},
    problem::Problem,
    seal::Place,
};

/// The account's storage and the keys that open it.
pub(super) struct Store {
    sql: SqlStorage,
    config: Config,
    owner: String,
}

/// What a connection may be used with: sealed as one, so that tokens never meet another client or endpoint.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Grant {
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) tokens: Tokens,
}

/// A login under way: the sealed part and what will be listed.
#[derive(Deserialize, Serialize)]
pub(super) struct Waiting {
    pub(super) pending: Pending,
    pub(super) named: Named,
    pub(super) about: About,
}

/// A row of `connection`.
#[derive(Clone, Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) resource: String,
    pub(super) issuer: String,
    scope: Option<String>,
    title: Option<String>,
    description: Option<String>,
    has_icon: i64,
    sealed: String,
    issued: i64,
    needs_login: i64,
    /// 0: no refresh under way; 1: one was sent and its answer is not stored; 2: so was its one repetition.
    pub(super) intent: i64,
}

impl Row {
    pub(super) fn issued(&self) -> SystemTime {
        let since = Duration::from_secs(self.issued.unsigned_abs());
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    pub(super) fn needs_login(&self) -> bool {
        self.needs_login != 0
    }

    fn shown(self) -> Connection {
        let host = Url::parse(&self.resource).map(|url| authority(&url)).unwrap_or_default();
        Connection {
            needs_login: self.needs_login(),
            has_icon: self.has_icon != 0,
            id: self.id,
            host,
            resource: self.resource,
            issuer: self.issuer,
            scope: self.scope,
            title: self.title,
            description: self.description,
            label: None,
            connected_at: self.issued,
        }
    }
}

impl Store {
    pub(super) fn new(sql: SqlStorage, config: Config, owner: String) -> Self {
        Self { sql, config, owner }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    // ── sessions ──

    pub(super) fn knows_session(&self, digest: &str) -> Result<bool, Problem> {
        if salt::read(&self.sql)?.is_none() {
            return Ok(false);
        }
        let select = "SELECT digest FROM session WHERE digest = ? AND expires > ?";
        let rows: Vec<serde_json::Value> = self.rows(select, vec![digest.into(), seconds(now()).into()])?;
        Ok(!rows.is_empty())
    }

    /// Makes the next secret known and lets the last one live a minute longer, for a second tab.
    pub(super) fn rotate_session(&self, next: &str) -> Result<(), Problem> {
        let now = seconds(now());
        self.exec("UPDATE session SET expires = min(expires, ?)", vec![now.saturating_add(60).into()])?;
        self.open_session(next)
    }

    fn open_session(&self, digest: &str) -> Result<(), Problem> {
        let expires = seconds(now()).saturating_add(SESSION_SECONDS);
        self.exec(
            "INSERT OR REPLACE INTO session (digest, expires) VALUES (?, ?)",
            vec![digest.into(), expires.into()],
        )
    }

    // ── logins under way ──

    /// Keeps a login, and the session it began in, in one write.
    pub(super) fn begin(&self, session: &Session, waiting: &Waiting) -> Result<(), Problem> {
        for statement in SCHEMA {
            self.exec(statement, Vec::new())?;
        }
        let salt = salt::make(&self.sql)?;
        if let Session::New(digest) = session {
            self.open_session(digest)?;
        }
        let state = waiting.pending.state_digest();
        let place = Place { issuer: "", field: "pending", row: state };
        let sealed = self.config.keys.vault(&self.owner, &salt).seal(entropy()?, place, waiting);
        let now = seconds(now());
        self.exec("DELETE FROM pending WHERE expires <= ?", vec![now.into()])?;
        self.exec(
            "DELETE FROM pending WHERE state IN (SELECT state FROM pending ORDER BY expires DESC LIMIT -1 OFFSET ?)",
            vec![MAX_PENDING.into()],
        )?;
        self.exec(
            "INSERT INTO pending (state, sealed, expires) VALUES (?, ?, ?)",
            vec![
                state.into(),
                sealed.ok_or_else(Problem::internal)?.into(),
                now.saturating_add(PENDING_SECONDS).into(),
            ],
        )
    }

    /// The login that a `state` belongs to.
    pub(super) fn waiting(&self, state: &str) -> Result<Option<Waiting>, Problem> {
        #[derive(Deserialize)]
        struct Sealed {
            sealed: String,
        }
        let Some(salt) = salt::read(&self.sql)? else { return Ok(None) };
        let select = "SELECT sealed FROM pending WHERE state = ? AND expires > ?";
        let rows: Vec<Sealed> = self.rows(select, vec![state.into(), seconds(now()).into()])?;
        let place = Place { issuer: "", field: "pending", row: state };
        Ok(rows
            .first()
            .and_then(|row| self.config.keys.vault(&self.owner, &salt).open(place, &row.sealed).ok()))
    }

    pub(super) fn end_pending(&self, state: &str) -> Result<(), Problem> {
        self.exec("DELETE FROM pending WHERE state = ?", vec![state.into()])
    }

    // ── connections ──

    pub(super) fn connections(&self) -> Result<Vec<Row>, Problem> {
        self.select("ORDER BY created DESC", Vec::new())
    }

    /// The connections as they are listed.
    pub(super) fn shown(&self) -> Result<Vec<Connection>, Problem> {
        Ok(self.connections()?.into_iter().map(Row::shown).collect())
    }

    pub(super) fn connection(&self, id: &str) -> Result<Option<Row>, Problem> {
        Ok(self.select("WHERE id = ?", vec![id.into()])?.pop())
    }

    /// The connection whose resource covers the URL most closely.
    pub(super) fn covering(&self, url: &Url) -> Result<Option<Row>, Problem> {
        let covers = |row: &Row| Url::parse(&row.resource).is_ok_and(|resource| covers(&resource, url));
        Ok(self.connections()?.into_iter().filter(covers).max_by_key(|row| row.resource.len()))
    }

    pub(super) fn icon(&self, id: &str) -> Result<Option<String>, Problem> {
        #[derive(Deserialize)]
        struct Icon {
            icon: Option<String>,
        }
        if salt::read(&self.sql)?.is_none() {
            return Ok(None);
        }
        let rows: Vec<Icon> = self.rows("SELECT icon FROM connection WHERE id = ?", vec![id.into()])?;
        Ok(rows.into_iter().next().and_then(|row| row.icon))
    }

    pub(super) fn grant(&self, row: &Row) -> Result<Option<Grant>, Problem> {
        let Some(salt) = salt::read(&self.sql)? else { return Ok(None) };
        Ok(self.config.keys.vault(&self.owner, &salt).open(row.place(), &row.sealed).ok())
    }

    /// Stores what a login ended with, in place of an earlier connection to the same resource.
    pub(super) fn connect(&self, named: &Named, about: &About, grant: &Grant) -> Result<(), Problem> {
        let id = Base64UrlUnpadded::encode_string(&entropy::<16>()?);
        let (resource, issuer) = (named.resource(), grant.server.issuer.as_str());
        let sealed = self.seal(&id, issuer, grant)?;
        let now = seconds(now());
        self.exec("DELETE FROM connection WHERE resource = ?", vec![resource.as_str().into()])?;
        self.exec(
            "INSERT INTO connection (id, resource, issuer, scope, title, description, icon, sealed, issued, created)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                id.into(),
                resource.into(),
                issuer.into(),
                grant.tokens.scope.clone().into(),
                about.title.clone().into(),
                about.description.clone().into(),
                about.icon.clone().into(),
                sealed.into(),
                now.into(),
                now.into(),
            ],
        )
    }

    /// Stores refreshed tokens and that nothing is under way, in one write. Nothing comes back that was erased.
    pub(super) fn refreshed(&self, row: &Row, grant: &Grant) -> Result<(), Problem> {
        let sealed = self.seal(&row.id, &row.issuer, grant)?;
        self.exec(
            "UPDATE connection SET sealed = ?, issued = ?, scope = ?, intent = 0 WHERE id = ?",
            vec![
                sealed.into(),
                seconds(now()).into(),
                grant.tokens.scope.clone().into(),
                row.id.as_str().into(),
            ],
        )
    }

    pub(super) fn set_intent(&self, id: &str, intent: i64) -> Result<(), Problem> {
        self.exec("UPDATE connection SET intent = ? WHERE id = ?", vec![intent.into(), id.into()])
    }

    pub(super) fn ask_for_login(&self, id: &str) -> Result<(), Problem> {
        self.exec("UPDATE connection SET needs_login = 1, intent = 0 WHERE id = ?", vec![id.into()])
    }

    pub(super) fn disconnect(&self, id: &str) -> Result<(), Problem> {
        self.exec("DELETE FROM connection WHERE id = ?", vec![id.into()])
    }

    fn seal(&self, id: &str, issuer: &str, grant: &Grant) -> Result<String, Problem> {
        let salt = salt::make(&self.sql)?;
        let place = Place { issuer, field: "grant", row: id };
        self.config
            .keys
            .vault(&self.owner, &salt)
            .seal(entropy()?, place, grant)
            .ok_or_else(Problem::internal)
    }

    fn select(&self, rest: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<Row>, Problem> {
        if salt::read(&self.sql)?.is_none() {
            return Ok(Vec::new());
        }
        let columns =
            "id, resource, issuer, scope, title, description, icon IS NOT NULL AS has_icon, sealed, issued,
            needs_login, intent";
        self.rows(&format!("SELECT {columns} FROM connection {rest}"), bindings)
    }

    fn rows<T: serde::de::DeserializeOwned>(
        &self,
        query: &str,
        bindings: Vec<SqlStorageValue>,
    ) -> Result<Vec<T>, Problem> {
        Ok(self.sql.exec(query, bindings)?.to_array()?)
    }

    fn exec(&self, statement: &str, bindings: Vec<SqlStorageValue>) -> Result<(), Problem> {
        self.sql.exec(statement, bindings)?;
        Ok(())
    }
}

impl Row {
    fn place(&self) -> Place<'_> {
        Place { issuer: &self.issuer, field: "grant", row: &self.id }
    }
}

const MAX_PENDING: i32 = 19;
const PENDING_SECONDS: i64 = 600;
const SESSION_SECONDS: i64 = 2_592_000;

const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS pending (state TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS connection (id TEXT PRIMARY KEY, resource TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL,
        scope TEXT, title TEXT, description TEXT, icon TEXT, sealed TEXT NOT NULL, issued INTEGER NOT NULL,
        created INTEGER NOT NULL, needs_login INTEGER NOT NULL DEFAULT 0, intent INTEGER NOT NULL DEFAULT 0)",
];
