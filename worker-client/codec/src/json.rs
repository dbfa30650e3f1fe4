//! JSON that this app writes, and reads again.

mod serializer;
mod tree;
mod writer;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Error;

use self::{tree::Tree, writer::Writer};

/// Reads a value from JSON text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(Tree::parse(text)?)
}

/// Writes a value as JSON text, the same as `serde_json`. An error: a name of a map that is not text.
pub fn write(value: &impl Serialize) -> Result<String, Error> {
    write_after(String::new(), value)
}

/// Writes a value as JSON text, behind other text.
pub fn write_after(text: String, value: &impl Serialize) -> Result<String, Error> {
    let mut writer = Writer(text);
    value.serialize(&mut writer)?;
    Ok(writer.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{
        collection::{btree_map, vec},
        prelude::*,
    };
    use serde::{Deserialize, Serialize, Serializer};
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    enum Kind {
        Unit,
        New(u32),
        Tuple(i64, String),
        Struct { a: Option<bool>, b: Vec<u8> },
    }

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct All {
        kinds: Vec<Kind>,
        map: BTreeMap<String, f64>,
        result: Result<(), char>,
        unit: (),
        tuple: (u64, i8),
        nothing: Option<String>,
    }

    #[test]
    fn what_was_written_is_read() {
        let all = All {
            kinds: vec![
                Kind::Unit,
                Kind::New(7),
                Kind::Tuple(i64::MIN, "é".to_owned()),
                Kind::Struct { a: Some(true), b: vec![0, 255] },
                Kind::Struct { a: None, b: Vec::new() },
            ],
            map: BTreeMap::from([("x".to_owned(), 1.5)]),
            result: Err('c'),
            unit: (),
            tuple: (u64::MAX, -1),
            nothing: None,
        };
        let text = write(&all).unwrap();
        assert_eq!(text, serde_json::to_string(&all).unwrap());
        assert_eq!(read::<All>(&text).unwrap(), all);
        assert_eq!(read::<All>(&text).unwrap(), serde_json::from_str(&text).unwrap());
    }

    #[test]
    fn what_was_not_written_is_no_value() {
        for text in ["", "[]", "{}", "7", "\"Unit\"", r#"{"Unit": 7}"#, r#"{"New": 7, "Unit": null}"#] {
            assert!(read::<All>(text).is_err(), "{text}");
        }
        assert!(read::<Kind>("\"Unit\"").is_ok(), "the control");
        for text in ["7", "null", "[]", "{}", "\"Other\"", r#"{"New": "x"}"#, r#"{"Tuple": {}}"#] {
            assert!(read::<Kind>(text).is_err(), "{text}");
        }
    }

    struct Bytes(&'static [u8]);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }

    #[derive(Serialize)]
    struct Rare(f32, char);

    #[test]
    fn what_is_written_is_what_serde_json_writes() {
        let rare = [Rare(0.1, '\n'), Rare(f32::NAN, '"'), Rare(-0.0, '\u{2028}')];
        assert_eq!(write(&rare).unwrap(), serde_json::to_string(&rare).unwrap());
        assert_eq!(write_after("x".to_owned(), &Bytes(&[0, 255])).unwrap(), "x[0,255]");
        let escaped: String = (0_u8..=0x80).map(char::from).collect();
        assert_eq!(write(&escaped).unwrap(), serde_json::to_string(&escaped).unwrap());
    }

    /// A character is found at each place of a word, and beside it.
    #[test]
    fn each_character_at_each_place() {
        for at in 0..16 {
            for character in (0_u8..=0x80).map(char::from) {
                let mut text = "a plain, long one".to_owned();
                text.replace_range(at..=at, character.encode_utf8(&mut [0; 4]));
                assert_eq!(write(&text).unwrap(), serde_json::to_string(&text).unwrap());
            }
        }
    }

    #[test]
    fn a_name_is_text() {
        assert!(write(&BTreeMap::from([(1, 2)])).is_err());
        assert!(write(&BTreeMap::from([('1', 2)])).is_ok(), "the control");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                btree_map(any::<String>(), inner, 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_written_as_serde_json_writes_it(value in value()) {
            let text = write(&value).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&value).unwrap());
            prop_assert_eq!(read::<Value>(&text).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        }
    }
}
