use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use crate::{
    lenient::{Lenient, Members},
    open_enum::open_enum,
};

/// A client registration error response ([§3.2.2]).
///
/// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
#[skip_serializing_none]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transform = crate::lenient::without_null))]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The error code.
    pub error: ErrorCode,
    /// The server's explanation for developers: untrusted text.
    pub error_description: Option<String>,
    /// Every other member, and every one that could not be read, as it came.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

impl ErrorResponse {
    /// An error response without a description.
    pub fn new(error: ErrorCode) -> Self {
        Self { error, error_description: None, additional: Map::new() }
    }

    /// The error response among the members of a JSON object; `None` without a readable `error`.
    pub fn from_members(mut members: Members<'_>) -> Lenient<Option<Self>> {
        let error = members.text("error");
        let error_description = members.text("error_description");
        let (additional, diagnostics) = members.rest();
        Lenient { value: error.map(|error| Self { error, error_description, additional }), diagnostics }
    }
}

/// Reads what can be read; [`from_members`](ErrorResponse::from_members) also says what could not.
impl<'de> Deserialize<'de> for ErrorResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        Self::from_members(members).value.ok_or_else(|| D::Error::missing_field("error"))
    }
}

open_enum! {
    /// Error codes of [§3.2.2].
    ///
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    pub enum ErrorCode {
        /// A metadata field is invalid.
        InvalidClientMetadata = "invalid_client_metadata",
        /// A redirection URI is invalid.
        InvalidRedirectUri = "invalid_redirect_uri",
        /// The software statement is invalid.
        InvalidSoftwareStatement = "invalid_software_statement",
        /// The software statement is not approved.
        UnapprovedSoftwareStatement = "unapproved_software_statement",
    }
}
