use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Secret;

/// A bearer token that can be sent in an `Authorization` header ([RFC 6750 §2.1]): visible ASCII, not empty.
///
/// Initial access tokens and registration access tokens are of this type, so that no request leaves out its token.
///
/// ```
/// use rfc7591::BearerToken;
///
/// assert!("reg-23410913-abewfq.123483".parse::<BearerToken>().is_ok());
/// assert!("two\nlines".parse::<BearerToken>().is_err());
/// ```
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "Secret")]
pub struct BearerToken(Secret);

impl BearerToken {
    /// The text: the one way out beside the header.
    pub fn secret(&self) -> &str {
        self.0.secret()
    }

    /// The value of the `Authorization` header, marked as sensitive.
    ///
    /// # Panics
    ///
    /// Never: every constructor has checked that the token is visible ASCII.
    #[cfg(feature = "http")]
    #[expect(clippy::expect_used, reason = "every constructor has checked that the token is visible ASCII")]
    pub fn authorization(&self) -> http::HeaderValue {
        let value = format!("Bearer {}", self.secret());
        let mut value = http::HeaderValue::try_from(value).expect("visible ASCII is a header value");
        value.set_sensitive(true);
        value
    }
}

impl TryFrom<Secret> for BearerToken {
    type Error = InvalidBearerToken;

    fn try_from(secret: Secret) -> Result<Self, InvalidBearerToken> {
        match secret.secret() {
            "" => Err(InvalidBearerToken::Empty),
            text if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(secret)),
            _ => Err(InvalidBearerToken::Character),
        }
    }
}

impl TryFrom<String> for BearerToken {
    type Error = InvalidBearerToken;

    fn try_from(text: String) -> Result<Self, InvalidBearerToken> {
        Secret::new(text).try_into()
    }
}

impl FromStr for BearerToken {
    type Err = InvalidBearerToken;

    fn from_str(text: &str) -> Result<Self, InvalidBearerToken> {
        Secret::from(text).try_into()
    }
}

impl From<BearerToken> for Secret {
    fn from(token: BearerToken) -> Self {
        token.0
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for BearerToken {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BearerToken".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password", "pattern": "^[!-~]+$" })
    }
}

/// The reason why a text is not a [`BearerToken`]. It does not hold the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBearerToken {
    /// White space, a control character or a character outside ASCII.
    #[error("a character of the token cannot be sent in a header")]
    Character,
    /// No character.
    #[error("the token is empty")]
    Empty,
}
