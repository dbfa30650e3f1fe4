use std::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::CodeChallenge;

/// The `code_verifier`: the secret half, sent to the token endpoint only ([§4.1]).
///
/// It is redacted in `Debug` and wiped from memory when dropped. `Serialize` writes it in the clear, so that a
/// pending login can be stored: seal what you store.
///
/// [§4.1]: https://www.rfc-editor.org/rfc/rfc7636#section-4.1
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Verifier(Zeroizing<String>);

impl Verifier {
    /// A verifier of 43 characters from 32 bytes of a cryptographic generator, as [§4.1] recommends.
    ///
    /// [§4.1]: https://www.rfc-editor.org/rfc/rfc7636#section-4.1
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        let entropy = Zeroizing::new(entropy);
        Self(Zeroizing::new(Base64UrlUnpadded::encode_string(entropy.as_slice())))
    }

    /// The `S256` code challenge ([§4.2]).
    ///
    /// [§4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge::of(Base64UrlUnpadded::encode_string(&Sha256::digest(self.0.as_bytes())))
    }

    /// The one way out: the `code_verifier` parameter of the token request.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

/// ```abnf
/// code-verifier = 43*128unreserved
/// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
/// ```
impl TryFrom<String> for Verifier {
    type Error = InvalidVerifier;

    fn try_from(text: String) -> Result<Self, InvalidVerifier> {
        let text = Zeroizing::new(text);
        if !(43..=128).contains(&text.len()) {
            return Err(InvalidVerifier::Length(text.len()));
        }
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if !text.bytes().all(unreserved) {
            return Err(InvalidVerifier::Character);
        }
        Ok(Self(text))
    }
}

impl FromStr for Verifier {
    type Err = InvalidVerifier;

    fn from_str(text: &str) -> Result<Self, InvalidVerifier> {
        text.to_owned().try_into()
    }
}

impl From<Verifier> for String {
    fn from(verifier: Verifier) -> Self {
        verifier.0.as_str().to_owned()
    }
}

/// The reason why a text is not a code verifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the ABNF has two ways to fail")]
pub enum InvalidVerifier {
    /// Not 43 to 128 characters long; holds the length in bytes.
    #[error("a code verifier has 43 to 128 characters, not {0}")]
    Length(usize),
    /// A character outside `unreserved`.
    #[error("a code verifier has only letters, digits, `-`, `.`, `_` and `~`")]
    Character,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Verifier {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CodeVerifier".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._~-]{43,128}$" })
    }
}
