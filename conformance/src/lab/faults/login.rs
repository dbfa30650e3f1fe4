//! Faults of a login.

use super::{Fault, confidential, grants, of, parameter, refuses};
use crate::lab::{
    answer::Answer,
    server::{Lab, RequestKind},
};
use base64ct::{Base64, Encoding};
use serde_json::json;

pub(super) const FAULTS: &[Fault] = &[
    of(
        "rfc6749/3.1.2.4/unregistered-redirect",
        "sent there",
        RequestKind::AuthorizeElsewhere,
        |a, _, request| {
            let to = parameter(request, "redirect_uri");
            *a = Answer::to(format!("{to}?error=invalid_request"));
        },
    ),
    of("rfc6749/4.1.2/state-returned", "in capitals", RequestKind::Authorize, |a, _, _| {
        a.callback(|name, value| Some(if name == "state" { value.to_uppercase() } else { value.to_owned() }));
    }),
    of("rfc9207/2/iss-sent", "not sent", RequestKind::Authorize, |a, _, _| {
        a.callback(|name, value| (name != "iss").then(|| value.to_owned()));
    }),
    of("rfc9207/2/iss-sent", "a slash more", RequestKind::Authorize, |a, _, _| {
        a.callback(|name, value| Some(if name == "iss" { format!("{value}/") } else { value.to_owned() }));
    }),
    of("rfc6749/5.1/token-answer", "no token_type", RequestKind::Code, |a, _, _| a.remove("token_type")),
    of("rfc6749/5.1/no-store", "nothing said", RequestKind::Code, |a, _, _| {
        drop(a.headers.remove("cache-control"));
    }),
    of("rfc6749/5.1/form", "201", RequestKind::Code, |a, _, _| a.status = 201),
    of("rfc6749/5.1/form", "text/plain", RequestKind::Code, |a, _, _| a.header("content-type", "text/plain")),
    of("rfc6749/5.1/form", "a lifetime as text", RequestKind::Code, |a, _, _| {
        a.set("expires_in", json!("60"));
    }),
    of("rfc6749/5.1/form", "a list for the scope", RequestKind::Code, |a, _, _| {
        a.set("scope", json!(["a", "b"]));
    }),
    of("rfc6749/5.1/form", "null", RequestKind::Refresh, |a, _, _| a.set("scope", json!(null))),
    of("rfc6749/4.1.3/redirect-uri-identical", "any", RequestKind::CodeElsewhere, |a, lab, _| {
        *a = lab.tokens();
    }),
    of("rfc6749/5.2/content-type", "text/html", RequestKind::CodeAgain, |a, _, _| {
        a.header("content-type", "text/html");
    }),
    of("rfc6749/6/refresh", "refused", RequestKind::Refresh, |a, _, _| {
        *a = Answer::error(400, "invalid_grant");
    }),
    of("rfc9700/4.14.2/refresh-rotation", "the same again", RequestKind::Refresh, |a, _, _| {
        a.remove("refresh_token");
    }),
    of("rfc9700/4.14.2/refresh-rotation", "used twice", RequestKind::RefreshAgain, |a, lab, _| {
        *a = lab.tokens();
    }),
    of("rfc7009/2.2/revocation-status", "403", RequestKind::Revoke, |a, _, _| a.status = 403),
    of("rfc7009/2.2/revocation-status", "302", RequestKind::Revoke, |a, _, _| {
        *a = Answer::to("/login".to_owned());
    }),
    of("rfc6750/2.1/token-accepted", "401", RequestKind::InitializeWithToken, |a, _, _| {
        *a = Answer::challenge("Bearer error=\"invalid_token\"");
    }),
    of("rfc6750/3.1/damaged-token", "accepted", RequestKind::InitializeWrongly, |a, _, _| {
        *a = Answer::json(200, Lab::initialized());
    }),
    of("rfc6750/3.1/damaged-token", "403", RequestKind::InitializeWrongly, |a, _, _| a.status = 403),
    of("rfc6750/3.1/damaged-token", "no challenge", RequestKind::InitializeWrongly, |a, _, _| {
        a.headers.clear();
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
    of("rfc6749/4.1.2/code-once", "tokens again", RequestKind::CodeAgain, |a, lab, _| *a = lab.tokens()),
    of("rfc6749/5.2/error-answer", "invalid_grant with 401", RequestKind::CodeAgain, |a, _, _| {
        a.status = 401;
    }),
    of("rfc7636/4.6/verify", "tokens for any verifier", RequestKind::CodeWrongly, |a, lab, _| {
        *a = lab.tokens();
    }),
    of("mcp/pkce/required", "granted", RequestKind::AuthorizeWithoutChallenge, grants),
    of("rfc7636/4.4.1/unlisted-method", "granted", RequestKind::AuthorizePlain, grants),
    of("rfc8707/2/resource-accepted", "invalid_target", RequestKind::Authorize, |a, lab, request| {
        if !parameter(request, "resource").is_empty() {
            refuses("invalid_target", a, lab, request);
        }
    }),
    of("rfc6749/3.3/scope-accepted", "none is refused", RequestKind::Authorize, |a, lab, request| {
        if parameter(request, "scope").is_empty() {
            refuses("invalid_scope", a, lab, request);
        }
    }),
    confidential(of(
        "rfc7591/2/method-accepted",
        "the credentials are not decoded",
        RequestKind::Code,
        |a, lab, request| {
            let sent = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            let encoded = sent.and_then(|sent| sent.strip_prefix("Basic ")).unwrap_or_default();
            let pair = Base64::decode_vec(encoded).unwrap_or_default();
            if pair.ends_with(b"secret%2B1") {
                lab.unspend();
                *a = Answer::error(401, "invalid_client");
            }
        },
    )),
    of("rfc8707/2/unknown-resource", "granted", RequestKind::AuthorizeUnknownResource, grants),
];
