//! For each requirement, a response that violates it alone.

use serde_json::{Value, json};

use super::{
    answer::Answer,
    server::{Edit, HOST, RequestKind, tokens},
};

#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) id: &'static str,
    pub(crate) note: &'static str,
    pub(crate) kind: RequestKind,
    pub(crate) edit: Edit,
    pub(crate) confidential: bool,
}

const fn of(id: &'static str, note: &'static str, kind: RequestKind, edit: Edit) -> Fault {
    Fault { id, note, kind, edit, confidential: false }
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
    of(id, name, RequestKind::Wrong(name), edit)
}

/// The parameters of an authorization response.
fn callback(answer: &mut Answer, change: fn(&str, &str) -> Option<String>) {
    let location = answer.headers["location"].clone();
    let mut url = url::Url::parse(&location).unwrap();
    let changed: Vec<(String, String)> = url
        .query_pairs()
        .filter_map(|(name, value)| Some((name.to_string(), change(&name, &value)?)))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(changed);
    answer.headers.insert("location", url.to_string());
}

pub(crate) const FAULTS: &[Fault] = &[
    // ── metadata ──
    of("mcp/discovery/metadata", "404", RequestKind::Metadata, |a, _, _| {
        *a = Answer { status: 404, ..Answer::default() }
    }),
    of("rfc8414/3.2/status-200", "a document with 203", RequestKind::Metadata, |a, _, _| a.status = 203),
    of("rfc8414/3.2/content-type", "text/plain", RequestKind::Metadata, |a, _, _| {
        a.headers.insert("content-type", "text/plain".to_owned());
    }),
    of("rfc8414/3.2/json-object", "a list", RequestKind::Metadata, |a, _, _| a.body = json!([])),
    of("rfc8414/3.2/repeated-member", "scopes_supported twice", RequestKind::Metadata, |a, _, _| {
        a.repeat("scopes_supported")
    }),
    of("rfc8414/3.2/empty-member", "an empty list", RequestKind::Metadata, |a, _, _| {
        a.set("scopes_supported", json!([]))
    }),
    of("rfc8414/3.3/issuer-identical", "another issuer", RequestKind::Metadata, |a, _, _| {
        a.set("issuer", json!("https://other.example"))
    }),
    of("rfc8414/2/issuer-url", "a query", RequestKind::Metadata, |a, _, _| {
        a.set("issuer", json!(format!("{HOST}?x=1")))
    }),
    of("rfc8414/2/required-member", "no response_types_supported", RequestKind::Metadata, |a, _, _| {
        a.remove("response_types_supported")
    }),
    of("rfc8414/2/malformed-member", "a number for a list", RequestKind::Metadata, |a, _, _| {
        a.set("scopes_supported", json!(7))
    }),
    of("rfc8414/2/endpoint-url", "an endpoint without TLS", RequestKind::Metadata, |a, _, _| {
        a.set("introspection_endpoint", json!("http://as.example/i"))
    }),
    of("rfc8414/2/alg-none", "none", RequestKind::Metadata, |a, _, _| {
        a.set("token_endpoint_auth_signing_alg_values_supported", json!(["none"]));
    }),
    of("rfc8414/2/alg-values-required", "no list", RequestKind::Metadata, |a, _, _| {
        a.remove("token_endpoint_auth_signing_alg_values_supported");
    }),
    of("mcp/registration/endpoint", "no endpoint", RequestKind::Metadata, |a, _, _| {
        a.remove("registration_endpoint")
    }),
    of("mcp/pkce/s256-advertised", "plain alone", RequestKind::Metadata, |a, _, _| {
        a.set("code_challenge_methods_supported", json!(["plain"]))
    }),
    of("rfc9207/3/iss-advertised", "not said", RequestKind::Metadata, |a, _, _| {
        a.remove("authorization_response_iss_parameter_supported")
    }),
    of("rfc6750/3/challenge", "401 without one", RequestKind::Initialize, |a, _, _| a.headers.clear()),
    // ── registration ──
    of("rfc7591/3.2.1/status-201", "200", RequestKind::Register, |a, _, _| a.status = 200),
    of("rfc7591/3.2.1/content-type", "text/plain", RequestKind::Register, |a, _, _| {
        a.headers.insert("content-type", "text/plain".to_owned());
    }),
    of("rfc7591/3.2.1/json-object", "a list", RequestKind::Register, |a, _, _| a.body = json!([])),
    of("rfc7591/3.2.1/repeated-member", "client_name twice", RequestKind::Register, |a, _, _| {
        a.repeat("client_name")
    }),
    of("rfc7591/3.2.1/malformed-member", "a number for contacts", RequestKind::Register, |a, _, _| {
        a.set("contacts", json!(7))
    }),
    of("rfc7591/3.2.1/client-id", "none", RequestKind::Register, |a, _, _| a.remove("client_id")),
    confidential(of("rfc7591/3.2.1/secret-expiry", "not said", RequestKind::Register, |a, _, _| {
        a.remove("client_secret_expires_at")
    })),
    of("rfc7591/3.2.1/metadata-returned", "no redirect_uris", RequestKind::Register, |a, _, _| {
        a.remove("redirect_uris")
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
        a.body["redirect_uris"].as_array_mut().unwrap().pop().unwrap();
    }),
    of("rfc7591/3.2.1/redirect-uri-added", "one more", RequestKind::Register, |a, _, _| {
        let uris = a.body["redirect_uris"].as_array_mut().unwrap();
        uris.push(json!("https://other.example/callback"));
    }),
    of("rfc7591/3.2.1/grant-type-removed", "no refresh_token", RequestKind::Register, |a, _, _| {
        a.set("grant_types", json!(["authorization_code"]))
    }),
    of("rfc7591/3.2.1/response-type-removed", "another one", RequestKind::Register, |a, _, _| {
        a.set("response_types", json!(["none"]))
    }),
    of("rfc7591/3.2.1/scope-changed", "less", RequestKind::Register, |a, _, _| a.set("scope", json!("b"))),
    of("rfc7591/3.2.1/value-replaced", "another name", RequestKind::Register, |a, _, _| {
        a.set("client_name", json!("Another"))
    }),
    of("rfc7591/3.2.1/no-store", "nothing said", RequestKind::Register, |a, _, _| {
        drop(a.headers.remove("cache-control"))
    }),
    of("rfc7591/3/open-registration", "a token is asked for", RequestKind::Register, |a, _, _| {
        a.status = 401;
        a.body = json!({"error": "invalid_token"});
    }),
    of("rfc7592/3/management-pair", "no token", RequestKind::Register, |a, _, _| {
        a.remove("registration_access_token")
    }),
    of("rfc7592/3/registration-client-uri", "a relative reference", RequestKind::Register, |a, _, _| {
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
    of("rfc7591/3.2.2/error-status", "401", RequestKind::Wrong("no-redirect-uris"), |a, _, _| a.status = 401),
    of("rfc7591/3.2.2/error-object", "a page", RequestKind::Wrong("broken-json"), |a, _, _| {
        a.text = Some("<!doctype html>".to_owned())
    }),
    of("rfc9110/15.5/client-error", "500", RequestKind::Wrong("broken-json"), |a, _, _| {
        *a = Answer { status: 500, ..Answer::default() }
    }),
    // ── management ──
    of("rfc7592/2/token-required", "shown to anybody", RequestKind::ReadWithoutToken, |a, _, _| {
        a.status = 200
    }),
    of("rfc7592/2.1/read-status", "203", RequestKind::Read, |a, _, _| a.status = 203),
    of("rfc7592/2.1/read-status", "an update with 202", RequestKind::Update, |a, _, _| a.status = 202),
    of("rfc7592/3/same-client", "another", RequestKind::Read, |a, _, _| a.set("client_id", json!("another"))),
    of("rfc7592/2.3/delete-status", "200", RequestKind::Delete, |a, _, _| a.status = 200),
    of("rfc7592/2.1/deleted-client", "404", RequestKind::ReadDeleted, |a, _, _| a.status = 404),
    // ── login ──
    of(
        "rfc6749/3.1.2.4/unregistered-redirect",
        "sent there",
        RequestKind::AuthorizeElsewhere,
        |a, _, request| {
            let url = url::Url::parse(&request.uri().to_string()).unwrap();
            let to = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1;
            a.status = 302;
            a.headers.insert("location", format!("{to}?error=invalid_request"));
        },
    ),
    of("rfc6749/4.1.2/state-returned", "in capitals", RequestKind::Authorize, |a, _, _| {
        callback(a, |name, value| {
            Some(if name == "state" { value.to_uppercase() } else { value.to_owned() })
        });
    }),
    of("rfc9207/2/iss-sent", "not sent", RequestKind::Authorize, |a, _, _| {
        callback(a, |name, value| (name != "iss").then(|| value.to_owned()));
    }),
    of("rfc9207/2/iss-sent", "a slash more", RequestKind::Authorize, |a, _, _| {
        callback(a, |name, value| Some(if name == "iss" { format!("{value}/") } else { value.to_owned() }));
    }),
    of("rfc6749/5.1/token-answer", "no token_type", RequestKind::Code, |a, _, _| a.remove("token_type")),
    of("rfc6749/5.1/no-store", "nothing said", RequestKind::Code, |a, _, _| {
        drop(a.headers.remove("cache-control"))
    }),
    confidential(of(
        "rfc6749/4.1.3/client-id-with-basic",
        "asked for",
        RequestKind::BasicAlone,
        |a, lab, _| {
            lab.unspend();
            a.status = 401;
            a.body = json!({"error": "invalid_client"});
        },
    )),
    of("rfc6749/4.1.2/code-once", "tokens again", RequestKind::CodeAgain, |a, _, _| {
        a.status = 200;
        a.body = tokens();
    }),
    of("rfc6749/5.2/error-answer", "invalid_grant with 401", RequestKind::CodeAgain, |a, _, _| {
        a.status = 401
    }),
    of("rfc7636/4.6/verify", "tokens for any verifier", RequestKind::CodeWrongly, |a, _, _| {
        a.status = 200;
        a.body = tokens();
    }),
];
