//! The rows of an account, version by version, and the columns of them that are sealed.

use crate::platform::{
    sealed::SealedColumn,
    storage::{LaterTables, Schema},
};

/// Every column of sealed values.
pub(super) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "session",
        column: "sealed",
        is_later: false,
        issuer: "''",
        field: "'session'",
        row: "digest",
        used_for: ["''", "''"],
        outlives_its_key: false,
    },
    SealedColumn {
        table: "pending",
        column: "sealed",
        is_later: false,
        issuer: "''",
        field: "'pending'",
        row: "state",
        used_for: ["''", "''"],
        outlives_its_key: false,
    },
    SealedColumn {
        table: "connection",
        column: "sealed",
        is_later: true,
        issuer: "issuer",
        field: "'grant'",
        row: "id",
        used_for: ["resource", "label"],
        outlives_its_key: true,
    },
    SealedColumn {
        table: "connection",
        column: "access_token",
        is_later: true,
        issuer: "issuer",
        field: "'access_token'",
        row: "id",
        used_for: ["resource", "label"],
        outlives_its_key: true,
    },
    SealedColumn {
        table: "outbox",
        column: "sealed",
        is_later: true,
        issuer: "issuer",
        field: "field",
        row: "id",
        used_for: ["resource", "label"],
        outlives_its_key: false,
    },
];

/// The first version whose sessions are sealed.
pub(super) const SEALED_SESSIONS: usize = 5;

/// A statement of `migrations` that is in use anywhere is never changed: what comes later stands in a step of its own, and
/// is added to `fresh` or `later`. From version 6 on, an account of which nothing came but a page or a login under way has
/// the fresh tables alone: a step that changes one of the others first makes all of them, as they were, if they are not
/// there.
pub(super) const SCHEMA: &Schema = &Schema {
    fresh: FRESH,
    later: Some(LaterTables { one: "connection", statements: LATER }),
    migrations: MIGRATIONS,
};

const FRESH: &str = "
    CREATE TABLE session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL, sealed TEXT NOT NULL DEFAULT '');
    CREATE TABLE pending (state TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires INTEGER NOT NULL)";

/// The tables of a connection, of what is told to others, and of what waits.
const LATER: &str = "
    CREATE TABLE IF NOT EXISTS connection (id TEXT PRIMARY KEY, resource TEXT NOT NULL, label TEXT NOT NULL DEFAULT '',
        issuer TEXT NOT NULL, scope TEXT, title TEXT, description TEXT, icon TEXT, sealed TEXT NOT NULL,
        issued INTEGER NOT NULL, created INTEGER NOT NULL, needs_login INTEGER NOT NULL DEFAULT 0,
        intent INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,
        relaxations TEXT NOT NULL DEFAULT '', access_token TEXT, UNIQUE (resource, label));
    CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, sealed TEXT NOT NULL, created INTEGER NOT NULL,
        due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, field TEXT NOT NULL DEFAULT 'outbox',
        issuer TEXT NOT NULL DEFAULT '', resource TEXT NOT NULL DEFAULT '', label TEXT NOT NULL DEFAULT '');
    CREATE TABLE IF NOT EXISTS pause (key TEXT PRIMARY KEY, until INTEGER NOT NULL, failures INTEGER NOT NULL,
        since INTEGER NOT NULL)";

const MIGRATIONS: &[&[&str]] = &[
    &[
        "CREATE TABLE session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL)",
        "CREATE TABLE pending (state TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires INTEGER NOT NULL)",
        "CREATE TABLE connection (id TEXT PRIMARY KEY, resource TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL,
            scope TEXT, title TEXT, description TEXT, icon TEXT, sealed TEXT NOT NULL, issued INTEGER NOT NULL,
            created INTEGER NOT NULL, needs_login INTEGER NOT NULL DEFAULT 0, intent INTEGER NOT NULL DEFAULT 0)",
    ],
    // Labels tell connections to one resource apart; a generation tells a winner from a late loser; what must
    // still be told to others waits in the outbox.
    &[
        "ALTER TABLE connection RENAME TO unlabelled",
        "CREATE TABLE connection (id TEXT PRIMARY KEY, resource TEXT NOT NULL, label TEXT NOT NULL DEFAULT '',
            issuer TEXT NOT NULL, scope TEXT, title TEXT, description TEXT, icon TEXT, sealed TEXT NOT NULL,
            issued INTEGER NOT NULL, created INTEGER NOT NULL, needs_login INTEGER NOT NULL DEFAULT 0,
            intent INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,
            UNIQUE (resource, label))",
        "INSERT INTO connection (id, resource, issuer, scope, title, description, icon, sealed, issued, created,
            needs_login, intent) SELECT * FROM unlabelled",
        "DROP TABLE unlabelled",
        "CREATE TABLE outbox (id TEXT PRIMARY KEY, sealed TEXT NOT NULL, created INTEGER NOT NULL,
            due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0)",
    ],
    &["ALTER TABLE connection ADD COLUMN relaxations TEXT NOT NULL DEFAULT ''"],
    // The requests that must not be sent before their time: an issuer, the renewal of a connection, a replacement of its token.
    &[
        "CREATE TABLE pause (key TEXT PRIMARY KEY, until INTEGER NOT NULL, failures INTEGER NOT NULL,
            since INTEGER NOT NULL)",
    ],
    // Session secrets are authenticated; the grant of a connection that ended while its key was away waits among the
    // tasks, as it was sealed.
    &[
        "ALTER TABLE session ADD COLUMN sealed TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN field TEXT NOT NULL DEFAULT 'outbox'",
        "ALTER TABLE outbox ADD COLUMN issuer TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN resource TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN label TEXT NOT NULL DEFAULT ''",
    ],
    // An authorized request opens what it sends, and not the grant as a whole.
    &["ALTER TABLE connection ADD COLUMN access_token TEXT"],
];
