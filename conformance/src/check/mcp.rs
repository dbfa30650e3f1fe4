use http::{HeaderValue, Response, StatusCode, header};

use crate::{
    context::CheckContext,
    rule::{Phase, Rule},
    session::Limit,
    text::bounded,
};
use login_flow::{BearerChallenge, Finding, Verdict, end_of_session, initialize, is_initialized};

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

/// The result of an MCP `initialize` without a token to the named URL.
pub(super) async fn initialized(context: &mut CheckContext<'_>) -> Initialized {
    if !context.options.mcp {
        context.end_phase(Phase::Mcp, "not asked for (--mcp)");
        return Initialized::Unknown;
    }
    let Some(request) = initialize(context.target.url()) else {
        context.end_phase(Phase::Mcp, "the URL is not one of a secure endpoint");
        return Initialized::Unknown;
    };
    match context.session.send(request, Limit::Json).await {
        Err(failure) => context.end_phase(Phase::Mcp, &failure.to_string()),
        Ok(response) if is_initialized(&response) => {
            if let Some(end) = end_of_session(context.target.url(), &response) {
                drop(context.session.send(end, Limit::Json).await);
            }
            context.end_phase(Phase::Mcp, "an MCP initialize needs no token");
            return Initialized::Open;
        }
        Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
            context.is_challenged = true;
            context.judged(Rule::BearerChallenge, judge(&response));
            return Initialized::Challenged(BearerChallenge::read(response.headers()));
        }
        Ok(response) => {
            context.end_phase(Phase::Mcp, &format!("no MCP server answers there ({})", response.status()));
        }
    }
    Initialized::Unknown
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
