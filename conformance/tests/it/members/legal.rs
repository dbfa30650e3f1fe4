use super::Kind;

/// The clause by which a mutation is legal.
pub(crate) fn clause(kind: Kind, member: &str, mutation: &str) -> Option<&'static str> {
    let is_left_out = mutation == "left out";
    match kind {
        Kind::Metadata if METADATA_OF_OTHERS.contains(&member) => {
            Some("RFC 8414 §2: a member of another specification")
        }
        Kind::Metadata if is_left_out && !is_required(member) => Some("RFC 8414 §2: OPTIONAL or RECOMMENDED"),
        Kind::Metadata if PAGES.contains(&member) && URLS.contains(&mutation) => {
            Some("RFC 8414 §2: a URL that is no endpoint")
        }
        Kind::Registration if CLIENT_METADATA_OF_OTHERS.contains(&member) => {
            Some("RFC 7591 §2: a member of another specification")
        }
        Kind::Registration if is_left_out && member == "client_id_issued_at" => {
            Some("RFC 7591 §3.2.1: OPTIONAL")
        }
        // OpenID Connect Dynamic Client Registration §2; not asked for, or for the server to ignore.
        Kind::Registration
            if is_left_out
                && ["application_type", "id_token_signed_response_alg", "subject_type"].contains(&member) =>
        {
            Some("RFC 7591 §2: a member that the server need not know")
        }
        Kind::RegistrationError if member == "disallowed_uris" => {
            Some("RFC 7591 §3.2.2: other members MAY be there")
        }
        Kind::RegistrationError if is_left_out && member == "error_description" => {
            Some("RFC 7591 §3.2.2: OPTIONAL")
        }
        Kind::RegistrationError if mutation == "twice" => Some("RFC 8259 §4: names SHOULD be unique"),
        Kind::Tokens if member == "example_parameter" => {
            Some("RFC 6749 §5.1: unrecognized names are ignored")
        }
        Kind::Tokens if is_left_out && ["expires_in", "refresh_token", "scope"].contains(&member) => {
            Some("RFC 6749 §5.1: OPTIONAL or RECOMMENDED")
        }
        Kind::TokenError if is_left_out && member != "error" => Some("RFC 6749 §5.2: OPTIONAL"),
        Kind::TokenError
            if member == "error_uri" && URLS.contains(&mutation) || mutation == "a relative reference" =>
        {
            Some("RFC 6749 Appendix A.9: any URI reference")
        }
        _ => None,
    }
}

fn is_required(member: &str) -> bool {
    ["authorization_endpoint", "issuer", "response_types_supported", "token_endpoint"].contains(&member)
}

const URLS: &[&str] = &["a URL with a fragment", "a URL without TLS"];

/// URLs for people, and for a frame.
const PAGES: &[&str] = &["check_session_iframe", "op_policy_uri", "op_tos_uri", "service_documentation"];

const METADATA_OF_OTHERS: &[&str] = &[
    "app_registration_endpoint",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "authorization_grant_profiles_supported",
    "authorization_signing_alg_values_supported",
    "backchannel_authentication_endpoint",
    "backchannel_authentication_request_signing_alg_values_supported",
    "backchannel_token_delivery_modes_supported",
    "backchannel_user_code_parameter_supported",
    "cloud_graph_host_name",
    "cloud_instance_name",
    "global_token_revocation_endpoint",
    "global_token_revocation_endpoint_auth_methods_supported",
    "http_logout_supported",
    "introspection_encryption_alg_values_supported",
    "introspection_encryption_enc_values_supported",
    "introspection_signing_alg_values_supported",
    "kerberos_endpoint",
    "mfa_challenge_endpoint",
    "msgraph_host",
    "ping_end_session_endpoint",
    "ping_revoked_sris_endpoint",
    "ping_session_management_sris_endpoint",
    "ping_session_management_users_endpoint",
    "rbac_url",
    "resource_indicators_supported",
    "resource_parameter_supported",
    "tenant_region_scope",
    "version",
];

const CLIENT_METADATA_OF_OTHERS: &[&str] = &[
    "access_token_as_jwt",
    "access_token_signing_alg",
    "additional_audience",
    "additional_token_endpoint_auth_methods",
    "allow_spontaneous_scopes",
    "authorization_details_types",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "frontchannel_logout_session_required",
    "keep_client_authorization_after_expiration",
    "par_lifetime",
    "redirect_uris_regex",
    "require_par",
    "rpt_as_jwt",
    "run_introspection_script_before_jwt_creation",
    "spontaneous_scopes",
    "tls_client_auth_subject_dn",
];
