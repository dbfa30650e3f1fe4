//! Faults of a good registration.

use super::{Fault, confidential, of};
use crate::lab::{answer::Answer, server::RequestKind};
use serde_json::{Value, json};

pub(super) const FAULTS: &[Fault] = &[
    of("rfc7591/2/metadata-accepted", "a scope is refused", RequestKind::Register, |a, lab, request| {
        let requested: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        if requested.get("scope").is_some() {
            lab.unregister();
            *a = Answer::error(400, "invalid_client_metadata");
        }
    }),
    of("rfc7591/3.2.1/status-201", "200", RequestKind::Register, |a, _, _| a.status = 200),
    of("rfc7591/3.2.1/content-type", "text/plain", RequestKind::Register, |a, _, _| {
        a.header("content-type", "text/plain");
    }),
    of("rfc7591/3.2.1/json-object", "a list", RequestKind::Register, |a, _, _| a.body = json!([])),
    of("rfc7591/3.2.1/repeated-member", "client_name twice", RequestKind::Register, |a, _, _| {
        a.repeat("client_name");
    }),
    of("rfc7591/3.2.1/malformed-member", "a number for contacts", RequestKind::Register, |a, _, _| {
        a.set("contacts", json!(7));
    }),
    of("rfc7591/3.2.1/malformed-member", "a timestamp as text", RequestKind::Register, |a, _, _| {
        a.set("client_id_issued_at", json!("1700000000"));
    }),
    of("rfc7591/3.2.1/malformed-member", "null", RequestKind::Register, |a, _, _| {
        a.set("logo_uri", json!(null));
    }),
    of("rfc7591/3.2.1/malformed-member", "a method without a value", RequestKind::Read, |a, _, _| {
        a.set("token_endpoint_auth_method", json!(""));
    }),
    of("rfc7591/3.2.1/client-id", "none", RequestKind::Register, |a, _, _| a.remove("client_id")),
    confidential(of("rfc7591/3.2.1/secret-expiry", "not said", RequestKind::Register, |a, _, _| {
        a.remove("client_secret_expires_at");
    })),
    of("rfc7591/3.2.1/expiry-without-secret", "0", RequestKind::Register, |a, _, _| {
        a.set("client_secret_expires_at", json!(0));
    }),
    of("rfc7591/3.2.1/metadata-returned", "no redirect_uris", RequestKind::Register, |a, _, _| {
        a.remove("redirect_uris");
    }),
    of("rfc7591/3.2.1/metadata-returned", "no grant_types", RequestKind::Register, |a, _, _| {
        a.remove("grant_types");
    }),
    of("rfc7591/3.2.1/metadata-returned", "no response_types", RequestKind::Register, |a, _, _| {
        a.remove("response_types");
    }),
    of("rfc7591/3.2.1/metadata-returned", "no method", RequestKind::Register, |a, _, _| {
        a.remove("token_endpoint_auth_method");
    }),
    of("rfc7591/3.2.1/member-left-out", "no scope", RequestKind::Register, |a, _, _| a.remove("scope")),
    of("rfc7591/3.2.1/member-left-out", "no client_name", RequestKind::Register, |a, _, _| {
        a.remove("client_name");
    }),
    of("rfc7591/3.2.1/auth-method-substituted", "basic", RequestKind::Register, |a, _, _| {
        a.set("token_endpoint_auth_method", json!("client_secret_basic"));
        a.set("client_secret", json!("secret"));
        a.set("client_secret_expires_at", json!(0));
    }),
    of("rfc7591/3.2.1/secret-for-public-client", "a secret", RequestKind::Register, |a, _, _| {
        a.set("client_secret", json!("secret"));
        a.set("client_secret_expires_at", json!(0));
    }),
    of("rfc7591/3.2.1/redirect-uri-dropped", "one of two", RequestKind::Update, |a, _, _| {
        a.list("redirect_uris").and_then(Vec::pop);
    }),
    of("rfc7591/3.2.1/redirect-uri-added", "one more", RequestKind::Register, |a, _, _| {
        if let Some(uris) = a.list("redirect_uris") {
            uris.push(json!("https://other.example/callback"));
        }
    }),
    of("rfc7591/3.2.1/grant-type-removed", "no refresh_token", RequestKind::Register, |a, _, _| {
        a.set("grant_types", json!(["authorization_code"]));
    }),
    of("rfc7591/3.2.1/grant-type-removed", "an empty list", RequestKind::Update, |a, _, _| {
        a.set("grant_types", json!([]));
    }),
    of("rfc7591/3.2.1/response-type-removed", "another one", RequestKind::Register, |a, _, _| {
        a.set("response_types", json!(["none"]));
    }),
    of("rfc7591/3.2.1/response-type-removed", "an empty list", RequestKind::Update, |a, _, _| {
        a.set("response_types", json!([]));
    }),
    of("rfc7591/3.2.1/scope-changed", "less", RequestKind::Register, |a, _, _| a.set("scope", json!("b"))),
    of("rfc7591/3.2.1/value-replaced", "another name", RequestKind::Register, |a, _, _| {
        a.set("client_name", json!("Another"));
    }),
    of("rfc7591/2/mixed-redirect-uris", "refused", RequestKind::Mixed, |a, _, _| {
        *a = Answer::error(400, "invalid_redirect_uri");
    }),
    of("rfc7591/2/mixed-redirect-uris", "one of two", RequestKind::Mixed, |a, _, _| {
        a.list("redirect_uris").and_then(Vec::pop);
    }),
    of("rfc7591/3.2.1/no-store", "nothing said", RequestKind::Register, |a, _, _| {
        drop(a.headers.remove("cache-control"));
    }),
    of("rfc7591/3/open-registration", "a token is asked for", RequestKind::Register, |a, _, _| {
        a.status = 401;
        a.body = json!({"error": "invalid_token"});
    }),
    of("rfc7592/3/management-pair", "no token", RequestKind::Register, |a, _, _| {
        a.remove("registration_access_token");
    }),
    of("rfc7592/3/registration-client-uri", "a relative reference", RequestKind::Register, |a, lab, _| {
        let uri = a.body.get("registration_client_uri").and_then(Value::as_str).unwrap_or_default();
        a.set("registration_client_uri", json!(uri.replace(lab.origin(), "")));
    }),
];
