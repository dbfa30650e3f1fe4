use std::time::Duration;

use http::HeaderValue;
use login_flow::Egress;
use url::Url;

use crate::{preset::Preset, proxy::Proxy, report::Extent};

/// The extent of a check, its bounds, and what it sends.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Also asks loopback, over http too.
    pub allow_loopback: bool,
    /// Sends an MCP `initialize`.
    pub mcp: bool,
    /// Checks protected resource metadata (RFC 9728), and takes the authorization server that it names.
    pub resource_metadata: bool,
    /// The origin of a page, such as `https://page.example`: asks what it can read (CORS).
    pub cors: Option<String>,
    /// Registers clients, and deletes them where that is offered.
    pub register: bool,
    /// Logs in; this registers a client too.
    pub login: bool,
    /// The widely used clients to register and log in as.
    pub clients: Vec<Preset>,
    /// The number of requests that each host gets at most.
    pub budget: u32,
    /// The time that the check of one host takes at most.
    pub within: Duration,
    /// The registered redirection URI, on loopback.
    pub redirect_uri: Url,
    /// The scope of the login; `None` lets the server choose.
    pub scope: Option<String>,
    /// The resource of the login (RFC 8707 §2); `None` for the named URL.
    pub resource: Option<String>,
    /// The initial access token of a protected registration (RFC 7591 §3).
    pub initial_access_token: Option<rfc7591::BearerToken>,
    /// Certificate authorities to trust beside those of the machine, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// The HTTP proxy of the requests.
    pub proxy: Option<Proxy>,
    /// The `User-Agent` of the requests; `None` for the name and version of this program.
    pub user_agent: Option<HeaderValue>,
}

impl Options {
    /// Reads only, from the public internet.
    ///
    /// # Panics
    ///
    /// Never: the redirection URI is a constant.
    #[expect(clippy::expect_used, reason = "a constant")]
    pub fn new() -> Self {
        Self {
            allow_loopback: false,
            mcp: false,
            resource_metadata: false,
            cors: None,
            register: false,
            login: false,
            clients: Vec::new(),
            budget: BUDGET,
            within: Duration::from_mins(1),
            redirect_uri: Url::parse("http://127.0.0.1:8912/callback").expect("a URL"),
            scope: None,
            resource: None,
            initial_access_token: None,
            authorities: None,
            proxy: None,
            user_agent: None,
        }
    }

    /// Reads only, from loopback too: for tests.
    pub fn loopback() -> Self {
        Self { allow_loopback: true, ..Self::new() }
    }

    /// Also registers, sends the registrations that a server must refuse, and cleans up.
    pub fn with_registration(self) -> Self {
        Self { register: true, ..self }
    }

    /// Also logs in, where the server grants consent without user interaction.
    pub fn with_login(self) -> Self {
        Self { login: true, ..self }
    }

    /// Also asks for an MCP `initialize`.
    pub fn with_mcp(self) -> Self {
        Self { mcp: true, ..self }
    }

    /// Also follows protected resource metadata.
    pub fn with_resource_metadata(self) -> Self {
        Self { resource_metadata: true, ..self }
    }

    /// Returns `true` if a check ends with discovery and the root page.
    pub(crate) fn is_reading(&self) -> bool {
        !(self.mcp || self.register || self.login) && self.clients.is_empty() && self.cors.is_none()
    }

    pub(crate) fn egress(&self) -> Egress {
        if self.allow_loopback { Egress::public().and_loopback() } else { Egress::public() }
    }

    pub(crate) fn extent(&self, requests: u32) -> Extent {
        let Self { mcp, register, login, allow_loopback, .. } = *self;
        Extent { mcp, register, login, allow_loopback, proxy: self.proxy.is_some(), requests }
    }

    /// The options of the command line that make such a check, without secrets and files.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let switches = [
            ("--register", self.register),
            ("--login", self.login),
            ("--mcp", self.mcp),
            ("--resource-metadata", self.resource_metadata),
            ("--allow-loopback", self.allow_loopback),
            ("--initial-access-token=FILE", self.initial_access_token.is_some()),
            ("--ca=FILE", self.authorities.is_some()),
            ("--proxy", self.proxy.is_some()),
        ];
        let switches = switches.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name.to_owned());
        let clients: Vec<&str> = self.clients.iter().map(|client| &*client.name).collect();
        let agent =
            self.user_agent.as_ref().map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        // A redirection URI on loopback has another port each time.
        let redirect_uri = Some(&self.redirect_uri).filter(|uri| uri.scheme() == "https");
        let values = [
            ("--as", Some(clients.join(",")).filter(|names| !names.is_empty())),
            ("--cors", self.cors.clone()),
            ("--scope", self.scope.clone()),
            ("--redirect-uri", redirect_uri.map(ToString::to_string)),
            (
                "--budget",
                Some(self.budget).filter(|budget| *budget != BUDGET).map(|budget| budget.to_string()),
            ),
            ("--user-agent", agent),
        ];
        let values =
            values.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", quoted(&value?))));
        switches.chain(values).collect()
    }
}

/// A value that a shell takes for one word.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/,@%+=".contains(c);
    if value.chars().all(is_plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

const BUDGET: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    /// The arguments say what was asked for, and hold no secret.
    #[test]
    fn arguments() {
        assert_eq!(Options::new().arguments(), [""; 0]);
        let mut options = Options::loopback().with_registration().with_login();
        options.clients = Preset::all().into_iter().take(1).collect();
        options.scope = Some("a b's".to_owned());
        options.budget = 7;
        options.initial_access_token = Some("hidden".parse().unwrap());
        options.proxy = Some("http://user:hidden@proxy.example".parse().unwrap());
        options.user_agent = Some(HeaderValue::from_static("agent/1"));
        let name = options.clients[0].name.clone();
        let (arguments, client) = (options.arguments(), format!("--as={name}"));
        let expected =
            ["--register", "--login", "--allow-loopback", "--initial-access-token=FILE", "--proxy", &client]
                .into_iter()
                .chain(["--scope='a b'\\''s'", "--budget=7", "--user-agent=agent/1"]);
        assert_eq!(arguments, expected.collect::<Vec<_>>());
        assert!(!format!("{options:?}").contains("hidden"), "{options:?}");
    }
}
