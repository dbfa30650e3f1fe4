//! The settings of a deployment.

mod clients;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::clients::{Clients, InvalidClients, Preregistered};
use crate::seal::{InvalidKeys, KeyRing};
use login_flow::{Egress, digest};

/// The validated configuration.
#[derive(Debug)]
#[non_exhaustive]
pub struct Config {
    /// `ORIGIN`: the origin of the app. Redirection URIs come from here, never from a `Host` header.
    pub origin: Url,
    /// `CLIENT_NAME`: the name that authorization servers show; the origin's host when it is not set.
    pub client_name: String,
    /// `PREFIX`: the path under which the routes live, without a slash at the end.
    pub prefix: String,
    /// The egress rules, `ALLOW_HOSTS` and `DENY_HOSTS` included.
    pub egress: Egress,
    /// `NAMESPACE`: keeps apart the users of programs that share their Durable Objects.
    pub namespace: String,
    /// `CLIENTS`: pre-registered clients and initial access tokens.
    pub clients: Clients,
    /// `UNUSED_CLIENT_SECONDS`: the time for which a registration outlives its last user.
    pub unused_client: Duration,
    /// `RESOURCE_METADATA`: true if it is `follow`, so that a resource may name its authorization server (RFC 9728).
    pub follows_resource_metadata: bool,
    /// `CLIENT_ID_METADATA`: the use of client id metadata documents.
    pub documents: ClientIdDocuments,
    /// The digest of the settings that the verdict on a host depends on beside `ORIGIN` and `PREFIX`, if there are any.
    pub(crate) probe_settings: Option<String>,
    keys: Option<KeyRing>,
}

impl Config {
    /// The names of all variables and secrets that are read.
    pub const VARIABLES: &str = "ALLOW_HOSTS CLIENT_ID_METADATA CLIENT_NAME CLIENTS DENY_HOSTS MASTER_KEYS \
                                 NAMESPACE ORIGIN PREFIX RESOURCE_METADATA UNUSED_CLIENT_SECONDS";

    /// Reads the variables and secrets of the Worker.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let variable = |name| variable(name).filter(|value| !value.trim().is_empty());
        let origin = variable("ORIGIN").ok_or(Misconfigured::NoOrigin)?;
        let origin = Url::parse(&origin).map_err(|_| Misconfigured::Origin)?;
        let is_bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
        if !is_bare || egress().judge(&origin).is_err() {
            return Err(Misconfigured::Origin);
        }
        let host = origin.host_str().unwrap_or_default().to_owned();
        let hosts = |name| variable(name).map_or_else(|| Ok(Vec::new()), |text| hosts(name, &text));
        let egress = egress().only(hosts("ALLOW_HOSTS")?).without(hosts("DENY_HOSTS")?).except(&origin);
        let probe_settings = ["ALLOW_HOSTS", "DENY_HOSTS", "CLIENTS", "RESOURCE_METADATA"].map(&variable);
        let probe_settings = probe_settings
            .iter()
            .any(Option::is_some)
            .then(|| digest(&probe_settings.map(Option::unwrap_or_default).join("\0")));
        Ok(Self {
            probe_settings,
            client_name: variable("CLIENT_NAME").unwrap_or(host),
            prefix: prefix(variable("PREFIX").unwrap_or_default())?,
            namespace: variable("NAMESPACE").unwrap_or_default(),
            clients: variable("CLIENTS")
                .map_or_else(|| Ok(Clients::default()), |json| Clients::parse(&json))?,
            follows_resource_metadata: choice("RESOURCE_METADATA", "follow", variable)?,
            documents: match choice("CLIENT_ID_METADATA", "prefer", variable)? {
                // In development no server could fetch it.
                _ if Egress::public().judge(&origin).is_err() => ClientIdDocuments::Never,
                true => ClientIdDocuments::Prefer,
                false => ClientIdDocuments::Otherwise,
            },
            unused_client: unused_client(variable("UNUSED_CLIENT_SECONDS"))?,
            keys: variable("MASTER_KEYS").map(|json| KeyRing::parse(&json)).transpose()?,
            origin,
            egress,
        })
    }

    /// `MASTER_KEYS`: what seals the secrets. A Worker that borrows another one's objects has none.
    pub fn keys(&self) -> Result<&KeyRing, Misconfigured> {
        self.keys.as_ref().ok_or(Misconfigured::NoKeys)
    }

    /// The client id metadata document, as a redirection URI names it.
    pub const DOCUMENT: &str = "../client-metadata.json";
    /// The redirection URI of the document, as that of an issuer names it.
    pub const DOCUMENT_CALLBACK: &str = "client-metadata";

    /// True if an `Origin` header names the origin of the app.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        // It is a URL with an empty path.
        self.origin.as_str().strip_suffix('/') == Some(origin)
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

fn prefix(prefix: String) -> Result<String, Misconfigured> {
    let is_path = prefix.is_empty() || (prefix.starts_with('/') && !prefix.ends_with('/'));
    let is_plain = prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/".contains(&b));
    if is_path && is_plain && !prefix.contains("//") { Ok(prefix) } else { Err(Misconfigured::Prefix) }
}

/// Host names separated by commas or white space, as a URL writes them.
fn hosts(name: &'static str, text: &str) -> Result<Vec<String>, Misconfigured> {
    let names = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty());
    names
        .map(|host| {
            let url = Url::parse(&format!("https://{host}/")).ok();
            let url =
                url.filter(|url| url.path() == "/" && url.port().is_none() && !host.contains(['/', '@']));
            url.and_then(|url| url.host_str().map(str::to_owned)).ok_or(Misconfigured::Hosts(name))
        })
        .collect()
}

/// True if a setting has its one value, false if it is not set.
fn choice(
    name: &'static str,
    value: &'static str,
    variable: impl Fn(&'static str) -> Option<String>,
) -> Result<bool, Misconfigured> {
    match variable(name) {
        None => Ok(false),
        Some(set) if set.trim() == value => Ok(true),
        Some(_) => Err(Misconfigured::Choice(name, value)),
    }
}

fn unused_client(seconds: Option<String>) -> Result<Duration, Misconfigured> {
    let seconds = seconds.map_or(Ok(3600), |seconds| seconds.trim().parse());
    seconds.map(Duration::from_secs).map_err(|_| Misconfigured::UnusedClient)
}

/// The use of client id metadata documents, where a server takes them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum ClientIdDocuments {
    /// None: the app is under development.
    Never,
    /// Where the server offers no registration, or refuses it.
    Otherwise,
    /// Before a registration.
    Prefer,
}

/// The fault of a configuration; the operator must act. No message holds a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Misconfigured {
    /// A setting that has one value has another one.
    #[error("{0} is set to something else than {1}")]
    Choice(&'static str, &'static str),
    /// `CLIENTS` cannot be used.
    #[error("CLIENTS: {0}")]
    Clients(#[from] InvalidClients),
    /// A list of hosts holds something else.
    #[error("{0} is not a list of host names such as good.example, other.example")]
    Hosts(&'static str),
    /// `MASTER_KEYS` cannot be used.
    #[error("MASTER_KEYS: {0}")]
    Keys(#[from] InvalidKeys),
    /// `MASTER_KEYS` is not set.
    #[error("MASTER_KEYS is not set")]
    NoKeys,
    /// The standalone app limits what one address may ask, and the binding for it is missing.
    #[error("the rate limit binding {0} is missing")]
    NoLimit(&'static str),
    /// `ORIGIN` is not set.
    #[error("ORIGIN is not set")]
    NoOrigin,
    /// `ORIGIN` is not a public https origin.
    #[error(
        "ORIGIN is not an https origin such as https://app.example; http://localhost needs the development build"
    )]
    Origin,
    /// `PREFIX` is not a path.
    #[error("PREFIX is not a path such as /login-with")]
    Prefix,
    /// `UNUSED_CLIENT_SECONDS` is not a number.
    #[error("UNUSED_CLIENT_SECONDS is not a number of seconds")]
    UnusedClient,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"active": "k1", "keys": {"k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}"#;
    const ORIGIN: (&str, &str) = ("ORIGIN", "https://app.example");

    fn read(variables: &[(&str, &str)]) -> Result<Config, Misconfigured> {
        Config::read(|name| {
            assert!(Config::VARIABLES.split(' ').any(|known| known == name), "{name}");
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_origin_and_a_key_suffice() {
        let config = read(&[ORIGIN, ("MASTER_KEYS", KEYS)]).unwrap();
        assert!(config.keys().is_ok());
        assert_eq!(config.client_name, "app.example");
        assert_eq!(config.unused_client, Duration::from_hours(1));
        assert_eq!(config.url("/callback/x").as_str(), "https://app.example/callback/x");
        let with_prefix = read(&[ORIGIN, ("MASTER_KEYS", KEYS), ("PREFIX", "/auth")]);
        assert_eq!(with_prefix.unwrap().url("/").as_str(), "https://app.example/auth/");
    }

    #[test]
    fn an_origin_is_compared_as_a_browser_writes_it() {
        for origin in ["https://app.example", "HTTPS://App.example:443/", "https://bücher.example:8443"] {
            let config = read(&[("ORIGIN", origin)]).unwrap();
            assert!(config.is_own_origin(&config.origin.origin().ascii_serialization()), "{origin}");
            for other in
                ["", "null", "https://app.example.evil.example", "http://app.example", config.origin.as_str()]
            {
                assert!(!config.is_own_origin(other), "{origin}: {other}");
            }
        }
    }

    #[test]
    fn s07_a_bad_configuration_is_refused() {
        for (variables, expected) in [
            (vec![("MASTER_KEYS", KEYS)], Misconfigured::NoOrigin),
            (vec![ORIGIN, ("MASTER_KEYS", "k")], Misconfigured::Keys(InvalidKeys::Syntax)),
            (vec![("ORIGIN", "app.example")], Misconfigured::Origin),
            (vec![("ORIGIN", "http://app.example")], Misconfigured::Origin),
            (vec![("ORIGIN", "https://app.example/x")], Misconfigured::Origin),
            (vec![ORIGIN, ("PREFIX", "auth/")], Misconfigured::Prefix),
            (vec![ORIGIN, ("PREFIX", "//evil.example")], Misconfigured::Prefix),
            (vec![ORIGIN, ("ALLOW_HOSTS", "https://good.example")], Misconfigured::Hosts("ALLOW_HOSTS")),
            (vec![ORIGIN, ("DENY_HOSTS", "good.example/x")], Misconfigured::Hosts("DENY_HOSTS")),
            (vec![ORIGIN, ("DENY_HOSTS", "good.example:1")], Misconfigured::Hosts("DENY_HOSTS")),
            (vec![ORIGIN, ("UNUSED_CLIENT_SECONDS", "an hour")], Misconfigured::UnusedClient),
            (
                vec![ORIGIN, ("RESOURCE_METADATA", "yes")],
                Misconfigured::Choice("RESOURCE_METADATA", "follow"),
            ),
            (
                vec![ORIGIN, ("CLIENT_ID_METADATA", "no")],
                Misconfigured::Choice("CLIENT_ID_METADATA", "prefer"),
            ),
            (vec![ORIGIN, ("CLIENTS", "[]")], Misconfigured::Clients(InvalidClients::Syntax)),
        ] {
            assert_eq!(read(&variables).err(), Some(expected), "{variables:?}");
        }
        assert_eq!(read(&[ORIGIN]).unwrap().keys().err(), Some(Misconfigured::NoKeys));
    }

    #[test]
    fn switches_are_off_unless_they_are_set() {
        let config = read(&[ORIGIN]).unwrap();
        assert_eq!(
            (config.follows_resource_metadata, config.documents),
            (false, ClientIdDocuments::Otherwise)
        );
        let config =
            read(&[ORIGIN, ("RESOURCE_METADATA", "follow"), ("CLIENT_ID_METADATA", "prefer")]).unwrap();
        assert_eq!((config.follows_resource_metadata, config.documents), (true, ClientIdDocuments::Prefer));
    }

    #[test]
    fn hosts_are_listed_as_a_url_writes_them() {
        let config = read(&[ORIGIN, ("DENY_HOSTS", "EVIL.example, münchen.example\nother.example")]).unwrap();
        for host in ["evil.example", "xn--mnchen-3ya.example", "other.example"] {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            assert!(config.egress.judge(&url).is_err(), "{host}");
        }
        assert!(config.egress.judge(&Url::parse("https://good.example/").unwrap()).is_ok());
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
