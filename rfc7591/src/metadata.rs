use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use crate::{
    ApplicationType, AuthMethod, GrantType, ResponseType, UriString,
    lenient::{self, Lenient, Members},
};

/// Client metadata ([§2]), as a client asks for it and as the server registered it.
///
/// A field keeps what the wire said; the method of the same name applies the default of §2. A human-readable
/// member in another language (`client_name#ja-Jpan-JP`, [§2.2]) is among `additional`, and found by
/// [`in_language`](Self::in_language).
///
/// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
/// [§2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-2.2
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transform = crate::lenient::without_null))]
#[non_exhaustive]
pub struct ClientMetadata {
    /// Redirection URIs of redirect-based flows.
    pub redirect_uris: Option<Vec<UriString>>,
    /// The client's authentication method at the token endpoint.
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The grant types the client may use at the token endpoint.
    pub grant_types: Option<Vec<GrantType>>,
    /// The response types the client may use at the authorization endpoint.
    pub response_types: Option<Vec<ResponseType>>,
    /// Human-readable name of the client.
    pub client_name: Option<String>,
    /// A web page about the client.
    pub client_uri: Option<UriString>,
    /// A logo of the client.
    pub logo_uri: Option<UriString>,
    /// Space-separated scope values the client may ask for.
    pub scope: Option<String>,
    /// Ways to reach the people responsible for the client, usually email addresses.
    pub contacts: Option<Vec<String>>,
    /// The client's terms of service.
    pub tos_uri: Option<UriString>,
    /// The client's privacy policy.
    pub policy_uri: Option<UriString>,
    /// The URL of the client's public keys, a JWK Set. Never together with `jwks`.
    pub jwks_uri: Option<UriString>,
    /// The client's public keys, a JWK Set. Never together with `jwks_uri`.
    pub jwks: Option<Map<String, Value>>,
    /// Identifies the client's software, the same for all of its instances.
    pub software_id: Option<String>,
    /// The version of that software.
    pub software_version: Option<String>,
    /// A signed statement about the software ([§2.3]), as a JWT. This crate does not verify it.
    ///
    /// [§2.3]: https://www.rfc-editor.org/rfc/rfc7591#section-2.3
    pub software_statement: Option<String>,
    /// `web` or `native`, from OpenID Connect Dynamic Client Registration 1.0 §2; MCP asks for it.
    pub application_type: Option<ApplicationType>,
    /// Every other member, and every one that could not be read, as it came.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

impl ClientMetadata {
    /// A client with one redirection URI that uses authorization codes and refresh tokens.
    ///
    /// It names no authentication method: set `token_endpoint_auth_method` to one that the server offers.
    pub fn public(redirect_uri: UriString) -> Self {
        Self {
            redirect_uris: Some(vec![redirect_uri]),
            grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
            response_types: Some(vec![ResponseType::Code]),
            ..Self::default()
        }
    }

    /// The metadata among the members of a JSON object.
    pub fn from_members(mut members: Members<'_>) -> Lenient<Self> {
        members.human_readable(LocalizedMember::NAMES);
        let mut value = Self {
            redirect_uris: members.list("redirect_uris"),
            token_endpoint_auth_method: members.text("token_endpoint_auth_method"),
            grant_types: members.list("grant_types"),
            response_types: members.list("response_types"),
            client_name: members.text("client_name"),
            client_uri: members.text("client_uri"),
            logo_uri: members.text("logo_uri"),
            scope: members.text("scope"),
            contacts: members.list("contacts"),
            tos_uri: members.text("tos_uri"),
            policy_uri: members.text("policy_uri"),
            jwks_uri: members.text("jwks_uri"),
            jwks: members.object("jwks"),
            software_id: members.text("software_id"),
            software_version: members.text("software_version"),
            software_statement: members.text("software_statement"),
            application_type: members.text("application_type"),
            additional: Map::new(),
        };
        let (additional, diagnostics) = members.rest();
        value.additional = additional;
        Lenient { value, diagnostics }
    }

    /// The redirection URIs, of which a client without redirects has none.
    pub fn redirect_uris(&self) -> &[UriString] {
        self.redirect_uris.as_deref().unwrap_or_default()
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

    /// §2: "If omitted, an authorization server MAY register a client with a default set of scopes": the values
    /// of `scope`, none when it was omitted.
    pub fn scope(&self) -> impl Iterator<Item = &str> {
        self.scope.iter().flat_map(|scope| scope.split(' ')).filter(|value| !value.is_empty())
    }

    /// `web`, the default of OpenID Connect Dynamic Client Registration 1.0 §2.
    pub fn application_type(&self) -> &ApplicationType {
        self.application_type.as_ref().unwrap_or(&ApplicationType::Web)
    }

    /// A human-readable member in the language that fits a range best ([§2.2]), or as it is without a tag.
    ///
    /// [§2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-2.2
    pub fn in_language(&self, member: LocalizedMember, range: &str) -> Option<&str> {
        let untagged = match member {
            LocalizedMember::ClientName => self.client_name.as_deref(),
            LocalizedMember::ClientUri => self.client_uri.as_ref().map(UriString::as_str),
            LocalizedMember::LogoUri => self.logo_uri.as_ref().map(UriString::as_str),
            LocalizedMember::PolicyUri => self.policy_uri.as_ref().map(UriString::as_str),
            LocalizedMember::TosUri => self.tos_uri.as_ref().map(UriString::as_str),
        };
        lenient::in_language(&self.additional, member.as_str(), range).or(untagged)
    }

    /// Adds a human-readable member in one more language, named by its BCP 47 tag ([§2.2]).
    ///
    /// [§2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-2.2
    pub fn with_language(mut self, member: LocalizedMember, tag: &str, value: String) -> Self {
        self.additional.insert(format!("{}#{tag}", member.as_str()), value.into());
        self
    }
}

/// Reads what can be read; [`from_members`](ClientMetadata::from_members) also says what could not.
impl<'de> Deserialize<'de> for ClientMetadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Members::deserialize(deserializer).map(|members| Self::from_members(members).value)
    }
}

/// The members that a person reads, and that may come in several languages ([§2.2]).
///
/// [§2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-2.2
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list of RFC 7591 §2.2")]
pub enum LocalizedMember {
    /// `client_name`.
    ClientName,
    /// `client_uri`.
    ClientUri,
    /// `logo_uri`.
    LogoUri,
    /// `policy_uri`.
    PolicyUri,
    /// `tos_uri`.
    TosUri,
}

impl LocalizedMember {
    const NAMES: &[&str] = &["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"];

    /// The member's name, without a language tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientName => "client_name",
            Self::ClientUri => "client_uri",
            Self::LogoUri => "logo_uri",
            Self::PolicyUri => "policy_uri",
            Self::TosUri => "tos_uri",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_defaults() {
        let nothing = ClientMetadata::default();
        assert_eq!(nothing.redirect_uris(), []);
        assert_eq!(nothing.token_endpoint_auth_method(), &AuthMethod::ClientSecretBasic);
        assert_eq!(nothing.grant_types(), [GrantType::AuthorizationCode]);
        assert_eq!(nothing.response_types(), [ResponseType::Code]);
        assert_eq!(nothing.application_type(), &ApplicationType::Web);
        assert_eq!(nothing.scope().count(), 0);
        assert_eq!(serde_json::to_string(&nothing).unwrap(), "{}");
    }

    /// <https://www.rfc-editor.org/rfc/rfc7591#section-2.2>
    #[test]
    fn section_2_2_languages() {
        let metadata: ClientMetadata = serde_json::from_str(
            r#"{"client_name": "My Client", "client_name#ja-Jpan-JP": "クライアント名", "client_name#de": "Mein Programm"}"#,
        )
        .unwrap();
        let name = |range| metadata.in_language(LocalizedMember::ClientName, range);
        assert_eq!(name("ja-Jpan-JP"), Some("クライアント名"));
        assert_eq!(name("DE-ch"), Some("Mein Programm"));
        assert_eq!(name("fr"), Some("My Client"));
        assert_eq!(name(""), Some("My Client"));
        assert_eq!(metadata.in_language(LocalizedMember::TosUri, "de"), None);
        let written = ClientMetadata::default().with_language(
            LocalizedMember::ClientName,
            "fr",
            "Mon client".to_owned(),
        );
        assert_eq!(serde_json::to_string(&written).unwrap(), r#"{"client_name#fr":"Mon client"}"#);
        assert_eq!(written.in_language(LocalizedMember::ClientName, "fr-CA"), Some("Mon client"));
    }
}
