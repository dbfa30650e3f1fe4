use std::time::Duration;

use login_flow::{Client, Server, Tokens};
use rfc7591::Secret;
use serde::{Deserialize, Serialize};

use super::{StoredClient, StoredServer, StoredTokens, Version};

/// The tokens of a connection with the client and the server that they belong to: never one without the others.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the things that belong together")]
pub struct Grant {
    /// The server that issued the tokens.
    pub server: Server,
    /// The client that it issued them to.
    pub client: Client,
    /// The tokens.
    pub tokens: Tokens,
    /// The `resource` parameter, where the resource published another one than the named URL (RFC 9728 §2).
    pub resource: Option<String>,
    /// Number of logins before it, one soon after the other, that asked for what was granted and more.
    pub step_ups: u8,
}

/// The part of a [`Grant`] that an authorized request needs.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the members of `Grant` and of its tokens")]
pub struct GrantInUse {
    /// The access token.
    pub access_token: Secret,
    /// Its lifetime; `None` if the server did not specify it.
    pub expires_in: Option<Duration>,
    /// Its scope, as the server sent it.
    pub scope: Option<String>,
    /// True if a refresh token came with it.
    pub is_renewable: bool,
    /// Number of logins before it, one soon after the other, that asked for what was granted and more.
    pub step_ups: u8,
}

/// A grant as it is stored: sealed as one, so that tokens never meet another client or endpoint.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `Grant`, as they are stored")]
pub struct StoredGrant {
    #[serde(default)]
    pub version: Version,
    pub server: StoredServer,
    pub client: StoredClient,
    pub tokens: StoredTokens,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub step_ups: u8,
}

/// The part in use of a grant as it is stored: sealed apart, so that an authorized request opens no more than it sends.
#[derive(Debug, Deserialize, Serialize)]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the members of `GrantInUse`, as they are stored"
)]
pub struct StoredGrantInUse {
    pub version: Version,
    pub access_token: Secret,
    pub expires_in: Option<Duration>,
    pub scope: Option<String>,
    pub is_renewable: bool,
    pub step_ups: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl From<Grant> for StoredGrant {
    fn from(Grant { server, client, tokens, resource, step_ups }: Grant) -> Self {
        Self {
            version: Version::CURRENT,
            server: server.into(),
            client: client.into(),
            tokens: tokens.into(),
            resource,
            step_ups,
        }
    }
}

impl From<&Grant> for GrantInUse {
    fn from(Grant { tokens, step_ups, .. }: &Grant) -> Self {
        let Tokens { access_token, refresh_token, expires_in, scope } = tokens;
        Self {
            access_token: access_token.clone(),
            expires_in: *expires_in,
            scope: scope.clone(),
            is_renewable: refresh_token.is_some(),
            step_ups: *step_ups,
        }
    }
}

impl From<GrantInUse> for StoredGrantInUse {
    fn from(GrantInUse { access_token, expires_in, scope, is_renewable, step_ups }: GrantInUse) -> Self {
        Self { version: Version::CURRENT, access_token, expires_in, scope, is_renewable, step_ups }
    }
}

impl From<StoredGrantInUse> for GrantInUse {
    fn from(stored: StoredGrantInUse) -> Self {
        let StoredGrantInUse {
            version: Version::V1 | Version::V2,
            access_token,
            expires_in,
            scope,
            is_renewable,
            step_ups,
        } = stored;
        Self { access_token, expires_in, scope, is_renewable, step_ups }
    }
}

impl From<StoredGrant> for Grant {
    fn from(stored: StoredGrant) -> Self {
        let StoredGrant { version: Version::V1 | Version::V2, server, client, tokens, resource, step_ups } =
            stored;
        Self { server: server.into(), client: client.into(), tokens: tokens.into(), resource, step_ups }
    }
}
