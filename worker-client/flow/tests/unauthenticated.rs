//! The requests without a token to the named URL of a host that publishes no metadata: a GET, then at most one POST.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;

use http::{Method, Request, Response};
use login_flow::{
    Egress, FetchError, LoginTarget, Probe,
    UnauthenticatedRequests::{self, Get, GetThenPing},
    probe,
};
use serde_json::{Value, json};

const URL: &str = "https://mcp.example/mcp";
const POINTER: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";

/// One answer of the host.
#[derive(Clone, Copy, Debug, Default)]
struct Answer {
    status: u16,
    challenge: &'static str,
    body: &'static str,
}

const NOT_FOUND: Answer = Answer { status: 404, challenge: "", body: "" };
const PAGE: Answer = Answer { status: 200, body: "<!doctype html><title>x</title>", ..NOT_FOUND };
const SILENT: Answer = Answer { status: 0, ..NOT_FOUND };
const CHALLENGE: Answer = Answer {
    status: 401,
    challenge: "Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\"",
    ..NOT_FOUND
};
const BARE: Answer = Answer { status: 401, challenge: "Bearer", ..NOT_FOUND };
const BASIC: Answer = Answer { status: 401, challenge: "Basic realm=\"x\"", ..NOT_FOUND };
const RESULT: Answer = Answer { status: 200, body: r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, ..NOT_FOUND };
const EVENT: Answer =
    Answer { body: "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n", ..RESULT };
const ERROR: Answer = Answer {
    status: 200,
    body: r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#,
    ..NOT_FOUND
};

const fn status(status: u16) -> Answer {
    Answer { status, ..NOT_FOUND }
}

/// A host that answers every document, a GET and a POST of the named URL, and keeps what it received.
struct Host {
    document: Answer,
    get: Answer,
    post: Answer,
    received: RefCell<Vec<Request<Vec<u8>>>>,
}

impl Host {
    fn new(document: Answer, get: Answer, post: Answer) -> Self {
        Self { document, get, post, received: RefCell::default() }
    }

    fn fetch(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let answer = match request.method() {
            _ if request.uri() != URL => self.document,
            &Method::POST => self.post,
            _ => self.get,
        };
        self.received.borrow_mut().push(request);
        if answer.status == 0 {
            return Err(FetchError::NoAnswer);
        }
        let mut response =
            Response::builder().status(answer.status).header("content-type", "application/json");
        if !answer.challenge.is_empty() {
            response = response.header("www-authenticate", answer.challenge);
        }
        Ok(response.body(answer.body.into()).unwrap())
    }

    async fn probe(&self, requests: UnauthenticatedRequests) -> Probe {
        let egress = Egress::public();
        let target = LoginTarget::parse(URL, &egress).unwrap();
        probe(&target, &egress, requests, |_| false, async |request| self.fetch(request)).await
    }

    /// The methods of the requests to the named URL.
    fn methods(&self) -> String {
        let received = self.received.borrow();
        let named = received.iter().filter(|request| request.uri() == URL);
        named.map(|request| request.method().as_str()).collect::<Vec<_>>().join(" ")
    }

    /// True if what the challenge points to was requested, or another host.
    fn was_led_away(&self) -> bool {
        self.received.borrow().iter().any(|request| {
            request.uri().host() != Some("mcp.example") || request.uri().path().contains("protected-resource")
        })
    }
}

#[tokio::test]
async fn what_a_get_and_a_post_are_answered() {
    let (external, none, open) = ("external_authorization_server", "no_metadata", "open");
    for (get, post, verdict, methods) in [
        // A challenge to the GET decides; a POST is not sent.
        (CHALLENGE, CHALLENGE, external, "GET"),
        (CHALLENGE, RESULT, external, "GET"),
        (BARE, CHALLENGE, none, "GET"),
        // A host that asks for a pause gets one.
        (status(429), CHALLENGE, none, "GET"),
        (status(503), CHALLENGE, none, "GET"),
        // Whatever else is answered to a GET, by a page, an error or nothing, the POST decides.
        (NOT_FOUND, CHALLENGE, external, "GET POST"),
        (PAGE, CHALLENGE, external, "GET POST"),
        (RESULT, CHALLENGE, external, "GET POST"),
        (status(204), CHALLENGE, external, "GET POST"),
        (status(307), CHALLENGE, external, "GET POST"),
        (status(400), CHALLENGE, external, "GET POST"),
        (BASIC, CHALLENGE, external, "GET POST"),
        (status(403), CHALLENGE, external, "GET POST"),
        (status(405), CHALLENGE, external, "GET POST"),
        (status(406), CHALLENGE, external, "GET POST"),
        (status(500), CHALLENGE, external, "GET POST"),
        (status(501), CHALLENGE, external, "GET POST"),
        (SILENT, CHALLENGE, external, "GET POST"),
        (status(405), RESULT, open, "GET POST"),
        (status(405), EVENT, open, "GET POST"),
        (PAGE, BARE, none, "GET POST"),
        (PAGE, BASIC, none, "GET POST"),
        (PAGE, ERROR, none, "GET POST"),
        (PAGE, PAGE, none, "GET POST"),
        (PAGE, Answer { status: 202, ..RESULT }, none, "GET POST"),
        (PAGE, status(307), none, "GET POST"),
        (PAGE, status(500), none, "GET POST"),
        (PAGE, SILENT, none, "GET POST"),
        (RESULT, NOT_FOUND, none, "GET POST"),
    ] {
        let host = Host::new(NOT_FOUND, get, post);
        let found = host.probe(GetThenPing).await.verdict;
        assert_eq!((found.name(), &*host.methods()), (verdict, methods), "{get:?} {post:?}");
        if verdict == external {
            assert!(found.to_string().contains(POINTER), "{found}");
        }
        assert!(!host.was_led_away(), "{get:?} {post:?}");
        // A host that is only read gets no POST, and what its GET says stands.
        let host = Host::new(NOT_FOUND, get, post);
        let read = host.probe(Get).await.verdict;
        let expected = if methods == "GET" { verdict } else { none };
        assert_eq!((read.name(), &*host.methods()), (expected, "GET"), "{get:?} {post:?}");
    }
}

#[tokio::test]
async fn a_post_is_sent_where_every_document_is_not_there() {
    let registrable = Answer { status: 200, body: REGISTRABLE, ..NOT_FOUND };
    for (document, verdict, methods) in [
        (NOT_FOUND, "external_authorization_server", "GET POST"),
        (PAGE, "external_authorization_server", "GET POST"),
        (status(405), "external_authorization_server", "GET POST"),
        // A document that is there, a host that refuses to be asked, one that does not say now, one that says nothing.
        (registrable, "registrable", ""),
        (Answer { body: "{", ..registrable }, "unreadable", ""),
        (Answer { body: r#"{"issuer": "https://mcp.example/mcp"}"#, ..registrable }, "unusable", ""),
        (status(401), "closed", "GET"),
        (status(403), "closed", "GET"),
        (status(429), "unreachable", "GET"),
        (status(503), "unreachable", "GET"),
        (SILENT, "unreachable", ""),
    ] {
        let document = if document.body == PAGE.body { Answer { status: 404, ..PAGE } } else { document };
        let host = Host::new(document, status(405), CHALLENGE);
        let found = host.probe(GetThenPing).await.verdict;
        assert_eq!((found.name(), &*host.methods()), (verdict, methods), "{document:?}");
    }
}

#[tokio::test]
async fn the_post_is_the_same_for_every_host_and_begins_no_session() {
    for post in [RESULT, CHALLENGE, NOT_FOUND] {
        let host = Host::new(NOT_FOUND, status(405), post);
        host.probe(GetThenPing).await;
        let received = host.received.borrow();
        let ping = received.iter().find(|request| request.method() == Method::POST).unwrap();
        let message: Value = serde_json::from_slice(ping.body()).unwrap();
        assert_eq!(message, json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}));
        let headers = ping.headers();
        let named = ["accept", "content-type", "mcp-method", "mcp-protocol-version"];
        let sent: Vec<_> = named.iter().filter_map(|name| headers.get(*name)?.to_str().ok()).collect();
        assert_eq!(
            sent,
            ["application/json, text/event-stream", "application/json", "ping", "2025-06-18"],
            "{post:?}"
        );
        assert_eq!(headers.len(), sent.len(), "no credentials: {headers:?}");
    }
}

const REGISTRABLE: &str = r#"{
    "issuer": "https://mcp.example/mcp",
    "authorization_endpoint": "https://mcp.example/authorize",
    "token_endpoint": "https://mcp.example/token",
    "registration_endpoint": "https://mcp.example/register",
    "response_types_supported": ["code"],
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["none"]
}"#;
