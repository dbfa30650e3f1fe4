use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        DeserializeSeed, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Map, Value};
use url::Url;

use crate::Secret;

/// A type that the value of a member can have.
///
/// A value of another type or syntax comes back as it was, as the error.
pub trait Member: Sized {
    /// From a text.
    fn text(text: &str) -> Result<Self, Value> {
        Self::other(text.into())
    }

    /// From any other value.
    fn other(value: Value) -> Result<Self, Value> {
        Err(value)
    }

    /// From a list, entry by entry: those that are left out are added to `left_out`.
    fn list<'de, A: SeqAccess<'de>>(
        seq: A,
        left_out: &mut Vec<Value>,
    ) -> Result<Result<Self, Value>, A::Error> {
        let _ = left_out; // a value that is no list has no entries
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Self::other)
    }
}

/// Makes a member of a type that is read from a text by `TryFrom`.
#[doc(hidden)]
#[macro_export]
macro_rules! text_member {
    ($($type:ty),+) => {$(
        impl $crate::Member for $type {
            fn text(text: &str) -> Result<Self, serde_json::Value> {
                Self::try_from(text).map_err(|_| text.into())
            }
        }
    )+};
}

crate::text_member!(Secret, String, Url);

impl Member for bool {
    fn other(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }
}

impl Member for Map<String, Value> {
    fn other(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(object) => Ok(object),
            value => Err(value),
        }
    }
}

impl<T: for<'a> TryFrom<&'a str>> Member for Vec<T> {
    fn list<'de, A: SeqAccess<'de>>(
        seq: A,
        left_out: &mut Vec<Value>,
    ) -> Result<Result<Self, Value>, A::Error> {
        read_list(Self::with_capacity(USUAL_LENGTH), seq, left_out)
    }
}

const USUAL_LENGTH: usize = 8;

impl<T: for<'a> TryFrom<&'a str>> TextList for Vec<T> {
    fn add(&mut self, text: &str) -> bool {
        let entry = T::try_from(text).map(|entry| self.push(entry));
        entry.is_ok()
    }
}

/// A list of texts of some syntax.
pub trait TextList {
    /// Adds a text at the end; tells when it is not of the syntax, and leaves it out.
    fn add(&mut self, text: &str) -> bool;
}

/// Reads a list of texts entry by entry: those that are left out are added to `left_out`.
pub fn read_list<'de, L: TextList, A: SeqAccess<'de>>(
    mut list: L,
    mut seq: A,
    left_out: &mut Vec<Value>,
) -> Result<Result<L, Value>, A::Error> {
    let mut is_empty = true;
    while let Some(added) = seq.next_element_seed(Wire(Adding(&mut list)))? {
        match added {
            Ok(()) => is_empty = false,
            Err(value) => left_out.push(value),
        }
    }
    // A list of nothing that can be read says nothing.
    Ok(if is_empty { Err(Value::Array(left_out.clone())) } else { Ok(list) })
}

/// A count of seconds, which servers send as an integer, a whole float or a text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Seconds {
    /// Fewer than none.
    Negative,
    /// So many.
    Of(u64),
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Negative => serializer.serialize_i8(-1),
            Self::Of(seconds) => serializer.serialize_u64(*seconds),
        }
    }
}

impl JsonSchema for Seconds {
    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl Member for Seconds {
    fn other(value: Value) -> Result<Self, Value> {
        let read = match &value {
            Value::Number(number) => number.as_u64().map(Self::Of).or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.parse().map(Self::Of).ok().or_else(|| whole(text.parse().ok()?)),
            _ => None,
        };
        read.ok_or(value)
    }
}

fn whole(float: f64) -> Option<Seconds> {
    if float < 0.0 {
        return Some(Seconds::Negative);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (float.fract() == 0.0 && (0.0..9e15).contains(&float)).then_some(Seconds::Of(float as u64))
}

/// Reads one value.
pub(crate) trait Read: Sized {
    type Output;

    fn text(self, text: &str) -> Result<Self::Output, Value>;

    fn other(self, value: Value) -> Result<Self::Output, Value>;

    fn list<'de, A: SeqAccess<'de>>(self, seq: A) -> Result<Result<Self::Output, Value>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(|value| self.other(value))
    }
}

/// As a member.
pub(crate) struct As<'a, M> {
    left_out: &'a mut Vec<Value>,
    member: PhantomData<M>,
}

impl<'a, M> As<'a, M> {
    pub(crate) fn new(left_out: &'a mut Vec<Value>) -> Self {
        Self { left_out, member: PhantomData }
    }
}

impl<M: Member> Read for As<'_, M> {
    type Output = M;

    fn text(self, text: &str) -> Result<M, Value> {
        M::text(text)
    }

    fn other(self, value: Value) -> Result<M, Value> {
        M::other(value)
    }

    fn list<'de, A: SeqAccess<'de>>(self, seq: A) -> Result<Result<M, Value>, A::Error> {
        M::list(seq, self.left_out)
    }
}

/// As one more entry of a list.
struct Adding<'a, L>(&'a mut L);

impl<L: TextList> Read for Adding<'_, L> {
    type Output = ();

    fn text(self, text: &str) -> Result<(), Value> {
        if self.0.add(text) { Ok(()) } else { Err(text.into()) }
    }

    fn other(self, value: Value) -> Result<(), Value> {
        Err(value)
    }
}

/// A value on the wire, for its reader.
pub(crate) struct Wire<R>(pub(crate) R);

impl<'de, R: Read> DeserializeSeed<'de> for Wire<R> {
    type Value = Result<R::Output, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Read> Visitor<'de> for Wire<R> {
    type Value = Result<R::Output, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.text(text))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(self.0.other(flag.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.0.other(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.0.other(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(self.0.other(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        self.0.list(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(|value| self.0.other(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_every_kind() {
        for (wire, expected) in [
            ("0", Some(Seconds::Of(0))),
            (r#""3600""#, Some(Seconds::Of(3600))),
            ("1.0", Some(Seconds::Of(1))),
            (r#""1e3""#, Some(Seconds::Of(1000))),
            ("18446744073709551615", Some(Seconds::Of(u64::MAX))),
            ("-5", Some(Seconds::Negative)),
            ("0.5", None),
            ("1e300", None),
            (r#""NaN""#, None),
            ("true", None),
            ("[1]", None),
        ] {
            let value: Value = serde_json::from_str(wire).unwrap();
            assert_eq!(
                Wire(As::<Seconds>::new(&mut Vec::new())).deserialize(&value).unwrap().ok(),
                expected,
                "{wire}"
            );
        }
    }
}
