//! For each requirement, an answer that breaks it and nothing else.

use serde_json::{Value, json};

use super::{
    answer::Answer,
    server::{Ask, Edit, HOST, tokens},
};

#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) id: &'static str,
    pub(crate) note: &'static str,
    pub(crate) ask: Ask,
    pub(crate) edit: Edit,
    pub(crate) confidential: bool,
}

const fn of(id: &'static str, note: &'static str, ask: Ask, edit: Edit) -> Fault {
    Fault { id, note, ask, edit, confidential: false }
}

const fn confidential(fault: Fault) -> Fault {
    Fault { confidential: true, ..fault }
}

/// A wrong registration is registered as it was asked for.
const fn registers(id: &'static str, name: &'static str) -> Fault {
    let edit: Edit = |answer, lab, request| {
        let mut asked = serde_json::from_slice(request.body()).unwrap_or_else(|_| json!({}));
        let uris = json!(["http://127.0.0.1:8912/callback"]);
        if !asked["redirect_uris"].is_array() && !asked["redirect_uris"].is_null() {
            asked["redirect_uris"] = uris;
        }
        *answer = lab.registered(&asked);
    };
    of(id, name, Ask::Wrong(name), edit)
}

/// The parameters of an authorization response.
fn callback(answer: &mut Answer, change: fn(&str, &str) -> Option<String>) {
    let location = answer.headers["location"].clone();
    let mut url = url::Url::parse(&location).unwrap();
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter_map(|(name, value)| Some((name.to_string(), change(&name, &value)?)))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    answer.headers.insert("location", url.to_string());
}

pub(crate) const FAULTS: &[Fault] = &[
    // ── metadata ──
    of("mcp/discovery/metadata", "404", Ask::Metadata, |a, _, _| {
        *a = Answer { status: 404, ..Answer::default() }
    }),
    of("rfc8414/3.2/status-200", "a document with 203", Ask::Metadata, |a, _, _| a.status = 203),
    of("rfc8414/3.2/content-type", "text/plain", Ask::Metadata, |a, _, _| {
        a.headers.insert("content-type", "text/plain".to_owned());
    }),
    of("rfc8414/3.2/json-object", "a list", Ask::Metadata, |a, _, _| a.body = json!([])),
    of("rfc8414/3.2/repeated-member", "scopes_supported twice", Ask::Metadata, |a, _, _| {
        a.repeat("scopes_supported")
    }),
    of("rfc8414/3.2/empty-member", "an empty list", Ask::Metadata, |a, _, _| {
        a.set("scopes_supported", json!([]))
    }),
    of("rfc8414/3.3/issuer-identical", "another issuer", Ask::Metadata, |a, _, _| {
        a.set("issuer", json!("https://other.example"))
    }),
    of("rfc8414/2/issuer-url", "a query", Ask::Metadata, |a, _, _| {
        a.set("issuer", json!(format!("{HOST}?x=1")))
    }),
    of("rfc8414/2/required-member", "no response_types_supported", Ask::Metadata, |a, _, _| {
        a.remove("response_types_supported")
    }),
    of("rfc8414/2/malformed-member", "a number for a list", Ask::Metadata, |a, _, _| {
        a.set("scopes_supported", json!(7))
    }),
    of("rfc8414/2/endpoint-url", "an endpoint without TLS", Ask::Metadata, |a, _, _| {
        a.set("introspection_endpoint", json!("http://as.example/i"))
    }),
    of("rfc8414/2/alg-none", "none", Ask::Metadata, |a, _, _| {
        a.set("token_endpoint_auth_signing_alg_values_supported", json!(["none"]));
    }),
    of("rfc8414/2/alg-values-required", "no list", Ask::Metadata, |a, _, _| {
        a.remove("token_endpoint_auth_signing_alg_values_supported");
    }),
    of("mcp/registration/endpoint", "no endpoint", Ask::Metadata, |a, _, _| {
        a.remove("registration_endpoint")
    }),
    of("mcp/pkce/s256-advertised", "plain alone", Ask::Metadata, |a, _, _| {
        a.set("code_challenge_methods_supported", json!(["plain"]))
    }),
    of("rfc9207/3/iss-advertised", "not said", Ask::Metadata, |a, _, _| {
        a.remove("authorization_response_iss_parameter_supported")
    }),
    of("rfc6750/3/challenge", "401 without one", Ask::Initialize, |a, _, _| a.headers.clear()),
    // ── registration ──
    of("rfc7591/3.2.1/status-201", "200", Ask::Register, |a, _, _| a.status = 200),
    of("rfc7591/3.2.1/content-type", "text/plain", Ask::Register, |a, _, _| {
        a.headers.insert("content-type", "text/plain".to_owned());
    }),
    of("rfc7591/3.2.1/json-object", "a list", Ask::Register, |a, _, _| a.body = json!([])),
    of("rfc7591/3.2.1/repeated-member", "client_name twice", Ask::Register, |a, _, _| {
        a.repeat("client_name")
    }),
    of("rfc7591/3.2.1/malformed-member", "a number for contacts", Ask::Register, |a, _, _| {
        a.set("contacts", json!(7))
    }),
    of("rfc7591/3.2.1/client-id", "none", Ask::Register, |a, _, _| a.remove("client_id")),
    confidential(of("rfc7591/3.2.1/secret-expiry", "not said", Ask::Register, |a, _, _| {
        a.remove("client_secret_expires_at")
    })),
    of("rfc7591/3.2.1/metadata-returned", "no redirect_uris", Ask::Register, |a, _, _| {
        a.remove("redirect_uris")
    }),
    of("rfc7591/3.2.1/auth-method-substituted", "basic", Ask::Register, |a, _, _| {
        a.set("token_endpoint_auth_method", json!("client_secret_basic"));
        a.set("client_secret", json!("secret"));
        a.set("client_secret_expires_at", json!(0));
    }),
    of("rfc7591/3.2.1/secret-for-public-client", "a secret", Ask::Register, |a, _, _| {
        a.set("client_secret", json!("secret"));
        a.set("client_secret_expires_at", json!(0));
    }),
    of("rfc7591/3.2.1/redirect-uri-dropped", "one of two", Ask::Update, |a, _, _| {
        a.body["redirect_uris"].as_array_mut().unwrap().pop().unwrap();
    }),
    of("rfc7591/3.2.1/redirect-uri-added", "one more", Ask::Register, |a, _, _| {
        let uris = a.body["redirect_uris"].as_array_mut().unwrap();
        uris.push(json!("https://other.example/callback"));
    }),
    of("rfc7591/3.2.1/grant-type-removed", "no refresh_token", Ask::Register, |a, _, _| {
        a.set("grant_types", json!(["authorization_code"]))
    }),
    of("rfc7591/3.2.1/response-type-removed", "another one", Ask::Register, |a, _, _| {
        a.set("response_types", json!(["none"]))
    }),
    of("rfc7591/3.2.1/scope-changed", "less", Ask::Register, |a, _, _| a.set("scope", json!("b"))),
    of("rfc7591/3.2.1/value-replaced", "another name", Ask::Register, |a, _, _| {
        a.set("client_name", json!("Another"))
    }),
    of("rfc7591/3.2.1/no-store", "nothing said", Ask::Register, |a, _, _| {
        drop(a.headers.remove("cache-control"))
    }),
    of("rfc7591/3/open-registration", "a token is asked for", Ask::Register, |a, _, _| {
        a.status = 401;
        a.body = json!({"error": "invalid_token"});
    }),
    of("rfc7592/3/management-pair", "no token", Ask::Register, |a, _, _| {
        a.remove("registration_access_token")
    }),
    of("rfc7592/3/registration-client-uri", "a relative reference", Ask::Register, |a, _, _| {
        let uri = a.body["registration_client_uri"].as_str().unwrap().replace(HOST, "");
        a.set("registration_client_uri", Value::String(uri));
    }),
    // ── refusals ──
    registers("rfc7591/5/redirect-uris-required", "no-redirect-uris"),
    registers("rfc7591/5/redirect-uris-required", "empty-redirect-uris"),
    registers("rfc7591/5/redirect-uri-script", "javascript-redirect-uri"),
    registers("rfc7591/5/redirect-uri-cleartext", "cleartext-redirect-uri"),
    registers("rfc6749/3.1.2/redirect-uri-fragment", "fragment-redirect-uri"),
    registers("rfc6749/3.1.2/redirect-uri-absolute", "relative-redirect-uri"),
    registers("rfc7591/2/metadata-types", "redirect-uris-text"),
    registers("rfc7591/2/metadata-types", "grant-types-number"),
    registers("rfc7591/2/auth-method-unsupported", "unsupported-auth-method"),
    registers("rfc7591/2/auth-method-unsupported", "unlisted-basic"),
    confidential(registers("rfc7591/2/auth-method-unsupported", "unlisted-none")),
    registers("rfc7591/2.1/grant-response-consistent", "contradictory-grant-types"),
    registers("rfc7591/3.1/json-required", "broken-json"),
    registers("rfc7591/3.1/content-type-required", "text-plain"),
    of("rfc7591/3.2.2/error-status", "401", Ask::Wrong("no-redirect-uris"), |a, _, _| a.status = 401),
    of("rfc7591/3.2.2/error-object", "a page", Ask::Wrong("broken-json"), |a, _, _| {
        a.text = Some("<!doctype html>".to_owned())
    }),
    of("rfc9110/15.5/client-error", "500", Ask::Wrong("broken-json"), |a, _, _| {
        *a = Answer { status: 500, ..Answer::default() }
    }),
    // ── management ──
    of("rfc7592/2/token-required", "shown to anybody", Ask::ReadWithoutToken, |a, _, _| a.status = 200),
    of("rfc7592/2.1/read-status", "203", Ask::Read, |a, _, _| a.status = 203),
    of("rfc7592/2.1/read-status", "an update with 202", Ask::Update, |a, _, _| a.status = 202),
    of("rfc7592/3/same-client", "another", Ask::Read, |a, _, _| a.set("client_id", json!("another"))),
    of("rfc7592/2.3/delete-status", "200", Ask::Delete, |a, _, _| a.status = 200),
    of("rfc7592/2.1/deleted-client", "404", Ask::ReadDeleted, |a, _, _| a.status = 404),
    // ── login ──
    of("rfc6749/3.1.2.4/unregistered-redirect", "sent there", Ask::AuthorizeElsewhere, |a, _, request| {
        let url = url::Url::parse(&request.uri().to_string()).unwrap();
        let to = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1;
        a.status = 302;
        a.headers.insert("location", format!("{to}?error=invalid_request"));
    }),
    of("rfc6749/4.1.2/state-returned", "in capitals", Ask::Authorize, |a, _, _| {
        callback(a, |name, value| {
            Some(if name == "state" { value.to_uppercase() } else { value.to_owned() })
        });
    }),
    of("rfc9207/2/iss-sent", "not sent", Ask::Authorize, |a, _, _| {
        callback(a, |name, value| (name != "iss").then(|| value.to_owned()));
    }),
    of("rfc9207/2/iss-sent", "a slash more", Ask::Authorize, |a, _, _| {
        callback(a, |name, value| Some(if name == "iss" { format!("{value}/") } else { value.to_owned() }));
    }),
    of("rfc6749/5.1/token-answer", "no token_type", Ask::Code, |a, _, _| a.remove("token_type")),
    of("rfc6749/5.1/no-store", "nothing said", Ask::Code, |a, _, _| drop(a.headers.remove("cache-control"))),
    confidential(of("rfc6749/4.1.3/client-id-with-basic", "asked for", Ask::BasicAlone, |a, lab, _| {
        lab.unspend();
        a.status = 401;
        a.body = json!({"error": "invalid_client"});
    })),
    of("rfc6749/4.1.2/code-once", "tokens again", Ask::CodeAgain, |a, _, _| {
        a.status = 200;
        a.body = tokens();
    }),
    of("rfc6749/5.2/error-answer", "invalid_grant with 401", Ask::CodeAgain, |a, _, _| a.status = 401),
    of("rfc7636/4.6/verify", "tokens for any verifier", Ask::CodeWrongly, |a, _, _| {
        a.status = 200;
        a.body = tokens();
    }),
];
