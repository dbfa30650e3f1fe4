use std::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::Verifier;

/// The `S256` `code_challenge`: the public half, sent with the authorization request ([§4.2]).
///
/// [§4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// The value of the `code_challenge` parameter.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `true` if the verifier belongs to this challenge ([§4.6]), compared in constant time.
    ///
    /// [§4.6]: https://www.rfc-editor.org/rfc/rfc7636#section-4.6
    pub fn verify(&self, verifier: &Verifier) -> bool {
        self.0.as_bytes().ct_eq(verifier.challenge().0.as_bytes()).into()
    }

    pub(crate) fn of(text: String) -> Self {
        Self(text)
    }
}

/// The parameter of an authorization request: `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))`, 43 characters.
impl TryFrom<String> for CodeChallenge {
    type Error = InvalidChallenge;

    fn try_from(text: String) -> Result<Self, InvalidChallenge> {
        let mut digest = [0; 32];
        match Base64UrlUnpadded::decode(&text, &mut digest) {
            Ok([_, ..]) if text.len() == 43 => Ok(Self(text)),
            _ => Err(InvalidChallenge),
        }
    }
}

impl FromStr for CodeChallenge {
    type Err = InvalidChallenge;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl AsRef<str> for CodeChallenge {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for CodeChallenge {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CodeChallenge".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{43}$" })
    }
}

/// A text that no verifier has as its `S256` challenge.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an S256 code challenge is 43 characters of base64url")]
#[non_exhaustive]
pub struct InvalidChallenge;
