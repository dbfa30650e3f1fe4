//! The salt of one object's keys. Without it nothing that the object sealed opens again.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use worker::SqlStorage;

use super::door::entropy;
use crate::problem::Problem;

/// The salt, if the object has stored anything yet. Reading creates nothing.
pub(super) fn read(sql: &SqlStorage) -> Result<Option<Vec<u8>>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        value: String,
    }
    let tables = "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = 'meta'";
    if sql.exec(tables, None)?.to_array::<Row>()?.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Row> = sql.exec("SELECT value FROM meta WHERE name = 'salt'", None)?.to_array()?;
    Ok(rows.first().and_then(|row| Base64UrlUnpadded::decode_vec(&row.value).ok()))
}

/// The salt, made when there is none.
pub(super) fn make(sql: &SqlStorage) -> Result<Vec<u8>, Problem> {
    if let Some(salt) = read(sql)? {
        return Ok(salt);
    }
    let salt = entropy::<32>()?.to_vec();
    sql.exec("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)", None)?;
    let text = Base64UrlUnpadded::encode_string(&salt);
    sql.exec("INSERT INTO meta (name, value) VALUES ('salt', ?)", vec![text.into()])?;
    Ok(salt)
}
