use pkce::CodeChallengeMethod;
use rfc7591::{AuthMethod, Endpoint, GrantType, ResponseType, UriString, lenient};
use serde::Serialize;
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use crate::{
    Claim, ContentEncryptionAlgorithm, Issuer, KeyManagementAlgorithm, ResponseMode, ScopeValues,
    SigningAlgorithm, SubjectType,
};

mod read;

pub use read::Parsed;

/// Authorization server metadata ([§2]), with the registered members of other specifications that a client
/// meets.
///
/// A field keeps what the wire said; the method of the same name applies the default of §2. A member that
/// cannot be read counts as absent, is reported, and stays in `additional`. So do human-readable members with
/// a language tag (`op_tos_uri#de`, in the notation of RFC 7591 §2.2).
///
/// [§2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transform = lenient::without_null))]
#[non_exhaustive]
pub struct Metadata {
    /// The issuer identifier, as published.
    pub issuer: Issuer,
    /// The authorization endpoint (RFC 6749 §3.1).
    pub authorization_endpoint: Option<Endpoint>,
    /// The token endpoint (RFC 6749 §3.2).
    pub token_endpoint: Option<Endpoint>,
    /// The client registration endpoint (RFC 7591 §3).
    pub registration_endpoint: Option<Endpoint>,
    /// Scope values the server knows; not necessarily all.
    pub scopes_supported: Option<ScopeValues>,
    /// REQUIRED by §2; some servers omit it.
    pub response_types_supported: Option<Vec<ResponseType>>,
    /// Ways to return the authorization response: `query` and `fragment` by default.
    pub response_modes_supported: Option<Vec<ResponseMode>>,
    /// Grant types the server supports.
    pub grant_types_supported: Option<Vec<GrantType>>,
    /// PKCE methods; "if omitted, the authorization server does not support PKCE".
    pub code_challenge_methods_supported: Option<Vec<CodeChallengeMethod>>,
    /// Client authentication methods of the token endpoint.
    pub token_endpoint_auth_methods_supported: Option<Vec<AuthMethod>>,
    /// Signature algorithms of the token endpoint's JWT authentication methods.
    pub token_endpoint_auth_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// The server's JWK Set document.
    pub jwks_uri: Option<Endpoint>,
    /// The token revocation endpoint (RFC 7009 §2).
    pub revocation_endpoint: Option<Endpoint>,
    /// Client authentication methods of the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: Option<Vec<AuthMethod>>,
    /// Signature algorithms of the revocation endpoint's JWT authentication methods.
    pub revocation_endpoint_auth_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// The token introspection endpoint (RFC 7662 §2).
    pub introspection_endpoint: Option<Endpoint>,
    /// Client authentication methods of the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Option<Vec<AuthMethod>>,
    /// Signature algorithms of the introspection endpoint's JWT authentication methods.
    pub introspection_endpoint_auth_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// A page for developers, and for people who register clients by hand.
    pub service_documentation: Option<UriString>,
    /// Languages of the user interface, as BCP 47 tags.
    pub ui_locales_supported: Option<Vec<String>>,
    /// The server's policy on what clients may do with its data.
    pub op_policy_uri: Option<UriString>,
    /// The server's terms of service.
    pub op_tos_uri: Option<UriString>,
    /// The metadata as claims of a JWT ([§2.1]). It is kept and not verified.
    ///
    /// [§2.1]: https://www.rfc-editor.org/rfc/rfc8414#section-2.1
    pub signed_metadata: Option<String>,

    /// `true` if the authorization response carries `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: Option<bool>,
    /// `true` if a client may name itself by the URL of its metadata (OAuth Client ID Metadata Document).
    pub client_id_metadata_document_supported: Option<bool>,
    /// The pushed authorization request endpoint (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: Option<Endpoint>,
    /// `true` if authorization requests must be pushed first (RFC 9126 §5).
    pub require_pushed_authorization_requests: Option<bool>,
    /// `true` if authorization requests must be signed request objects (RFC 9101 §10.5).
    pub require_signed_request_object: Option<bool>,
    /// `true` if the server binds access tokens to client certificates (RFC 8705 §3.3).
    pub tls_client_certificate_bound_access_tokens: Option<bool>,
    /// The endpoints for clients with certificates, by name (RFC 8705 §5).
    pub mtls_endpoint_aliases: Option<Map<String, Value>>,
    /// Signature algorithms of `DPoP` proofs (RFC 9449 §5.1).
    pub dpop_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// The device authorization endpoint (RFC 8628 §4).
    pub device_authorization_endpoint: Option<Endpoint>,
    /// Types of `authorization_details` (RFC 9396 §10).
    pub authorization_details_types_supported: Option<Vec<String>>,
    /// The protected resources it issues tokens for (RFC 9728 §4): listed, never asked.
    pub protected_resources: Option<Vec<String>>,

    /// The userinfo endpoint (OpenID Connect Discovery 1.0 §3, like all that follow).
    pub userinfo_endpoint: Option<Endpoint>,
    /// Subject identifier types.
    pub subject_types_supported: Option<Vec<SubjectType>>,
    /// Signature algorithms of ID tokens.
    pub id_token_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// Claims that the server may be able to supply.
    pub claims_supported: Option<Vec<Claim>>,
    /// `true` if the `claims` parameter is supported.
    pub claims_parameter_supported: Option<bool>,
    /// `true` if request objects by value are supported.
    pub request_parameter_supported: Option<bool>,
    /// `true` if request objects by reference are supported: yes, by default.
    pub request_uri_parameter_supported: Option<bool>,
    /// `true` if `request_uri` values must be registered.
    pub require_request_uri_registration: Option<bool>,
    /// Authentication context classes.
    pub acr_values_supported: Option<Vec<String>>,
    /// Kinds of claims; `normal` by default.
    pub claim_types_supported: Option<Vec<String>>,
    /// Languages of claims, as BCP 47 tags.
    pub claims_locales_supported: Option<Vec<String>>,
    /// Values of the `display` parameter.
    pub display_values_supported: Option<Vec<String>>,
    /// Values of the `prompt` parameter (Initiating User Registration via OpenID Connect 1.0 §4).
    pub prompt_values_supported: Option<Vec<String>>,
    /// Key management algorithms of ID tokens.
    pub id_token_encryption_alg_values_supported: Option<Vec<KeyManagementAlgorithm>>,
    /// Content encryption algorithms of ID tokens.
    pub id_token_encryption_enc_values_supported: Option<Vec<ContentEncryptionAlgorithm>>,
    /// Signature algorithms of the userinfo endpoint.
    pub userinfo_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// Key management algorithms of the userinfo endpoint.
    pub userinfo_encryption_alg_values_supported: Option<Vec<KeyManagementAlgorithm>>,
    /// Content encryption algorithms of the userinfo endpoint.
    pub userinfo_encryption_enc_values_supported: Option<Vec<ContentEncryptionAlgorithm>>,
    /// Signature algorithms of request objects.
    pub request_object_signing_alg_values_supported: Option<Vec<SigningAlgorithm>>,
    /// Key management algorithms of request objects.
    pub request_object_encryption_alg_values_supported: Option<Vec<KeyManagementAlgorithm>>,
    /// Content encryption algorithms of request objects.
    pub request_object_encryption_enc_values_supported: Option<Vec<ContentEncryptionAlgorithm>>,
    /// The endpoint that logs a user out (OpenID Connect RP-Initiated Logout 1.0 §2.1).
    pub end_session_endpoint: Option<Endpoint>,
    /// The page that watches a session (OpenID Connect Session Management 1.0 §3.3).
    pub check_session_iframe: Option<UriString>,
    /// `true` if logout reaches clients through the browser (OpenID Connect Front-Channel Logout 1.0 §3).
    pub frontchannel_logout_supported: Option<bool>,
    /// `true` if that names the session.
    pub frontchannel_logout_session_supported: Option<bool>,
    /// `true` if logout reaches clients directly (OpenID Connect Back-Channel Logout 1.0 §2.1).
    pub backchannel_logout_supported: Option<bool>,
    /// `true` if that names the session.
    pub backchannel_logout_session_supported: Option<bool>,
    /// Every other member, and every one that could not be read, as it came.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

impl Metadata {
    /// §2: "If omitted, the default value is `["authorization_code", "implicit"]`".
    pub fn grant_types_supported(&self) -> &[GrantType] {
        self.grant_types_supported.as_deref().unwrap_or(&[GrantType::AuthorizationCode, GrantType::Implicit])
    }

    /// §2: "If omitted, the default is `client_secret_basic`".
    pub fn token_endpoint_auth_methods_supported(&self) -> &[AuthMethod] {
        self.token_endpoint_auth_methods_supported.as_deref().unwrap_or(&[AuthMethod::ClientSecretBasic])
    }

    /// §2: "If omitted, the default is `["query", "fragment"]`".
    pub fn response_modes_supported(&self) -> &[ResponseMode] {
        self.response_modes_supported.as_deref().unwrap_or(&[ResponseMode::Query, ResponseMode::Fragment])
    }

    /// §2: "If omitted, the default is `client_secret_basic`".
    pub fn revocation_endpoint_auth_methods_supported(&self) -> &[AuthMethod] {
        self.revocation_endpoint_auth_methods_supported.as_deref().unwrap_or(&[AuthMethod::ClientSecretBasic])
    }

    /// §2: "If omitted, the authorization server does not support PKCE".
    pub fn code_challenge_methods_supported(&self) -> &[CodeChallengeMethod] {
        self.code_challenge_methods_supported.as_deref().unwrap_or_default()
    }

    /// RFC 9207 §3: "If omitted, the default value is false".
    pub fn authorization_response_iss_parameter_supported(&self) -> bool {
        self.authorization_response_iss_parameter_supported.unwrap_or(false)
    }

    /// RFC 9126 §5: "If omitted, the default value is false".
    pub fn require_pushed_authorization_requests(&self) -> bool {
        self.require_pushed_authorization_requests.unwrap_or(false)
    }

    /// RFC 9101 §10.5: "If omitted, the default value is false".
    pub fn require_signed_request_object(&self) -> bool {
        self.require_signed_request_object.unwrap_or(false)
    }

    /// RFC 8705 §3.3: "If omitted, the default value is false".
    pub fn tls_client_certificate_bound_access_tokens(&self) -> bool {
        self.tls_client_certificate_bound_access_tokens.unwrap_or(false)
    }

    /// A human-readable member in the language that fits a range best, or as it is without a tag.
    pub fn in_language(&self, member: LocalizedMember, range: &str) -> Option<&str> {
        let untagged = match member {
            LocalizedMember::OpPolicyUri => &self.op_policy_uri,
            LocalizedMember::OpTosUri => &self.op_tos_uri,
            LocalizedMember::ServiceDocumentation => &self.service_documentation,
        };
        lenient::in_language(&self.additional, member.as_str(), range)
            .or(untagged.as_ref().map(UriString::as_str))
    }
}

/// The members that a person reads, and that may come in several languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the human-readable ones of RFC 8414 §2")]
pub enum LocalizedMember {
    /// `op_policy_uri`.
    OpPolicyUri,
    /// `op_tos_uri`.
    OpTosUri,
    /// `service_documentation`.
    ServiceDocumentation,
}

impl LocalizedMember {
    const NAMES: &[&str] = &["service_documentation", "op_policy_uri", "op_tos_uri"];

    /// The member's name, without a language tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpPolicyUri => "op_policy_uri",
            Self::OpTosUri => "op_tos_uri",
            Self::ServiceDocumentation => "service_documentation",
        }
    }
}
