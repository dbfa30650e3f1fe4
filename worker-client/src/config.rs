//! What a deployment must say: its origin and its keys.

use url::Url;

use crate::{
    flow::Egress,
    seal::{InvalidKeys, KeyRing},
};

/// The validated configuration.
#[derive(Debug)]
#[non_exhaustive]
pub struct Config {
    /// `ORIGIN`: where the app lives. Redirection URIs come from here, never from a `Host` header.
    pub origin: Url,
    /// `MASTER_KEYS`: what seals the secrets.
    pub keys: KeyRing,
    /// `CLIENT_NAME`: what authorization servers show; the origin's host when it is not set.
    pub client_name: String,
    /// `PREFIX`: the path under which the routes live, without a slash at the end.
    pub prefix: String,
    /// Where requests may go.
    pub egress: Egress,
}

impl Config {
    /// Reads the variables and secrets of the Worker.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let origin = variable("ORIGIN").ok_or(Misconfigured::NoOrigin)?;
        let origin = Url::parse(&origin).map_err(|_| Misconfigured::Origin)?;
        let egress = egress();
        let is_bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
        if !is_bare || egress.judge(&origin).is_err() {
            return Err(Misconfigured::Origin);
        }
        let prefix = variable("PREFIX").unwrap_or_default();
        let is_path = prefix.is_empty() || (prefix.starts_with('/') && !prefix.ends_with('/'));
        let is_plain = prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/".contains(&b));
        if !is_path || !is_plain || prefix.contains("//") {
            return Err(Misconfigured::Prefix);
        }
        let keys = KeyRing::parse(&variable("MASTER_KEYS").ok_or(Misconfigured::NoKeys)?)?;
        let host = origin.host_str().unwrap_or_default().to_owned();
        let client_name = variable("CLIENT_NAME").filter(|name| !name.trim().is_empty()).unwrap_or(host);
        Ok(Self { egress: egress.except(&origin), origin, keys, client_name, prefix })
    }

    /// The absolute URL of a route.
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.origin.clone();
        url.set_path(&format!("{}{path}", self.prefix));
        url
    }
}

fn egress() -> Egress {
    #[cfg(feature = "loopback")]
    return Egress::public().and_loopback();
    #[cfg(not(feature = "loopback"))]
    Egress::public()
}

/// What is wrong with the configuration; the operator must act. No message holds a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Misconfigured {
    /// `MASTER_KEYS` cannot be used.
    #[error("MASTER_KEYS: {0}")]
    Keys(#[from] InvalidKeys),
    /// `MASTER_KEYS` is not set.
    #[error("MASTER_KEYS is not set")]
    NoKeys,
    /// `ORIGIN` is not set.
    #[error("ORIGIN is not set")]
    NoOrigin,
    /// `ORIGIN` is not a public https origin.
    #[error("ORIGIN is not an https origin such as https://app.example")]
    Origin,
    /// `PREFIX` is not a path.
    #[error("PREFIX is not a path such as /login-with")]
    Prefix,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"active": "k1", "keys": {"k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}"#;

    fn read(variables: &[(&str, &str)]) -> Result<Config, Misconfigured> {
        Config::read(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_origin_and_a_key_suffice() {
        let config = read(&[("ORIGIN", "https://app.example"), ("MASTER_KEYS", KEYS)]).unwrap();
        assert_eq!(config.client_name, "app.example");
        assert_eq!(config.url("/callback/x").as_str(), "https://app.example/callback/x");
        let with_prefix =
            read(&[("ORIGIN", "https://app.example"), ("MASTER_KEYS", KEYS), ("PREFIX", "/auth")]);
        assert_eq!(with_prefix.unwrap().url("/").as_str(), "https://app.example/auth/");
    }

    #[test]
    fn s07_a_bad_configuration_is_refused() {
        let origin = ("ORIGIN", "https://app.example");
        for (variables, expected) in [
            (vec![("MASTER_KEYS", KEYS)], Misconfigured::NoOrigin),
            (vec![origin], Misconfigured::NoKeys),
            (vec![origin, ("MASTER_KEYS", "k")], Misconfigured::Keys(InvalidKeys::Syntax)),
            (vec![("ORIGIN", "app.example"), ("MASTER_KEYS", KEYS)], Misconfigured::Origin),
            (vec![("ORIGIN", "http://app.example"), ("MASTER_KEYS", KEYS)], Misconfigured::Origin),
            (vec![("ORIGIN", "https://app.example/x"), ("MASTER_KEYS", KEYS)], Misconfigured::Origin),
            (vec![origin, ("MASTER_KEYS", KEYS), ("PREFIX", "auth/")], Misconfigured::Prefix),
            (vec![origin, ("MASTER_KEYS", KEYS), ("PREFIX", "//evil.example")], Misconfigured::Prefix),
        ] {
            assert_eq!(read(&variables).err(), Some(expected), "{variables:?}");
        }
    }

    #[cfg(not(feature = "loopback"))]
    #[test]
    fn d28_no_variable_allows_loopback() {
        let keys = ("MASTER_KEYS", KEYS);
        for switch in ["ALLOW_INSECURE", "ALLOW_LOOPBACK", "LOOPBACK", "DEV"] {
            let read = read(&[("ORIGIN", "http://localhost:8787"), keys, (switch, "1")]);
            assert_eq!(read.err(), Some(Misconfigured::Origin), "{switch}");
        }
    }
}
