use login_flow::{Verdict, get};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    session::{Limit, Session},
    text::bounded,
};

/// The authorization servers of the protected resource metadata that a verdict points to (RFC 9728 §2); none if it
/// cannot be read.
pub(crate) async fn named_servers(session: &Session<'_>, verdict: &Verdict) -> Vec<String> {
    let Verdict::ExternalAuthorizationServer { resource_metadata } = verdict else { return Vec::new() };
    let Some(request) = Url::parse(resource_metadata).ok().and_then(|url| get(&url, "application/json"))
    else {
        return Vec::new();
    };
    let Ok(response) = session.send(request, Limit::Json).await else { return Vec::new() };
    let document: Map<String, Value> = serde_json::from_slice(response.body()).unwrap_or_default();
    let servers = document.get("authorization_servers").and_then(Value::as_array);
    let named = servers.into_iter().flatten().filter_map(Value::as_str).take(MAX_SERVERS);
    named.map(|server| bounded(server, 2048)).collect()
}

const MAX_SERVERS: usize = 3;
