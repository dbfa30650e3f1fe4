//! The types that RFC 7591, RFC 8414 and RFC 6749 give to the members of their JSON objects, read strictly. The
//! specification crates read what can be read; a report says what a client must read leniently.

use rfc7591::lenient::Members;
use serde_json::{Map, Value};
use url::Url;

use crate::text::bounded;

/// The type of a member.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A JSON boolean.
    Flag,
    /// A JSON object.
    Object,
    /// A JSON number of whole seconds.
    Seconds,
    /// A time as seconds since 1970-01-01.
    Time,
    /// A JSON string of any characters.
    Text,
    /// A list of [`Token`](Self::Token)s.
    Tokens,
    /// A JSON string of at least one visible character, without control characters.
    Token,
    /// A JSON string that is not blank.
    Words,
    /// A URI (RFC 3986).
    Uri,
    /// A reference to a URI (RFC 3986 §4.1).
    UriReference,
    /// A list of URIs.
    Uris,
}

impl Kind {
    /// The noun phrase of the type.
    fn noun(self) -> &'static str {
        match self {
            Self::Flag => "a boolean",
            Self::Object => "an object",
            Self::Seconds => "a number",
            Self::Time => "a number of seconds since 1970",
            Self::Text => "a text",
            Self::Token => "a text with a value",
            Self::Tokens => "a list of texts with a value",
            Self::Words => "a text that is not blank",
            Self::Uri => "a URI (RFC 3986)",
            Self::UriReference => "a URI reference (RFC 3986)",
            Self::Uris => "a list of URIs (RFC 3986)",
        }
    }

    fn fits(self, value: &Value) -> bool {
        let all = |of: fn(&str) -> bool| {
            value.as_array().is_some_and(|list| list.iter().all(|entry| entry.as_str().is_some_and(of)))
        };
        match self {
            Self::Flag => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Seconds => value.is_u64(),
            // A larger number counts milliseconds.
            Self::Time => value.as_u64().is_some_and(|time| time < YEAR_5138),
            Self::Text => value.is_string(),
            Self::Token => value.as_str().is_some_and(is_token),
            Self::Tokens => all(is_token),
            Self::Words => value.as_str().is_some_and(|text| !text.trim().is_empty()),
            Self::Uri => value.as_str().is_some_and(is_uri),
            Self::UriReference => value.as_str().is_some_and(|text| !text.is_empty() && is_of_uri(text)),
            Self::Uris => all(is_uri),
        }
    }
}

/// A member that is not of its type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Misfit {
    /// The member.
    pub(crate) member: String,
    /// The evidence.
    pub(crate) evidence: String,
}

/// The members of an object that are there and not of the type that they have. A member with a language tag
/// (RFC 7591 §2.2) has the type of the member without it.
pub(crate) fn misfits(object: &Map<String, Value>, kind_of: impl Fn(&str) -> Option<Kind>) -> Vec<Misfit> {
    let misfit = |(member, value): (&String, &Value)| {
        let name = member.split_once('#').map_or(&**member, |(name, _)| name);
        let kind = kind_of(name).filter(|kind| !kind.fits(value))?;
        let shown =
            if SECRETS.contains(&name) { "a value that is not shown".to_owned() } else { shown(value) };
        let evidence = format!("`{member}` is {shown}, not {}", kind.noun());
        Some(Misfit { member: member.clone(), evidence })
    };
    object.iter().filter_map(misfit).collect()
}

/// A value as it came, shortened.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("the text \"{}\"", bounded(text, 80)),
        other => format!("`{}`", bounded(&other.to_string(), 80)),
    }
}

/// Returns `true` for a URI with a scheme whose characters are all those of RFC 3986 §2.
pub(crate) fn is_uri(text: &str) -> bool {
    is_of_uri(text) && Url::parse(text).is_ok()
}

fn is_of_uri(text: &str) -> bool {
    let is_of_uri = |byte| {
        matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
            || matches!(
                byte,
                b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'%'
            )
            || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
    };
    text.bytes().all(is_of_uri)
}

/// The members of a JSON object that are there more than once.
pub(crate) fn repeated(json: &[u8]) -> Vec<String> {
    Members::from_slice(json).map(|members| members.rest().1.repeated).unwrap_or_default()
}

fn is_token(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace()) && !text.chars().any(char::is_control)
}

/// The year before which a time has at most eleven digits.
const YEAR_5138: u64 = 100_000_000_000;
const SECRETS: &[&str] =
    &["access_token", "client_secret", "id_token", "refresh_token", "registration_access_token"];

/// A client information response (RFC 7591 §2, §3.2.1, RFC 7592 §3, OpenID Connect Dynamic Client Registration §2).
const CLIENT_INFORMATION: &[(&str, Kind)] = &[
    ("client_id", Kind::Token),
    ("client_secret", Kind::Text),
    ("client_id_issued_at", Kind::Time),
    ("client_secret_expires_at", Kind::Time),
    ("registration_client_uri", Kind::Uri),
    ("registration_access_token", Kind::Token),
    ("redirect_uris", Kind::Uris),
    ("token_endpoint_auth_method", Kind::Token),
    ("grant_types", Kind::Tokens),
    ("response_types", Kind::Tokens),
    ("client_name", Kind::Text),
    ("client_uri", Kind::Uri),
    ("logo_uri", Kind::Uri),
    ("scope", Kind::Token),
    ("contacts", Kind::Tokens),
    ("tos_uri", Kind::Uri),
    ("policy_uri", Kind::Uri),
    ("jwks_uri", Kind::Uri),
    ("jwks", Kind::Object),
    ("software_id", Kind::Text),
    ("software_version", Kind::Text),
    ("software_statement", Kind::Token),
    ("application_type", Kind::Token),
    ("initiate_login_uri", Kind::Uri),
    ("post_logout_redirect_uris", Kind::Uris),
    ("sector_identifier_uri", Kind::Uri),
    ("subject_type", Kind::Token),
    ("id_token_signed_response_alg", Kind::Token),
    ("id_token_encrypted_response_alg", Kind::Token),
    ("id_token_encrypted_response_enc", Kind::Token),
    ("userinfo_signed_response_alg", Kind::Token),
    ("userinfo_encrypted_response_alg", Kind::Token),
    ("userinfo_encrypted_response_enc", Kind::Token),
    ("request_object_signing_alg", Kind::Token),
    ("token_endpoint_auth_signing_alg", Kind::Token),
    ("default_max_age", Kind::Seconds),
    ("require_auth_time", Kind::Flag),
    ("default_acr_values", Kind::Tokens),
    ("request_uris", Kind::Uris),
];

/// The type of a member of a client information response.
pub(crate) fn client_information_kind(member: &str) -> Option<Kind> {
    of_table(CLIENT_INFORMATION, member)
}

/// The type that a table gives to a member.
pub(crate) fn of_table(table: &[(&str, Kind)], member: &str) -> Option<Kind> {
    table.iter().find(|(known, _)| *known == member).map(|(_, kind)| *kind)
}

/// An access token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
pub(crate) const ACCESS_TOKEN: &[(&str, Kind)] = &[
    ("access_token", Kind::Token),
    ("token_type", Kind::Token),
    ("expires_in", Kind::Seconds),
    ("refresh_token", Kind::Token),
    ("scope", Kind::Token),
    ("id_token", Kind::Token),
];

/// A registration error (RFC 7591 §3.2.2).
pub(crate) const REGISTRATION_ERROR: &[(&str, Kind)] =
    &[("error", Kind::Token), ("error_description", Kind::Words)];

/// A token error (RFC 6749 §5.2, Appendix A.7 to A.9).
pub(crate) const TOKEN_ERROR: &[(&str, Kind)] =
    &[("error", Kind::Token), ("error_description", Kind::Token), ("error_uri", Kind::UriReference)];

/// Authorization server metadata (RFC 8414 §2). What is null or an empty list has a requirement of its own (§3.2).
pub(crate) fn metadata_kind(member: &str) -> Option<Kind> {
    match member {
        "check_session_iframe"
        | "issuer"
        | "jwks_uri"
        | "op_policy_uri"
        | "op_tos_uri"
        | "service_documentation" => Some(Kind::Uri),
        "signed_metadata" => Some(Kind::Token),
        "mtls_endpoint_aliases" => Some(Kind::Object),
        "protected_resources" => Some(Kind::Uris),
        "authorization_response_iss_parameter_supported"
        | "backchannel_logout_session_supported"
        | "backchannel_logout_supported"
        | "claims_parameter_supported"
        | "client_id_metadata_document_supported"
        | "frontchannel_logout_session_supported"
        | "frontchannel_logout_supported"
        | "request_parameter_supported"
        | "request_uri_parameter_supported"
        | "require_pushed_authorization_requests"
        | "require_request_uri_registration"
        | "require_signed_request_object"
        | "tls_client_certificate_bound_access_tokens" => Some(Kind::Flag),
        member if member.ends_with("_endpoint") => Some(Kind::Uri),
        member if METADATA_LISTS.contains(&member) || member.ends_with("_values_supported") => {
            Some(Kind::Tokens)
        }
        _ => None,
    }
}

const METADATA_LISTS: &[&str] = &[
    "authorization_details_types_supported",
    "claim_types_supported",
    "claims_locales_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "grant_types_supported",
    "introspection_endpoint_auth_methods_supported",
    "response_modes_supported",
    "response_types_supported",
    "revocation_endpoint_auth_methods_supported",
    "scopes_supported",
    "subject_types_supported",
    "token_endpoint_auth_methods_supported",
    "ui_locales_supported",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_fits_its_type_alone() {
        let object = json!({
            "client_id_issued_at": "1700000000", "client_secret_expires_at#x": 1_700_000_000_000_u64, "logo_uri": null, "token_endpoint_auth_method": "",
            "redirect_uris": ["https://a.example/{tenant}"], "client_name#ja": 7, "client_secret": 7,
            "client_secret_expires_at": 1.5, "contacts": ["a@a.example"], "x": null,
        });
        let told = misfits(object.as_object().unwrap(), client_information_kind);
        let told: Vec<&str> = told.iter().map(|misfit| &*misfit.evidence).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        `client_id_issued_at` is the text "1700000000", not a number of seconds since 1970
        `client_name#ja` is `7`, not a text
        `client_secret` is a value that is not shown, not a text
        `client_secret_expires_at` is `1.5`, not a number of seconds since 1970
        `client_secret_expires_at#x` is `1700000000000`, not a number of seconds since 1970
        `logo_uri` is null, not a URI (RFC 3986)
        `redirect_uris` is `["https://a.example/{tenant}"]`, not a list of URIs (RFC 3986)
        `token_endpoint_auth_method` is the text "", not a text with a value
        "#);
        for (text, expected) in [
            ("https://a.example/b?c#d", true),
            ("com.example.app:/callback", true),
            ("https://a.example/{tenant}", false),
            ("https://a.example/a b", false),
            ("https://a.example/é", false),
            ("/callback", false),
            ("", false),
        ] {
            assert_eq!(is_uri(text), expected, "{text}");
        }
    }
}
