//! The columns of sealed values: the place and use of each, and the change of keys that reaches all of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{entropy::entropy, log::Line, storage::Storage};
use crate::{
    failure::Failure,
    seal::{Place, key_of},
};

/// A column of sealed values, with SQL expressions of its table for the parts of a [`Place`].
pub(crate) struct SealedColumn {
    pub(crate) table: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) field: &'static str,
    pub(crate) row: &'static str,
    pub(crate) used_for: [&'static str; 2],
    /// True if its rows stay although their key is lost, because they say more than what is sealed.
    pub(crate) outlives_its_key: bool,
}

#[derive(Deserialize)]
struct SealedRow {
    at: i64,
    sealed: String,
    issuer: String,
    field: String,
    row: String,
    first: String,
    second: String,
}

impl Storage {
    /// Seals with the active key, in the present form, what another key or form sealed; gives up what a lost key sealed;
    /// and logs, by kind and key, how many rows that were and how many are left.
    pub(crate) fn rotate(&self, columns: &[SealedColumn]) -> Result<(), Failure> {
        let Some(vault) = self.vault()? else { return Ok(()) };
        let keys = self.config().keys()?;
        let mut left: BTreeMap<String, usize> = keys.retired().map(|key| (key.to_owned(), 0)).collect();
        for SealedColumn { table, issuer, field, row, used_for: [first, second], outlives_its_key } in columns
        {
            let mut counts = BTreeMap::<(&str, String, String), usize>::new();
            let select = format!(
                "SELECT rowid AS at, sealed, {issuer} AS issuer, {field} AS field, {row} AS row, {first} AS first,
                {second} AS second FROM {table} WHERE sealed NOT GLOB ?"
            );
            for row in self.rows::<SealedRow>(&select, vec![format!("{}*", keys.prefix()).into()])? {
                let key = key_of(&row.sealed);
                let used_for = [&*row.first, &row.second];
                let place = Place { issuer: &row.issuer, field: &row.field, row: &row.row, used_for };
                let event = if let Ok(anew) = vault.reseal(entropy()?, place, &row.sealed) {
                    let update = format!("UPDATE {table} SET sealed = ? WHERE rowid = ? AND sealed = ?");
                    self.exec(&update, vec![anew.into(), row.at.into(), row.sealed.as_str().into()])?;
                    "resealed"
                } else if !outlives_its_key && keys.lost().any(|lost| lost == key) {
                    self.exec(&format!("DELETE FROM {table} WHERE rowid = ?"), vec![row.at.into()])?;
                    "given-up"
                } else {
                    let left = left.entry(key.to_owned()).or_default();
                    *left = left.saturating_add(1);
                    "unsealable"
                };
                let count = counts.entry((event, row.field, key.to_owned())).or_default();
                *count = count.saturating_add(1);
            }
            for ((event, kind, key), count) in &counts {
                let line =
                    Line { event, kind: Some(kind), key: Some(key), count: Some(*count), ..Line::default() };
                if *event == "resealed" { line.info() } else { line.error() }
            }
        }
        for (key, count) in &left {
            Line { event: "left-under-key", key: Some(key), count: Some(*count), ..Line::default() }.info();
        }
        Ok(())
    }
}
