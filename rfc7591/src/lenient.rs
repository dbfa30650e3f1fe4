//! JSON objects of peers that do not keep to the types of an RFC.
//!
//! [`Members`] holds the members of one object. Each is taken out by its name, as the kind of value that the RFC
//! gives it. A value of another kind counts as absent: it is noted in the [`Diagnostics`] and stays among the
//! [rest](Members::rest), to be written back as it came.
//!
//! ```
//! use rfc7591::lenient::Members;
//!
//! let mut members = Members::from_slice(br#"{"token_type": "bearer", "scope": ["a"], "x": 1}"#)?;
//! assert_eq!(members.text::<String>("token_type").as_deref(), Some("bearer"));
//! assert_eq!(members.text::<String>("scope"), None);
//!
//! let (rest, diagnostics) = members.rest();
//! assert_eq!(rest["x"], 1);
//! assert_eq!(rest["scope"][0], "a");
//! assert_eq!(diagnostics.unreadable[0].to_string(), r#"`scope` cannot be read: ["a"]"#);
//! # Ok::<(), rfc7591::lenient::NotAnObject>(())
//! ```

mod json;
mod language;
mod members;
#[cfg(feature = "schemars")]
mod schema;
mod seconds;

use serde_json::Value;

pub use language::in_language;
pub use members::Members;
#[cfg(feature = "schemars")]
pub use schema::without_null;
pub use seconds::Seconds;

/// A value with the faults of the object that it was read from.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "it is a pair with names")]
pub struct Lenient<T> {
    /// The value, without the members that could not be read.
    pub value: T,
    /// The faults.
    pub diagnostics: Diagnostics,
}

/// Faults of a JSON object that did not keep it from being read, each list in the order of the object.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Diagnostics {
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
