use std::time::Duration;

use login_flow::Egress;
use url::Url;

use crate::{preset::Preset, report::Extent};

/// The extent of a check, its bounds, and what it sends.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Also asks loopback, over http too.
    pub allow_private: bool,
    /// Sends an MCP `initialize`.
    pub mcp: bool,
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
            allow_private: false,
            mcp: false,
            cors: None,
            register: false,
            login: false,
            clients: Vec::new(),
            budget: 120,
            within: Duration::from_mins(1),
            redirect_uri: Url::parse("http://127.0.0.1:8912/callback").expect("a URL"),
            scope: None,
            resource: None,
            initial_access_token: None,
            authorities: None,
        }
    }

    /// Reads only, from loopback too: for tests.
    pub fn loopback() -> Self {
        Self { allow_private: true, ..Self::new() }
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

    /// Returns `true` if a check sends nothing but read-only requests.
    pub(crate) fn is_reading(&self) -> bool {
        !(self.mcp || self.register || self.login) && self.clients.is_empty() && self.cors.is_none()
    }

    pub(crate) fn egress(&self) -> Egress {
        if self.allow_private { Egress::public().and_loopback() } else { Egress::public() }
    }

    pub(crate) fn extent(&self, requests: u32) -> Extent {
        let Self { mcp, register, login, allow_private, .. } = *self;
        Extent { mcp, register, login, allow_private, requests }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
