use login_flow::Server;
use rfc7591::AuthMethod;
use rfc8414::{Endpoint, Issuer};
use serde::{Deserialize, Serialize};

use super::{Version, is_false};

/// An authorization server, as it was validated before a client was registered or a person sent there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `Server`, as they are stored")]
#[expect(clippy::struct_excessive_bools, reason = "each is a statement of the metadata")]
pub struct StoredServer {
    #[serde(default)]
    pub version: Version,
    pub issuer: Issuer,
    pub authorization_endpoint: Endpoint,
    pub token_endpoint: Endpoint,
    pub registration_endpoint: Option<Endpoint>,
    pub revocation_endpoint: Option<Endpoint>,
    pub auth_methods: Vec<AuthMethod>,
    pub sends_iss: bool,
    pub scopes: Vec<String>,
    /// True if the server lists grant types without `refresh_token`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lists_no_refresh: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub speaks_openid: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub takes_documents: bool,
}

impl From<Server> for StoredServer {
    fn from(server: Server) -> Self {
        let Server {
            issuer,
            authorization_endpoint,
            token_endpoint,
            registration_endpoint,
            revocation_endpoint,
            auth_methods,
            sends_iss,
            scopes,
            lists_refresh,
            speaks_openid,
            takes_documents,
        } = server;
        Self {
            version: Version::CURRENT,
            issuer,
            authorization_endpoint,
            token_endpoint,
            registration_endpoint,
            revocation_endpoint,
            auth_methods,
            sends_iss,
            scopes,
            lists_no_refresh: !lists_refresh,
            speaks_openid,
            takes_documents,
        }
    }
}

impl From<StoredServer> for Server {
    fn from(stored: StoredServer) -> Self {
        let (Version::V1 | Version::V2) = stored.version;
        Self {
            issuer: stored.issuer,
            authorization_endpoint: stored.authorization_endpoint,
            token_endpoint: stored.token_endpoint,
            registration_endpoint: stored.registration_endpoint,
            revocation_endpoint: stored.revocation_endpoint,
            auth_methods: stored.auth_methods,
            sends_iss: stored.sends_iss,
            scopes: stored.scopes,
            lists_refresh: !stored.lists_no_refresh,
            speaks_openid: stored.speaks_openid,
            takes_documents: stored.takes_documents,
        }
    }
}
