use login_flow::{Client, Server, TokenKind};
use rfc7591::Secret;
use serde::{Deserialize, Serialize};

use super::{Grant, StoredClient, StoredServer, Version};
use crate::model::Event;

/// A call to another party that must happen: stored with its cause, and repeated until it succeeds.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the alarm performs each")]
pub enum OutboxTask {
    /// Tells the registrar that this account has a connection with that client.
    Hold(RegisteredClient),
    /// Tells the registrar that it has none any more.
    Release(RegisteredClient),
    /// Revokes a token at its server.
    Revoke(Box<TokenRevocation>),
    /// Tells the host program that a connection changed.
    Tell(Event),
}

/// A client and where it is registered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "two identifiers and a time")]
pub struct RegisteredClient {
    /// The issuer that it is registered at.
    pub issuer: String,
    /// Its identifier there.
    pub client_id: String,
    /// When it came into use, or went out of it, in milliseconds since 1970: the later of two counts, in whatever order
    /// they arrive. 0 where it was not written down.
    pub since: i64,
}

impl RegisteredClient {
    /// The client of a grant.
    pub fn at(grant: &Grant, since: i64) -> Self {
        let issuer = grant.server.issuer.as_str().to_owned();
        Self { issuer, client_id: grant.client.client_id.clone(), since }
    }
}

/// A token to revoke, and where: only there may it be sent.
#[derive(Clone, Debug)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "what a revocation request is made of")]
pub struct TokenRevocation {
    pub server: Server,
    pub client: Client,
    pub token: Secret,
    pub kind: TokenKind,
}

/// A task as it is stored. The version lies in what each variant holds; an event has the form that is posted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_enums, reason = "the variants of `OutboxTask`, as they are stored")]
pub enum StoredTask {
    Hold(StoredRegisteredClient),
    Release(StoredRegisteredClient),
    Revoke(Box<StoredTokenRevocation>),
    Tell(Event),
}

/// A client and where it is registered, as they are stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the members of `RegisteredClient`, as they are stored"
)]
pub struct StoredRegisteredClient {
    #[serde(default)]
    pub version: Version,
    pub issuer: String,
    pub client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

impl From<RegisteredClient> for StoredRegisteredClient {
    fn from(RegisteredClient { issuer, client_id, since }: RegisteredClient) -> Self {
        let since = Some(since).filter(|since| *since != 0);
        Self { version: Version::CURRENT, issuer, client_id, since }
    }
}

impl From<StoredRegisteredClient> for RegisteredClient {
    fn from(stored: StoredRegisteredClient) -> Self {
        let StoredRegisteredClient { version: Version::V1 | Version::V2, issuer, client_id, since } = stored;
        Self { issuer, client_id, since: since.unwrap_or_default() }
    }
}

/// A token to revoke, as it is stored. Sealed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the members of `TokenRevocation`, as they are stored"
)]
pub struct StoredTokenRevocation {
    #[serde(default)]
    pub version: Version,
    pub server: StoredServer,
    pub client: StoredClient,
    pub token: Secret,
    pub is_refresh: bool,
}

impl From<OutboxTask> for StoredTask {
    fn from(task: OutboxTask) -> Self {
        match task {
            OutboxTask::Hold(client) => Self::Hold(client.into()),
            OutboxTask::Release(client) => Self::Release(client.into()),
            OutboxTask::Revoke(revocation) => {
                let TokenRevocation { server, client, token, kind } = *revocation;
                Self::Revoke(Box::new(StoredTokenRevocation {
                    version: Version::CURRENT,
                    server: server.into(),
                    client: client.into(),
                    token,
                    is_refresh: kind == TokenKind::Refresh,
                }))
            }
            OutboxTask::Tell(event) => Self::Tell(event),
        }
    }
}

impl From<StoredTask> for OutboxTask {
    fn from(stored: StoredTask) -> Self {
        match stored {
            StoredTask::Hold(client) => Self::Hold(client.into()),
            StoredTask::Release(client) => Self::Release(client.into()),
            StoredTask::Revoke(stored) => {
                let StoredTokenRevocation {
                    version: Version::V1 | Version::V2,
                    server,
                    client,
                    token,
                    is_refresh,
                } = *stored;
                let kind = if is_refresh { TokenKind::Refresh } else { TokenKind::Access };
                let (server, client) = (server.into(), client.into());
                Self::Revoke(Box::new(TokenRevocation { server, client, token, kind }))
            }
            StoredTask::Tell(event) => Self::Tell(event),
        }
    }
}
