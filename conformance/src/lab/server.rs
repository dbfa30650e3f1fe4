mod grants;
mod wrong;

use std::{cell::RefCell, collections::BTreeMap};

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, Response};
use serde_json::{Map, Value, json};
use url::Url;

use super::answer::Answer;
use crate::session::{Failure, Limit, Transport};
use grants::Grants;
use wrong::mistake;

/// The kind of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestKind {
    /// A good authorization request.
    Authorize,
    /// One with a redirection URI that is not registered.
    AuthorizeElsewhere,
    /// One without a code challenge.
    AuthorizeWithoutChallenge,
    /// One with the challenge method `plain`.
    AuthorizePlain,
    /// One with a `resource` that the server does not know.
    AuthorizeUnknownResource,
    /// A token request with HTTP Basic and without `client_id`.
    BasicAlone,
    /// A good token request.
    Code,
    /// One with a code that was used.
    CodeAgain,
    /// One with another redirection URI.
    CodeElsewhere,
    /// One with another verifier.
    CodeWrongly,
    /// A delete of RFC 7592.
    Delete,
    /// An MCP `initialize` without a token.
    Initialize,
    /// One with a token of ours.
    InitializeWithToken,
    /// One with another token.
    InitializeWrongly,
    /// A request for the metadata.
    Metadata,
    /// A registration of redirection URIs of two kinds.
    Mixed,
    /// Any other request.
    Other,
    /// A request for the root page.
    Page,
    /// A read of RFC 7592.
    Read,
    /// A read of a client that is not registered.
    ReadDeleted,
    /// A read without a token.
    ReadWithoutToken,
    /// A refresh.
    Refresh,
    /// A refresh with a token that was used.
    RefreshAgain,
    /// A good registration.
    Register,
    /// A request for protected resource metadata.
    ResourceMetadata,
    /// A revocation.
    Revoke,
    /// A registration that must be refused, by the name of the probe.
    Wrong(&'static str),
    /// An update of RFC 7592.
    Update,
}

/// The change that makes a response faulty.
pub type Edit = fn(&mut Answer, &Lab, &Request<Vec<u8>>);

/// The client authentication methods of the server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a fault names one")]
pub enum Methods {
    /// `none` and `client_secret_basic`.
    Both,
    /// `client_secret_basic`.
    Confidential,
    /// `none`.
    #[default]
    Public,
}

impl Methods {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Both => &["none", "client_secret_basic"],
            Self::Confidential => &["client_secret_basic"],
            Self::Public => &["none"],
        }
    }
}

/// The server, at an origin of its own.
#[derive(Debug)]
pub struct Lab {
    origin: String,
    methods: Methods,
    faults: Vec<(RequestKind, Edit)>,
    seen: RefCell<Vec<(Method, String)>>,
    clients: RefCell<BTreeMap<String, Map<String, Value>>>,
    grants: RefCell<Grants>,
}

impl Transport for Lab {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(std::future::ready(Ok(self.respond(&request))))
    }
}

impl Lab {
    /// A server at an origin, with the faults that are named.
    pub fn new(origin: &str, methods: Methods, faults: Vec<(RequestKind, Edit)>) -> Self {
        let (seen, clients, grants) = Default::default();
        Self { origin: origin.to_owned(), methods, faults, seen, clients, grants }
    }

    /// The response to a request, whose URI names the origin.
    pub fn respond(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.seen.borrow_mut().push((request.method().clone(), request.uri().to_string()));
        let (kind, mut answer) = self.answer(request);
        for (_, edit) in self.faults.iter().filter(|(of, _)| *of == kind) {
            edit(&mut answer, self, request);
        }
        answer.into_http()
    }

    /// The requests, by method and URL.
    pub fn seen(&self) -> Vec<(Method, String)> {
        self.seen.borrow().clone()
    }

    /// The clients that are still registered.
    pub fn clients(&self) -> Vec<String> {
        self.clients.borrow().keys().cloned().collect()
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let other = (RequestKind::Other, Answer::nothing(404));
        let Ok(url) = Url::parse(&request.uri().to_string()) else { return other };
        if !url.as_str().starts_with(&self.origin) {
            return other;
        }
        match (request.method().as_str(), url.path()) {
            ("GET", "/.well-known/oauth-authorization-server") => {
                (RequestKind::Metadata, Answer::json(200, self.metadata()))
            }
            ("GET", path) if path.starts_with(RESOURCE_METADATA) => {
                let (origin, of) = (&self.origin, path.trim_start_matches(RESOURCE_METADATA));
                let document =
                    json!({"resource": format!("{origin}{of}"), "authorization_servers": [origin]});
                (RequestKind::ResourceMetadata, Answer::json(200, document))
            }
            ("GET", "/") => {
                let page = "<!doctype html><title>As Example</title><link rel=icon href=/icon.svg>";
                let headers = [("content-type", "text/html".to_owned())].into();
                let text = Some(page.to_owned());
                (RequestKind::Page, Answer { status: 200, headers, text, ..Answer::default() })
            }
            ("POST", "/") | (_, "/mcp") => self.initialize(request),
            ("POST", "/register") => self.register(request),
            ("POST", "/token") => self.token(request),
            ("POST", "/revoke") => self.revoke(request),
            ("GET", "/authorize") => self.authorize(&url),
            (_, path) => match path.strip_prefix("/register/") {
                Some(client_id) => self.manage(request, client_id),
                None => other,
            },
        }
    }

    fn metadata(&self) -> Value {
        let origin = &self.origin;
        let methods: Vec<&str> = self.methods.names().iter().copied().chain(["private_key_jwt"]).collect();
        json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "registration_endpoint": format!("{origin}/register"),
            "introspection_endpoint": format!("{origin}/introspect"),
            "revocation_endpoint": format!("{origin}/revoke"),
            "scopes_supported": ["a", "b"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn register(&self, request: &Request<Vec<u8>>) -> (RequestKind, Answer) {
        let is_json = request.headers().get("content-type").is_some_and(|kind| kind == "application/json");
        let refused = |name| (RequestKind::Wrong(name), Answer::error(400, "invalid_client_metadata"));
        let requested = match serde_json::from_slice::<Value>(request.body()) {
            Err(_) => return refused("broken-json"),
            Ok(Value::Object(requested)) => requested,
            Ok(_) => return refused("json-array"),
        };
        let text = |name: &str| requested.get(name).and_then(Value::as_str).unwrap_or_default();
        let method = text("token_endpoint_auth_method");
        let wrong = match mistake(&requested) {
            _ if !is_json => Some("text-plain"),
            None if !self.methods.names().contains(&method) => {
                Some(if method == "none" { "unlisted-none" } else { "unlisted-basic" })
            }
            wrong => wrong,
        };
        let uris = requested.get("redirect_uris").and_then(Value::as_array).map_or(0, Vec::len);
        match wrong {
            Some(name) => refused(name),
            None if uris > 1 => (RequestKind::Mixed, self.registered(requested)),
            None => (RequestKind::Register, self.registered(requested)),
        }
    }

    /// Registers a client exactly as it was asked for.
    pub fn registered(&self, requested: Map<String, Value>) -> Answer {
        let client_id = format!("client-{}", self.clients.borrow().len());
        let is_public = requested.get("token_endpoint_auth_method").is_some_and(|method| method == "none");
        let mut client = requested;
        let uri = format!("{}/register/{client_id}", self.origin);
        client.insert("client_id".to_owned(), json!(client_id));
        client.insert("registration_client_uri".to_owned(), json!(uri));
        client.insert("registration_access_token".to_owned(), json!(format!("token-of-{client_id}")));
        if !is_public {
            client.insert("client_secret".to_owned(), json!("secret+1"));
            client.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        self.clients.borrow_mut().insert(client_id, client.clone());
        Answer::json(201, Value::Object(client))
    }

    fn manage(&self, request: &Request<Vec<u8>>, client_id: &str) -> (RequestKind, Answer) {
        let mut clients = self.clients.borrow_mut();
        let Some(token) = request.headers().get("authorization") else {
            return (RequestKind::ReadWithoutToken, Answer::challenge("Bearer"));
        };
        let is_its_own = *token == format!("Bearer token-of-{client_id}");
        let Some(client) = clients.get_mut(client_id).filter(|_| is_its_own) else {
            return (RequestKind::ReadDeleted, Answer::challenge("Bearer"));
        };
        match request.method().as_str() {
            "DELETE" => {
                clients.remove(client_id);
                (RequestKind::Delete, Answer::nothing(204))
            }
            "PUT" => {
                client
                    .extend(serde_json::from_slice::<Map<String, Value>>(request.body()).unwrap_or_default());
                let is_public =
                    client.get("token_endpoint_auth_method").is_some_and(|method| method == "none");
                if is_public || self.methods == Methods::Public {
                    client.remove("client_secret");
                }
                (RequestKind::Update, Answer::json(200, Value::Object(client.clone())))
            }
            _ => (RequestKind::Read, Answer::json(200, Value::Object(client.clone()))),
        }
    }
}

const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";
