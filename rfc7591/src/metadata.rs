use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::{Members, open_enum::open_enum};

/// Client metadata ([§2]): what a client says of itself, and what the server answers that it registered.
///
/// A field keeps what the wire said; the method of the same name applies the default of §2.
///
/// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
#[derive(Clone, Debug, Default, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientMetadata {
    /// Redirection URIs of redirect-based flows.
    pub redirect_uris: Vec<Url>,
    /// How the client authenticates at the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The grant types the client may use at the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<GrantType>>,
    /// The response types the client may use at the authorization endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types: Option<Vec<ResponseType>>,
    /// Human-readable name of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// A web page about the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<Url>,
    /// Space-separated scope values the client may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `web` or `native`, from OpenID Connect Dynamic Client Registration 1.0 §2; MCP asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<ApplicationType>,
    /// Every other member, as it came.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

impl ClientMetadata {
    /// A client with one redirection URI that uses authorization codes and refresh tokens.
    ///
    /// It names no authentication method: set `token_endpoint_auth_method` to one that the server offers.
    pub fn public(redirect_uri: Url) -> Self {
        Self {
            redirect_uris: vec![redirect_uri],
            grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
            response_types: Some(vec![ResponseType::Code]),
            ..Self::default()
        }
    }

    /// §2: "If unspecified or omitted, the default is `client_secret_basic`".
    pub fn token_endpoint_auth_method(&self) -> &AuthMethod {
        self.token_endpoint_auth_method.as_ref().unwrap_or(&AuthMethod::ClientSecretBasic)
    }

    /// §2: "If omitted, the default behavior is that the client will use only the `authorization_code` Grant Type".
    pub fn grant_types(&self) -> &[GrantType] {
        self.grant_types.as_deref().unwrap_or(&[GrantType::AuthorizationCode])
    }

    /// §2: "If omitted, the default is that the client will use only the `code` response type".
    pub fn response_types(&self) -> &[ResponseType] {
        self.response_types.as_deref().unwrap_or(&[ResponseType::Code])
    }

    /// Reads what a server answered.
    pub(crate) fn take_from(read: &mut Members) -> Self {
        Self {
            redirect_uris: read.list("redirect_uris", |text| Url::parse(text).ok()).unwrap_or_default(),
            token_endpoint_auth_method: read.text("token_endpoint_auth_method").map(|t| t.as_str().into()),
            grant_types: read.list("grant_types", |text| Some(text.into())),
            response_types: read.list("response_types", |text| Some(text.into())),
            client_name: read.text("client_name"),
            client_uri: read.parsed("client_uri", |text| Url::parse(text).ok()),
            scope: read.text("scope"),
            application_type: read.text("application_type").map(|t| t.as_str().into()),
            additional: std::mem::take(&mut read.members),
        }
    }
}

open_enum! {
    /// `token_endpoint_auth_method` ([§2], registry of [§4.2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    /// [§4.2]: https://www.rfc-editor.org/rfc/rfc7591#section-4.2
    pub enum AuthMethod {
        /// HTTP Basic, RFC 6749 §2.3.1.
        ClientSecretBasic = "client_secret_basic",
        /// The secret in the request body, RFC 6749 §2.3.1.
        ClientSecretPost = "client_secret_post",
        /// A public client, RFC 6749 §2.1.
        None = "none",
    }
}

open_enum! {
    /// `grant_types` ([§2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    pub enum GrantType {
        /// RFC 6749 §4.1.
        AuthorizationCode = "authorization_code",
        /// RFC 6749 §4.4.
        ClientCredentials = "client_credentials",
        /// RFC 6749 §4.2.
        Implicit = "implicit",
        /// RFC 6749 §6.
        RefreshToken = "refresh_token",
    }
}

open_enum! {
    /// `response_types` ([§2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    pub enum ResponseType {
        /// RFC 6749 §4.1.
        Code = "code",
        /// RFC 6749 §4.2.
        Token = "token",
    }
}

open_enum! {
    /// `application_type`, OpenID Connect Dynamic Client Registration 1.0 §2.
    pub enum ApplicationType {
        /// An application on a device, with loopback or private-use redirection URIs.
        Native = "native",
        /// An application on a web server, with https redirection URIs.
        Web = "web",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_defaults() {
        let nothing = ClientMetadata::default();
        assert_eq!(nothing.token_endpoint_auth_method(), &AuthMethod::ClientSecretBasic);
        assert_eq!(nothing.grant_types(), [GrantType::AuthorizationCode]);
        assert_eq!(nothing.response_types(), [ResponseType::Code]);
    }

    #[test]
    fn names_are_open_sets() {
        let read: Vec<GrantType> = serde_json::from_str(r#"["refresh_token", "urn:x"]"#).unwrap();
        assert_eq!(read, [GrantType::RefreshToken, GrantType::Other("urn:x".to_owned())]);
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"["refresh_token","urn:x"]"#);
        assert_eq!(serde_json::to_string(&AuthMethod::None).unwrap(), r#""none""#);
    }
}
