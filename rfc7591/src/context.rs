use http::{Response, StatusCode, header};
use serde_json::Value;

use crate::{
    BearerToken, ClientConfiguration, ClientInformation, ClientMetadata, Endpoint, Expiry, RegistrationError,
    Violation,
    difference::differences,
    information::{Information, time},
    lenient::Members,
};

/// The request that a client information response answers.
pub(crate) enum Context<'a> {
    Registration { endpoint: &'a Endpoint, asked: &'a ClientMetadata },
    Read { configuration: &'a ClientConfiguration },
    Update { configuration: &'a ClientConfiguration, asked: &'a ClientMetadata },
}

impl Context<'_> {
    pub(crate) fn receive(
        &self,
        response: &Response<Vec<u8>>,
    ) -> Result<ClientInformation, RegistrationError> {
        let mut violations: Vec<Violation> = self.status(response.status()).into_iter().collect();
        violations.extend(content_type(response));
        let Ok(members) = Members::from_slice(response.body()) else {
            violations.push(Violation::NotAnObject);
            return Err(RegistrationError::Unusable { violations });
        };
        let (information, metadata) = Information::read(members);
        violations.extend(metadata.diagnostics.repeated.into_iter().map(Violation::Repeated));
        violations.extend(metadata.diagnostics.unreadable.into_iter().map(Violation::Malformed));
        let metadata = metadata.value;
        let client_secret = information.client_secret();
        if client_secret.as_ref().is_some_and(|secret| secret.expires == Expiry::Unspecified) {
            violations.push(Violation::SecretWithoutExpiry);
        }
        let configuration = self.configuration(
            information.registration_client_uri,
            information.registration_access_token,
            &mut violations,
        );
        violations.extend(self.compare(&metadata, client_secret.is_some()));
        match information.client_id {
            Some(client_id) if !violations.iter().any(Violation::is_fatal) => Ok(ClientInformation {
                client_id,
                client_id_issued_at: information.client_id_issued_at.and_then(time),
                client_secret,
                configuration,
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
    fn configuration(
        &self,
        uri: Option<String>,
        token: Option<BearerToken>,
        violations: &mut Vec<Violation>,
    ) -> Option<ClientConfiguration> {
        let used = match self {
            Self::Registration { .. } => None,
            Self::Read { configuration } | Self::Update { configuration, .. } => Some(*configuration),
        };
        match (&uri, &token) {
            (None, None) if used.is_none() => return None,
            (Some(_), None) => violations.push(Violation::ManagementPair("registration_access_token")),
            (None, _) => violations.push(Violation::ManagementPair("registration_client_uri")),
            (Some(_), Some(_)) => {}
        }
        let base = match self {
            Self::Registration { endpoint, .. } => *endpoint,
            Self::Read { configuration } | Self::Update { configuration, .. } => configuration.endpoint(),
        };
        let uri = uri.and_then(|text| {
            let (uri, qualified) = ClientConfiguration::resolve(&text, base);
            if !qualified {
                violations.push(Violation::ManagementUri(text));
            }
            uri
        });
        let uri = uri.or_else(|| used.map(|used| used.endpoint().clone()));
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

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn content_type(response: &Response<Vec<u8>>) -> Option<Violation> {
    let said = response.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let media_type = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let json = media_type.eq_ignore_ascii_case("application/json");
    (!json).then(|| Violation::ContentType(said.unwrap_or_default().to_owned()))
}
