use login_flow::{AuthorizationRequest, LoginTarget, Pending};
use pkce::Verifier;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{StoredClient, StoredServer, Version};
use crate::model::About;

/// A login between the redirect and the callback, and what its connection will be called.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "what a callback needs")]
pub struct LoginUnderWay {
    /// The pending authorization request.
    pub pending: Pending,
    /// The host or URL that the person named.
    pub target: LoginTarget,
    /// The branding of the host.
    pub about: About,
    /// The person's own name for the connection; empty without one.
    pub label: String,
    /// The page to bring the person back to.
    pub return_to: Option<Url>,
}

/// A login under way, as it is stored. Sealed: it holds the code verifier.
#[derive(Debug, Deserialize, Serialize)]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the members of `LoginUnderWay`, as they are stored"
)]
pub struct StoredLogin {
    #[serde(default)]
    pub version: Version,
    pub pending: StoredPending,
    pub named: Url,
    pub about: About,
    pub label: String,
    pub return_to: Option<Url>,
}

/// A pending authorization request.
#[derive(Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `Pending`, as they are stored")]
pub struct StoredPending {
    pub server: StoredServer,
    pub client: StoredClient,
    pub resource: String,
    pub scope: Option<String>,
    pub verifier: Verifier,
    pub state: String,
}

impl From<LoginUnderWay> for StoredLogin {
    fn from(login: LoginUnderWay) -> Self {
        let LoginUnderWay { pending, target, about, label, return_to } = login;
        let (AuthorizationRequest { server, client, resource, scope }, verifier, state) =
            pending.into_parts();
        let (server, client) = (server.into(), client.into());
        let pending = StoredPending { server, client, resource, scope, verifier, state };
        Self { version: Version::CURRENT, pending, named: target.url().clone(), about, label, return_to }
    }
}

impl From<StoredLogin> for LoginUnderWay {
    fn from(stored: StoredLogin) -> Self {
        let StoredLogin { version: Version::V1 | Version::V2, pending, named, about, label, return_to } =
            stored;
        let StoredPending { server, client, resource, scope, verifier, state } = pending;
        let request = AuthorizationRequest { server: server.into(), client: client.into(), resource, scope };
        let pending = Pending::restore(request, verifier, state);
        Self { pending, target: LoginTarget::restore(named), about, label, return_to }
    }
}
