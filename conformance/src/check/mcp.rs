use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use rfc8414::Endpoint;
use serde_json::{Value, json};

use super::Work;
use crate::{Finding, Limit, Phase};

/// Asks the named URL for an MCP `initialize` without a token; whether that succeeds.
pub(super) async fn ask(work: &mut Work<'_>) -> bool {
    if !work.options.mcp {
        work.give_up(Phase::Mcp, "not asked for (--mcp)");
        return false;
    }
    let Some(request) = initialize(work) else { return false };
    match work.session.send(request, Limit::Json).await {
        Err(failure) => work.give_up(Phase::Mcp, &failure.to_string()),
        Ok(response) if is_initialized(&response) => {
            work.give_up(Phase::Mcp, "an MCP initialize needs no token");
            return true;
        }
        Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
            work.ledger.judged(CHALLENGE, judge(&response));
        }
        Ok(response) => {
            work.give_up(Phase::Mcp, &format!("no MCP server answers there ({})", response.status()));
        }
    }
    false
}

fn initialize(work: &Work<'_>) -> Option<Request<Vec<u8>>> {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "conformance", "version": env!("CARGO_PKG_VERSION")},
        },
    });
    let mut request = Request::new(message.to_string().into_bytes());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Endpoint::try_from(work.named.url().clone()).ok()?.uri();
    let accept = HeaderValue::from_static("application/json, text/event-stream");
    request.headers_mut().insert(header::ACCEPT, accept);
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Some(request)
}

/// A result of JSON-RPC, as JSON or as the first event of a stream.
fn is_initialized(response: &Response<Vec<u8>>) -> bool {
    let text = String::from_utf8_lossy(response.body());
    let data = text.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or(&text);
    let message: Option<Value> = serde_json::from_str(data.trim()).ok();
    response.status() == StatusCode::OK
        && message.is_some_and(|message| message.pointer("/result/protocolVersion").is_some())
}

/// What a refusal for want of a token breaks.
pub(crate) fn judge(response: &Response<Vec<u8>>) -> Option<Finding> {
    if response.headers().contains_key(header::WWW_AUTHENTICATE) {
        return None;
    }
    let evidence = "an MCP initialize without a token is answered with 401 and no `WWW-Authenticate`";
    Finding::of(CHALLENGE, evidence, "send a Bearer challenge with every 401")
}

const CHALLENGE: &str = "rfc6750/3/challenge";
