use std::time::SystemTime;

use login_flow::{Client, ClientAuth, Relaxations};
use rfc7591::{BearerToken, ClientConfiguration, ClientSecret, Endpoint, Expiry, Secret};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Version, is_false};

/// A registered client. Sealed: it may hold a secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `Client`, as they are stored")]
pub struct StoredClient {
    #[serde(default)]
    pub version: Version,
    pub client_id: String,
    pub auth: StoredAuth,
    #[serde(rename = "management")]
    pub configuration: Option<StoredConfiguration>,
    pub redirect_uri: Url,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spare_secret: Option<StoredSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// True if the server has not accepted the client's authentication yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_new: bool,
    /// The names of the relaxations; one that is not known is ignored, and found out anew.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relaxations: String,
}

/// The client authentication method, with its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_enums, reason = "the variants of `ClientAuth`, as they are stored")]
pub enum StoredAuth {
    Basic(StoredSecret),
    None,
    Post(StoredSecret),
}

/// A client secret and its expiry.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the members of `ClientSecret`, as they are stored"
)]
pub struct StoredSecret {
    pub secret: Secret,
    pub expires: StoredExpiry,
}

/// The expiry of a client secret. Before it was `Unspecified`, it was called `NotSaid`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(missing_docs, clippy::exhaustive_enums, reason = "the variants of `Expiry`, as they are stored")]
pub enum StoredExpiry {
    At(SystemTime),
    Never,
    #[serde(alias = "NotSaid")]
    Unspecified,
}

/// The client configuration endpoint (RFC 7592) and its token.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of the RFC, as they are stored")]
pub struct StoredConfiguration {
    pub registration_client_uri: Endpoint,
    pub registration_access_token: Secret,
}

impl From<Client> for StoredClient {
    fn from(client: Client) -> Self {
        let Client {
            client_id,
            auth,
            configuration,
            redirect_uri,
            spare_secret,
            scope,
            is_proven,
            relaxations,
        } = client;
        let configuration = configuration.map(|configuration| StoredConfiguration {
            registration_client_uri: configuration.endpoint().clone(),
            registration_access_token: configuration.registration_access_token.into(),
        });
        Self {
            version: Version::CURRENT,
            client_id,
            auth: auth.into(),
            configuration,
            redirect_uri,
            spare_secret: spare_secret.map(StoredSecret::from),
            scope,
            is_new: !is_proven,
            relaxations: relaxations.names(),
        }
    }
}

impl From<StoredClient> for Client {
    fn from(stored: StoredClient) -> Self {
        let (Version::V1 | Version::V2) = stored.version;
        let configuration = stored.configuration.and_then(
            |StoredConfiguration { registration_client_uri, registration_access_token }| {
                // Earlier rows hold tokens that no header can hold. No request can be made with one.
                let token = BearerToken::try_from(registration_access_token).ok()?;
                Some(ClientConfiguration::new(registration_client_uri, token))
            },
        );
        Self {
            client_id: stored.client_id,
            auth: stored.auth.into(),
            configuration,
            redirect_uri: stored.redirect_uri,
            spare_secret: stored.spare_secret.map(ClientSecret::from),
            scope: stored.scope,
            is_proven: !stored.is_new,
            relaxations: Relaxations::named(&stored.relaxations),
        }
    }
}

impl From<ClientAuth> for StoredAuth {
    fn from(auth: ClientAuth) -> Self {
        match auth {
            ClientAuth::Basic(secret) => Self::Basic(secret.into()),
            ClientAuth::None => Self::None,
            ClientAuth::Post(secret) => Self::Post(secret.into()),
        }
    }
}

impl From<StoredAuth> for ClientAuth {
    fn from(stored: StoredAuth) -> Self {
        match stored {
            StoredAuth::Basic(secret) => Self::Basic(secret.into()),
            StoredAuth::None => Self::None,
            StoredAuth::Post(secret) => Self::Post(secret.into()),
        }
    }
}

impl From<ClientSecret> for StoredSecret {
    fn from(ClientSecret { secret, expires, .. }: ClientSecret) -> Self {
        let expires = match expires {
            Expiry::At(end) => StoredExpiry::At(end),
            Expiry::Never => StoredExpiry::Never,
            Expiry::Unspecified => StoredExpiry::Unspecified,
        };
        Self { secret, expires }
    }
}

impl From<StoredSecret> for ClientSecret {
    fn from(StoredSecret { secret, expires }: StoredSecret) -> Self {
        let mut lasting = Self::lasting(secret);
        lasting.expires = match expires {
            StoredExpiry::At(end) => Expiry::At(end),
            StoredExpiry::Never => Expiry::Never,
            StoredExpiry::Unspecified => Expiry::Unspecified,
        };
        lasting
    }
}
