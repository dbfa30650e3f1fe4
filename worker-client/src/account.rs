//! One object per user: sessions, logins under way, connections and their tokens.

mod alarm_handler;
mod connection_row;
mod connections;
mod disconnect;
mod login;
mod messages;
mod outbox;
mod patience;
mod schema;
mod store;
mod tokens;

pub(crate) use self::messages::{
    AccessToken, AccountEnvelope, AccountRequest, BeginLogin, Disconnected, FailedLogin, HostUser, LoginStep,
    Refusal, RefusedToken, Session,
};

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use worker::{
    Env, State,
    js_sys::Promise,
    wasm_bindgen::{self, prelude::wasm_bindgen},
    web_sys::Request,
    worker_sys::DurableObjectState,
};

use self::{
    schema::SCHEMA,
    store::{Earlier, Store},
};
use crate::{
    failure::{Failure, UserFailure},
    platform::{
        alarm::{Alarm, LONGEST_SLEEP},
        clock::{now, seconds},
        deployment::Deployment,
        panic::contained,
        rpc,
        single_flight::{SingleFlight, run_to_completion},
        storage::Storage,
    },
    seal::Unsealable,
};

/// A user's `Account`: what they are connected to, and as whom. Only this deployment's Worker can ask it.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
#[derive(Debug)]
pub struct Account {
    inner: Rc<Inner>,
}

struct Inner {
    state: State,
    deployment: Deployment,
    alarm: Alarm,
    /// The rows, opened once for the life of the object or until all of them are deleted.
    store: RefCell<Option<Rc<Store>>>,
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

/// The version of the rows that this package reads and writes.
pub(crate) const SCHEMA_VERSION: usize = SCHEMA.version();

/// The methods that the platform calls.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
impl Account {
    #[doc(hidden)]
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, env: Env) -> Self {
        Self {
            inner: Rc::new(Inner {
                alarm: Alarm::of(&state),
                state: State::from(state),
                deployment: Deployment::new(env),
                store: RefCell::default(),
                refreshes: SingleFlight::default(),
                exchanges: Cell::default(),
                erasures: Cell::default(),
            }),
        }
    }

    #[doc(hidden)]
    pub fn ask(&self, request: String) -> Promise {
        let inner = Rc::clone(&self.inner);
        rpc::answer(request, async move |envelope| inner.respond(envelope).await)
    }

    /// The same for a Worker of an older version, and for programs in Rust, whose classes do not extend the platform's.
    #[doc(hidden)]
    pub fn fetch(&self, request: Request) -> Promise {
        let inner = Rc::clone(&self.inner);
        rpc::answer_posted(request, async move |envelope| inner.respond(envelope).await)
    }

    #[doc(hidden)]
    pub fn alarm(&self) -> Promise {
        rpc::ring(Rc::clone(&self.inner).on_alarm())
    }
}

impl Inner {
    async fn respond(self: Rc<Self>, envelope: AccountEnvelope) -> Result<String, Failure> {
        let AccountEnvelope { account, user, session, request } = envelope;
        let is_use = matches!(request, AccountRequest::Authorization { .. });
        let store = self.store(&account)?;
        if let Some(secret) = admitted(&store, &session, is_use)? {
            Box::pin(self.end_before(&store, secret)).await?;
        }
        self.answer(store, user, session, request).await
    }

    /// The answer to a request. What a kind of request keeps is no part of the others' future, nor of `respond`.
    #[inline(never)]
    fn answer(
        self: Rc<Self>,
        store: Rc<Store>,
        user: Option<HostUser>,
        session: Session,
        request: AccountRequest,
    ) -> rpc::Answer {
        match request {
            AccountRequest::Authorization { url, label, refused } => rpc::answered_by(async move {
                self.authorization(store, &url, label.as_deref(), refused.as_ref()).await
            }),
            AccountRequest::Begin(begin) => {
                rpc::answered_by(async move { self.begin(store, user, session, *begin).await })
            }
            AccountRequest::Callback { url, rotate, from_page } => rpc::answered_by(async move {
                let asked = Rc::clone(&self);
                // Authorization codes are single-use: the exchange is completed even if the browser disconnects.
                let connected = async move { asked.callback(&store, &url, rotate, from_page).await };
                run_to_completion(&self.state, contained(connected)).await
            }),
            AccountRequest::Connections => rpc::answered_by(async move { store.shown() }),
            AccountRequest::Disconnect { id } => {
                rpc::answered_by(async move { self.disconnect(&store, &id).await })
            }
            AccountRequest::Icon { id } => rpc::answered_by(async move { store.icon(&id) }),
            AccountRequest::Erase => rpc::answered_by(async move { self.erase(&store).await }),
        }
    }

    /// Ends the secrets before one soon.
    async fn end_before(&self, store: &Store, secret: &str) -> Result<(), Failure> {
        store.cut_short_before(secret)?;
        self.schedule(store).await
    }

    /// The rows of the account of that name.
    fn store(&self, account: &str) -> Result<Rc<Store>, Failure> {
        let kept = self.store.borrow().clone().filter(|store| store.0.owner() == account);
        kept.map_or_else(|| self.open(Some(account)), Ok)
    }

    /// Opens the rows; without an owner, those of the owner who wrote them.
    fn open(&self, owner: Option<&str>) -> Result<Rc<Store>, Failure> {
        let config = self.deployment.config()?;
        let storage = Storage::open(self.state.storage().sql(), config, owner, SCHEMA)?;
        let store = Rc::new(Store::open(storage)?);
        *self.store.borrow_mut() = Some(Rc::clone(&store)).filter(|store| !store.0.owner().is_empty());
        Ok(store)
    }

    /// Deletes everything, and what is kept of it in memory.
    async fn delete_all(&self) -> Result<(), Failure> {
        let deleted = self.state.storage().delete_all().await;
        *self.store.borrow_mut() = None;
        Ok(deleted?)
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
        self.alarm.schedule_at(Some(due)).await
    }
}

/// Fails unless the asker is entitled to the rows. Names the digest of the asker's secret if those before it are to end.
// Apart from `respond`: the platform compiles a function whole.
#[inline(never)]
fn admitted<'a>(store: &Store, session: &'a Session, is_use: bool) -> Result<Option<&'a str>, Failure> {
    let Session::Cookie(digest) = session else { return Ok(None) };
    match store.session(digest)? {
        Some(Ok(Earlier::None)) => Ok(None),
        Some(Ok(Earlier::Last)) => Ok(Some(digest)),
        // It is not known to be ours. A new login helps, or its key.
        Some(Err(Unsealable)) if is_use => Err(UserFailure::LOGIN_AGAIN.into()),
        None | Some(Err(Unsealable)) => Err(UserFailure::NO_SESSION.into()),
    }
}
