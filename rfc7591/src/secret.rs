use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Seconds;

/// A text that must not be shown: redacted in `Debug`, wiped when dropped.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text in.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The one way out.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
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

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.secret().to_owned()
    }
}

/// A client secret and, never apart from it, when it expires ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientSecret {
    /// The secret.
    pub secret: Secret,
    /// Its end.
    pub expires: Expiry,
}

impl ClientSecret {
    /// A secret that was agreed on otherwise than by registration, and does not end by itself.
    pub fn lasting(secret: Secret) -> Self {
        Self { secret, expires: Expiry::Never }
    }
}

/// `client_secret_expires_at` ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a number, zero or nothing: there is no fourth answer")]
pub enum Expiry {
    /// At this time.
    At(SystemTime),
    /// Zero on the wire.
    Never,
    /// The server did not say, against §3.2.1.
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
