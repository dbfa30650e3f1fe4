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
        mut seq: A,
        left_out: &mut Vec<Value>,
    ) -> Result<Result<Self, Value>, A::Error> {
        let mut list = Self::with_capacity(USUAL_LENGTH);
        while let Some(entry) = seq.next_element_seed(Seed::<Entry<T>>::new(&mut Vec::new()))? {
            match entry {
                Ok(Entry(entry)) => list.push(entry),
                Err(value) => left_out.push(value),
            }
        }
        // A list of nothing that can be read says nothing.
        Ok(if list.is_empty() { Err(Value::Array(left_out.clone())) } else { Ok(list) })
    }
}

const USUAL_LENGTH: usize = 8;

struct Entry<T>(T);

impl<T: for<'a> TryFrom<&'a str>> Member for Entry<T> {
    fn text(text: &str) -> Result<Self, Value> {
        T::try_from(text).map(Self).map_err(|_| text.into())
    }
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

/// The reader of one value.
pub(crate) struct Seed<'a, M> {
    left_out: &'a mut Vec<Value>,
    member: PhantomData<M>,
}

impl<'a, M> Seed<'a, M> {
    pub(crate) fn new(left_out: &'a mut Vec<Value>) -> Self {
        Self { left_out, member: PhantomData }
    }
}

impl<'de, M: Member> DeserializeSeed<'de> for Seed<'_, M> {
    type Value = Result<M, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Member> Visitor<'de> for Seed<'_, M> {
    type Value = Result<M, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(M::text(text))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(M::other(flag.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(M::other(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(M::other(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(M::other(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(M::other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        M::list(seq, self.left_out)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(M::other)
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
                Seed::<Seconds>::new(&mut Vec::new()).deserialize(&value).unwrap().ok(),
                expected,
                "{wire}"
            );
        }
    }
}
