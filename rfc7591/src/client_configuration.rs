use serde::{Deserialize, Serialize};

use crate::{BearerToken, Endpoint};

#[cfg(feature = "http")]
pub(crate) mod requests;

/// The client configuration endpoint of a registered client, and the access token for it ([RFC 7592 §3]).
///
/// Store it encrypted: the token allows to change and delete the client. Send the token to this endpoint alone, and
/// check first that the URL belongs to the server that registered the client.
///
/// [RFC 7592 §3]: https://www.rfc-editor.org/rfc/rfc7592#section-3
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientConfiguration {
    registration_client_uri: Endpoint,
    /// The registration access token.
    pub registration_access_token: BearerToken,
}

impl ClientConfiguration {
    /// A client configuration endpoint and its token.
    pub fn new(registration_client_uri: Endpoint, registration_access_token: BearerToken) -> Self {
        Self { registration_client_uri, registration_access_token }
    }

    /// The client configuration endpoint, `registration_client_uri`.
    pub fn endpoint(&self) -> &Endpoint {
        &self.registration_client_uri
    }
}
