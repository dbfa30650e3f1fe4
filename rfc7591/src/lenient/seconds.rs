use serde::{Serialize, Serializer};
use serde_json::Value;

/// A number of seconds, which servers send as an integer, a whole float or a text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Seconds {
    /// A negative number.
    Negative,
    /// A number from 0.
    Of(u64),
}

impl Seconds {
    /// `None` for a value that is no whole number below 9·10¹⁵, or below 2⁶⁴ if written without an exponent or fraction.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_u64().map(Self::Of).or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.parse().map(Self::Of).ok().or_else(|| whole(text.parse().ok()?)),
            _ => None,
        }
    }
}

fn whole(float: f64) -> Option<Seconds> {
    if float < 0.0 {
        return Some(Seconds::Negative);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (float.fract() == 0.0 && (0.0..9e15).contains(&float)).then_some(Seconds::Of(float as u64))
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Negative => serializer.serialize_i8(-1),
            Self::Of(seconds) => serializer.serialize_u64(*seconds),
        }
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Seconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0 })
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
            assert_eq!(Seconds::from_json(&value), expected, "{wire}");
        }
    }
}
