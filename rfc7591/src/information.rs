use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use http::{Response, StatusCode, Uri, header};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::{
    ClientConfiguration, ClientMetadata, ClientSecret, Difference, Expiry, Lenient, RegistrationError,
    Seconds, Secret, Violation, difference::differences, object::is_empty,
};

/// A client information response ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientInformation {
    /// The client identifier: 1 to 2,048 visible characters (RFC 6749 Appendix A.1).
    pub client_id: String,
    /// When it was issued, where the server says so.
    pub client_id_issued_at: Option<SystemTime>,
    /// The client secret, when one was issued.
    pub client_secret: Option<ClientSecret>,
    /// Where the client can be read, updated and deleted later (RFC 7592 §3).
    pub management: Option<ClientConfiguration>,
    /// The metadata as registered, which may differ from what was asked.
    pub metadata: ClientMetadata,
    /// What the answer breaks, and what the server changed.
    pub violations: Vec<Violation>,
}

impl ClientInformation {
    /// What the server registered otherwise than it was asked to.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.violations.iter().filter_map(|violation| match violation {
            Violation::Changed(difference) => Some(difference),
            _ => None,
        })
    }
}

/// What a client information response is the answer to.
pub(crate) enum Question<'a> {
    Registration { endpoint: &'a Uri, asked: &'a ClientMetadata },
    Read { management: &'a ClientConfiguration },
    Update { management: &'a ClientConfiguration, asked: &'a ClientMetadata },
}

impl Question<'_> {
    pub(crate) fn answered(
        &self,
        response: &Response<Vec<u8>>,
    ) -> Result<ClientInformation, RegistrationError> {
        let mut violations: Vec<Violation> = self.status(response.status()).into_iter().collect();
        violations.extend(content_type(response));
        let Ok(reading) = Lenient::<Information>::from_slice(response.body()) else {
            violations.push(Violation::NotAnObject);
            return Err(RegistrationError::Unusable { violations });
        };
        // What the client information leaves is the metadata.
        let mut information = reading.members.unwrap_or_default();
        let rest = Value::Object(std::mem::take(&mut information.additional));
        let metadata: Option<Lenient<ClientMetadata>> = serde_json::from_value(rest).ok();
        let (metadata, notes) = metadata.map(|reading| (reading.members, reading.notes)).unwrap_or_default();
        for notes in [&reading.notes, &notes] {
            violations.extend(notes.repeated.iter().cloned().map(Violation::Repeated));
            violations.extend(notes.unreadable.iter().cloned().map(Violation::malformed));
        }
        let mut metadata = metadata.unwrap_or_default();
        for secret in SECRETS {
            metadata.additional.remove(*secret);
        }
        let expires = Expiry::from_wire(information.client_secret_expires_at);
        let client_secret = information.client_secret.filter(|secret| !secret.secret().is_empty());
        if client_secret.is_some() && expires == Expiry::Unspecified {
            violations.push(Violation::SecretWithoutExpiry);
        }
        let management = self.management(
            information.registration_client_uri,
            information.registration_access_token,
            &mut violations,
        );
        violations.extend(self.compare(&metadata, client_secret.is_some()));
        match information.client_id.filter(|id| is_client_id(id)) {
            Some(client_id) if !violations.iter().any(Violation::is_fatal) => Ok(ClientInformation {
                client_id,
                client_id_issued_at: information.client_id_issued_at.and_then(time),
                client_secret: client_secret.map(|secret| ClientSecret { secret, expires }),
                management,
                metadata,
                violations,
            }),
            client_id => {
                violations.extend(client_id.is_none().then_some(Violation::ClientId));
                Err(RegistrationError::Unusable { violations })
            }
        }
    }

    fn status(&self, status: StatusCode) -> Option<Violation> {
        let violation: fn(u16) -> Violation = match (self, status) {
            (Self::Registration { .. }, StatusCode::CREATED) => return None,
            (Self::Registration { .. }, _) => Violation::Status,
            (_, StatusCode::OK) => return None,
            _ => Violation::ReadStatus,
        };
        Some(violation(status.as_u16()))
    }

    /// RFC 7592 §3: both members come together, and a new token replaces the one that was used.
    fn management(
        &self,
        uri: Option<String>,
        token: Option<Secret>,
        violations: &mut Vec<Violation>,
    ) -> Option<ClientConfiguration> {
        let used = match self {
            Self::Registration { .. } => None,
            Self::Read { management } | Self::Update { management, .. } => Some(*management),
        };
        match (&uri, &token) {
            (None, None) if used.is_none() => return None,
            (Some(_), None) => violations.push(Violation::ManagementPair("registration_access_token")),
            (None, _) => violations.push(Violation::ManagementPair("registration_client_uri")),
            (Some(_), Some(_)) => {}
        }
        let base = match self {
            Self::Registration { endpoint, .. } => *endpoint,
            Self::Read { management } | Self::Update { management, .. } => management.uri(),
        };
        let uri = uri.and_then(|text| {
            let (uri, qualified) = ClientConfiguration::resolve(&text, base);
            if !qualified {
                violations.push(Violation::ManagementUri(text));
            }
            uri
        });
        let uri = uri.or_else(|| used.map(|used| used.uri().clone()));
        let token = token.or_else(|| used.map(|used| used.registration_access_token.clone()));
        uri.zip(token).map(|(uri, token)| ClientConfiguration::new(uri, token))
    }

    fn compare(&self, registered: &ClientMetadata, secret: bool) -> Vec<Violation> {
        let asked = match self {
            Self::Registration { asked, .. } | Self::Update { asked, .. } => *asked,
            Self::Read { .. } => registered,
        };
        // They are REQUIRED of a client with redirects, so that the server has registered some.
        let left_out = !asked.redirect_uris().is_empty()
            && registered.redirect_uris.is_none()
            && registered.additional.get("redirect_uris").is_none_or(is_empty);
        let left_out = left_out.then_some(Violation::NotReturned("redirect_uris"));
        let changed = differences(asked, registered, secret).into_iter().map(Violation::Changed);
        left_out.into_iter().chain(changed).collect()
    }
}

crate::members! {
    human_readable: [],
    required: {},
    /// What [§3.2.1] and RFC 7592 §3 add to the metadata.
    ///
    /// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
    #[derive(Default)]
    struct Information {
        /// The client identifier.
        client_id: String,
        /// The client secret.
        client_secret: Secret,
        /// When the identifier was issued, in seconds since 1970.
        client_id_issued_at: Seconds,
        /// When the secret ends, in seconds since 1970; 0 if never. REQUIRED with a secret.
        client_secret_expires_at: Seconds,
        /// The client configuration endpoint.
        registration_client_uri: String,
        /// The token for that endpoint.
        registration_access_token: Secret,
    }
}

/// The schema of the response on the wire.
impl JsonSchema for ClientInformation {
    fn schema_name() -> Cow<'static, str> {
        "ClientInformationResponse".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "allOf": [generator.subschema_for::<Information>(), generator.subschema_for::<ClientMetadata>()],
            "required": ["client_id"]
        })
    }
}

/// What stays out of the metadata even where it could not be read.
const SECRETS: &[&str] = &["client_secret", "registration_access_token"];

impl Violation {
    /// A secret of the wrong type is told without its value.
    fn malformed(mut unreadable: crate::Unreadable) -> Self {
        if SECRETS.contains(&unreadable.member.as_str()) {
            unreadable.value = "(not shown)".into();
        }
        Self::Malformed(unreadable)
    }
}

fn content_type(response: &Response<Vec<u8>>) -> Option<Violation> {
    let said = response.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let media_type = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let json = media_type.eq_ignore_ascii_case("application/json");
    (!json).then(|| Violation::ContentType(said.unwrap_or_default().to_owned()))
}

fn time(seconds: Seconds) -> Option<SystemTime> {
    let Seconds::Of(seconds) = seconds else { return None };
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// RFC 6749 Appendix A.1: `client-id = *VSCHAR`, `VSCHAR = %x20-7E`; never empty here, and bounded.
fn is_client_id(id: &str) -> bool {
    (1..=2048).contains(&id.len()) && id.bytes().all(|b| (0x20..=0x7e).contains(&b))
}
