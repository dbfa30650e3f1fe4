use login_flow::{Probe, Verdict};

use crate::{
    session::Failure,
    text::{MAX_EVIDENCE, bounded},
};

/// The verdict of a check. An MCP `initialize` that succeeded without a token makes a host open, and the failure of the
/// last request says more than the flow tells strangers.
pub(crate) fn of_check(probe: &Probe, is_open: bool, failure: Option<&Failure>) -> Verdict {
    match probe.verdict.clone() {
        Verdict::Registrable => Verdict::Registrable,
        _ if is_open => Verdict::Open,
        Verdict::Unreachable { reason, .. } => {
            let detail = failure.map(|failure| bounded(&failure.to_string(), MAX_EVIDENCE));
            Verdict::Unreachable { reason, detail }
        }
        verdict => verdict,
    }
}
