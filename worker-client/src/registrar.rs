//! One object per issuer: the client that all users of this deployment share there.

mod lifecycle;
mod rows;

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, SystemTime},
};

use rfc8414::Endpoint;
use serde::{Deserialize, Serialize};
use url::Url;
use worker::{DurableObject, Env, Request, Response, State, durable_object, wasm_bindgen};

use self::rows::{MIGRATIONS, Rows};
use crate::{
    config::Preregistered,
    failure::{Failure, ServerFailure},
    platform::{
        alarm::{Alarm, LONGEST_SLEEP},
        clock::{now, seconds},
        deployment::Deployment,
        fetch::{Limit, through},
        log::{Line, report},
        rpc,
        single_flight::SingleFlight,
        storage::Storage,
    },
};
use login_flow::{Client, Register, Server, Update, drive};

/// Registers once per issuer and redirection URI, and keeps the registration before anyone uses it.
#[durable_object(alarm)]
#[derive(Debug)]
pub struct Registrar {
    inner: Rc<Inner>,
}

struct Inner {
    state: State,
    deployment: Deployment,
    alarm: Alarm,
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

/// A request to a registrar. The name of the object is the issuer identifier, byte for byte.
#[derive(Deserialize, Serialize)]
pub(crate) enum RegistrarRequest {
    /// The registered client, registering if need be.
    Obtain(Box<ObtainClient>),
    /// The server no longer knows this client.
    Forget {
        /// Identifier of the client.
        client_id: String,
    },
    /// An account has a connection with this client.
    Hold {
        /// Which.
        client_id: String,
        /// The account.
        account: String,
        /// When that began, in milliseconds since 1970.
        #[serde(default)]
        since: i64,
    },
    /// An account has no connection with this client any more.
    Release {
        /// Which.
        client_id: String,
        /// The account.
        account: String,
        /// When that ended, in milliseconds since 1970: it ends nothing that began later.
        #[serde(default)]
        since: i64,
    },
}

/// A client to have.
#[derive(Deserialize, Serialize)]
pub(crate) struct ObtainClient {
    /// The authorization server, validated by the asker.
    pub(crate) server: Server,
    /// The redirection URI.
    pub(crate) redirect_uri: Url,
    /// The name of the app on the consent page.
    pub(crate) client_name: String,
}

impl DurableObject for Registrar {
    fn new(state: State, env: Env) -> Self {
        let (alarm, flights, attempts) = (Alarm::default(), SingleFlight::default(), RefCell::default());
        Self { inner: Rc::new(Inner { state, deployment: Deployment::new(env), alarm, flights, attempts }) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        rpc::contained(self.respond(request)).await
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.inner.on_alarm().await.map_err(report)?;
        Response::empty()
    }
}

impl Registrar {
    async fn respond(&self, mut request: Request) -> worker::Result<Response> {
        let inner = Rc::clone(&self.inner);
        match rpc::read_request(&mut request).await {
            Ok(RegistrarRequest::Obtain(wanted)) => rpc::respond(inner.obtain(*wanted).await),
            Ok(RegistrarRequest::Forget { client_id }) => rpc::respond(inner.forget(&client_id)),
            Ok(RegistrarRequest::Hold { client_id, account, since }) => {
                rpc::respond(inner.hold(&client_id, &account, since))
            }
            Ok(RegistrarRequest::Release { client_id, account, since }) => {
                rpc::respond(inner.release(&client_id, &account, since).await)
            }
            Err(failure) => rpc::respond::<()>(Err(failure)),
        }
    }
}

impl Inner {
    async fn obtain(self: Rc<Self>, wanted: ObtainClient) -> Result<Client, Failure> {
        let ObtainClient { server, redirect_uri, client_name } = &wanted;
        let rows = self.rows()?;
        let known = rows.config().clients.at(&server.issuer).cloned();
        if let Some(client) = known.as_ref().and_then(|known| known.client(redirect_uri)) {
            return Ok(client);
        }
        let stored = rows.usable(server, redirect_uri)?;
        let is_renamed = stored
            .as_ref()
            .is_some_and(|(row, client)| row.name != *client_name && client.managed_by(server).is_some());
        match stored {
            Some((row, client)) if !is_renamed => {
                // A change of keys reaches the rows with the next login, and without one by the alarm.
                if rows.touch(&row)? || rows.rotate(&row)? {
                    self.schedule(&rows).await?;
                }
                Ok(client)
            }
            stored => {
                let registration = server.registration_endpoint.as_ref().map_or("", Endpoint::as_str);
                let token = server.token_endpoint.as_str();
                let key = format!("{redirect_uri} {registration} {token}");
                let client = stored.map(|(_, client)| client);
                self.flights.join(&self.state, &key, Rc::clone(&self).settle(wanted, client, known)).await
            }
        }
    }

    /// Gives the client we have our present name, or registers one.
    async fn settle(
        self: Rc<Self>,
        wanted: ObtainClient,
        renamed: Option<Client>,
        known: Option<Preregistered>,
    ) -> Result<Client, Failure> {
        let ObtainClient { server, redirect_uri, client_name } = wanted;
        let rows = self.rows()?;
        let egress = &rows.config().egress;
        if let Some(client) = renamed {
            if self.attempts.borrow().renamed_lately(now()) {
                return Ok(client);
            }
            self.attempts.borrow_mut().renamed = Some(now());
            let Some(update) = Update::new(&server, client.clone(), &client_name) else {
                return Ok(client);
            };
            let updated = drive(update, through(egress, Limit::TOKEN));
            // A name that is out of date does not stop a login.
            let Ok(updated) = updated.await else { return Ok(client) };
            rows.store(&server, &updated, &client_name)?;
            self.schedule(&rows).await?;
            return Ok(updated);
        }
        self.attempts.borrow_mut().next(now())?;
        let register = Register::new(&server, redirect_uri, &client_name);
        let mut register = register.ok_or(ServerFailure::NoRegistration)?;
        if let Some(token) = known.as_ref().and_then(Preregistered::initial_access_token) {
            register = register.with_initial_access_token(token.clone());
        }
        let registered = drive(register, through(egress, Limit::TOKEN)).await;
        match registered {
            Ok(client) => {
                rows.store(&server, &client, &client_name)?;
                self.schedule(&rows).await?;
                Line { event: "registered", issuer: Some(server.issuer.as_str()), ..Line::default() }.info();
                Ok(client)
            }
            Err(error) => {
                let failure = Failure::from(error);
                self.attempts.borrow_mut().refused = Some((now(), failure.clone()));
                Err(failure)
            }
        }
    }

    fn rows(&self) -> Result<Rows, Failure> {
        let config = self.deployment.config()?;
        Rows::open(Storage::open(self.state.storage().sql(), config, Some(OWNER), MIGRATIONS)?)
    }

    /// Schedules the alarm for the time at which a registration without users may be deleted. No registrar sleeps longer
    /// than a change of keys can wait.
    async fn schedule(&self, rows: &Rows) -> Result<(), Failure> {
        let latest = seconds(now()).saturating_add(LONGEST_SLEEP);
        let due = rows.due()?.into_iter().fold(latest, i64::min);
        self.alarm.schedule_at(&self.state, Some(due)).await
    }
}

/// The recent registrations and their outcome: a server that refuses, or forgets, is not asked at every click.
#[derive(Default)]
struct Attempts {
    refused: Option<(SystemTime, Failure)>,
    renamed: Option<SystemTime>,
    made: Vec<SystemTime>,
}

impl Attempts {
    fn next(&mut self, now: SystemTime) -> Result<(), Failure> {
        let within = |at: &SystemTime, span| now.duration_since(*at).is_ok_and(|age| age < span);
        if let Some((_, failure)) = self.refused.as_ref().filter(|(at, _)| within(at, REFUSAL_TTL)) {
            return Err(failure.clone());
        }
        self.made.retain(|at| within(at, REGISTRATION_WINDOW));
        if self.made.len() >= MAX_REGISTRATIONS {
            return Err(ServerFailure::RegistersInVain.into());
        }
        self.made.push(now);
        Ok(())
    }

    fn renamed_lately(&self, now: SystemTime) -> bool {
        self.renamed.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < MIN_RENAME_INTERVAL))
    }
}

const OWNER: &str = "registrar";
const REFUSAL_TTL: Duration = Duration::from_mins(1);
const REGISTRATION_WINDOW: Duration = Duration::from_mins(10);
const MIN_RENAME_INTERVAL: Duration = Duration::from_hours(1);
const MAX_REGISTRATIONS: usize = 5;
