//! The requests to an account, and its answers.

use rfc7591::{Secret, UriString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::ClientIdDocuments,
    failure::Failure,
    model::{About, Receipt},
};
use login_flow::{LoginTarget, RequestedScope, Server};

/// A request to an account, with what entitles the caller to it.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccountEnvelope {
    /// The account's name, which its keys are bound to.
    pub(crate) account: String,
    /// The user that events name.
    pub(crate) user: Option<HostUser>,
    /// The proof.
    pub(crate) session: Session,
    /// The request.
    pub(crate) request: AccountRequest,
}

/// A user whom the host program has authenticated.
#[derive(Deserialize, Serialize)]
pub(crate) struct HostUser {
    /// The host program's own name for the user.
    pub(crate) name: String,
    /// The `NAMESPACE` of the host program; empty without one.
    pub(crate) namespace: String,
}

/// The caller's entitlement.
#[derive(Deserialize, Serialize)]
pub(crate) enum Session {
    /// The digest of the cookie's secret; it must be known.
    Cookie(String),
    /// The host program says who its user is.
    Host,
    /// The digest of a new cookie's secret; it becomes known with the first thing that is stored.
    New(String),
}

/// A request to an account.
#[derive(Deserialize, Serialize)]
pub(crate) enum AccountRequest {
    /// A usable access token for a URL.
    Authorization {
        /// The URL that it will be sent to.
        url: Url,
        /// Label of the connection, if there are several.
        label: Option<String>,
        /// The token that was refused there.
        refused: Option<RefusedToken>,
    },
    /// Begin a login.
    Begin(Box<BeginLogin>),
    /// An authorization response.
    Callback {
        /// The callback's URL, on the asker's own origin.
        url: Url,
        /// The digest of the session's next secret.
        rotate: Option<String>,
        /// True if a page of the server led the browser here, so that a person has seen it.
        from_page: bool,
    },
    /// The list.
    Connections,
    /// End a connection.
    Disconnect {
        /// Which.
        id: String,
    },
    /// The icon of a connection, as a `data:` URL.
    Icon {
        /// Which.
        id: String,
    },
    /// End everything: connections, sessions, and what is stored of them.
    Erase,
}

/// The parameters of a login.
#[derive(Deserialize, Serialize)]
pub(crate) struct BeginLogin {
    /// The host or URL that the person named.
    pub(crate) target: LoginTarget,
    /// The `resource` that the named URL published, if it did (RFC 9728 §2).
    pub(crate) named_resource: Option<String>,
    /// The use of client id metadata documents.
    pub(crate) documents: ClientIdDocuments,
    /// The server that answers for it.
    pub(crate) server: Server,
    /// The redirection URI, on the caller's own origin.
    pub(crate) redirect_uri: Url,
    /// The name of the app on the consent page.
    pub(crate) client_name: String,
    /// The branding of the host.
    pub(crate) about: About,
    /// The scope to ask for.
    pub(crate) scope: RequestedScope,
    /// The user's own name for it; empty without one.
    pub(crate) label: String,
    /// The page to bring the person back to, on the caller's own origin.
    pub(crate) return_to: Option<Url>,
}

/// The next page of a login whose authorization response was accepted, or refused with a reason to ask for less.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) enum LoginStep {
    /// The login is complete.
    Completed {
        /// The page to bring the person back to.
        return_to: Option<Url>,
    },
    /// The server is asked once more, for less.
    AskAgain {
        /// The second authorization request.
        url: UriString,
    },
    /// The login has failed.
    Failed(Box<FailedLogin>),
}

/// A login that failed after its host was known, with what it takes to begin it again.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct FailedLogin {
    pub(crate) failure: Failure,
    /// The host or URL that the person named.
    pub(crate) target: LoginTarget,
    /// The user's own name for it; empty without one.
    pub(crate) label: String,
    /// The page to bring the person back to.
    pub(crate) return_to: Option<Url>,
    /// The scope, if a party named it.
    pub(crate) scope: Option<String>,
}

/// The end of a connection.
#[derive(Deserialize, Serialize)]
pub(crate) struct Disconnected {
    /// The outcome of its revocation.
    pub(crate) receipt: Receipt,
    /// Its host and port, as A-labels.
    pub(crate) host: String,
}

/// A token that the resource did not accept, or seems not to have.
#[derive(Deserialize, Serialize)]
pub(crate) struct RefusedToken {
    /// Its digest.
    pub(crate) digest: String,
    /// The meaning of the response.
    pub(crate) refusal: Refusal,
}

/// The meaning of a response that does not accept a token.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Refusal {
    /// The resource said that the token is invalid: without a refresh token the connection is over.
    Invalid,
    /// The token has just taken the place of another one that was refused.
    OfReplacement,
    /// The resource names another authorization server than the one that issued the token.
    Moved,
    /// A renewed token may fare better.
    Unclear,
}

/// A token to use.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccessToken {
    /// The token.
    pub(crate) token: Secret,
    /// The scope that was granted.
    pub(crate) scope: Option<String>,
    /// True if the token may be over, and can be renewed.
    pub(crate) may_be_over: bool,
    /// True if the user has agreed so often that another login for the same scope is in vain.
    pub(crate) is_last: bool,
}
