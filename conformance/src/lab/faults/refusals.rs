//! Registrations that must be refused and are not, and refusals of another form.

use super::{Fault, confidential, of, registers};
use crate::lab::{answer::Answer, server::RequestKind};
use serde_json::json;

pub(super) const FAULTS: &[Fault] = &[
    registers("rfc7591/5/redirect-uris-required", "no-redirect-uris"),
    registers("rfc7591/5/redirect-uris-required", "empty-redirect-uris"),
    registers("rfc7591/5/redirect-uri-script", "javascript-redirect-uri"),
    registers("rfc7591/5/redirect-uri-cleartext", "cleartext-redirect-uri"),
    registers("rfc7591/5/redirect-uri-cleartext", "cleartext-redirect-uri-native"),
    registers("rfc6749/3.1.2/redirect-uri-fragment", "fragment-redirect-uri"),
    registers("rfc6749/3.1.2/redirect-uri-absolute", "relative-redirect-uri"),
    registers("rfc7591/2/metadata-types", "redirect-uris-text"),
    registers("rfc7591/2/metadata-types", "grant-types-number"),
    registers("rfc7591/2/auth-method-unsupported", "unsupported-auth-method"),
    registers("rfc7591/2/auth-method-unsupported", "unlisted-basic"),
    confidential(registers("rfc7591/2/auth-method-unsupported", "unlisted-none")),
    registers("rfc7591/2.1/grant-response-consistent", "contradictory-grant-types"),
    registers("rfc7591/3.1/json-required", "broken-json"),
    registers("rfc7591/3.1/object-required", "json-array"),
    registers("rfc7591/3.1/content-type-required", "text-plain"),
    of("rfc7591/3.2.2/error-status", "401", RequestKind::Wrong("no-redirect-uris"), |a, _, _| a.status = 401),
    of("rfc7591/3.2.2/error-status", "422", RequestKind::Wrong("no-redirect-uris"), |a, _, _| a.status = 422),
    of("rfc7591/3.2.2/error-object", "a page", RequestKind::Wrong("broken-json"), |a, _, _| {
        a.text = Some("<!doctype html>".to_owned());
    }),
    of("rfc7591/3.2.2/error-object", "a detail", RequestKind::Wrong("no-redirect-uris"), |a, _, _| {
        a.body = json!({"detail": [{"loc": ["body", "redirect_uris"], "msg": "Field required"}]});
    }),
    of("rfc7591/3.2.2/content-type", "text/html", RequestKind::Wrong("no-redirect-uris"), |a, _, _| {
        a.header("content-type", "text/html");
    }),
    of("rfc9110/15.5/client-error", "500", RequestKind::Wrong("broken-json"), |a, _, _| {
        *a = Answer::nothing(500);
    }),
];
