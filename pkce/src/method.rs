use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A `code_challenge_method` ([§4.2], registry of [§6.2]).
///
/// [§4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
/// [§6.2]: https://www.rfc-editor.org/rfc/rfc7636#section-6.2
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(from = "Cow<'_, str>", into = "String")]
#[non_exhaustive]
pub enum CodeChallengeMethod {
    /// `S256`, the only one this crate makes.
    S256,
    /// `plain`, which gives no protection if the authorization request can be read ([§7.2]).
    ///
    /// [§7.2]: https://www.rfc-editor.org/rfc/rfc7636#section-7.2
    Plain,
    /// A method this crate does not know.
    #[non_exhaustive]
    Other(String),
}

impl CodeChallengeMethod {
    /// The registered name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for CodeChallengeMethod {
    fn from(name: &str) -> Self {
        match name {
            "S256" => Self::S256,
            "plain" => Self::Plain,
            _ => Self::Other(name.to_owned()),
        }
    }
}

impl From<Cow<'_, str>> for CodeChallengeMethod {
    fn from(name: Cow<'_, str>) -> Self {
        Self::from(&*name)
    }
}

impl FromStr for CodeChallengeMethod {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl AsRef<str> for CodeChallengeMethod {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for CodeChallengeMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<CodeChallengeMethod> for String {
    fn from(method: CodeChallengeMethod) -> Self {
        method.as_str().to_owned()
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for CodeChallengeMethod {
    fn schema_name() -> Cow<'static, str> {
        "CodeChallengeMethod".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [{ "enum": ["S256", "plain"] }, { "type": "string" }] })
    }
}
