use login_flow::{Client, Server, Tokens};
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

/// The part of a [`Grant`] that a token is taken from.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the members of `Grant` of the same names")]
pub struct GrantInUse {
    /// The tokens.
    pub tokens: Tokens,
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

/// The members of a [`StoredGrant`] that a token is taken from. The others are passed over.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `StoredGrant` of the same names")]
pub struct StoredGrantInUse {
    #[serde(default)]
    pub version: Version,
    pub tokens: StoredTokens,
    #[serde(default)]
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

impl From<StoredGrantInUse> for GrantInUse {
    fn from(stored: StoredGrantInUse) -> Self {
        let StoredGrantInUse { version: Version::V1 | Version::V2, tokens, step_ups } = stored;
        Self { tokens: tokens.into(), step_ups }
    }
}

impl From<StoredGrant> for Grant {
    fn from(stored: StoredGrant) -> Self {
        let StoredGrant { version: Version::V1 | Version::V2, server, client, tokens, resource, step_ups } =
            stored;
        Self { server: server.into(), client: client.into(), tokens: tokens.into(), resource, step_ups }
    }
}
