//! One object per issuer: the client that all users of this deployment share there.

mod attempts;
mod document;
mod holders;
mod lifecycle;
mod messages;
mod rows;
mod schema;
mod usable;

pub(crate) use self::messages::{ObtainClient, RegistrarRequest};

use std::{cell::RefCell, rc::Rc, time::Duration};

use rfc8414::Endpoint;
use worker::{
    Env, State,
    js_sys::Promise,
    wasm_bindgen::{self, prelude::wasm_bindgen},
    web_sys::Request,
    worker_sys::DurableObjectState,
};

use self::{
    attempts::{Attempts, REFUSAL_TTL},
    rows::Rows,
    schema::SCHEMA,
    usable::Registered,
};
use crate::{
    config::Preregistered,
    failure::{Failure, Reason, ServerFailure},
    platform::{
        alarm::{Alarm, LONGEST_SLEEP},
        clock::{now, seconds},
        deployment::Deployment,
        fetch::{Deadline, Limit, through_until},
        log::Line,
        rpc,
        single_flight::SingleFlight,
        storage::Storage,
    },
};
use login_flow::{Client, Fault, Faulty, Register, Step, Update, drive};

/// Registers once per issuer and redirection URI, and keeps the registration before anyone uses it.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
#[derive(Debug)]
pub struct Registrar {
    inner: Rc<Inner>,
}

struct Inner {
    state: State,
    deployment: Deployment,
    alarm: Alarm,
    /// The rows, opened once for the life of the object: they are never deleted as a whole.
    rows: RefCell<Option<Rc<Rows>>>,
    flights: SingleFlight<Client>,
    attempts: RefCell<Attempts>,
}

/// A panic leaves nothing half changed in here: see `panic.rs`.
impl std::panic::RefUnwindSafe for Inner {}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registrar").finish_non_exhaustive()
    }
}

/// The methods that the platform calls.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
impl Registrar {
    #[doc(hidden)]
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, env: Env) -> Self {
        Self {
            inner: Rc::new(Inner {
                alarm: Alarm::of(&state),
                state: State::from(state),
                deployment: Deployment::new(env),
                rows: RefCell::default(),
                flights: SingleFlight::default(),
                attempts: RefCell::default(),
            }),
        }
    }

    #[doc(hidden)]
    pub fn ask(&self, request: String) -> Promise {
        let inner = Rc::clone(&self.inner);
        rpc::answer(request, async move |request| inner.respond(request).await)
    }

    /// The same for a Worker of an older version, and for programs in Rust, whose classes do not extend the platform's.
    #[doc(hidden)]
    pub fn fetch(&self, request: Request) -> Promise {
        let inner = Rc::clone(&self.inner);
        rpc::answer_posted(request, async move |request| inner.respond(request).await)
    }

    #[doc(hidden)]
    pub fn alarm(&self) -> Promise {
        let inner = Rc::clone(&self.inner);
        rpc::ring(async move { inner.on_alarm().await })
    }
}

impl Inner {
    /// The answer to a request.
    fn respond(self: Rc<Self>, request: RegistrarRequest) -> rpc::Answer {
        match request {
            RegistrarRequest::Obtain(wanted) => rpc::answered_by(async move { self.client(*wanted).await }),
            RegistrarRequest::Forget { client_id } => {
                rpc::answered_by(async move { self.forget(&client_id) })
            }
            RegistrarRequest::Health => rpc::answered_by(async move { self.keys() }),
            RegistrarRequest::Relax(relaxations) => rpc::answered_by(async move { self.relax(&relaxations) }),
            RegistrarRequest::Hold { client_id, account, since } => {
                rpc::answered_by(async move { self.hold(&client_id, &account, since) })
            }
            RegistrarRequest::Release { client_id, account, since } => {
                rpc::answered_by(async move { self.release(&client_id, &account, since).await })
            }
        }
    }

    /// Fails if the registrations could not be sealed. It opens no rows, so that it makes none.
    fn keys(&self) -> Result<(), Failure> {
        self.deployment.config()?.keys()?;
        Ok(())
    }

    async fn obtain(self: Rc<Self>, wanted: ObtainClient) -> Result<Client, Failure> {
        let ObtainClient { server, redirect_uri, client_name, scope, .. } = &wanted;
        let rows = self.rows()?;
        let known = rows.config().clients.at(&server.issuer).cloned();
        if let Some(client) = known.as_ref().and_then(|known| known.client(redirect_uri)) {
            return Ok(Client { relaxations: rows.relaxations()?, ..client });
        }
        let stored = rows.usable(server, redirect_uri)?;
        let fits = |(registered, client): &(Rc<Registered>, Client)| {
            let is_renamed = registered.row.name != *client_name && client.managed_by(server).is_some();
            !is_renamed && client.may_ask_for(scope.as_deref())
        };
        match stored {
            Some(stored) if fits(&stored) => {
                let (registered, client) = stored;
                // A change of keys reaches the rows with the next login, and without one by the alarm.
                if rows.touch(&registered.row)? || rows.rotate(&registered.row)? {
                    self.schedule(&rows).await?;
                }
                Ok(client)
            }
            stored => {
                let registration = server.registration_endpoint.as_ref().map_or("", Endpoint::as_str);
                let token = server.token_endpoint.as_str();
                let scope = scope.as_deref().unwrap_or_default();
                let key = format!("{redirect_uri} {registration} {token} {scope}");
                let client = stored.map(|(_, client)| client);
                self.flights.join(&self.state, &key, Rc::clone(&self).settle(wanted, client, known)).await
            }
        }
    }

    /// Brings the client we have up to date, or registers one.
    async fn settle(
        self: Rc<Self>,
        wanted: ObtainClient,
        present: Option<Client>,
        known: Option<Preregistered>,
    ) -> Result<Client, Failure> {
        let deadline = Deadline::after(REGISTRATION_DEADLINE);
        let Some(client) = present else {
            return self.register(&wanted, known.as_ref(), None, deadline).await;
        };
        let lacks_scope = !client.may_ask_for(wanted.scope.as_deref());
        if let Some(updated) = self.updated(&wanted, &client, lacks_scope, deadline).await? {
            return Ok(updated);
        }
        if !lacks_scope {
            // A name that is out of date does not stop a login.
            return Ok(client);
        }
        // Neither does a scope that cannot be registered: the server may know it all the same, or says so itself.
        let registered = self.register(&wanted, known.as_ref(), client.scope.as_deref(), deadline).await;
        Ok(registered.unwrap_or(client))
    }

    /// The client with our present name and the scope of a login (RFC 7592 §2.2); `None` if the server does not update it
    /// now.
    async fn updated(
        &self,
        wanted: &ObtainClient,
        client: &Client,
        lacks_scope: bool,
        deadline: Deadline,
    ) -> Result<Option<Client>, Failure> {
        let ObtainClient { server, client_name, scope, .. } = wanted;
        if self.attempts.borrow().updated_lately(now()) && !lacks_scope {
            return Ok(None);
        }
        let Some(update) = Update::new(server, client.clone(), client_name, scope.as_deref()) else {
            return Ok(None);
        };
        let rows = self.rows()?;
        if rows.pause_left()?.is_some() {
            return Ok(None);
        }
        self.attempts.borrow_mut().updated = Some(now());
        let egress = &rows.config().egress;
        let updated = match drive(update, through_until(egress, Limit::TOKEN, deadline)).await {
            Ok(updated) => updated,
            Err(error) => {
                rows.pause_if_asked(&error.fault())?;
                return Ok(None);
            }
        };
        rows.store(server, &updated, client_name)?;
        self.schedule(&rows).await?;
        Ok(Some(updated))
    }

    /// Registers a client, within the limits, for the scope of a login and of those before it.
    async fn register(
        &self,
        wanted: &ObtainClient,
        known: Option<&Preregistered>,
        earlier_scope: Option<&str>,
        deadline: Deadline,
    ) -> Result<Client, Failure> {
        let ObtainClient { server, redirect_uri, client_name, scope, .. } = wanted;
        let rows = self.rows()?;
        if let Some(left) = rows.pause_left()? {
            return Err(ServerFailure::try_later(Step::Registration, left, None).into());
        }
        self.attempts.borrow_mut().next(now())?;
        let register = Register::new(server, redirect_uri.clone(), client_name);
        let mut register =
            register.ok_or(ServerFailure::NoRegistration)?.with_relaxations(rows.relaxations()?);
        for scope in [earlier_scope, scope.as_deref()].into_iter().flatten() {
            register = register.with_scope(scope);
        }
        if let Some(token) = known.and_then(Preregistered::initial_access_token) {
            register = register.with_initial_access_token(token.clone());
        }
        let egress = &rows.config().egress;
        let registered = drive(register, through_until(egress, Limit::TOKEN, deadline)).await;
        match registered {
            Ok(client) => {
                rows.store(server, &client, client_name)?;
                self.schedule(&rows).await?;
                let relaxations = client.relaxations.names();
                let relaxations = Some(relaxations.as_str()).filter(|names| !names.is_empty());
                let issuer = Some(server.issuer.as_str());
                Line { event: "registered", issuer, relaxations, ..Line::default() }.info();
                Ok(client)
            }
            Err(error) => {
                if let Fault::Temporary { retry_after } = error.fault() {
                    let wait = retry_after.map_or(REFUSAL_TTL, |retry_after| retry_after.wait(now()));
                    rows.pause(wait)?;
                    let reason = Some(Reason::of(error));
                    return Err(ServerFailure::try_later(Step::Registration, wait, reason).into());
                }
                let failure = Failure::from(error);
                self.attempts.borrow_mut().refused = Some((now(), failure.clone()));
                Err(failure)
            }
        }
    }

    fn rows(&self) -> Result<Rc<Rows>, Failure> {
        if let Some(rows) = self.rows.borrow().as_ref() {
            return Ok(Rc::clone(rows));
        }
        let config = self.deployment.config()?;
        let rows = Rows::open(Storage::open(self.state.storage().sql(), config, Some(OWNER), SCHEMA)?)?;
        Ok(Rc::clone(self.rows.borrow_mut().insert(Rc::new(rows))))
    }

    /// Schedules the alarm for the time at which a registration without users may be deleted. No registrar sleeps longer
    /// than a change of keys can wait.
    async fn schedule(&self, rows: &Rows) -> Result<(), Failure> {
        let latest = seconds(now()).saturating_add(LONGEST_SLEEP);
        let due = rows.due()?.into_iter().fold(latest, i64::min);
        self.alarm.schedule_at(Some(due)).await
    }
}

/// The longest wait of a login for its client: an update, a registration and its repetition together.
const REGISTRATION_DEADLINE: Duration = Duration::from_secs(10);
const OWNER: &str = "registrar";
