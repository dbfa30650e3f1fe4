//! One object per user: sessions, logins under way, connections and their tokens.

mod access_token;
mod alarm_handler;
mod connections;
mod disconnect;
mod login;
mod outbox;
mod patience;
mod schema;
mod store;
mod tokens;

use std::{cell::Cell, rc::Rc};

use serde::{Deserialize, Serialize};
use url::Url;
use worker::{DurableObject, Env, Request, Response, State, durable_object, wasm_bindgen};

pub(crate) use self::access_token::{AccessToken, Refusal, RefusedToken};
use self::{schema::MIGRATIONS, store::Store};
use crate::{
    config::ClientIdDocuments,
    failure::{Failure, UserFailure},
    model::About,
    platform::{
        alarm::{Alarm, LONGEST_SLEEP},
        clock::{now, seconds},
        deployment::Deployment,
        log::report,
        panic::contained,
        rpc,
        single_flight::{SingleFlight, run_to_completion},
        storage::Storage,
    },
    seal::Unsealable,
};
use login_flow::{LoginTarget, RequestedScope, Server};

/// A user's `Account`: what they are connected to, and as whom. Only this deployment's Worker can ask it.
#[durable_object(alarm)]
#[derive(Debug)]
pub struct Account {
    inner: Rc<Inner>,
}

struct Inner {
    state: State,
    deployment: Deployment,
    alarm: Alarm,
    /// One refresh at a time for each connection.
    refreshes: SingleFlight<()>,
    /// Number of code exchanges under way.
    exchanges: Cell<usize>,
    /// Number of times that everything was erased.
    erasures: Cell<u64>,
}

/// A panic leaves nothing half changed in here: see `panic.rs`.
impl std::panic::RefUnwindSafe for Inner {}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

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
        url: Url,
    },
}

/// The version of the rows that this package reads and writes.
pub(crate) const SCHEMA_VERSION: usize = MIGRATIONS.len();

impl DurableObject for Account {
    fn new(state: State, env: Env) -> Self {
        Self {
            inner: Rc::new(Inner {
                state,
                deployment: Deployment::new(env),
                alarm: Alarm::default(),
                refreshes: SingleFlight::default(),
                exchanges: Cell::default(),
                erasures: Cell::default(),
            }),
        }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        rpc::contained(self.respond(request)).await
    }

    async fn alarm(&self) -> worker::Result<Response> {
        contained(Rc::clone(&self.inner).on_alarm()).await.map_err(report)?;
        Response::empty()
    }
}

impl Account {
    async fn respond(&self, mut request: Request) -> worker::Result<Response> {
        let envelope: AccountEnvelope = match rpc::read_request(&mut request).await {
            Ok(envelope) => envelope,
            Err(failure) => return rpc::respond::<()>(Err(failure)),
        };
        let this = Rc::clone(&self.inner);
        let AccountEnvelope { account, user, session, request } = envelope;
        let is_use = matches!(request, AccountRequest::Authorization { .. });
        let store = match this.enter(&account, &session, is_use).await {
            Ok(store) => store,
            Err(failure) => return rpc::respond::<()>(Err(failure)),
        };
        match request {
            AccountRequest::Authorization { url, label, refused } => rpc::respond(
                this.authorization(Rc::new(store), &url, label.as_deref(), refused.as_ref()).await,
            ),
            AccountRequest::Begin(begin) => rpc::respond(this.begin(store, user, session, *begin).await),
            AccountRequest::Callback { url, rotate, from_page } => {
                let state = &self.inner.state;
                // Authorization codes are single-use: the exchange is completed even if the browser disconnects.
                let connected = async move { this.callback(&store, &url, rotate, from_page).await };
                rpc::respond(run_to_completion(state, contained(connected)).await)
            }
            AccountRequest::Connections => rpc::respond(store.shown()),
            AccountRequest::Disconnect { id } => rpc::respond(this.disconnect(&store, &id).await),
            AccountRequest::Icon { id } => rpc::respond(store.icon(&id)),
            AccountRequest::Erase => rpc::respond(this.erase(&store).await),
        }
    }
}

impl Inner {
    /// Opens the storage for an asker who is entitled to it.
    async fn enter(&self, account: &str, session: &Session, is_use: bool) -> Result<Store, Failure> {
        let store = self.store(account)?;
        if let Session::Cookie(digest) = session {
            match store.session(digest)? {
                Some(Ok(())) => {}
                // It is not known to be ours. A new login helps, or its key.
                Some(Err(Unsealable)) if is_use => return Err(UserFailure::LOGIN_AGAIN.into()),
                None | Some(Err(Unsealable)) => return Err(UserFailure::NO_SESSION.into()),
            }
            if store.cut_short_before(digest)? {
                self.schedule(&store).await?;
            }
        }
        Ok(store)
    }

    fn store(&self, account: &str) -> Result<Store, Failure> {
        let config = self.deployment.config()?;
        Store::open(Storage::open(self.state.storage().sql(), config, Some(account), MIGRATIONS)?)
    }

    /// Schedules the alarm for the next thing that falls due.
    async fn schedule(&self, store: &Store) -> Result<(), Failure> {
        self.schedule_with(store, None).await
    }

    /// Schedules the alarm for the next thing that falls due, of which the rows do not know one. No account sleeps longer
    /// than a change of keys can wait.
    async fn schedule_with(&self, store: &Store, more: Option<i64>) -> Result<(), Failure> {
        let latest = seconds(now()).saturating_add(LONGEST_SLEEP);
        let due = store.due()?.into_iter().chain(more).fold(latest, i64::min);
        self.alarm.schedule_at(&self.state, Some(due)).await
    }
}
