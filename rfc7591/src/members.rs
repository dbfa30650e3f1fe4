use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize,
    de::{self, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// A JSON object as it came: its members, and the names that came more than once.
///
/// RFC 8259 leaves a repeated name to the reader; two readers that choose differently can be played against
/// each other, so it is kept visible here. `serde_json::Value` silently takes the last.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Members {
    /// Each name with its first value.
    pub members: Map<String, Value>,
    /// The names that came again.
    pub repeated: BTreeSet<String>,
    /// What was asked for and could not be read.
    pub unreadable: Vec<Unreadable>,
}

impl Members {
    /// Reads an object; a UTF-8 byte order mark before it is skipped (RFC 8259 §8.1 allows it).
    pub fn from_slice(json: &[u8]) -> Result<Self, NotAnObject> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        serde_json::from_slice(json).map_err(NotAnObject)
    }

    /// A member that is a string; `null` counts as absent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.parsed(name, |text| Some(text.to_owned()))
    }

    /// A member that is a string of some syntax.
    pub fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.take(name, |value| value.as_str().and_then(parse))
    }

    /// A member that is `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, Value::as_bool)
    }

    /// A number of seconds, which servers send as an integer, a float or a string.
    pub fn seconds(&mut self, name: &str) -> Option<u64> {
        self.take(name, |value| match value {
            Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
            Value::String(text) => text.parse().ok().or_else(|| text.parse().ok().and_then(whole)),
            _ => None,
        })
    }

    /// A member that is a list of strings of some syntax; an entry that is not is left out and noted.
    pub fn list<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let entries = self.take(name, |value| value.as_array().cloned())?;
        let mut list = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.as_str().and_then(&parse) {
                Some(parsed) => list.push(parsed),
                None => self.unreadable.push(Unreadable { member: name.to_owned(), value: entry }),
            }
        }
        Some(list)
    }

    /// Takes a member out if it can be read, so that what remains at the end is what nobody understood.
    fn take<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        let taken = read(value);
        if taken.is_some() {
            self.members.remove(name);
        } else {
            self.unreadable.push(Unreadable { member: name.to_owned(), value: value.clone() });
        }
        taken
    }
}

fn whole(float: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (float.fract() == 0.0 && (0.0..9e15).contains(&float)).then_some(float as u64)
}

/// A member whose value is of the wrong type or syntax: it counts as absent, and stays where it was.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{member}` cannot be read: {value}")]
#[non_exhaustive]
pub struct Unreadable {
    /// The member's name.
    pub member: String,
    /// The value as it came.
    pub value: Value,
}

/// A body that is not one JSON object.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a JSON object")]
pub struct NotAnObject(#[source] serde_json::Error);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut read = Members::default();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if read.members.contains_key(&name) {
                        read.repeated.insert(name);
                    } else {
                        read.members.insert(name, value);
                    }
                }
                Ok(read)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_keeps_its_first_value_and_is_known() {
        let read = Members::from_slice(br#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        assert_eq!(read.members["a"], 1);
        assert_eq!(read.repeated, BTreeSet::from(["a".to_owned()]));
        assert!(Members::from_slice(br#"{"a": 1, "b": 2}"#).unwrap().repeated.is_empty());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_depth_is_bounded() {
        assert!(Members::from_slice(b"\xef\xbb\xbf{}").is_ok());
        let deep = format!(r#"{{"x": {}"#, "[".repeat(100_000));
        for bad in [b"[{}]".as_slice(), b"", b"<!doctype html>", br#"{"a": "\ud800"}"#, deep.as_bytes()] {
            assert!(Members::from_slice(bad).is_err());
        }
    }
}
