use std::{
    convert::Infallible,
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::lenient::Seconds;

/// A text that must not be shown: redacted in `Debug`, wiped when dropped.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret of this text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text: the one way out.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.secret().to_owned()
    }
}

/// A client secret with its expiry ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "§3.2.1: a secret and its expiry")]
pub struct ClientSecret {
    /// The secret.
    pub secret: Secret,
    /// The expiry of the secret.
    pub expires: Expiry,
}

impl ClientSecret {
    /// A secret that does not expire, such as one of a pre-registered client.
    pub fn lasting(secret: Secret) -> Self {
        Self { secret, expires: Expiry::Never }
    }
}

/// `client_secret_expires_at` ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a number, zero or nothing: there is no fourth case")]
pub enum Expiry {
    /// The secret expires at this time.
    At(SystemTime),
    /// The secret does not expire: 0 on the wire.
    Never,
    /// The server sent no expiry, against §3.2.1.
    Unspecified,
}

impl Expiry {
    pub(crate) fn from_wire(seconds: Option<Seconds>) -> Self {
        match seconds {
            None | Some(Seconds::Negative) => Self::Unspecified,
            Some(Seconds::Of(0)) => Self::Never,
            Some(Seconds::Of(seconds)) => {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).map_or(Self::Never, Self::At)
            }
        }
    }
}
