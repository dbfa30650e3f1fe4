//! The stored form of what outlives a request, each value with the version of its form.
//!
//! These types are not those of the flow: a change there changes no row. A form that is in use is read for ever; a
//! change that an older package could not read is a step of the object's migrations too, so that it refuses the row.

mod client;
mod grant;
mod login;
mod server;
mod task;
mod tokens;
mod version;

pub use self::{
    client::{StoredAuth, StoredClient, StoredConfiguration, StoredExpiry, StoredSecret},
    grant::{Grant, GrantInUse, StoredGrant, StoredGrantInUse},
    login::{LoginUnderWay, StoredLogin, StoredPending},
    server::StoredServer,
    task::{
        OutboxTask, RegisteredClient, StoredRegisteredClient, StoredTask, StoredTokenRevocation,
        TokenRevocation,
    },
    tokens::StoredTokens,
    version::{UnknownVersion, Version},
};

/// True for a member that is left out: those that came later are absent where they say nothing new, so that an older
/// package reads the row.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests;
