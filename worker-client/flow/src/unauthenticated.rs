use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::{BearerChallenge, FetchError, LoginTarget, get};

/// The requests without a token that a probe may send to the named URL, for its challenge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide for one")]
pub enum UnauthenticatedRequests {
    /// A GET: the host is only read.
    Get,
    /// A GET and, where its response is no Bearer challenge and asks for no pause, one MCP `initialize`: most MCP servers
    /// challenge a POST alone.
    GetThenInitialize,
}

/// The response of the named URL to requests without a token.
#[derive(Debug, Default)]
pub(crate) struct UnauthenticatedResponse {
    pub(crate) challenge: Option<BearerChallenge>,
    /// True if an MCP `initialize` succeeded.
    pub(crate) is_initialized: bool,
}

impl UnauthenticatedResponse {
    pub(crate) async fn of(
        target: &LoginTarget,
        requests: UnauthenticatedRequests,
        fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
    ) -> Self {
        let send = async |request: Option<Request<Vec<u8>>>| fetch(request?).await.ok();
        let response = send(get(target.url(), ACCEPT)).await;
        let challenge = response.as_ref().and_then(|response| BearerChallenge::read(response.headers()));
        let asks_for_pause = response.is_some_and(|response| {
            matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        });
        if challenge.is_some() || asks_for_pause || requests == UnauthenticatedRequests::Get {
            return Self { challenge, is_initialized: false };
        }
        let Some(response) = send(initialize(target.url())).await else { return Self::default() };
        drop(send(end_of_session(target.url(), &response)).await);
        Self {
            challenge: BearerChallenge::read(response.headers()),
            is_initialized: is_initialized(&response),
        }
    }
}

/// An MCP `initialize` without a token; `None` if the URL cannot be that of a secure endpoint.
pub fn initialize(url: &Url) -> Option<Request<Vec<u8>>> {
    let mut request = get(url, ACCEPT)?;
    *request.method_mut() = Method::POST;
    *request.body_mut() = INITIALIZE.into();
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-06-18"));
    Some(request)
}

/// True for a JSON-RPC result of `initialize`, as JSON or as the first event of a stream.
pub fn is_initialized(response: &Response<Vec<u8>>) -> bool {
    let text = String::from_utf8_lossy(response.body());
    let data = text.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or(&text);
    let message: Value = serde_json::from_str(data.trim()).unwrap_or_default();
    response.status() == StatusCode::OK && message.pointer("/result/protocolVersion").is_some()
}

/// The request that ends the session which a successful `initialize` began, if it began one.
pub fn end_of_session(url: &Url, response: &Response<Vec<u8>>) -> Option<Request<Vec<u8>>> {
    let session = response.headers().get(SESSION).filter(|_| is_initialized(response))?;
    let mut request = get(url, ACCEPT)?;
    *request.method_mut() = Method::DELETE;
    request.headers_mut().insert(SESSION, session.clone());
    Some(request)
}

/// The types that an MCP server wants its client to accept, also of a GET.
const ACCEPT: &str = "application/json, text/event-stream";
const INITIALIZE: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"#,
    r#""clientInfo":{"name":"login-flow","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}}}"#,
);
const SESSION: &str = "mcp-session-id";
