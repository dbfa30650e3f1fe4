//! Faults of the metadata, and of the response to a request without a token.

use super::{Fault, of};
use crate::lab::{answer::Answer, server::RequestKind};
use serde_json::json;

pub(super) const FAULTS: &[Fault] = &[
    of("mcp/discovery/metadata", "404", RequestKind::Metadata, |a, _, _| *a = Answer::nothing(404)),
    of("rfc8414/3.2/status-200", "a document with 203", RequestKind::Metadata, |a, _, _| a.status = 203),
    of("rfc8414/3.2/content-type", "text/plain", RequestKind::Metadata, |a, _, _| {
        a.header("content-type", "text/plain");
    }),
    of("rfc8414/3.2/json-object", "a list", RequestKind::Metadata, |a, _, _| a.body = json!([])),
    of("rfc8414/3.2/repeated-member", "scopes_supported twice", RequestKind::Metadata, |a, _, _| {
        a.repeat("scopes_supported");
    }),
    of("rfc8414/3.2/empty-member", "an empty list", RequestKind::Metadata, |a, _, _| {
        a.set("scopes_supported", json!([]));
    }),
    of("rfc8414/3.3/issuer-identical", "another issuer", RequestKind::Metadata, |a, _, _| {
        a.set("issuer", json!("https://other.example"));
    }),
    of("rfc8414/2/issuer-url", "a query", RequestKind::Metadata, |a, lab, _| {
        a.set("issuer", json!(format!("{}?x=1", lab.origin())));
    }),
    of("rfc8414/2/required-member", "no response_types_supported", RequestKind::Metadata, |a, _, _| {
        a.remove("response_types_supported");
    }),
    of("rfc8414/2/malformed-member", "a number for a list", RequestKind::Metadata, |a, _, _| {
        a.set("scopes_supported", json!(7));
    }),
    of("rfc8414/2/endpoint-url", "an endpoint without TLS", RequestKind::Metadata, |a, _, _| {
        a.set("introspection_endpoint", json!("http://as.example/i"));
    }),
    of("rfc8414/2/endpoint-url", "braces", RequestKind::Metadata, |a, lab, _| {
        a.set("introspection_endpoint", json!(format!("{}/{{tenant}}", lab.origin())));
    }),
    of("rfc8414/2/malformed-member", "an entry without a value", RequestKind::Metadata, |a, _, _| {
        a.set("scopes_supported", json!(["a", ""]));
    }),
    of("rfc8414/2/alg-none", "none", RequestKind::Metadata, |a, _, _| {
        a.set("token_endpoint_auth_signing_alg_values_supported", json!(["none"]));
    }),
    of("rfc8414/2/alg-values-required", "no list", RequestKind::Metadata, |a, _, _| {
        a.remove("token_endpoint_auth_signing_alg_values_supported");
    }),
    of("mcp/registration/endpoint", "no endpoint", RequestKind::Metadata, |a, _, _| {
        a.remove("registration_endpoint");
    }),
    of("mcp/pkce/s256-advertised", "plain alone", RequestKind::Metadata, |a, _, _| {
        a.set("code_challenge_methods_supported", json!(["plain"]));
    }),
    of("rfc9207/3/iss-advertised", "not said", RequestKind::Metadata, |a, _, _| {
        a.remove("authorization_response_iss_parameter_supported");
    }),
    of("rfc9700/2.1.2/implicit-listed", "the response type token", RequestKind::Metadata, |a, _, _| {
        a.set("response_types_supported", json!(["code", "token"]));
    }),
    of("rfc9700/2.1.2/implicit-listed", "the grant type alone", RequestKind::Metadata, |a, _, _| {
        a.set("grant_types_supported", json!(["authorization_code", "refresh_token", "implicit"]));
    }),
    of("rfc9700/2.4/password-listed", "password", RequestKind::Metadata, |a, _, _| {
        a.set("grant_types_supported", json!(["authorization_code", "refresh_token", "password"]));
    }),
    of("rfc6750/3/challenge", "401 without one", RequestKind::Initialize, |a, _, _| a.headers.clear()),
    of("rfc6750/3/challenge", "another scheme", RequestKind::Initialize, |a, _, _| {
        a.header("www-authenticate", "Basic realm=\"x\"");
    }),
    of("rfc6750/3/challenge", "a URL", RequestKind::Initialize, |a, lab, _| {
        a.header("www-authenticate", &format!("{}/.well-known/oauth-protected-resource", lab.origin()));
    }),
    of("rfc6750/3/challenge", "an empty one", RequestKind::Initialize, |a, _, _| {
        a.header("www-authenticate", "");
    }),
    of("rfc9728/3.2/json-object", "a list", RequestKind::ResourceMetadata, |a, _, _| a.body = json!([])),
    of("rfc9728/3.3/resource-covers", "another host", RequestKind::ResourceMetadata, |a, _, _| {
        a.set("resource", json!("https://other.example"));
    }),
    of("mcp/resource-metadata/authorization-servers", "none", RequestKind::ResourceMetadata, |a, _, _| {
        a.set("authorization_servers", json!([]));
    }),
];
