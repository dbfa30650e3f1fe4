use std::fmt;

use rfc7591::lenient::Members;
use serde::{Serialize, Serializer};

/// A list of scope values (RFC 6749 §3.3), each of visible characters without quotes, backslashes and spaces.
///
/// It is one text inside, as in a request: servers publish hundreds.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct ScopeValues(String);

impl ScopeValues {
    pub(crate) fn take(members: &mut Members<'_>, name: &str) -> Option<Self> {
        let new = |length: usize| Self(String::with_capacity(length.saturating_mul(USUAL_LENGTH)));
        members.collect(name, new, Self::add)
    }

    /// Adds a value at the end, unless it is not of the syntax.
    fn add(&mut self, value: &str) -> bool {
        let good = is_scope_token(value);
        if good {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            self.0.push_str(value);
        }
        good
    }

    /// The values, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    /// `true` if a value is among them.
    pub fn contains(&self, value: &str) -> bool {
        self.iter().any(|known| known == value)
    }
}

const USUAL_LENGTH: usize = 10;

impl<'a> FromIterator<&'a str> for ScopeValues {
    /// The values that are scope values; others are left out.
    fn from_iter<I: IntoIterator<Item = &'a str>>(values: I) -> Self {
        let mut scopes = Self::default();
        for value in values {
            scopes.add(value);
        }
        scopes
    }
}

impl Serialize for ScopeValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ScopeValues {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ScopeValues".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "array", "items": { "type": "string", "pattern": "^[!#-\\[\\]-~]+$" } })
    }
}

/// ```abnf
/// scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
/// ```
fn is_scope_token(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

impl fmt::Debug for ScopeValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;

    /// <https://www.rfc-editor.org/rfc/rfc6749#section-3.3>
    #[test]
    fn rfc_6749_section_3_3() {
        for (value, good) in [
            ("openid", true),
            ("user:*", true),
            ("!", true),
            ("", false),
            ("a b", false),
            ("\"", false),
            ("\\", false),
            ("é", false),
        ] {
            assert_eq!(ScopeValues::default().add(value), good, "{value}");
        }
    }

    #[test]
    fn a_list_is_written_as_it_was_read() {
        let json = r#"{"issuer":"https://as.example","scopes_supported":["a","b:c"]}"#;
        let metadata: Metadata = serde_json::from_str(json).unwrap();
        let scopes = metadata.scopes_supported.clone().unwrap();
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["a", "b:c"]);
        assert!(scopes.contains("a") && !scopes.contains("b"));
        assert_eq!(serde_json::to_string(&metadata).unwrap(), json);
    }
}
