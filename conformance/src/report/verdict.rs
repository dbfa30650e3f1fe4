use login_flow::{Probe, Verdict};

use crate::{
    check::mcp::Initialized,
    session::Failure,
    text::{MAX_EVIDENCE, bounded},
};

/// The verdict of a check. An MCP `initialize` that succeeded without a token makes a host open, its challenge may point
/// to another authorization server, and the failure of the last request says more than the flow tells strangers.
pub(crate) fn of_check(
    probe: &Probe,
    initialized: &Initialized,
    pointer: Option<String>,
    failure: Option<&Failure>,
) -> Verdict {
    if let Some(resource_metadata) = pointer {
        return Verdict::ExternalAuthorizationServer { resource_metadata };
    }
    match probe.verdict.clone() {
        Verdict::Registrable => Verdict::Registrable,
        _ if matches!(initialized, Initialized::Open) => Verdict::Open,
        Verdict::Unreachable { reason, .. } => {
            let detail = failure.map(|failure| bounded(&failure.to_string(), MAX_EVIDENCE));
            Verdict::Unreachable { reason, detail }
        }
        verdict => verdict,
    }
}
