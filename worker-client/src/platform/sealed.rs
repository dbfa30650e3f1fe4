//! The columns of sealed values: the place and use of each, and the change of keys that reaches all of them.

use super::{entropy::entropy, log::Line, storage::Storage};
use crate::{
    failure::Failure,
    seal::{Place, key_of},
};

/// A column of sealed values, with SQL expressions of its table for the parts of a [`Place`].
pub(crate) struct SealedColumn {
    pub(crate) table: &'static str,
    /// Its name. `NULL` is no value.
    pub(crate) column: &'static str,
    /// True if its table is made later than the first.
    pub(crate) is_later: bool,
    pub(crate) issuer: &'static str,
    pub(crate) field: &'static str,
    pub(crate) row: &'static str,
    pub(crate) used_for: [&'static str; 2],
    /// True if its rows stay although their key is lost, because they say more than what is sealed.
    pub(crate) outlives_its_key: bool,
}

/// The number of values of a kind and key with one outcome.
struct Count {
    event: &'static str,
    kind: String,
    key: String,
    number: usize,
}

/// Counts one more of a kind and key, in a list: there are few.
fn count(counts: &mut Vec<Count>, event: &'static str, kind: &str, key: &str) {
    let is_same = |one: &&mut Count| one.event == event && one.kind == kind && one.key == key;
    match counts.iter_mut().find(is_same) {
        Some(one) => one.number = one.number.saturating_add(1),
        None => counts.push(Count { event, kind: kind.to_owned(), key: key.to_owned(), number: 1 }),
    }
}

impl Storage {
    /// Seals with the active key, in the present form, what another key or form sealed; gives up what a lost key sealed;
    /// and logs, by kind and key, how many rows that were and how many are left.
    pub(crate) fn rotate(&self, columns: &[SealedColumn]) -> Result<(), Failure> {
        let Some(vault) = self.vault()? else { return Ok(()) };
        let keys = self.config().keys()?;
        let mut counts = Vec::new();
        let columns = || columns.iter().filter(|column| !column.is_later || self.has_later_tables());
        let any = columns().map(|SealedColumn { table, column, .. }| {
            format!("SELECT 1 FROM {table} WHERE {column} NOT GLOB ?1")
        });
        let any = format!("{} LIMIT 1", any.collect::<Vec<_>>().join(" UNION ALL "));
        let of_others = || vec![format!("{}*", keys.prefix()).into()];
        let is_due = self.has_rows(&any, of_others())?;
        for SealedColumn { table, column, issuer, field, row, used_for, outlives_its_key, .. } in
            columns().filter(|_| is_due)
        {
            let [first, second] = used_for;
            let select = format!(
                "SELECT rowid, {column}, {issuer}, {field}, {row}, {first}, {second} FROM {table}
                WHERE {column} NOT GLOB ?1"
            );
            for columns in self.rows(&select, of_others())? {
                let (at, texts) = columns.read(|row| (row.integer(), [(); 6].map(|()| row.text())))?;
                let [sealed, issuer, field, row, first, second] = texts;
                let key = key_of(&sealed);
                let place = Place { issuer: &issuer, field: &field, row: &row, used_for: [&first, &second] };
                let event = if let Ok(anew) = vault.reseal(entropy()?, place, &sealed) {
                    let update = format!("UPDATE {table} SET {column} = ? WHERE rowid = ? AND {column} = ?");
                    self.exec(&update, vec![anew.into(), at.into(), sealed.as_str().into()])?;
                    "resealed"
                } else if !outlives_its_key && keys.lost().any(|lost| lost == key) {
                    let delete = format!("DELETE FROM {table} WHERE rowid = ?");
                    self.exec(&delete, vec![at.into()])?;
                    "given-up"
                } else {
                    "unsealable"
                };
                count(&mut counts, event, &field, key);
            }
        }
        for Count { event, kind, key, number } in &counts {
            let line =
                Line { event, kind: Some(kind), key: Some(key), count: Some(*number), ..Line::default() };
            if *event == "resealed" { line.info() } else { line.error() }
        }
        for key in keys.retired() {
            let of_key = |one: &&Count| one.event == "unsealable" && one.key == key;
            let left = counts.iter().filter(of_key).map(|one| one.number).sum();
            Line { event: "left-under-key", key: Some(key), count: Some(left), ..Line::default() }.info();
        }
        Ok(())
    }
}
