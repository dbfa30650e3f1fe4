use http::{Response, StatusCode, header};
use pkce::Method;
use rfc7591::{AuthMethod, GrantType, Members, ResponseType};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::{Endpoint, Issuer, Refused, Violation};

/// Authorization server metadata ([§2]).
///
/// A field keeps what the wire said; the method of the same name applies the default of §2. A member that
/// cannot be read counts as absent, is reported, and stays in `additional`.
///
/// [§2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The issuer identifier, as published.
    pub issuer: Issuer,
    /// Where the user's consent is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<Endpoint>,
    /// Where codes and refresh tokens become access tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<Endpoint>,
    /// Where clients register (RFC 7591 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<Endpoint>,
    /// Where tokens are revoked (RFC 7009 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<Endpoint>,
    /// The server's JWK Set document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<Url>,
    /// Scope values the server knows; not necessarily all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes_supported: Option<Vec<String>>,
    /// REQUIRED by §2; some servers omit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types_supported: Option<Vec<ResponseType>>,
    /// Grant types the server supports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types_supported: Option<Vec<GrantType>>,
    /// Client authentication methods of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_methods_supported: Option<Vec<AuthMethod>>,
    /// PKCE methods; "if omitted, the authorization server does not support PKCE".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_methods_supported: Option<Vec<Method>>,
    /// Whether the authorization response carries `iss` (RFC 9207 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_response_iss_parameter_supported: Option<bool>,
    /// Whether authorization requests must be pushed first (RFC 9126 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pushed_authorization_requests: Option<bool>,
    /// Whether authorization requests must be signed request objects (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_signed_request_object: Option<bool>,
    /// Every other member, as it came.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

impl Metadata {
    /// Reads the answer to a request of [`Issuer::metadata_url`] ([§3.2], [§3.3]).
    ///
    /// [§3.2]: https://www.rfc-editor.org/rfc/rfc8414#section-3.2
    /// [§3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
    pub fn receive(issuer: &Issuer, response: &Response<Vec<u8>>) -> Result<Read, Refused> {
        if response.status() != StatusCode::OK {
            return Err(Refused::of(Violation::Status(response.status().as_u16())));
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
    pub fn read(issuer: &Issuer, json: &[u8]) -> Result<Read, Refused> {
        let Ok(mut read) = Members::from_slice(json) else { return Err(Refused::of(Violation::NotAnObject)) };
        let published = read.parsed("issuer", |text| Issuer::try_from(text.to_owned()).ok());
        let mut violations = repeated_and_empty(&read);
        if let Some(found) = published.as_ref().filter(|found| *found != issuer) {
            violations.push(if found.differs_by_slash(issuer) {
                Violation::IssuerSlash { expected: issuer.clone(), found: found.clone() }
            } else {
                Violation::IssuerMismatch { expected: issuer.clone(), found: found.clone() }
            });
        }
        let metadata = published.map(|issuer| Self::take_from(issuer, &mut read));
        violations.extend(read.unreadable.into_iter().map(Violation::Malformed));
        match &metadata {
            None => violations.push(Violation::Missing("issuer")),
            Some(metadata) => violations.extend(metadata.missing()),
        }
        match metadata {
            Some(metadata) if !violations.iter().any(Violation::is_fatal) => {
                Ok(Read { metadata, violations })
            }
            metadata => {
                Err(Refused { violations, published: metadata.map(|metadata| Box::new(metadata.issuer)) })
            }
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

    fn take_from(issuer: Issuer, read: &mut Members) -> Self {
        let endpoint = |text: &str| Endpoint::try_from(text).ok();
        Self {
            issuer,
            authorization_endpoint: read.parsed("authorization_endpoint", endpoint),
            token_endpoint: read.parsed("token_endpoint", endpoint),
            registration_endpoint: read.parsed("registration_endpoint", endpoint),
            revocation_endpoint: read.parsed("revocation_endpoint", endpoint),
            jwks_uri: read.parsed("jwks_uri", |text| Url::parse(text).ok()),
            scopes_supported: read.list("scopes_supported", |text| Some(text.to_owned())),
            response_types_supported: read.list("response_types_supported", |text| Some(text.into())),
            grant_types_supported: read.list("grant_types_supported", |text| Some(text.into())),
            token_endpoint_auth_methods_supported: read
                .list("token_endpoint_auth_methods_supported", |text| Some(text.into())),
            code_challenge_methods_supported: read.list("code_challenge_methods_supported", |text| {
                Some(Method::from(std::borrow::Cow::from(text)))
            }),
            authorization_response_iss_parameter_supported: read
                .flag("authorization_response_iss_parameter_supported"),
            require_pushed_authorization_requests: read.flag("require_pushed_authorization_requests"),
            require_signed_request_object: read.flag("require_signed_request_object"),
            additional: std::mem::take(&mut read.members),
        }
    }

    /// The REQUIRED members of §2 that are not there.
    fn missing(&self) -> Vec<Violation> {
        let grants = self.grant_types_supported();
        let uses = |wanted: &[GrantType]| grants.iter().any(|grant| wanted.contains(grant));
        let authorization = uses(&[GrantType::AuthorizationCode, GrantType::Implicit]);
        let token = grants.iter().any(|grant| *grant != GrantType::Implicit);
        [
            (authorization && self.authorization_endpoint.is_none()).then_some("authorization_endpoint"),
            (token && self.token_endpoint.is_none()).then_some("token_endpoint"),
            self.response_types_supported.is_none().then_some("response_types_supported"),
        ]
        .into_iter()
        .flatten()
        .filter(|member| !self.additional.contains_key(*member)) // present and unreadable is reported as such
        .map(Violation::Missing)
        .collect()
    }
}

/// Metadata that can be used, and what it breaks all the same.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Read {
    /// The document.
    pub metadata: Metadata,
    /// None of them fatal.
    pub violations: Vec<Violation>,
}

/// Every violation of a document that was found for `issuer`.
pub fn audit(issuer: &Issuer, json: &[u8]) -> Vec<Violation> {
    match Metadata::read(issuer, json) {
        Ok(read) => read.violations,
        Err(refused) => refused.violations,
    }
}

fn repeated_and_empty(read: &Members) -> Vec<Violation> {
    let repeated = read.repeated.iter().cloned().map(Violation::Repeated);
    // §3.2: "Claims with zero elements MUST be omitted from the response."
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let empty = read.members.iter().filter(|(_, value)| is_empty(value));
    repeated.chain(empty.map(|(name, _)| Violation::Empty(name.clone()))).collect()
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ISSUER: &str = "https://server.example.com";

    fn issuer() -> Issuer {
        Issuer::try_from(ISSUER.to_owned()).unwrap()
    }

    fn receive(status: u16, content_type: &str, body: &str) -> Result<Read, Refused> {
        let response = Response::builder().status(status).header("content-type", content_type);
        Metadata::receive(&issuer(), &response.body(body.as_bytes().to_vec()).unwrap())
    }

    fn codes(violations: &[Violation]) -> Vec<&'static str> {
        violations.iter().map(Violation::code).collect()
    }

    /// <https://www.rfc-editor.org/rfc/rfc8414#section-3.2>
    #[test]
    fn section_3_2_example() {
        let body = r#"{"issuer": "https://server.example.com",
            "authorization_endpoint": "https://server.example.com/authorize",
            "token_endpoint": "https://server.example.com/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "userinfo_endpoint": "https://server.example.com/userinfo",
            "jwks_uri": "https://server.example.com/jwks.json",
            "registration_endpoint": "https://server.example.com/register",
            "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
            "response_types_supported": ["code", "code token"],
            "service_documentation": "http://server.example.com/service_documentation.html",
            "ui_locales_supported": ["en-US", "en-GB", "en-CA", "fr-FR", "fr-CA"]}"#;
        let read = receive(200, "application/json", body).unwrap();
        assert!(read.violations.is_empty(), "{:?}", read.violations);
        let written: Value = serde_json::to_value(&read.metadata).unwrap();
        assert_eq!(written, serde_json::from_str::<Value>(body).unwrap());
    }

    #[test]
    fn section_2_defaults() {
        let metadata =
            receive(200, "application/json", &format!(r#"{{"issuer": "{ISSUER}"}}"#)).unwrap().metadata;
        assert_eq!(metadata.grant_types_supported(), [GrantType::AuthorizationCode, GrantType::Implicit]);
        assert_eq!(metadata.token_endpoint_auth_methods_supported(), [AuthMethod::ClientSecretBasic]);
    }

    #[test]
    fn what_is_fatal() {
        for (body, expected) in [
            ("[]", "rfc8414/3.2/json-object"),
            ("<!doctype html>", "rfc8414/3.2/json-object"),
            ("{}", "rfc8414/2/required-member"),
            (r#"{"issuer": null}"#, "rfc8414/2/required-member"),
            (r#"{"issuer": "server.example.com"}"#, "rfc8414/2/malformed-member"),
            (r#"{"issuer": "https://other.example"}"#, "rfc8414/3.3/issuer-identical"),
            (
                r#"{"issuer": "https://server.example.com", "issuer": "https://b"}"#,
                "rfc8414/3.2/repeated-member",
            ),
        ] {
            let refused = receive(200, "application/json", body).unwrap_err();
            assert!(codes(&refused.violations).contains(&expected), "{body}: {refused:?}");
        }
        let refused = receive(404, "text/html", "").unwrap_err();
        assert_eq!(codes(&refused.violations), ["rfc8414/3.2/status-200"]);
        assert!(receive(200, "application/json", &format!(r#"{{"issuer": "{ISSUER}"}}"#)).is_ok());
    }

    #[test]
    fn a_foreign_issuer_is_a_pointer() {
        let refused = receive(200, "application/json", r#"{"issuer": "https://other.example"}"#).unwrap_err();
        assert_eq!(refused.pointer().map(Issuer::as_str), Some("https://other.example"));
        let missing = receive(200, "application/json", "{}").unwrap_err();
        assert_eq!(missing.pointer(), None);
    }

    #[test]
    fn what_is_tolerated_is_reported() {
        let body = r#"{"issuer": "https://server.example.com/", "token_endpoint": "http://server.example.com/t",
            "scopes_supported": [], "jwks_uri": null, "code_challenge_methods_supported": "S256",
            "grant_types_supported": ["authorization_code", 7]}"#;
        let read = receive(200, "text/plain", body).unwrap();
        assert_eq!(
            codes(&read.violations),
            [
                "rfc8414/3.2/empty-member",
                "rfc8414/3.2/empty-member",
                "rfc8414/3.3/issuer-identical",
                "rfc8414/2/malformed-member",
                "rfc8414/2/malformed-member",
                "rfc8414/2/malformed-member",
                "rfc8414/2/required-member",
                "rfc8414/2/required-member",
                "rfc8414/3.2/content-type",
            ]
        );
        assert_eq!(read.metadata.code_challenge_methods_supported, None);
        assert_eq!(read.metadata.additional["code_challenge_methods_supported"], "S256");
        assert_eq!(read.metadata.issuer.as_str(), "https://server.example.com/");
    }

    #[test]
    fn codes_are_stable() {
        insta::assert_debug_snapshot!(Violation::CODES);
    }

    fn json() -> impl Strategy<Value = String> {
        let issuer = prop::sample::select(vec![
            r#""https://server.example.com""#,
            r#""https://server.example.com/""#,
            r#""https://other.example""#,
            "null",
            "7",
        ]);
        let member = prop::sample::select(vec![
            r#""token_endpoint": "https://server.example.com/t""#,
            r#""token_endpoint": 5"#,
            r#""scopes_supported": []"#,
            r#""issuer": "https://server.example.com""#,
            r#""x": {"y": [1]}"#,
        ]);
        (issuer, prop::collection::vec(member, 0..4)).prop_map(|(issuer, members)| {
            let mut parts = vec![format!(r#""issuer": {issuer}"#)];
            parts.extend(members.into_iter().map(str::to_owned));
            format!("{{{}}}", parts.join(", "))
        })
    }

    proptest! {
        #[test]
        fn receives_exactly_what_no_fatal_violation_forbids(json in json()) {
            let fatal = audit(&issuer(), json.as_bytes()).iter().any(Violation::is_fatal);
            prop_assert_eq!(Metadata::read(&issuer(), json.as_bytes()).is_err(), fatal);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = audit(&issuer(), &bytes);
        }
    }
}
