//! The columns of a row, read by hand: a derived reader of each kind of row is kilobytes of the artefact.

use serde_json::Value;

use crate::failure::{Defect, Failure};

/// The columns of one row, in the order of the query.
#[derive(Default)]
pub(crate) struct Columns {
    values: std::vec::IntoIter<Value>,
    is_damaged: bool,
}

impl Columns {
    /// The columns of a row that is written as a list; one that is not is damaged.
    pub(crate) fn new(row: Value) -> Self {
        let Value::Array(values) = row else { return Self { is_damaged: true, ..Self::default() } };
        Self { values: values.into_iter(), is_damaged: false }
    }

    /// The value that `read` makes of the columns, unless one of them is not of the type that it asked for.
    pub(crate) fn read<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> Result<T, Failure> {
        let value = read(&mut self);
        if self.is_damaged { Err(Failure::internal(Defect::Row)) } else { Ok(value) }
    }

    pub(crate) fn text(&mut self) -> String {
        let text = self.optional_text();
        self.is_damaged |= text.is_none();
        text.unwrap_or_default()
    }

    pub(crate) fn optional_text(&mut self) -> Option<String> {
        match self.values.next() {
            Some(Value::String(text)) => return Some(text),
            Some(Value::Null) => {}
            _ => self.is_damaged = true,
        }
        None
    }

    pub(crate) fn integer(&mut self) -> i64 {
        let number = self.optional_integer();
        self.is_damaged |= number.is_none();
        number.unwrap_or_default()
    }

    pub(crate) fn optional_integer(&mut self) -> Option<i64> {
        match self.values.next() {
            Some(Value::Number(number)) if number.is_i64() => return number.as_i64(),
            Some(Value::Null) => {}
            _ => self.is_damaged = true,
        }
        None
    }
}
