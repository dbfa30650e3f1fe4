use login_flow::{Probe, Unusable, Verdict};

use crate::{
    check::mcp::Initialized,
    session::Failure,
    text::{MAX_EVIDENCE, bounded},
};

/// The verdict of a check. The client that the server registered may be one that cannot log in, an MCP `initialize` that
/// succeeded without a token makes a host open, its challenge may point to another authorization server, and the failure
/// of the last request says more than the flow tells strangers.
pub(crate) fn of_check(
    probe: &Probe,
    unusable_client: Option<Unusable>,
    initialized: &Initialized,
    pointer: Option<String>,
    failure: Option<&Failure>,
) -> Verdict {
    if let Some(resource_metadata) = pointer {
        return Verdict::ExternalAuthorizationServer { resource_metadata };
    }
    match probe.verdict.clone() {
        Verdict::Registrable => match unusable_client {
            Some(reason) => Verdict::Unusable { reasons: vec![reason] },
            None => Verdict::Registrable,
        },
        // Some servers let an `initialize` through, and challenge what follows.
        verdict @ Verdict::ExternalAuthorizationServer { .. } => verdict,
        _ if matches!(initialized, Initialized::Open) => Verdict::Open,
        Verdict::Unreachable { reason, .. } => {
            let detail = failure.map(|failure| bounded(&failure.to_string(), MAX_EVIDENCE));
            Verdict::Unreachable { reason, detail }
        }
        verdict => verdict,
    }
}
