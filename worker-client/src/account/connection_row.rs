//! A row of `connection`, and what its columns mean.

use std::time::{Duration, SystemTime};

use url::Url;

use super::connections::grant_place;
use crate::{
    model::{Connection, ConnectionState},
    platform::{
        clock::{millis, now},
        columns::Columns,
    },
    seal::Place,
};
use login_flow::{Relaxations, authority};

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
    /// The part in use of the grant, sealed apart; `None` in a row of the time before it was.
    pub(super) access_token: Option<String>,
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
    pub(super) fn read(row: &mut Columns) -> Self {
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
            access_token: row.optional_text(),
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

    pub(super) fn place(&self) -> Place<'_> {
        grant_place(&self.issuer, &self.id, &self.resource, &self.label)
    }
}
