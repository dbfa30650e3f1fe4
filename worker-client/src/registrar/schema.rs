//! The rows of a registrar, version by version, and the column of them that is sealed.

use crate::platform::{sealed::SealedColumn, storage::Schema};

/// Every column of sealed values.
pub(super) const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "registration",
    column: "sealed",
    is_later: false,
    issuer: "json_extract(server, '$.issuer')",
    field: "'client'",
    row: "redirect_uri",
    used_for: ["client_id", "server"],
    outlives_its_key: false,
}];

/// A statement of `migrations` that is in use anywhere is never changed: what comes later stands in a step of its own, and
/// is added to `fresh`.
pub(super) const SCHEMA: &Schema = &Schema { fresh: FRESH, later: None, migrations: MIGRATIONS };

const FRESH: &str = "
    CREATE TABLE registration (client_id TEXT PRIMARY KEY, redirect_uri TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
        server TEXT NOT NULL, sealed TEXT NOT NULL, created INTEGER NOT NULL, idle_since INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0, proven INTEGER NOT NULL DEFAULT 1);
    CREATE INDEX registration_by_uri ON registration (redirect_uri);
    CREATE TABLE holder (client_id TEXT NOT NULL, account TEXT NOT NULL, since INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (client_id, account)) WITHOUT ROWID;
    CREATE TABLE relaxation (name TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID";

const MIGRATIONS: &[&[&str]] = &[
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
    // A release that arrives late ends nothing that began after it.
    &["ALTER TABLE holder ADD COLUMN since INTEGER NOT NULL DEFAULT 0"],
];
