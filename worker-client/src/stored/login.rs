use login_flow::{AuthorizationRequest, LoginTarget, Pending, RequestedScope};
use pkce::Verifier;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{StoredClient, StoredServer, Version, is_false};
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
    #[serde(rename = "named")]
    pub target: Url,
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
    /// True if this app chose the scope; absent where a party named it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scope_is_chosen: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_repeated: bool,
    pub verifier: Verifier,
    pub state: String,
}

impl From<LoginUnderWay> for StoredLogin {
    fn from(login: LoginUnderWay) -> Self {
        let LoginUnderWay { pending, target, about, label, return_to } = login;
        let (request, verifier, state) = pending.into_parts();
        let AuthorizationRequest { server, client, resource, scope, is_repeated } = request;
        let (scope, scope_is_chosen) = match scope {
            RequestedScope::Chosen(scope) => (scope, true),
            RequestedScope::Named(scope) => (scope, false),
        };
        let (server, client) = (server.into(), client.into());
        let pending =
            StoredPending { server, client, resource, scope, scope_is_chosen, is_repeated, verifier, state };
        Self { version: Version::CURRENT, pending, target: target.url().clone(), about, label, return_to }
    }
}

impl From<StoredLogin> for LoginUnderWay {
    fn from(stored: StoredLogin) -> Self {
        let StoredLogin { version: Version::V1 | Version::V2, pending, target, about, label, return_to } =
            stored;
        let StoredPending { server, client, resource, scope, scope_is_chosen, is_repeated, verifier, state } =
            pending;
        let scope =
            if scope_is_chosen { RequestedScope::Chosen(scope) } else { RequestedScope::Named(scope) };
        let (server, client) = (server.into(), client.into());
        let request = AuthorizationRequest { server, client, resource, scope, is_repeated };
        let pending = Pending::restore(request, verifier, state);
        Self { pending, target: LoginTarget::restore(target), about, label, return_to }
    }
}
