use std::{borrow::Cow, cmp::Ordering, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Diagnostics, NotAnObject, Seconds, Unreadable, json::Json};

/// The members of a JSON object, of which each can be taken once.
///
/// `Debug` shows their number alone: values may be secrets.
pub struct Members<'a> {
    /// In the order of their names, each name once. The value of a member that was taken is `None`.
    sorted: Vec<Member<'a>>,
    /// Members that were taken and could not be read.
    kept: Map<String, Value>,
    // With the position of each in the object, because members are taken in any order.
    repeated: Vec<(usize, String)>,
    unreadable: Vec<(usize, Unreadable)>,
    empty: Vec<(usize, String)>,
}

struct Member<'a> {
    name: Cow<'a, str>,
    position: usize,
    value: Option<Json<'a>>,
}

impl<'a> Members<'a> {
    /// Reads one JSON object; a UTF-8 byte order mark before it is skipped, which RFC 8259 §8.1 allows.
    pub fn from_slice(json: &'a [u8]) -> Result<Self, NotAnObject> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        // Once for the whole is faster than text by text, which is what `serde_json::from_slice` does.
        let json = str::from_utf8(json).map_err(|_| NotAnObject)?;
        serde_json::from_str(json).map_err(|_| NotAnObject)
    }

    /// Takes a text of some syntax.
    pub fn text<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.take(name, |value| match value {
            Json::Text(text) => text.parse().map_err(|_| Json::Text(text)),
            value => Err(value),
        })
    }

    /// Takes a list of texts of some syntax, without the entries that are of another one.
    pub fn list<T: FromStr>(&mut self, name: &str) -> Option<Vec<T>> {
        let add = |list: &mut Vec<T>, text: &str| text.parse().map(|entry| list.push(entry)).is_ok();
        self.collect(name, Vec::with_capacity, add)
    }

    /// Takes a list of texts into a collection that `new` makes for a number of entries, without those that `add`
    /// does not accept. A list without an entry that is accepted counts as absent.
    pub fn collect<C>(
        &mut self,
        name: &str,
        new: impl FnOnce(usize) -> C,
        add: impl Fn(&mut C, &str) -> bool,
    ) -> Option<C> {
        let (position, value) = self.remove(name)?;
        let Json::List(list) = value else {
            self.keep(name, position, value);
            return None;
        };
        let (mut collection, mut is_read, mut left_out) = (new(list.len()), false, Vec::new());
        for entry in list {
            match entry {
                Json::Text(text) if add(&mut collection, &text) => is_read = true,
                entry => left_out.push(Value::from(entry)),
            }
        }
        if !is_read {
            self.kept.insert(name.to_owned(), Value::Array(left_out.clone()));
        }
        let unreadable = |value| (position, Unreadable { member: name.to_owned(), value });
        self.unreadable.extend(left_out.into_iter().map(unreadable));
        is_read.then_some(collection)
    }

    /// Takes a boolean.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| match value {
            Json::Other(Value::Bool(flag)) => Ok(flag),
            value => Err(value),
        })
    }

    /// Takes a number of seconds.
    pub fn seconds(&mut self, name: &str) -> Option<Seconds> {
        self.take(name, |value| {
            let value = Value::from(value);
            Seconds::from_json(&value).ok_or(Json::Other(value))
        })
    }

    /// Takes an object.
    pub fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, |value| match value {
            Json::Other(Value::Object(object)) => Ok(object),
            value => Err(value),
        })
    }

    /// Notes each member `name#tag` that is not a text, for the names of human-readable members that may come in
    /// several languages (RFC 7591 §2.2).
    pub fn human_readable(&mut self, names: &[&str]) {
        for member in &self.sorted {
            let translates = member.name.split_once('#').is_some_and(|(name, _)| names.contains(&name));
            if let Some(value) = member.value.as_ref().filter(|_| translates)
                && !matches!(value, Json::Text(_))
                && !value.is_empty()
            {
                let (member, position) = (member.name.clone().into_owned(), member.position);
                self.unreadable.push((position, Unreadable { member, value: value.clone().into() }));
            }
        }
    }

    /// The members that were not taken or could not be read, as they came, and what was noticed of all.
    pub fn rest(self) -> (Map<String, Value>, Diagnostics) {
        let mut rest = self.kept;
        for Member { name, value, .. } in self.sorted {
            if let Some(value) = value {
                rest.insert(name.into_owned(), value.into());
            }
        }
        let diagnostics = Diagnostics {
            empty: in_order(self.empty),
            repeated: in_order(self.repeated),
            unreadable: in_order(self.unreadable),
        };
        (rest, diagnostics)
    }

    /// Takes a value as `read` reads it, or keeps the one that `read` gives back.
    fn take<T>(&mut self, name: &str, read: impl FnOnce(Json<'a>) -> Result<T, Json<'a>>) -> Option<T> {
        let (position, value) = self.remove(name)?;
        read(value).map_err(|value| self.keep(name, position, value)).ok()
    }

    fn remove(&mut self, name: &str) -> Option<(usize, Json<'a>)> {
        let index = self.sorted.binary_search_by(|member| by_name(&member.name, name)).ok()?;
        let member = self.sorted.get_mut(index)?;
        Some((member.position, member.value.take()?))
    }

    #[cold]
    fn keep(&mut self, name: &str, position: usize, value: Json<'_>) {
        let is_empty = value.is_empty();
        let value = Value::from(value);
        if !is_empty {
            self.unreadable.push((position, Unreadable { member: name.to_owned(), value: value.clone() }));
        }
        self.kept.insert(name.to_owned(), value);
    }
}

/// Shorter names first: most comparisons end at the length.
fn by_name(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn in_order<T>(mut noted: Vec<(usize, T)>) -> Vec<T> {
    noted.sort_by_key(|(position, _)| *position);
    noted.into_iter().map(|(_, noted)| noted).collect()
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members({})", self.sorted.len())
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members =
                    Vec::with_capacity(map.size_hint().unwrap_or(USUAL_LENGTH).min(USUAL_LENGTH));
                while let Some(name) = map.next_key()? {
                    let Json::Text(name) = name else { return Err(A::Error::custom("a name is a text")) };
                    let (position, value) = (members.len(), Some(map.next_value()?));
                    members.push(Member { name, position, value });
                }
                Ok(Members::of(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'a> Members<'a> {
    fn of(mut members: Vec<Member<'a>>) -> Self {
        let (mut repeated, mut empty) = (Vec::new(), Vec::new());
        // A stable sort: of a repeated name the first value comes first.
        members.sort_by(|a, b| by_name(&a.name, &b.name));
        members.dedup_by(|later, earlier| {
            let again = later.name == earlier.name;
            if again {
                repeated.push((later.position, later.name.clone().into_owned()));
            }
            again
        });
        for member in &members {
            if member.value.as_ref().is_some_and(Json::is_empty) {
                empty.push((member.position, member.name.clone().into_owned()));
            }
        }
        Self { sorted: members, kept: Map::new(), repeated, unreadable: Vec::new(), empty }
    }
}

const USUAL_LENGTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientMetadata, lenient::Lenient};

    fn read(json: &str) -> Lenient<ClientMetadata> {
        ClientMetadata::from_members(Members::from_slice(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_repeated_name_keeps_its_first_value_and_is_known() {
        let read_back = read(
            r#"{"client_name": "a", "x": 1, "client_name": 7, "x": 2, "\u0078": 3, "scope": null, "scope": "s"}"#,
        );
        assert_eq!(read_back.diagnostics.repeated, ["client_name", "x", "x", "scope"]);
        let metadata = read_back.value;
        assert_eq!((metadata.client_name.as_deref(), metadata.scope), (Some("a"), None));
        assert_eq!(metadata.additional["x"], 1);
        assert!(read(r#"{"client_name": "a", "x": 1}"#).diagnostics.repeated.is_empty());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_depth_is_bounded() {
        assert!(Members::from_slice(b"\xef\xbb\xbf{}").is_ok());
        for (opening, closing) in [("[", "]"), (r#"{"x":"#, "}")] {
            for member in ["x", "scope", "grant_types", "jwks"] {
                let deep = format!(r#"{{"{member}": {}"#, opening.repeat(100_000));
                assert!(Members::from_slice(deep.as_bytes()).is_err());
                let closed = format!("{deep}1{}}}", closing.repeat(100_000));
                assert!(Members::from_slice(closed.as_bytes()).is_err());
            }
        }
        for bad in [b"[{}]".as_slice(), b"", b"<!doctype html>", br#"{"a": "\ud800"}"#, b"{} {}"] {
            assert!(Members::from_slice(bad).is_err());
        }
    }

    #[test]
    fn a_document_of_many_members_takes_no_quadratic_time() {
        let members: Vec<String> = (0..100_000).map(|i| format!(r#""{}": {i}"#, i % 50_000)).collect();
        let json = format!("{{{}}}", members.join(","));
        let (rest, diagnostics) = Members::from_slice(json.as_bytes()).unwrap().rest();
        assert_eq!((rest.len(), diagnostics.repeated.len()), (50_000, 50_000));
        assert_eq!(rest["7"], 7);
    }

    #[test]
    fn a_value_of_another_kind_is_kept_and_noted() {
        let json = r#"{"client_name": 7, "grant_types": ["implicit", 7, null], "contacts": [true], "scope": ["s"],
            "redirect_uris": "https://a.example", "response_types": [], "jwks": null, "client_uri": "/relative"}"#;
        let Lenient { value: metadata, diagnostics } = read(json);
        let told: Vec<String> = diagnostics.unreadable.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        `client_name` cannot be read: 7
        `grant_types` cannot be read: 7
        `grant_types` cannot be read: null
        `contacts` cannot be read: true
        `scope` cannot be read: ["s"]
        `redirect_uris` cannot be read: "https://a.example"
        `client_uri` cannot be read: "/relative"
        "#);
        assert_eq!(diagnostics.empty, ["response_types", "jwks"]);
        assert_eq!(metadata.grant_types.as_deref(), Some(&[crate::GrantType::Implicit][..]));
        let written = serde_json::to_value(&metadata).unwrap();
        let mut expected: Value = serde_json::from_str(json).unwrap();
        expected["grant_types"] = serde_json::json!(["implicit"]);
        assert_eq!(written, expected, "all but the entries that are left out is written back");
    }
}
