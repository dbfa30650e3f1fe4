use serde::{Deserialize, Serialize};

use super::Reason;

/// A failure for which the operator of the host that the person named must act.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum HostFailure {
    /// The host refuses to be asked: its well-known documents are answered 401 or 403.
    #[error("the host refuses to be asked how to log in: {0}")]
    Closed(Reason),
    /// The host points to an authorization server elsewhere (RFC 9728), which is not followed.
    #[error("the host leaves logging in to another server")]
    ExternalAuthorizationServer {
        /// URL of its protected resource metadata: untrusted text.
        resource_metadata: String,
    },
    /// The host publishes no authorization server metadata (RFC 8414).
    #[error("the host publishes no metadata")]
    NoMetadata,
}
