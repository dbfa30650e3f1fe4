use serde::{Deserialize, Serialize};

/// A failure for which the operator of the host that the person named must act.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum HostFailure {
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
