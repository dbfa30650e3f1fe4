//! RFC 7636, Proof Key for Code Exchange: the code verifier, the code challenge and its methods.
//!
//! ```text
//!   client                                     authorization server
//!   Verifier ──challenge()──▶ CodeChallenge ─▶ keeps it with the code   (authorization request)
//!      └───────────secret()──────────────────▶ CodeChallenge::verify()    (token request)
//! ```
//!
//! ```
//! use pkce::Verifier;
//!
//! let verifier = Verifier::from_entropy([7; 32]); // 32 fresh random bytes in earnest
//! let challenge = verifier.challenge();
//! assert_eq!(challenge.as_str().len(), 43);
//! assert!(challenge.verify(&verifier));
//! assert!(!challenge.verify(&Verifier::from_entropy([8; 32])));
//! ```
//!
//! # Features
//!
//! None is on by default. `schemars` adds JSON Schemas of the parameters.
//!
//! # What it does not do
//!
//! It draws no entropy and does no I/O. It makes `S256` challenges only: `plain` can be read in a server's
//! metadata and refused, and there is no function that makes one.
#![forbid(unsafe_code)]

use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

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
        CodeChallenge(Base64UrlUnpadded::encode_string(&Sha256::digest(self.0.as_bytes())))
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
    fn schema_name() -> Cow<'static, str> {
        "CodeVerifier".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._~-]{43,128}$" })
    }
}

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
    fn schema_name() -> Cow<'static, str> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// <https://www.rfc-editor.org/rfc/rfc7636#appendix-B>
    #[test]
    fn appendix_b() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = Verifier::from_entropy(octets);
        assert_eq!(verifier.secret(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn section_4_1_length_and_characters() {
        for (text, expected) in [
            ("a".repeat(42), Some(InvalidVerifier::Length(42))),
            ("a".repeat(43), None),
            ("a".repeat(128), None),
            ("a".repeat(129), Some(InvalidVerifier::Length(129))),
            (format!("{}{}", "a".repeat(42), "~"), None),
            (format!("{}{}", "a".repeat(42), "+"), Some(InvalidVerifier::Character)),
            (format!("{}{}", "a".repeat(42), "é"), Some(InvalidVerifier::Character)),
        ] {
            assert_eq!(Verifier::try_from(text.clone()).err(), expected, "{text}");
        }
    }

    #[test]
    fn section_4_2_challenge() {
        for (text, good) in [
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", true),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMAA", false),
            ("", false),
        ] {
            assert_eq!(CodeChallenge::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Verifier::from_entropy([1; 32])), "Verifier(..)");
    }

    #[test]
    fn methods_are_an_open_set() {
        let methods: Vec<CodeChallengeMethod> = serde_json::from_str(r#"["S256","plain","s256"]"#).unwrap();
        assert_eq!(
            methods,
            [
                CodeChallengeMethod::S256,
                CodeChallengeMethod::Plain,
                CodeChallengeMethod::Other("s256".to_owned())
            ]
        );
        assert_eq!(serde_json::to_string(&methods).unwrap(), r#"["S256","plain","s256"]"#);
    }

    proptest! {
        #[test]
        fn a_challenge_accepts_its_own_verifier_alone(a: [u8; 32], b: [u8; 32]) {
            let challenge = Verifier::from_entropy(a).challenge();
            prop_assert_eq!(challenge.verify(&Verifier::from_entropy(b)), a == b);
            prop_assert!(challenge.verify(&Verifier::from_entropy(a)));
        }

        #[test]
        fn a_challenge_reads_as_it_was_written(a: [u8; 32]) {
            let challenge = Verifier::from_entropy(a).challenge();
            prop_assert_eq!(CodeChallenge::try_from(challenge.as_str().to_owned()), Ok(challenge));
        }

        #[test]
        fn a_stored_verifier_is_the_same(a: [u8; 32]) {
            let verifier = Verifier::from_entropy(a);
            let stored: Verifier = serde_json::from_str(&serde_json::to_string(&verifier).unwrap()).unwrap();
            prop_assert_eq!(stored.secret(), verifier.secret());
        }
    }
}
