//! JSON objects that are read member by member: what is known into its type, what is not as it came.
//!
//! Serde's `flatten` and `untagged` buffer every value before they look at it. Here each member is read once, by
//! the type of its field, and one that is of another type is kept and reported instead of failing the whole.

use std::{borrow::Cow, fmt};

use schemars::Schema;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::member::{As, Member, Wire};

/// The members of an object, and what was noticed while they were read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lenient<T> {
    /// The members; none when one is missing without which there is no such object.
    pub members: Option<T>,
    /// What was noticed.
    pub notes: Notes,
}

impl<T: Object> Lenient<T> {
    /// Reads an object; a UTF-8 byte order mark before it is skipped, which RFC 8259 §8.1 allows.
    pub fn from_slice(json: &[u8]) -> Result<Self, NotAnObject> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        // Once for the whole is faster than text by text, which is what `from_slice` does.
        let json = str::from_utf8(json).map_err(|_| NotAnObject)?;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let reading = T::read(&mut deserializer).map_err(|_| NotAnObject)?;
        deserializer.end().map_err(|_| NotAnObject)?;
        Ok(reading)
    }
}

impl<'de, T: Object> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

/// A struct whose fields are the members of a JSON object.
pub trait Object: Sized {
    /// Reads the members, each into its field.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lenient<Self>, D::Error>;
}

/// What was noticed while an object was read.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Notes {
    /// Members that are `null` or an empty list: they count as absent.
    pub empty: Vec<String>,
    /// Names that came more than once; the first value counts.
    ///
    /// RFC 8259 §4 leaves a repeated name to the reader, and two readers that choose differently can be played
    /// against each other.
    pub repeated: Vec<String>,
    /// Values of another type or syntax.
    pub unreadable: Vec<Unreadable>,
}

/// A value of the wrong type or syntax: its member counts as absent and stays among the additional ones, or,
/// when it is an entry of a list, the list goes without it.
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
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the body is not a JSON object")]
#[non_exhaustive]
pub struct NotAnObject;

/// An object while it is read: used by [`members!`](crate::members) alone.
#[derive(Debug, Default)]
#[doc(hidden)]
#[non_exhaustive]
pub struct Draft {
    additional: Map<String, Value>,
    notes: Notes,
}

impl Draft {
    /// The object, when nothing that it requires is missing.
    pub fn finish<T>(self, object: impl FnOnce(Map<String, Value>) -> Option<T>) -> Lenient<T> {
        Lenient { members: object(self.additional), notes: self.notes }
    }

    /// Reads the value of a known member into its field.
    pub fn known<'de, M: Member, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
        field: &mut Option<M>,
    ) -> Result<(), A::Error> {
        if field.is_some() || !self.additional.is_empty() && self.additional.contains_key(name) {
            return self.again(name, map);
        }
        let mut left_out = Vec::new();
        match map.next_value_seed(Wire(As::new(&mut left_out)))? {
            Ok(value) => *field = Some(value),
            Err(value) => self.keep(name, value, &mut left_out),
        }
        if !left_out.is_empty() {
            let unreadable = |value| Unreadable { member: name.to_owned(), value };
            self.notes.unreadable.extend(left_out.into_iter().map(unreadable));
        }
        Ok(())
    }

    /// Keeps a value that could not be read; it stands for itself where none of its entries does.
    #[cold]
    fn keep(&mut self, name: &str, value: Value, left_out: &mut Vec<Value>) {
        if is_empty(&value) {
            self.notes.empty.push(name.to_owned());
        } else if left_out.is_empty() {
            left_out.push(value.clone());
        }
        self.additional.insert(name.to_owned(), value);
    }

    /// Keeps the value of a member that has no field. A human-readable one in another language (RFC 7591 §2.2)
    /// is text, like the one it translates.
    pub fn other<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
        human_readable: &[&str],
    ) -> Result<(), A::Error> {
        if self.additional.contains_key(name) {
            return self.again(name, map);
        }
        let value: Value = map.next_value()?;
        let translates = || name.split_once('#').is_some_and(|(member, _)| human_readable.contains(&member));
        if is_empty(&value) {
            self.notes.empty.push(name.to_owned());
        } else if !value.is_string() && translates() {
            self.notes.unreadable.push(Unreadable { member: name.to_owned(), value: value.clone() });
        }
        self.additional.insert(name.to_owned(), value);
        Ok(())
    }

    fn again<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.notes.repeated.push(name.to_owned());
        map.next_value::<IgnoredAny>().map(drop)
    }
}

pub(crate) fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Takes `null` out of a schema's properties: `Option` stands for members that are left out.
#[doc(hidden)]
pub fn without_null(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        if let Some(Value::Array(types)) = property.get_mut("type")
            && let [only, Value::String(null)] = types.as_slice()
            && null == "null"
        {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
        if let Some(Value::Array(any)) = property.get("anyOf")
            && let [Value::Object(only), null] = any.as_slice()
            && null.get("type").is_some_and(|kind| kind == "null")
        {
            let only = only.clone();
            property.remove("anyOf");
            property.extend(only);
        }
    }
}

/// The name of a member, borrowed from the input unless it is written with escapes.
#[derive(Debug)]
#[doc(hidden)]
#[non_exhaustive]
pub struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowed)
    }
}

/// A struct whose fields are the members of a JSON object, and the reader of that object.
///
/// Every field but the `required` ones is an `Option`. `human_readable` names the members that may come in
/// several languages (RFC 7591 §2.2).
#[doc(hidden)]
#[macro_export]
macro_rules! members {
    (
        human_readable: [$($human:literal),*],
        required: { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* },
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, schemars::JsonSchema, serde::Serialize)]
        #[schemars(transform = $crate::without_null)]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
            /// Every other member, and every one that could not be read, as it came.
            #[serde(flatten)]
            pub additional: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::Object for $name {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$crate::Lenient<Self>, D::Error> {
                // The fields are filled where they lie: the struct is too large to be handed up call by call.
                #[derive(Default)]
                struct Fields {
                    $($required: Option<$required_type>,)*
                    $($field: Option<$type>,)+
                    draft: $crate::Draft,
                }

                impl<'de> serde::de::Visitor<'de> for &mut Fields {
                    type Value = ();

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a JSON object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                        while let Some(name) = map.next_key::<$crate::Name<'_>>()? {
                            let name = &*name.0;
                            match name {
                                $(stringify!($required) => {
                                    self.draft.known(name, &mut map, &mut self.$required)?;
                                })*
                                $(stringify!($field) => {
                                    self.draft.known(name, &mut map, &mut self.$field)?;
                                })+
                                _ => self.draft.other(name, &mut map, &[$($human),*])?,
                            }
                        }
                        Ok(())
                    }
                }

                let mut fields = Fields::default();
                deserializer.deserialize_map(&mut fields)?;
                let Fields { $($required,)* $($field,)+ draft } = fields;
                Ok(draft.finish(move |additional| {
                    Some(Self { $($required: $required?,)* $($field,)+ additional })
                }))
            }
        }

        /// Reads what can be read; [`Lenient`]($crate::Reading) also says what could not.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let reading: $crate::Lenient<$name> = serde::Deserialize::deserialize(deserializer)?;
                reading.members.ok_or_else(|| {
                    serde::de::Error::custom(concat!("a member is missing:" $(, " ", stringify!($required))*))
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientMetadata;

    fn read(json: &str) -> Lenient<ClientMetadata> {
        Lenient::from_slice(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_repeated_name_keeps_its_first_value_and_is_known() {
        let reading = read(
            r#"{"client_name": "a", "x": 1, "client_name": 7, "x": 2, "\u0078": 3, "scope": null, "scope": "s"}"#,
        );
        assert_eq!(reading.notes.repeated, ["client_name", "x", "x", "scope"]);
        let members = reading.members.unwrap();
        assert_eq!((members.client_name.as_deref(), members.scope), (Some("a"), None));
        assert_eq!(members.additional["x"], 1);
        assert!(read(r#"{"client_name": "a", "x": 1}"#).notes.repeated.is_empty());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_depth_is_bounded() {
        assert!(Lenient::<ClientMetadata>::from_slice(b"\xef\xbb\xbf{}").is_ok());
        for opening in ["[", r#"{"x":"#] {
            for member in ["x", "scope", "grant_types", "jwks"] {
                let deep = format!(r#"{{"{member}": {}"#, opening.repeat(100_000));
                assert!(Lenient::<ClientMetadata>::from_slice(deep.as_bytes()).is_err());
            }
        }
        for bad in [b"[{}]".as_slice(), b"", b"<!doctype html>", br#"{"a": "\ud800"}"#, b"{} {}"] {
            assert!(Lenient::<ClientMetadata>::from_slice(bad).is_err());
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_told() {
        let json = r#"{"client_name": 7, "grant_types": ["implicit", 7, null], "contacts": [true], "scope": ["s"],
            "redirect_uris": "https://a.example", "response_types": [], "jwks": null, "client_uri": "/relative"}"#;
        let Lenient { members, notes } = read(json);
        let members = members.unwrap();
        let told: Vec<String> = notes.unreadable.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        `client_name` cannot be read: 7
        `grant_types` cannot be read: 7
        `grant_types` cannot be read: null
        `contacts` cannot be read: true
        `scope` cannot be read: ["s"]
        `redirect_uris` cannot be read: "https://a.example"
        `client_uri` cannot be read: "/relative"
        "#);
        assert_eq!(notes.empty, ["response_types", "jwks"]);
        assert_eq!(members.grant_types.as_deref(), Some(&[crate::GrantType::Implicit][..]));
        let written = serde_json::to_value(&members).unwrap();
        let mut expected: Value = serde_json::from_str(json).unwrap();
        expected["grant_types"] = serde_json::json!(["implicit"]);
        assert_eq!(written, expected, "all but the entries that are left out is written back");
    }
}
