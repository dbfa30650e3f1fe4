use crate::{Members, open_enum::open_enum};

/// A client registration error response ([§3.2.2]).
///
/// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The error code.
    pub error: RefusalCode,
    /// The server's explanation for developers: untrusted text.
    pub error_description: Option<String>,
}

impl Refusal {
    pub(crate) fn from_members(read: &Members) -> Option<Self> {
        let text = |name| read.members.get(name).and_then(serde_json::Value::as_str);
        if read.members.contains_key("client_id") {
            return None;
        }
        Some(Self {
            error: text("error")?.into(),
            error_description: text("error_description").map(str::to_owned),
        })
    }
}

open_enum! {
    /// Error codes of [§3.2.2].
    ///
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    pub enum RefusalCode {
        /// A redirection URI is invalid.
        InvalidRedirectUri = "invalid_redirect_uri",
        /// A metadata field is invalid.
        InvalidClientMetadata = "invalid_client_metadata",
        /// The software statement is invalid.
        InvalidSoftwareStatement = "invalid_software_statement",
        /// The software statement is not approved.
        UnapprovedSoftwareStatement = "unapproved_software_statement",
    }
}
