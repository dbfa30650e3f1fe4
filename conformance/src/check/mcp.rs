use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use rfc8414::{Endpoint, InvalidEndpoint};
use serde_json::{Value, json};
use url::Url;

use crate::{
    context::CheckContext,
    rule::{Phase, Rule},
    session::Limit,
    text::bounded,
};
use login_flow::{BearerChallenge, Finding, Verdict};

/// The result of an MCP `initialize` without a token.
pub(crate) enum Initialized {
    /// It succeeded.
    Open,
    /// It was answered with 401.
    Challenged(Option<BearerChallenge>),
    /// It was not sent, or answered with something else.
    Unknown,
}

impl Initialized {
    /// The protected resource metadata that a challenge names (RFC 9728), where the host has no metadata of its own.
    pub(crate) fn pointer(&self, verdict: &Verdict) -> Option<String> {
        match (self, verdict) {
            (Self::Challenged(challenge), Verdict::NoMetadata | Verdict::Closed { .. }) => {
                challenge.as_ref().and_then(|challenge| challenge.resource_metadata.clone())
            }
            _ => None,
        }
    }
}

/// Sends an MCP `initialize` without a token to the named URL.
pub(super) async fn initialize(context: &mut CheckContext<'_>) -> Initialized {
    if !context.options.mcp {
        context.end_phase(Phase::Mcp, "not asked for (--mcp)");
        return Initialized::Unknown;
    }
    let request = match request(context.target.url().clone()) {
        Ok(request) => request,
        Err(invalid) => {
            context.end_phase(Phase::Mcp, invalid.to_string());
            return Initialized::Unknown;
        }
    };
    match context.session.send(request, Limit::Json).await {
        Err(failure) => context.end_phase(Phase::Mcp, failure.to_string()),
        Ok(response) if is_initialized(&response) => {
            context.end_phase(Phase::Mcp, "an MCP initialize needs no token");
            return Initialized::Open;
        }
        Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
            context.is_challenged = true;
            context.judged(Rule::BearerChallenge, judge(&response));
            return Initialized::Challenged(BearerChallenge::read(response.headers()));
        }
        Ok(response) => {
            context.end_phase(Phase::Mcp, format!("no MCP server answers there ({})", response.status()));
        }
    }
    Initialized::Unknown
}

/// An MCP `initialize` without a token.
pub(super) fn request(url: Url) -> Result<Request<Vec<u8>>, InvalidEndpoint> {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "conformance", "version": env!("CARGO_PKG_VERSION")},
        },
    });
    let mut request = Request::new(message.to_string().into_bytes());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Endpoint::try_from(url)?.uri();
    let accept = HeaderValue::from_static("application/json, text/event-stream");
    request.headers_mut().insert(header::ACCEPT, accept);
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Returns `true` if a response is a JSON-RPC result of `initialize`, as JSON or as the first event of a stream.
fn is_initialized(response: &Response<Vec<u8>>) -> bool {
    let text = String::from_utf8_lossy(response.body());
    let data = text.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or(&text);
    let message: Option<Value> = serde_json::from_str(data.trim()).ok();
    response.status() == StatusCode::OK
        && message.is_some_and(|message| message.pointer("/result/protocolVersion").is_some())
}

/// The finding of a 401 response to a request without a token.
pub(crate) fn judge(response: &Response<Vec<u8>>) -> Option<Finding> {
    let values: Vec<_> = response.headers().get_all(header::WWW_AUTHENTICATE).iter().collect();
    if BearerChallenge::read(response.headers()).is_some() {
        return None;
    }
    let shown =
        |value: &&HeaderValue| format!("`{}`", bounded(&String::from_utf8_lossy(value.as_bytes()), 120));
    let received = match values.iter().map(shown).collect::<Vec<_>>() {
        values if values.is_empty() => "no `WWW-Authenticate`".to_owned(),
        values => format!("{}, which is no Bearer challenge", values.join(", ")),
    };
    let evidence = format!("an MCP initialize without a token is answered with 401 and {received}");
    Some(Rule::BearerChallenge.finding(&evidence, "send a Bearer challenge with every 401"))
}
