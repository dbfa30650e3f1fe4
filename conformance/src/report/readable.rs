use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::works_with::Answer;

/// The right of a page of another origin to read what an endpoint answers ([CORS]).
///
/// [CORS]: https://fetch.spec.whatwg.org/#http-cors-protocol
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Readable {
    /// The endpoint, such as `token endpoint`.
    pub endpoint: String,
    /// Its URL: untrusted text.
    pub url: String,
    /// The origin of the page.
    pub origin: String,
    /// A page of that origin can read it.
    pub can_be_read: Answer,
    /// The header that is missing, or the reason why that is unknown. The operator of the authorization server must act.
    pub missing: Option<String>,
}

/// A sentence; untrusted text is not escaped.
impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let can = match self.can_be_read {
            Answer::Yes => "can be read",
            Answer::No => "cannot be read",
            Answer::NotTested => "was not seen to be readable",
        };
        write!(f, "the {} {can} from {}", self.endpoint, self.origin)?;
        match &self.missing {
            Some(missing) => write!(f, ": {missing}"),
            None => Ok(()),
        }
    }
}
