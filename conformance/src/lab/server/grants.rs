//! Codes and tokens.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, Request, header};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{Lab, RequestKind};
use crate::lab::answer::Answer;

/// The codes and tokens that were issued.
#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: BTreeMap<String, Code>,
    spent: Vec<String>,
    access_tokens: BTreeSet<String>,
    refresh_tokens: BTreeSet<String>,
    issued: usize,
}

#[derive(Clone, Debug, Default)]
struct Code {
    /// `None` without one.
    challenge: Option<String>,
    redirect_uri: String,
}

impl Lab {
    pub(super) fn authorize(&self, url: &Url) -> (RequestKind, Answer) {
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let value = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let is_registered = self.clients.borrow().get(value("client_id")).is_some_and(|client| {
            let uris = client.get("redirect_uris").and_then(Value::as_array);
            uris.is_some_and(|uris| uris.iter().any(|uri| uri == value("redirect_uri")))
        });
        let refused = |kind, error| (kind, Answer::to(self.callback(&asked, &[("error", error)])));
        if !is_registered {
            return (RequestKind::AuthorizeElsewhere, Answer::error(400, "invalid_redirect_uri"));
        }
        if !asked.contains_key("code_challenge") {
            return refused(RequestKind::AuthorizeWithoutChallenge, "invalid_request");
        }
        if value("code_challenge_method") != "S256" {
            return refused(RequestKind::AuthorizePlain, "invalid_request");
        }
        let resource = value("resource").trim_end_matches('/');
        let path = resource.strip_prefix(self.origin());
        if !resource.is_empty() && !path.is_some_and(|path| matches!(path, "" | "/mcp")) {
            return refused(RequestKind::AuthorizeUnknownResource, "invalid_target");
        }
        (RequestKind::Authorize, self.granted(url))
    }

    /// The authorization response that grants a code, whatever the request lacks.
    pub fn granted(&self, url: &Url) -> Answer {
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let codes = &mut self.grants.borrow_mut().codes;
        let code = format!("code-{}", codes.len());
        let redirect_uri = asked.get("redirect_uri").cloned().unwrap_or_default();
        let is_s256 = asked.get("code_challenge_method").is_some_and(|method| method == "S256");
        let challenge = asked.get("code_challenge").filter(|_| is_s256).cloned();
        codes.insert(code.clone(), Code { challenge, redirect_uri });
        Answer::to(self.callback(&asked, &[("code", &code)]))
    }

    fn callback(&self, asked: &BTreeMap<String, String>, parameters: &[(&str, &str)]) -> String {
        let redirect_uri = asked.get("redirect_uri").and_then(|uri| Url::parse(uri).ok());
        let Some(mut callback) = redirect_uri else { return String::new() };
        let state = asked.get("state").map(String::as_str).unwrap_or_default();
        callback
            .query_pairs_mut()
            .extend_pairs(parameters)
            .extend_pairs([("state", state), ("iss", self.origin())]);
        callback.to_string()
    }

    pub(super) fn token(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let form: BTreeMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        let value = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let refused = |kind| (kind, Answer::error(400, "invalid_grant"));
        if value("grant_type") == "refresh_token" {
            let grants = &mut *self.grants.borrow_mut();
            if !grants.refresh_tokens.remove(value("refresh_token")) {
                return refused(RequestKind::RefreshAgain);
            }
            return (RequestKind::Refresh, Answer::json(200, grants.issue()));
        }
        let grants = &mut *self.grants.borrow_mut();
        let code = value("code").to_owned();
        let Some(granted) = grants.codes.get(&code).filter(|_| !grants.spent.contains(&code)) else {
            return refused(RequestKind::CodeAgain);
        };
        if granted.redirect_uri != value("redirect_uri") {
            return refused(RequestKind::CodeElsewhere);
        }
        let verifier = pkce::Verifier::try_from(value("code_verifier").to_owned());
        let matches = |challenge: &String| verifier.is_ok_and(|v| v.challenge().as_str() == challenge);
        if !granted.challenge.as_ref().is_none_or(matches) {
            return refused(RequestKind::CodeWrongly);
        }
        let is_authenticated = request.headers().contains_key(header::AUTHORIZATION);
        let kind = match form.contains_key("client_id") {
            true => RequestKind::Code,
            false if is_authenticated => RequestKind::BasicAlone,
            false => return (RequestKind::Other, Answer::error(401, "invalid_client")),
        };
        grants.spent.push(code);
        (kind, Answer::json(200, grants.issue()))
    }

    /// Tokens for whatever was asked.
    pub fn tokens(&self) -> Answer {
        Answer::json(200, self.grants.borrow_mut().issue())
    }

    /// The last client that was registered is not.
    pub fn unregister(&self) {
        self.clients.borrow_mut().pop_last();
    }

    /// The last code that was redeemed may be so again.
    pub fn unspend(&self) {
        self.grants.borrow_mut().spent.pop();
    }

    pub(super) fn revoke(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let grants = &mut *self.grants.borrow_mut();
        for (name, value) in form_urlencoded::parse(request.body()) {
            if name == "token" {
                grants.access_tokens.remove(&*value);
                grants.refresh_tokens.remove(&*value);
            }
        }
        (RequestKind::Revoke, Answer::nothing(200))
    }

    pub(super) fn initialize(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let credentials = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = credentials.and_then(|credentials| credentials.strip_prefix("Bearer ")) else {
            return (RequestKind::Initialize, Answer::challenge("Bearer"));
        };
        if !self.grants.borrow().access_tokens.contains(token) {
            let challenge = "Bearer error=\"invalid_token\"";
            return (RequestKind::InitializeWrongly, Answer::challenge(challenge));
        }
        if request.method() != Method::POST {
            // It sends nothing by itself.
            return (RequestKind::Other, Answer::nothing(405));
        }
        (RequestKind::InitializeWithToken, Answer::json(200, Self::initialized()))
    }

    /// The result of an MCP `initialize`.
    pub fn initialized() -> Value {
        let server = json!({"name": "lab", "version": env!("CARGO_PKG_VERSION")});
        let result = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": server});
        json!({"jsonrpc": "2.0", "id": 1, "result": result})
    }
}

impl Grants {
    fn issue(&mut self) -> Value {
        self.issued = self.issued.saturating_add(1);
        let number = self.issued;
        let (access_token, refresh_token) =
            (format!("access-{number}-aaaa"), format!("refresh-{number}-aaaa"));
        self.access_tokens.insert(access_token.clone());
        self.refresh_tokens.insert(refresh_token.clone());
        json!({"access_token": access_token, "token_type": "Bearer", "expires_in": 60, "refresh_token": refresh_token})
    }
}
