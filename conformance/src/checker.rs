use std::{fmt, rc::Rc, time::Duration};

use futures_util::future::LocalBoxFuture;

use login_flow::{Egress, InvalidHost};
use url::Url;

use crate::{Asked, Door, DoorError, Report, Transport, check::check, session::Lanes};

/// What to ask of a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Options {
    /// Whether loopback may be asked, over http too.
    pub allow_private: bool,
    /// Whether to ask for an MCP `initialize`.
    pub mcp: bool,
    /// Whether to register clients, and delete them where that is offered.
    pub register: bool,
    /// Whether to log in; this registers a client too.
    pub login: bool,
    /// How many requests each host gets at most.
    pub budget: u32,
    /// How long the check of one host takes at most.
    pub within: Duration,
    /// The registered redirection URI, on loopback.
    pub redirect_uri: Url,
    /// What to ask for in a login; nothing lets the server choose.
    pub scope: Option<String>,
    /// What protected registration asks for (RFC 7591 §3).
    pub initial_access_token: Option<rfc7591::Secret>,
    /// Authorities to trust beside those of the machine, as PEM.
    pub authorities: Option<Vec<u8>>,
}

impl Options {
    /// Reading only, of the public internet.
    ///
    /// # Panics
    ///
    /// Never: the redirection URI is a constant.
    #[expect(clippy::expect_used, reason = "a constant")]
    pub fn new() -> Self {
        Self {
            allow_private: false,
            mcp: false,
            register: false,
            login: false,
            budget: 60,
            within: Duration::from_mins(1),
            redirect_uri: Url::parse("http://127.0.0.1:8912/callback").expect("a URL"),
            scope: None,
            initial_access_token: None,
            authorities: None,
        }
    }

    /// Reading only, of loopback too: for tests.
    pub fn loopback() -> Self {
        Self { allow_private: true, ..Self::new() }
    }

    /// Also registers, tries what is to be refused, and cleans up.
    pub fn with_registration(self) -> Self {
        Self { register: true, ..self }
    }

    /// Also logs in, where the server consents by itself.
    pub fn with_login(self) -> Self {
        Self { login: true, ..self }
    }

    /// Also asks for an MCP `initialize`.
    pub fn with_mcp(self) -> Self {
        Self { mcp: true, ..self }
    }

    pub(crate) fn egress(&self) -> Egress {
        if self.allow_private { Egress::public().and_loopback() } else { Egress::public() }
    }

    pub(crate) fn asked(&self, requests: u32) -> Asked {
        let Self { mcp, register, login, allow_private, .. } = *self;
        Asked { mcp, register, login, allow_private, requests }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// Whoever consents to a login where the server does not do so by itself.
pub trait Person {
    /// Goes to the authorization endpoint, and comes back to the redirection URI; nothing if they do not.
    fn visit(&self, url: &Url) -> LocalBoxFuture<'_, Option<Url>>;
}

/// Checks hosts, live.
#[derive(Clone)]
pub struct Checker {
    options: Options,
    door: Door,
    lanes: Rc<Lanes>,
    person: Option<Rc<dyn Person>>,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Checker {
    /// Sets up TLS.
    pub fn new(options: Options) -> Result<Self, DoorError> {
        let door = Door::open(options.allow_private, options.authorities.as_deref())?;
        Ok(Self { options, door, lanes: Rc::default(), person: None })
    }

    /// With somebody to consent.
    pub fn with_person(self, person: Rc<dyn Person>) -> Self {
        Self { person: Some(person), ..self }
    }

    /// The way to the network.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Checks one host or URL.
    pub async fn check(&self, host: &str) -> Result<Report, InvalidHost> {
        self.check_over(&self.door, host).await
    }

    /// Checks one host or URL over another transport: a recording, or a server in this program.
    pub async fn check_over(&self, transport: &dyn Transport, host: &str) -> Result<Report, InvalidHost> {
        check(host, &self.options, transport, &self.lanes, self.person.as_deref()).await
    }
}
