use http::{Response, StatusCode, header};
use pkce::CodeChallengeMethod;
use rfc7591::{AuthMethod, GrantType, Lenient, ResponseType};
use serde_json::{Map, Value};

use crate::{
    Claim, ContentEncryptionAlgorithm, Endpoint, InvalidMetadata, Issuer, KeyManagementAlgorithm, PageUrl,
    ResponseMode, ScopeValues, SigningAlgorithm, SubjectType, Violation, audit::violations,
};

rfc7591::members! {
    human_readable: ["service_documentation", "op_policy_uri", "op_tos_uri"],
    required: {
        /// The issuer identifier, as published.
        issuer: Issuer,
    },
    /// Authorization server metadata ([§2]), with the registered members of other specifications that a client
    /// meets.
    ///
    /// A field keeps what the wire said; the method of the same name applies the default of §2. A member that
    /// cannot be read counts as absent, is reported, and stays in `additional`. So do human-readable members with
    /// a language tag (`op_tos_uri#de`, in the notation of RFC 7591 §2.2).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub struct Metadata {
        /// Where the user's consent is asked for.
        authorization_endpoint: Endpoint,
        /// Where codes and refresh tokens become access tokens.
        token_endpoint: Endpoint,
        /// Where clients register (RFC 7591 §3).
        registration_endpoint: Endpoint,
        /// Scope values the server knows; not necessarily all.
        scopes_supported: ScopeValues,
        /// REQUIRED by §2; some servers omit it.
        response_types_supported: Vec<ResponseType>,
        /// How the authorization response is returned: `query` and `fragment` by default.
        response_modes_supported: Vec<ResponseMode>,
        /// Grant types the server supports.
        grant_types_supported: Vec<GrantType>,
        /// PKCE methods; "if omitted, the authorization server does not support PKCE".
        code_challenge_methods_supported: Vec<CodeChallengeMethod>,
        /// Client authentication methods of the token endpoint.
        token_endpoint_auth_methods_supported: Vec<AuthMethod>,
        /// Signature algorithms of the token endpoint's JWT authentication methods.
        token_endpoint_auth_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// The server's JWK Set document.
        jwks_uri: Endpoint,
        /// Where tokens are revoked (RFC 7009 §2).
        revocation_endpoint: Endpoint,
        /// Client authentication methods of the revocation endpoint.
        revocation_endpoint_auth_methods_supported: Vec<AuthMethod>,
        /// Signature algorithms of the revocation endpoint's JWT authentication methods.
        revocation_endpoint_auth_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// Where tokens are introspected (RFC 7662 §2).
        introspection_endpoint: Endpoint,
        /// Client authentication methods of the introspection endpoint.
        introspection_endpoint_auth_methods_supported: Vec<AuthMethod>,
        /// Signature algorithms of the introspection endpoint's JWT authentication methods.
        introspection_endpoint_auth_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// A page for developers, and for people who register clients by hand.
        service_documentation: PageUrl,
        /// Languages of the user interface, as BCP 47 tags.
        ui_locales_supported: Vec<String>,
        /// The server's policy on what clients may do with its data.
        op_policy_uri: PageUrl,
        /// The server's terms of service.
        op_tos_uri: PageUrl,
        /// The metadata as claims of a JWT ([§2.1]). It is kept, and nobody verifies it here.
        ///
        /// [§2.1]: https://www.rfc-editor.org/rfc/rfc8414#section-2.1
        signed_metadata: String,

        /// Whether the authorization response carries `iss` (RFC 9207 §3).
        authorization_response_iss_parameter_supported: bool,
        /// Whether a client may name itself by the URL of its metadata (OAuth Client ID Metadata Document).
        client_id_metadata_document_supported: bool,
        /// Where authorization requests are pushed to (RFC 9126 §5).
        pushed_authorization_request_endpoint: Endpoint,
        /// Whether authorization requests must be pushed first (RFC 9126 §5).
        require_pushed_authorization_requests: bool,
        /// Whether authorization requests must be signed request objects (RFC 9101 §10.5).
        require_signed_request_object: bool,
        /// Whether the server binds access tokens to client certificates (RFC 8705 §3.3).
        tls_client_certificate_bound_access_tokens: bool,
        /// The endpoints for clients with certificates, by name (RFC 8705 §5).
        mtls_endpoint_aliases: Map<String, Value>,
        /// Signature algorithms of DPoP proofs (RFC 9449 §5.1).
        dpop_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// Where devices begin an authorization (RFC 8628 §4).
        device_authorization_endpoint: Endpoint,
        /// Types of `authorization_details` (RFC 9396 §10).
        authorization_details_types_supported: Vec<String>,
        /// The protected resources it issues tokens for (RFC 9728 §4): listed, never asked.
        protected_resources: Vec<String>,

        /// Where claims about the user are (OpenID Connect Discovery 1.0 §3, like all that follow).
        userinfo_endpoint: Endpoint,
        /// Subject identifier types.
        subject_types_supported: Vec<SubjectType>,
        /// Signature algorithms of ID tokens.
        id_token_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// Claims that the server may be able to supply.
        claims_supported: Vec<Claim>,
        /// Whether the `claims` parameter is supported.
        claims_parameter_supported: bool,
        /// Whether request objects by value are supported.
        request_parameter_supported: bool,
        /// Whether request objects by reference are supported: yes, by default.
        request_uri_parameter_supported: bool,
        /// Whether `request_uri` values must be registered.
        require_request_uri_registration: bool,
        /// Authentication context classes.
        acr_values_supported: Vec<String>,
        /// Kinds of claims; `normal` by default.
        claim_types_supported: Vec<String>,
        /// Languages of claims, as BCP 47 tags.
        claims_locales_supported: Vec<String>,
        /// Values of the `display` parameter.
        display_values_supported: Vec<String>,
        /// Values of the `prompt` parameter (Initiating User Registration via OpenID Connect 1.0 §4).
        prompt_values_supported: Vec<String>,
        /// Key management algorithms of ID tokens.
        id_token_encryption_alg_values_supported: Vec<KeyManagementAlgorithm>,
        /// Content encryption algorithms of ID tokens.
        id_token_encryption_enc_values_supported: Vec<ContentEncryptionAlgorithm>,
        /// Signature algorithms of the userinfo endpoint.
        userinfo_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// Key management algorithms of the userinfo endpoint.
        userinfo_encryption_alg_values_supported: Vec<KeyManagementAlgorithm>,
        /// Content encryption algorithms of the userinfo endpoint.
        userinfo_encryption_enc_values_supported: Vec<ContentEncryptionAlgorithm>,
        /// Signature algorithms of request objects.
        request_object_signing_alg_values_supported: Vec<SigningAlgorithm>,
        /// Key management algorithms of request objects.
        request_object_encryption_alg_values_supported: Vec<KeyManagementAlgorithm>,
        /// Content encryption algorithms of request objects.
        request_object_encryption_enc_values_supported: Vec<ContentEncryptionAlgorithm>,
        /// Where a user is logged out (OpenID Connect RP-Initiated Logout 1.0 §2.1).
        end_session_endpoint: Endpoint,
        /// Where a session is watched (OpenID Connect Session Management 1.0 §3.3).
        check_session_iframe: PageUrl,
        /// Whether logout reaches clients through the browser (OpenID Connect Front-Channel Logout 1.0 §3).
        frontchannel_logout_supported: bool,
        /// Whether that names the session.
        frontchannel_logout_session_supported: bool,
        /// Whether logout reaches clients directly (OpenID Connect Back-Channel Logout 1.0 §2.1).
        backchannel_logout_supported: bool,
        /// Whether that names the session.
        backchannel_logout_session_supported: bool,
    }
}

impl Metadata {
    /// Reads the answer to a request of [`Issuer::metadata_url`] ([§3.2], [§3.3]).
    ///
    /// [§3.2]: https://www.rfc-editor.org/rfc/rfc8414#section-3.2
    /// [§3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
    pub fn receive(issuer: &Issuer, response: &Response<Vec<u8>>) -> Result<Parsed, InvalidMetadata> {
        if response.status() != StatusCode::OK {
            return Err(InvalidMetadata::of(Violation::Status(response.status().as_u16())));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap_or("?"));
        let mut read = Self::read(issuer, response.body());
        if !content_type.is_some_and(is_json) {
            let said = content_type.unwrap_or_default().to_owned();
            match &mut read {
                Ok(read) => read.violations.push(Violation::ContentType(said)),
                Err(refused) => refused.violations.push(Violation::ContentType(said)),
            }
        }
        read
    }

    /// Reads a metadata document that was found for `issuer`.
    pub fn read(issuer: &Issuer, json: &[u8]) -> Result<Parsed, InvalidMetadata> {
        let Ok(reading) = Lenient::<Self>::from_slice(json) else {
            return Err(InvalidMetadata::of(Violation::NotAnObject));
        };
        let violations = violations(issuer, &reading);
        match reading.members {
            Some(metadata) if !violations.iter().any(Violation::is_fatal) => {
                Ok(Parsed { metadata, violations })
            }
            members => Err(InvalidMetadata { violations, published: members.map(|m| Box::new(m.issuer)) }),
        }
    }

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
        rfc7591::lookup(&self.additional, member.as_str(), range).or(untagged.as_ref().map(PageUrl::as_str))
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
    /// The member's name, without a language tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpPolicyUri => "op_policy_uri",
            Self::OpTosUri => "op_tos_uri",
            Self::ServiceDocumentation => "service_documentation",
        }
    }
}

/// Metadata that can be used, and what it breaks all the same.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// The document.
    pub metadata: Metadata,
    /// None of them fatal.
    pub violations: Vec<Violation>,
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}
