use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use crate::{BearerChallenge, FetchError, LoginTarget, get};

/// The requests without a token that a probe may send to the named URL, for its challenge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide for one")]
pub enum UnauthenticatedRequests {
    /// A GET: the host is only read.
    Get,
    /// A GET and, where its response is no Bearer challenge and asks for no pause, one MCP `ping`: most MCP servers
    /// challenge a POST alone. A `ping` opens no session, and some servers let an `initialize` through.
    GetThenPing,
}

/// The response of the named URL to requests without a token.
#[derive(Debug, Default)]
pub(crate) struct UnauthenticatedResponse {
    pub(crate) challenge: Option<BearerChallenge>,
    /// True if the MCP `ping` succeeded.
    pub(crate) is_open: bool,
}

impl UnauthenticatedResponse {
    pub(crate) async fn of(
        target: &LoginTarget,
        requests: UnauthenticatedRequests,
        fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
    ) -> Self {
        let mut request = get(target.url(), ACCEPT);
        let mut received = Self::default();
        while let Some(sent) = request.take() {
            let is_get = sent.method() == Method::GET;
            if let Ok(response) = fetch(sent).await {
                let challenge = BearerChallenge::read(response.headers());
                received = Self { challenge, is_open: !is_get && is_result(&response) };
                if received.challenge.is_some() || asks_for_pause(&response) {
                    break;
                }
            }
            if is_get && requests == UnauthenticatedRequests::GetThenPing {
                request = ping(target);
            }
        }
        received
    }
}

fn asks_for_pause(response: &Response<Vec<u8>>) -> bool {
    matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn ping(target: &LoginTarget) -> Option<Request<Vec<u8>>> {
    let mut request = get(target.url(), ACCEPT)?;
    *request.method_mut() = Method::POST;
    *request.body_mut() = PING.into();
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-06-18"));
    // Required of every POST since MCP 2026-07-28.
    headers.insert("mcp-method", HeaderValue::from_static("ping"));
    Some(request)
}

/// True for a JSON-RPC result, as JSON or as the first event of a stream.
fn is_result(response: &Response<Vec<u8>>) -> bool {
    let text = String::from_utf8_lossy(response.body());
    let data = text.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or(&text);
    let message: Value = serde_json::from_str(data.trim()).unwrap_or_default();
    let is_result = message.get("jsonrpc").is_some() && message.get("result").is_some_and(Value::is_object);
    response.status() == StatusCode::OK && is_result
}

/// The types that an MCP server wants its client to accept, also of a GET.
const ACCEPT: &str = "application/json, text/event-stream";
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
