#[cfg(feature = "http")]
use http::{Response, StatusCode, header};
use rfc7591::lenient::{Lenient, Members};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Map;

use super::{LocalizedMember, Metadata};
use crate::{InvalidMetadata, Issuer, ScopeValues, Violation, audit::violations};

impl Metadata {
    /// Metadata of an issuer, without any other member.
    pub fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            authorization_endpoint: None,
            token_endpoint: None,
            registration_endpoint: None,
            scopes_supported: None,
            response_types_supported: None,
            response_modes_supported: None,
            grant_types_supported: None,
            code_challenge_methods_supported: None,
            token_endpoint_auth_methods_supported: None,
            token_endpoint_auth_signing_alg_values_supported: None,
            jwks_uri: None,
            revocation_endpoint: None,
            revocation_endpoint_auth_methods_supported: None,
            revocation_endpoint_auth_signing_alg_values_supported: None,
            introspection_endpoint: None,
            introspection_endpoint_auth_methods_supported: None,
            introspection_endpoint_auth_signing_alg_values_supported: None,
            service_documentation: None,
            ui_locales_supported: None,
            op_policy_uri: None,
            op_tos_uri: None,
            signed_metadata: None,
            authorization_response_iss_parameter_supported: None,
            client_id_metadata_document_supported: None,
            pushed_authorization_request_endpoint: None,
            require_pushed_authorization_requests: None,
            require_signed_request_object: None,
            tls_client_certificate_bound_access_tokens: None,
            mtls_endpoint_aliases: None,
            dpop_signing_alg_values_supported: None,
            device_authorization_endpoint: None,
            authorization_details_types_supported: None,
            protected_resources: None,
            userinfo_endpoint: None,
            subject_types_supported: None,
            id_token_signing_alg_values_supported: None,
            claims_supported: None,
            claims_parameter_supported: None,
            request_parameter_supported: None,
            request_uri_parameter_supported: None,
            require_request_uri_registration: None,
            acr_values_supported: None,
            claim_types_supported: None,
            claims_locales_supported: None,
            display_values_supported: None,
            prompt_values_supported: None,
            id_token_encryption_alg_values_supported: None,
            id_token_encryption_enc_values_supported: None,
            userinfo_signing_alg_values_supported: None,
            userinfo_encryption_alg_values_supported: None,
            userinfo_encryption_enc_values_supported: None,
            request_object_signing_alg_values_supported: None,
            request_object_encryption_alg_values_supported: None,
            request_object_encryption_enc_values_supported: None,
            end_session_endpoint: None,
            check_session_iframe: None,
            frontchannel_logout_supported: None,
            frontchannel_logout_session_supported: None,
            backchannel_logout_supported: None,
            backchannel_logout_session_supported: None,
            additional: Map::new(),
        }
    }

    /// Reads the response to a request of [`Issuer::metadata_url`] ([§3.2], [§3.3]).
    ///
    /// [§3.2]: https://www.rfc-editor.org/rfc/rfc8414#section-3.2
    /// [§3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
    #[cfg(feature = "http")]
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
        let Ok(mut members) = Members::from_slice(json) else {
            return Err(InvalidMetadata::of(Violation::NotAnObject));
        };
        let published: Option<Issuer> = members.text("issuer");
        let has_issuer = published.is_some();
        // Without an issuer, the other members are still read for their violations.
        let read = Self::from_members(published.unwrap_or_else(|| issuer.clone()), members);
        let violations = violations(issuer, &read, has_issuer);
        let metadata = read.value;
        if violations.iter().any(Violation::is_fatal) {
            let published = has_issuer.then(|| Box::new(metadata.issuer));
            return Err(InvalidMetadata { violations, published });
        }
        Ok(Parsed { metadata, violations })
    }

    /// The metadata among the members of a document, of which the issuer was taken.
    fn from_members(issuer: Issuer, mut members: Members<'_>) -> Lenient<Self> {
        members.human_readable(LocalizedMember::NAMES);
        let mut value = Self {
            issuer,
            authorization_endpoint: members.text("authorization_endpoint"),
            token_endpoint: members.text("token_endpoint"),
            registration_endpoint: members.text("registration_endpoint"),
            scopes_supported: ScopeValues::take(&mut members, "scopes_supported"),
            response_types_supported: members.list("response_types_supported"),
            response_modes_supported: members.list("response_modes_supported"),
            grant_types_supported: members.list("grant_types_supported"),
            code_challenge_methods_supported: members.list("code_challenge_methods_supported"),
            token_endpoint_auth_methods_supported: members.list("token_endpoint_auth_methods_supported"),
            token_endpoint_auth_signing_alg_values_supported: members
                .list("token_endpoint_auth_signing_alg_values_supported"),
            jwks_uri: members.text("jwks_uri"),
            revocation_endpoint: members.text("revocation_endpoint"),
            revocation_endpoint_auth_methods_supported: members
                .list("revocation_endpoint_auth_methods_supported"),
            revocation_endpoint_auth_signing_alg_values_supported: members
                .list("revocation_endpoint_auth_signing_alg_values_supported"),
            introspection_endpoint: members.text("introspection_endpoint"),
            introspection_endpoint_auth_methods_supported: members
                .list("introspection_endpoint_auth_methods_supported"),
            introspection_endpoint_auth_signing_alg_values_supported: members
                .list("introspection_endpoint_auth_signing_alg_values_supported"),
            service_documentation: members.text("service_documentation"),
            ui_locales_supported: members.list("ui_locales_supported"),
            op_policy_uri: members.text("op_policy_uri"),
            op_tos_uri: members.text("op_tos_uri"),
            signed_metadata: members.text("signed_metadata"),
            authorization_response_iss_parameter_supported: members
                .flag("authorization_response_iss_parameter_supported"),
            client_id_metadata_document_supported: members.flag("client_id_metadata_document_supported"),
            pushed_authorization_request_endpoint: members.text("pushed_authorization_request_endpoint"),
            require_pushed_authorization_requests: members.flag("require_pushed_authorization_requests"),
            require_signed_request_object: members.flag("require_signed_request_object"),
            tls_client_certificate_bound_access_tokens: members
                .flag("tls_client_certificate_bound_access_tokens"),
            mtls_endpoint_aliases: members.object("mtls_endpoint_aliases"),
            dpop_signing_alg_values_supported: members.list("dpop_signing_alg_values_supported"),
            device_authorization_endpoint: members.text("device_authorization_endpoint"),
            authorization_details_types_supported: members.list("authorization_details_types_supported"),
            protected_resources: members.list("protected_resources"),
            userinfo_endpoint: members.text("userinfo_endpoint"),
            subject_types_supported: members.list("subject_types_supported"),
            id_token_signing_alg_values_supported: members.list("id_token_signing_alg_values_supported"),
            claims_supported: members.list("claims_supported"),
            claims_parameter_supported: members.flag("claims_parameter_supported"),
            request_parameter_supported: members.flag("request_parameter_supported"),
            request_uri_parameter_supported: members.flag("request_uri_parameter_supported"),
            require_request_uri_registration: members.flag("require_request_uri_registration"),
            acr_values_supported: members.list("acr_values_supported"),
            claim_types_supported: members.list("claim_types_supported"),
            claims_locales_supported: members.list("claims_locales_supported"),
            display_values_supported: members.list("display_values_supported"),
            prompt_values_supported: members.list("prompt_values_supported"),
            id_token_encryption_alg_values_supported: members
                .list("id_token_encryption_alg_values_supported"),
            id_token_encryption_enc_values_supported: members
                .list("id_token_encryption_enc_values_supported"),
            userinfo_signing_alg_values_supported: members.list("userinfo_signing_alg_values_supported"),
            userinfo_encryption_alg_values_supported: members
                .list("userinfo_encryption_alg_values_supported"),
            userinfo_encryption_enc_values_supported: members
                .list("userinfo_encryption_enc_values_supported"),
            request_object_signing_alg_values_supported: members
                .list("request_object_signing_alg_values_supported"),
            request_object_encryption_alg_values_supported: members
                .list("request_object_encryption_alg_values_supported"),
            request_object_encryption_enc_values_supported: members
                .list("request_object_encryption_enc_values_supported"),
            end_session_endpoint: members.text("end_session_endpoint"),
            check_session_iframe: members.text("check_session_iframe"),
            frontchannel_logout_supported: members.flag("frontchannel_logout_supported"),
            frontchannel_logout_session_supported: members.flag("frontchannel_logout_session_supported"),
            backchannel_logout_supported: members.flag("backchannel_logout_supported"),
            backchannel_logout_session_supported: members.flag("backchannel_logout_session_supported"),
            additional: Map::new(),
        };
        let (additional, diagnostics) = members.rest();
        value.additional = additional;
        Lenient { value, diagnostics }
    }
}

/// Reads what can be read; [`read`](Metadata::read) also lists the violations.
impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::deserialize(deserializer)?;
        let issuer = members.text("issuer").ok_or_else(|| D::Error::missing_field("issuer"))?;
        Ok(Self::from_members(issuer, members).value)
    }
}

/// Metadata that can be used, with the requirements that it breaks all the same.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// The document.
    pub metadata: Metadata,
    /// None of them fatal.
    pub violations: Vec<Violation>,
}

#[cfg(feature = "http")]
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}
