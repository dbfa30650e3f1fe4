//! An authorization server without a fault, in this program, and one response of it made faulty.

use std::{cell::RefCell, collections::BTreeMap};

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, Response};
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use super::answer::Answer;
use conformance::{Failure, Limit, Transport};

pub(crate) const HOST: &str = "https://as.example";

/// The kind of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RequestKind {
    Authorize,
    AuthorizeElsewhere,
    /// A token request with HTTP Basic and without `client_id`.
    BasicAlone,
    Code,
    CodeAgain,
    CodeWrongly,
    Delete,
    Initialize,
    Metadata,
    Other,
    Page,
    Read,
    ReadDeleted,
    ReadWithoutToken,
    Register,
    /// A registration that must be refused, by the name of the probe.
    Wrong(&'static str),
    Update,
}

/// The change that makes a response faulty.
pub(crate) type Edit = fn(&mut Answer, &Lab, &Request<Vec<u8>>);

/// The server.
#[derive(Default)]
pub(crate) struct Lab {
    methods: &'static [&'static str],
    pub(crate) fault: Option<(RequestKind, Edit)>,
    pub(crate) seen: RefCell<Vec<(Method, String)>>,
    clients: RefCell<BTreeMap<String, Map<String, Value>>>,
    challenges: RefCell<BTreeMap<String, String>>,
    spent: RefCell<Vec<String>>,
}

impl Transport for Lab {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        self.seen.borrow_mut().push((request.method().clone(), request.uri().to_string()));
        let (kind, mut answer) = self.answer(&request);
        if let Some((of, edit)) = self.fault
            && of == kind
        {
            edit(&mut answer, self, &request);
        }
        Box::pin(std::future::ready(Ok(answer.into_http())))
    }
}

impl Lab {
    /// Public clients, or those with a secret; with a fault, or without.
    pub(crate) fn new(confidential: bool, fault: Option<(RequestKind, Edit)>) -> Self {
        let methods: &[&str] = if confidential { &["client_secret_basic"] } else { &["none"] };
        Self { methods, fault, ..Self::default() }
    }

    /// Both.
    pub(crate) fn of_both(fault: Option<(RequestKind, Edit)>) -> Self {
        Self { methods: &["none", "client_secret_basic"], fault, ..Self::default() }
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        if !url.as_str().starts_with(HOST) {
            return (RequestKind::Other, Answer::nothing(404));
        }
        match (request.method().as_str(), url.path()) {
            ("GET", "/.well-known/oauth-authorization-server") => {
                (RequestKind::Metadata, Answer::json(200, self.metadata()))
            }
            ("GET", "/") => {
                let page = "<!doctype html><title>As Example</title><link rel=icon href=/icon.svg>";
                let headers = [("content-type", "text/html".to_owned())].into();
                (
                    RequestKind::Page,
                    Answer { status: 200, headers, text: Some(page.to_owned()), ..Answer::default() },
                )
            }
            ("POST", "/") => {
                let headers = [("www-authenticate", "Bearer".to_owned())].into();
                (RequestKind::Initialize, Answer { status: 401, headers, ..Answer::default() })
            }
            ("POST", "/register") => self.register(request),
            ("POST", "/token") => self.token(request),
            ("GET", "/authorize") => self.authorize(&url),
            (_, path) if path.starts_with("/register/") => self.manage(request, &path["/register/".len()..]),
            _ => (RequestKind::Other, Answer::nothing(404)),
        }
    }

    fn metadata(&self) -> Value {
        let methods: Vec<&str> = self.methods.iter().copied().chain(["private_key_jwt"]).collect();
        json!({
            "issuer": HOST,
            "authorization_endpoint": format!("{HOST}/authorize"),
            "token_endpoint": format!("{HOST}/token"),
            "registration_endpoint": format!("{HOST}/register"),
            "introspection_endpoint": format!("{HOST}/introspect"),
            "scopes_supported": ["a", "b"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn register(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let is_json = request.headers()["content-type"] == "application/json";
        let Ok(asked) = serde_json::from_slice::<Value>(request.body()) else {
            return (RequestKind::Wrong("broken-json"), Answer::error(400, "invalid_client_metadata"));
        };
        let method = asked["token_endpoint_auth_method"].as_str().unwrap_or_default();
        let wrong = match wrong(&asked) {
            _ if !is_json => Some("text-plain"),
            None if !self.methods.contains(&method) => {
                Some(if method == "none" { "unlisted-none" } else { "unlisted-basic" })
            }
            wrong => wrong,
        };
        match wrong {
            Some(name) => (RequestKind::Wrong(name), Answer::error(400, "invalid_client_metadata")),
            None => (RequestKind::Register, self.registered(&asked)),
        }
    }

    /// Registers a client exactly as it was asked for.
    pub(crate) fn registered(&self, asked: &Value) -> Answer {
        let client_id = format!("client-{}", self.clients.borrow().len());
        let mut client = asked.as_object().cloned().unwrap_or_default();
        client.insert("client_id".to_owned(), json!(client_id));
        client.insert("registration_client_uri".to_owned(), json!(format!("{HOST}/register/{client_id}")));
        client.insert("registration_access_token".to_owned(), json!(format!("token-of-{client_id}")));
        if asked["token_endpoint_auth_method"] != "none" {
            client.insert("client_secret".to_owned(), json!("secret"));
            client.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        self.clients.borrow_mut().insert(client_id, client.clone());
        Answer::json(201, Value::Object(client))
    }

    fn manage(&self, request: &Request<Vec<u8>>, client_id: &str) -> (RequestKind, Answer) {
        let mut clients = self.clients.borrow_mut();
        let token = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let refused =
            Answer { headers: [("www-authenticate", "Bearer".to_owned())].into(), ..Answer::nothing(401) };
        if token.is_none() {
            return (RequestKind::ReadWithoutToken, refused);
        }
        if !clients.contains_key(client_id) {
            return (RequestKind::ReadDeleted, refused);
        }
        assert_eq!(token, Some(format!("Bearer token-of-{client_id}")));
        match request.method().as_str() {
            "DELETE" => {
                clients.remove(client_id);
                (RequestKind::Delete, Answer::nothing(204))
            }
            "PUT" => {
                let asked: Map<String, Value> = serde_json::from_slice(request.body()).unwrap();
                let client = clients.get_mut(client_id).unwrap();
                client.extend(asked);
                if self.methods == ["none"] || client["token_endpoint_auth_method"] == "none" {
                    client.remove("client_secret");
                }
                (RequestKind::Update, Answer::json(200, Value::Object(client.clone())))
            }
            _ => (RequestKind::Read, Answer::json(200, Value::Object(clients[client_id].clone()))),
        }
    }

    fn authorize(&self, url: &Url) -> (RequestKind, Answer) {
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let clients = self.clients.borrow();
        let client = &clients[&asked["client_id"]];
        let registered = client["redirect_uris"].as_array().unwrap();
        if !registered.contains(&json!(asked["redirect_uri"])) {
            return (RequestKind::AuthorizeElsewhere, Answer::nothing(400));
        }
        let mut challenges = self.challenges.borrow_mut();
        let code = format!("code-{}", challenges.len());
        challenges.insert(code.clone(), asked["code_challenge"].clone());
        let mut callback = Url::parse(&asked["redirect_uri"]).unwrap();
        let query = [("code", code.as_str()), ("state", &asked["state"]), ("iss", HOST)];
        callback.query_pairs_mut().extend_pairs(query);
        (RequestKind::Authorize, Answer::to(callback.to_string()))
    }

    fn token(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let form: BTreeMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        let code = form["code"].clone();
        let verifier = pkce::Verifier::try_from(form["code_verifier"].clone()).unwrap();
        if self.spent.borrow().contains(&code) {
            return (RequestKind::CodeAgain, Answer::error(400, "invalid_grant"));
        }
        if self.challenges.borrow()[&code] != verifier.challenge().as_str() {
            return (RequestKind::CodeWrongly, Answer::error(400, "invalid_grant"));
        }
        self.spent.borrow_mut().push(code);
        let kind = if form.contains_key("client_id") { RequestKind::Code } else { RequestKind::BasicAlone };
        assert!(kind == RequestKind::Code || request.headers().contains_key("authorization"));
        (kind, Answer::json(200, tokens()))
    }

    /// The last code that was redeemed may be so again.
    pub(crate) fn unspend(&self) {
        self.spent.borrow_mut().pop().unwrap();
    }

    /// The clients that are still registered.
    pub(crate) fn clients(&self) -> Vec<String> {
        self.clients.borrow().keys().cloned().collect()
    }
}

pub(crate) fn tokens() -> Value {
    json!({"access_token": "access", "token_type": "Bearer", "expires_in": 60})
}

/// The mistake in a registration.
fn wrong(asked: &Value) -> Option<&'static str> {
    let uris = match asked.get("redirect_uris") {
        None => return Some("no-redirect-uris"),
        Some(Value::Array(uris)) => uris,
        Some(_) => return Some("redirect-uris-text"),
    };
    let Some(uri) = uris.first().and_then(Value::as_str) else { return Some("empty-redirect-uris") };
    let Value::Array(grants) = &asked["grant_types"] else { return Some("grant-types-number") };
    let method = &asked["token_endpoint_auth_method"];
    Some(match Url::parse(uri) {
        Err(_) => "relative-redirect-uri",
        Ok(url) if url.scheme() == "javascript" => "javascript-redirect-uri",
        Ok(url) if url.fragment().is_some() => "fragment-redirect-uri",
        Ok(url) if url.scheme() == "http" && url.host_str() != Some("127.0.0.1") => "cleartext-redirect-uri",
        Ok(_) if !grants.contains(&json!("authorization_code")) => "contradictory-grant-types",
        Ok(_) if method == "urn:example:no-such-method" => "unsupported-auth-method",
        Ok(_) => return None,
    })
}
