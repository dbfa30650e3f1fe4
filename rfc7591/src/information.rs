use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_with::skip_serializing_none;

use crate::{
    BearerToken, ClientConfiguration, ClientMetadata, ClientSecret, Difference, Expiry, Secret, Violation,
    difference::differences,
    lenient::{Diagnostics, Lenient, Members, Seconds},
};

/// A client information response ([§3.2.1]).
///
/// A server makes one with [`new`](Self::new) and answers with it; a client can store it. It is serialised as on
/// the wire, with times in whole seconds since 1970 and without the `violations`.
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClientInformation {
    /// The client identifier: 1 to 2,048 visible characters (RFC 6749 Appendix A.1).
    pub client_id: String,
    /// The time when the identifier was issued, if the server says so.
    pub client_id_issued_at: Option<SystemTime>,
    /// The client secret, if one was issued.
    pub client_secret: Option<ClientSecret>,
    /// The client configuration endpoint and its token (RFC 7592 §3).
    pub configuration: Option<ClientConfiguration>,
    /// The metadata as registered, which may differ from what was asked.
    pub metadata: ClientMetadata,
    /// The requirements that the response breaks, and the differences from the request. Empty unless it was received.
    pub violations: Vec<Violation>,
}

impl ClientInformation {
    /// The registration of a client without a secret and without a client configuration endpoint.
    pub fn new(client_id: String, metadata: ClientMetadata) -> Self {
        Self {
            client_id,
            client_id_issued_at: None,
            client_secret: None,
            configuration: None,
            metadata,
            violations: Vec::new(),
        }
    }

    /// The differences from what a request asked for, which a client can look for again in a stored registration.
    pub fn differences_from(&self, asked: &ClientMetadata) -> Vec<Difference> {
        differences(asked, &self.metadata, self.client_secret.is_some())
    }

    /// The differences among the violations.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.violations.iter().filter_map(|violation| match violation {
            Violation::Changed(difference) => Some(difference),
            _ => None,
        })
    }
}

impl Serialize for ClientInformation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(flatten)]
            information: Information,
            #[serde(flatten)]
            metadata: &'a ClientMetadata,
        }

        let secret = self.client_secret.as_ref();
        let configuration = self.configuration.as_ref();
        let information = Information {
            client_id: Some(self.client_id.clone()),
            client_secret: secret.map(|secret| secret.secret.clone()),
            client_id_issued_at: self.client_id_issued_at.and_then(seconds),
            client_secret_expires_at: secret.and_then(|secret| match secret.expires {
                Expiry::At(time) => seconds(time),
                Expiry::Never => Some(Seconds::Of(0)),
                Expiry::Unspecified => None,
            }),
            registration_client_uri: configuration.map(|configuration| configuration.endpoint().to_string()),
            registration_access_token: configuration.map(|m| m.registration_access_token.clone()),
        };
        Wire { information, metadata: &self.metadata }.serialize(serializer)
    }
}

/// Reads what can be read, without the violations.
impl<'de> Deserialize<'de> for ClientInformation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (information, metadata) = Information::read(Members::deserialize(deserializer)?);
        let client_secret = information.client_secret();
        let uri = information.registration_client_uri.and_then(|uri| uri.parse().ok());
        let configuration = uri.zip(information.registration_access_token);
        Ok(Self {
            client_id: information.client_id.ok_or_else(|| D::Error::missing_field("client_id"))?,
            client_id_issued_at: information.client_id_issued_at.and_then(time),
            client_secret,
            configuration: configuration.map(|(uri, token)| ClientConfiguration::new(uri, token)),
            metadata: metadata.value,
            violations: Vec::new(),
        })
    }
}

/// The members that [§3.2.1] and RFC 7592 §3 add to the metadata.
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[skip_serializing_none]
#[derive(Serialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(transform = crate::lenient::without_null, extend("additionalProperties" = true))
)]
pub(crate) struct Information {
    /// The client identifier.
    pub(crate) client_id: Option<String>,
    /// The client secret.
    client_secret: Option<Secret>,
    /// The time when the identifier was issued, in seconds since 1970.
    pub(crate) client_id_issued_at: Option<Seconds>,
    /// The time when the secret expires, in seconds since 1970; 0 if never. REQUIRED with a secret.
    client_secret_expires_at: Option<Seconds>,
    /// The client configuration endpoint.
    pub(crate) registration_client_uri: Option<String>,
    /// The token for that endpoint.
    pub(crate) registration_access_token: Option<BearerToken>,
}

impl Information {
    /// Reads the members of a response: these, and the metadata, which never holds a secret.
    pub(crate) fn read(mut members: Members<'_>) -> (Self, Lenient<ClientMetadata>) {
        let information = Self {
            client_id: members.text("client_id").filter(|id: &String| is_client_id(id)),
            client_secret: members.text("client_secret"),
            client_id_issued_at: members.seconds("client_id_issued_at"),
            client_secret_expires_at: members.seconds("client_secret_expires_at"),
            registration_client_uri: members.text("registration_client_uri"),
            registration_access_token: members.text("registration_access_token"),
        };
        let mut metadata = ClientMetadata::from_members(members);
        for secret in SECRETS {
            metadata.value.additional.remove(*secret);
        }
        redact(&mut metadata.diagnostics);
        (information, metadata)
    }

    /// The secret with its expiry; an empty one is none.
    pub(crate) fn client_secret(&self) -> Option<ClientSecret> {
        let secret = self.client_secret.clone().filter(|secret| !secret.secret().is_empty())?;
        Some(ClientSecret { secret, expires: Expiry::from_wire(self.client_secret_expires_at) })
    }
}

/// The members that stay out of the metadata even if they cannot be read, and are not shown.
const SECRETS: &[&str] = &["client_secret", "registration_access_token"];

fn redact(diagnostics: &mut Diagnostics) {
    for unreadable in &mut diagnostics.unreadable {
        if SECRETS.contains(&unreadable.member.as_str()) {
            unreadable.value = "(not shown)".into();
        }
    }
}

/// RFC 6749 Appendix A.1: `client-id = *VSCHAR`, `VSCHAR = %x20-7E`; never empty here, and bounded.
fn is_client_id(id: &str) -> bool {
    (1..=2048).contains(&id.len()) && id.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

pub(crate) fn time(seconds: Seconds) -> Option<SystemTime> {
    let Seconds::Of(seconds) = seconds else { return None };
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn seconds(time: SystemTime) -> Option<Seconds> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| Seconds::Of(since.as_secs()))
}

/// The schema of the response on the wire.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ClientInformation {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClientInformationResponse".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "allOf": [generator.subschema_for::<Information>(), generator.subschema_for::<ClientMetadata>()],
            "required": ["client_id"]
        })
    }
}
