//! Pre-registered clients and initial access tokens, each bound to its issuer.

use std::fmt;

use rfc7591::{AuthMethod, BearerToken, ClientSecret, Secret};
use rfc8414::Issuer;
use serde::Deserialize;
use url::Url;

use crate::small_map::SmallMap;
use login_flow::{Client, ClientAuth};

/// `CLIENTS`: a JSON object from issuer identifier to the client or token for it, such as
/// `{"https://as.example": {"client_id": "…", "client_secret": "…"}}` or
/// `{"https://as.example": {"initial_access_token": "…"}}`.
#[derive(Clone, Debug, Default)]
pub struct Clients(SmallMap<Preregistered>);

/// The pre-registration at one issuer.
#[derive(Clone)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum Preregistered {
    /// A pre-registered client.
    Client {
        /// Client identifier.
        client_id: String,
        /// Client authentication.
        auth: ClientAuth,
    },
    /// A token that lets this app register (RFC 7591 §3).
    InitialAccessToken(BearerToken),
}

impl Clients {
    /// Reads the configured value.
    pub fn parse(json: &str) -> Result<Self, InvalidClients> {
        let wire: SmallMap<Wire> = login_codec::json::read(json).map_err(|_| InvalidClients::Syntax)?;
        let known = wire.into_iter().map(|(issuer, wire)| {
            Issuer::try_from(issuer.clone()).map_err(|_| InvalidClients::Issuer)?;
            Ok((issuer, wire.preregistered()?))
        });
        known.collect::<Result<_, _>>().map(Self)
    }

    /// The pre-registration at an issuer. Identifiers are compared as text, so that nothing reaches another issuer.
    pub fn at(&self, issuer: &Issuer) -> Option<&Preregistered> {
        self.0.get(issuer.as_str())
    }
}

impl Preregistered {
    /// True if it is a client, so that no registration is needed.
    pub fn is_client(&self) -> bool {
        matches!(self, Self::Client { .. })
    }

    /// The client, where one is known.
    pub fn client(&self, redirect_uri: &Url) -> Option<Client> {
        let Self::Client { client_id, auth } = self else { return None };
        Some(Client::preregistered(client_id.clone(), auth.clone(), redirect_uri.clone()))
    }

    /// The initial access token, where one is known.
    pub fn initial_access_token(&self) -> Option<&BearerToken> {
        let Self::InitialAccessToken(token) = self else { return None };
        Some(token)
    }
}

impl fmt::Debug for Preregistered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client { client_id, .. } => f.debug_tuple("Client").field(client_id).finish(),
            Self::InitialAccessToken(_) => f.write_str("InitialAccessToken(..)"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    client_id: Option<String>,
    client_secret: Option<Secret>,
    token_endpoint_auth_method: Option<AuthMethod>,
    initial_access_token: Option<Secret>,
}

impl Wire {
    fn preregistered(self) -> Result<Preregistered, InvalidClients> {
        match (self.client_id, self.initial_access_token) {
            (Some(client_id), None) => {
                let secret = self.client_secret.map(ClientSecret::lasting);
                let auth = ClientAuth::new(self.token_endpoint_auth_method, secret);
                Ok(Preregistered::Client { client_id, auth: auth.map_err(|_| InvalidClients::Secret)? })
            }
            (None, Some(token)) if self.client_secret.is_none() => {
                let token = BearerToken::try_from(token).map_err(|_| InvalidClients::Token)?;
                Ok(Preregistered::InitialAccessToken(token))
            }
            _ => Err(InvalidClients::Kind),
        }
    }
}

/// The fault of a value of `CLIENTS`. The message never holds the value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClients {
    /// A name that is no issuer identifier.
    #[error("a name is not an issuer identifier (RFC 8414 §2)")]
    Issuer,
    /// Both a client and a token, or neither.
    #[error("an issuer has neither a `client_id` nor an `initial_access_token`, or both")]
    Kind,
    /// A method that is not supported here, or that lacks its secret.
    #[error("a `token_endpoint_auth_method` is not supported, or has no `client_secret`")]
    Secret,
    /// Not the JSON object that it must be.
    #[error("it is not a JSON object from issuer to what is known there")]
    Syntax,
    /// An initial access token that no header can hold.
    #[error("an `initial_access_token` is empty or has a character that cannot be sent in a header")]
    Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        Issuer::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_client_and_a_token_each_at_its_issuer() {
        let clients = Clients::parse(
            r#"{"https://a.example": {"client_id": "a", "client_secret": "canary"},
                "https://b.example/x": {"client_id": "b"},
                "https://c.example": {"initial_access_token": "canary"}}"#,
        )
        .unwrap();
        let redirect_uri = Url::parse("https://app.example/callback/x").unwrap();
        let client = |name: &str| clients.at(&issuer(name)).and_then(|known| known.client(&redirect_uri));
        assert!(matches!(client("https://a.example").unwrap().auth, ClientAuth::Basic(_)));
        assert_eq!(client("https://b.example/x").unwrap().auth, ClientAuth::None);
        assert!(client("https://c.example").is_none());
        let token = clients.at(&issuer("https://c.example")).unwrap().initial_access_token();
        assert_eq!(token.unwrap().secret(), "canary");
        for other in ["https://a.example/", "https://b.example", "https://evil.example"] {
            assert!(clients.at(&issuer(other)).is_none(), "{other}");
        }
        assert!(!format!("{clients:?}").contains("canary"));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        assert!(Clients::parse("{}").is_ok());
        for (json, expected) in [
            ("", InvalidClients::Syntax),
            (r#"{"https://a.example": {"client": "a"}}"#, InvalidClients::Syntax),
            (r#"{"a.example": {"client_id": "a"}}"#, InvalidClients::Issuer),
            (r#"{"https://a.example": {}}"#, InvalidClients::Kind),
            (
                r#"{"https://a.example": {"client_id": "a", "initial_access_token": "t"}}"#,
                InvalidClients::Kind,
            ),
            (r#"{"https://a.example": {"initial_access_token": "t\n"}}"#, InvalidClients::Token),
            (r#"{"https://a.example": {"initial_access_token": ""}}"#, InvalidClients::Token),
            (
                r#"{"https://a.example": {"client_id": "a", "token_endpoint_auth_method": "client_secret_basic"}}"#,
                InvalidClients::Secret,
            ),
            (
                r#"{"https://a.example": {"client_id": "a", "token_endpoint_auth_method": "private_key_jwt"}}"#,
                InvalidClients::Secret,
            ),
        ] {
            assert_eq!(Clients::parse(json).err(), Some(expected), "{json}");
        }
    }
}
