use url::Url;

use super::{APP, Problem, SERVER, YOU};

/// What stands between a user and a connection.
impl Problem {
    /// No connection covers the URL.
    pub fn no_connection() -> Self {
        let title = "You are not connected to that host";
        Self::new(404, "no-connection", title, "", YOU, "Name the host on the start page and log in.")
    }

    /// The tokens are gone for good.
    pub fn login_again() -> Self {
        let title = "The host no longer accepts this connection";
        Self::new(409, "login-again", title, "Its tokens were refused.", YOU, "Log in to the host again.")
    }

    /// The token works, but not for this (RFC 6750 §3.1 `insufficient_scope`).
    pub fn needs_consent(scope: &str) -> Self {
        let title = "The host asks for more than you have agreed to";
        let detail = if scope.is_empty() { String::new() } else { format!("It asks for: {scope}") };
        Self::new(403, "needs-consent", title, &detail, YOU, "Log in again and agree to it, if you want to.")
    }

    /// The server is down, or asks for patience; the tokens are kept.
    pub fn try_later(seconds: u32) -> Self {
        let title = "The host cannot renew this connection at the moment";
        let detail = "The connection is kept. Nothing is lost.";
        let problem = Self::new(503, "try-later", title, detail, SERVER, "Try again in a moment.");
        Self { retry_after: Some(seconds), ..problem }
    }

    /// The platform ended an object in the middle of a question; what it had stored is kept.
    pub fn interrupted() -> Self {
        let title = "This app was interrupted";
        let problem = Self::new(503, "interrupted", title, "Nothing is lost.", APP, "Try again in a moment.");
        Self { retry_after: Some(1), ..problem }
    }

    /// More questions than one person asks.
    pub fn too_many_requests() -> Self {
        let title = "Too many hosts were asked in a short time";
        let problem =
            Self::new(429, "too-many-requests", title, "Nothing was done.", YOU, "Try again in a minute.");
        Self { retry_after: Some(60), ..problem }
    }

    /// More connections than an account holds.
    pub fn too_many_connections() -> Self {
        let title = "This account holds as many connections as it can";
        Self::new(409, "too-many-connections", title, "", YOU, "Disconnect one that you no longer use.")
    }

    /// A server that registered this app over and over, and forgot it each time.
    pub fn registers_in_vain() -> Self {
        let title = "The host keeps forgetting that this app is registered";
        let detail = "It is not asked again for ten minutes.";
        let remedy = "Tell the host's operator, or try again later.";
        let problem = Self::new(502, "registers-in-vain", title, detail, SERVER, remedy);
        Self { retry_after: Some(600), ..problem }
    }

    /// Rows of a later version of this package: reading them could destroy them.
    pub fn newer_rows() -> Self {
        let title = "What is stored was written by a newer version of this app";
        let remedy = "Deploy the newer version again.";
        Self::new(503, "newer-rows", title, "Nothing was read or changed.", APP, remedy)
    }

    /// With the page where logging in mends it.
    #[must_use]
    pub fn mended_at(self, login: Url) -> Self {
        Self { login: Some(Box::new(login)), ..self }
    }
}
