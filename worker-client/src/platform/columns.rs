//! The columns of a row, read by hand: a derived reader of each kind of row is kilobytes of the artefact.

use worker::SqlStorageValue;

use crate::failure::{Defect, Failure};

/// The columns of one row, in the order of the query.
pub(crate) struct Columns(std::vec::IntoIter<SqlStorageValue>);

impl Columns {
    pub(crate) fn new(values: Vec<SqlStorageValue>) -> Self {
        Self(values.into_iter())
    }

    pub(crate) fn text(&mut self) -> Result<String, Failure> {
        self.optional_text()?.ok_or_else(|| Failure::internal(Defect::Row))
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, Failure> {
        match self.0.next() {
            Some(SqlStorageValue::String(text)) => Ok(Some(text)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(Failure::internal(Defect::Row)),
        }
    }

    pub(crate) fn integer(&mut self) -> Result<i64, Failure> {
        self.optional_integer()?.ok_or_else(|| Failure::internal(Defect::Row))
    }

    pub(crate) fn optional_integer(&mut self) -> Result<Option<i64>, Failure> {
        match self.0.next() {
            Some(SqlStorageValue::Integer(number)) => Ok(Some(number)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(Failure::internal(Defect::Row)),
        }
    }
}
