//! The requests to a registrar.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::ClientIdDocuments;
use login_flow::{Relaxations, Server};

/// A request to a registrar. The name of the object is the issuer identifier, byte for byte.
#[derive(Deserialize, Serialize)]
pub(crate) enum RegistrarRequest {
    /// The registered client, registering if need be.
    Obtain(Box<ObtainClient>),
    /// The server no longer knows this client.
    Forget {
        /// Identifier of the client.
        client_id: String,
    },
    /// The relaxations with which the server was found to serve a client.
    Relax(Relaxations),
    /// Nothing, if the objects have the keys with which they seal what they store.
    Health,
    /// An account has a connection with this client.
    Hold {
        /// Which.
        client_id: String,
        /// The account.
        account: String,
        /// When that began, in milliseconds since 1970.
        since: i64,
    },
    /// An account has no connection with this client any more.
    Release {
        /// Which.
        client_id: String,
        /// The account.
        account: String,
        /// When that ended, in milliseconds since 1970: it ends nothing that began later.
        since: i64,
    },
}

/// A client to have.
#[derive(Deserialize, Serialize)]
pub(crate) struct ObtainClient {
    /// The authorization server, validated by the asker.
    pub(crate) server: Server,
    /// The redirection URI.
    pub(crate) redirect_uri: Url,
    /// The name of the app on the consent page.
    pub(crate) client_name: String,
    /// The scope of the login.
    pub(crate) scope: Option<String>,
    /// The use of client id metadata documents.
    pub(crate) documents: ClientIdDocuments,
}
