use rfc7591::{AuthMethod, ClientSecret, Secret};
use serde::{Deserialize, Serialize};
use url::form_urlencoded::byte_serialize;

use crate::{Client, RegisterError, Relaxation, Server};

/// The registered `token_endpoint_auth_method`, with the secret that it requires.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum ClientAuth {
    /// `client_secret_basic`.
    Basic(ClientSecret),
    /// `none`.
    None,
    /// `client_secret_post`.
    Post(ClientSecret),
}

impl ClientAuth {
    /// The method's name in a registration.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::Basic(_) => AuthMethod::ClientSecretBasic,
            Self::None => AuthMethod::None,
            Self::Post(_) => AuthMethod::ClientSecretPost,
        }
    }

    /// The secret of the method.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::Basic(secret) | Self::Post(secret) => Some(&secret.secret),
        }
    }

    /// Combines a method with its secret. The method decides; a secret without a method means `client_secret_basic`,
    /// the default of RFC 7591 §2.
    pub fn new(method: Option<AuthMethod>, secret: Option<ClientSecret>) -> Result<Self, RegisterError> {
        match (method, secret) {
            (Some(AuthMethod::None), _) | (None, None) => Ok(Self::None),
            (Some(AuthMethod::ClientSecretBasic) | None, Some(secret)) => Ok(Self::Basic(secret)),
            (Some(AuthMethod::ClientSecretPost), Some(secret)) => Ok(Self::Post(secret)),
            (Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost), None) => {
                Err(RegisterError::NoSecret)
            }
            (Some(other), _) => Err(RegisterError::AuthMethod(other)),
        }
    }
}

impl Client {
    /// The credentials of a request: by the registered method, or by the one that the server was found to accept.
    pub(crate) fn credentials(&self) -> Credentials {
        let Some(secret) = self.auth.secret().or(self.spare_secret.as_ref().map(|spare| &spare.secret))
        else {
            return Credentials::None;
        };
        let (id, secret) = (&self.client_id, secret.secret());
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let in_body = || Credentials::Body(secret.to_owned());
        let in_header = || Credentials::Header(format!("{}:{}", encode(id), encode(secret)));
        let relaxed = |relaxation| self.relaxations.contains(relaxation);
        match &self.auth {
            _ if relaxed(Relaxation::SecretInBody) => in_body(),
            _ if relaxed(Relaxation::SecretInHeader) => in_header(),
            _ if relaxed(Relaxation::SecretInHeaderUnencoded) => {
                Credentials::Header(format!("{id}:{secret}"))
            }
            ClientAuth::None => Credentials::None,
            ClientAuth::Basic(_) => in_header(),
            ClientAuth::Post(_) => in_body(),
        }
    }

    /// The other ways to send the client secret by the methods that the server lists, for a client that has not
    /// authenticated yet.
    pub(crate) fn other_credentials(&self, server: &Server) -> Vec<Relaxation> {
        if self.is_proven { Vec::new() } else { self.unused_credentials(server) }
    }

    /// The ways to send the client secret, by the methods that the server lists, in which this client does not send it.
    pub(crate) fn unused_credentials(&self, server: &Server) -> Vec<Relaxation> {
        let lists = |method| server.auth_methods.contains(&method);
        let by_header = lists(AuthMethod::ClientSecretBasic) || matches!(self.auth, ClientAuth::Basic(_));
        let ways = [
            (Relaxation::SecretInHeader, by_header),
            (Relaxation::SecretInHeaderUnencoded, by_header),
            (Relaxation::SecretInBody, lists(AuthMethod::ClientSecretPost)),
        ];
        let mut sent = vec![self.credentials()];
        let mut others = Vec::new();
        for (way, _) in ways.into_iter().filter(|(_, is_listed)| *is_listed) {
            let with = Self { relaxations: self.relaxations.clone().with(way), ..self.clone() };
            let credentials = with.credentials();
            if !sent.contains(&credentials) {
                sent.push(credentials);
                others.push(way);
            }
        }
        others
    }
}

/// The client credentials of a request (RFC 6749 §2.3.1).
#[derive(Eq, PartialEq)]
pub(crate) enum Credentials {
    /// None.
    None,
    /// The secret, as a parameter of the body.
    Body(String),
    /// The user-pass of the Basic scheme.
    Header(String),
}
