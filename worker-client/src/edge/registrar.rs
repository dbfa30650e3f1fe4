//! One object per issuer: the client that all users of this deployment share there.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use url::Url;
use worker::{DurableObject, Env, Request, Response, SqlStorage, State, durable_object, wasm_bindgen};

use super::{
    door::{entropy, now, seconds},
    fetch::{Limit, fetch},
    flights::Flights,
    object, salt,
};
use crate::{
    flow::{Client, Register, Server, drive},
    problem::Problem,
    seal::Place,
};

/// Registers once per issuer and redirection URI, and keeps the registration before anyone uses it.
#[durable_object]
#[derive(Debug)]
pub struct Registrar {
    inner: Rc<Inner>,
}

struct Inner {
    state: State,
    env: Env,
    flights: Flights<Client>,
    /// The last refusal and when: a server that refuses is not asked again at every click.
    refused: RefCell<Option<(SystemTime, Problem)>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registrar").finish_non_exhaustive()
    }
}

/// What it is asked.
#[derive(Deserialize, Serialize)]
pub(super) enum Ask {
    /// The registered client, registering if need be.
    Obtain {
        /// The authorization server, validated by the asker.
        server: Box<Server>,
        /// Where codes will be sent.
        redirect_uri: Url,
    },
    /// The server no longer knows this client.
    Forget {
        /// Whom it has forgotten.
        client_id: String,
    },
}

/// The object's name: what the issuer publishes, byte for byte.
pub(super) fn name(server: &Server) -> String {
    server.issuer.as_str().to_owned()
}

impl DurableObject for Registrar {
    fn new(state: State, env: Env) -> Self {
        let (flights, refused) = (Flights::default(), RefCell::default());
        Self { inner: Rc::new(Inner { state, env, flights, refused }) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        match object::question(&mut request).await {
            Ok(Ask::Obtain { server, redirect_uri }) => {
                object::answer(&Rc::clone(&self.inner).obtain(*server, redirect_uri).await)
            }
            Ok(Ask::Forget { client_id }) => object::answer(&self.inner.forget(&client_id)),
            Err(problem) => object::answer::<()>(&Err(problem)),
        }
    }
}

impl Inner {
    async fn obtain(self: Rc<Self>, server: Server, redirect_uri: Url) -> Result<Client, Problem> {
        if let Some(client) = self.stored(&server, &redirect_uri)? {
            return Ok(client);
        }
        let (registration, token) = (server.registration_endpoint.as_str(), server.token_endpoint.as_str());
        let key = format!("{redirect_uri} {registration} {token}");
        let register = Rc::clone(&self).register(server, redirect_uri);
        self.flights.join(&self.state, &key, register).await
    }

    async fn register(self: Rc<Self>, server: Server, redirect_uri: Url) -> Result<Client, Problem> {
        let config = object::config(&self.env)?;
        if let Some((at, problem)) = &*self.refused.borrow()
            && now().duration_since(*at).is_ok_and(|age| age < Duration::from_mins(1))
        {
            return Err(problem.clone());
        }
        let register = Register::new(&server, redirect_uri, &config.client_name);
        let registered =
            drive(register, async |request| fetch(request, &config.egress, Limit::TOKEN).await).await;
        let client = match registered {
            Ok(client) => client,
            Err(error) => {
                let problem = Problem::from(error);
                *self.refused.borrow_mut() = Some((now(), problem.clone()));
                return Err(problem);
            }
        };
        self.store(&server, &client)?;
        Ok(client)
    }

    /// A stored client is for the very endpoints it was registered with, and not beyond its secret's end.
    fn stored(&self, server: &Server, redirect_uri: &Url) -> Result<Option<Client>, Problem> {
        #[derive(Deserialize)]
        struct Row {
            server: String,
            sealed: String,
        }
        let Some(salt) = salt::read(&self.sql())? else { return Ok(None) };
        let select = "SELECT server, sealed FROM registration WHERE redirect_uri = ?";
        let rows: Vec<Row> = self.sql().exec(select, vec![redirect_uri.as_str().into()])?.to_array()?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let config = object::config(&self.env)?;
        let place = place(server, redirect_uri);
        let client: Option<Client> = config.keys.vault(OWNER, &salt).open(place, &row.sealed).ok();
        let registered_with: Option<Server> = serde_json::from_str(&row.server).ok();
        let is_same = registered_with.is_some_and(|registered| registered.is_same_party(server));
        Ok(client.filter(|client| is_same && !client.is_expired(now())))
    }

    fn store(&self, server: &Server, client: &Client) -> Result<(), Problem> {
        let sql = self.sql();
        for statement in SCHEMA {
            sql.exec(statement, None)?;
        }
        let salt = salt::make(&sql)?;
        let config = object::config(&self.env)?;
        let place = place(server, &client.redirect_uri);
        let sealed = config.keys.vault(OWNER, &salt).seal(entropy()?, place, client);
        let server = serde_json::to_string(server).map_err(|_| Problem::internal())?;
        sql.exec(
            "INSERT OR REPLACE INTO registration (redirect_uri, server, client_id, sealed, created) VALUES (?, ?, ?, ?, ?)",
            vec![
                client.redirect_uri.as_str().into(),
                server.into(),
                client.client_id.as_str().into(),
                sealed.ok_or_else(Problem::internal)?.into(),
                seconds(now()).into(),
            ],
        )?;
        Ok(())
    }

    fn forget(&self, client_id: &str) -> Result<(), Problem> {
        if salt::read(&self.sql())?.is_some() {
            self.sql().exec("DELETE FROM registration WHERE client_id = ?", vec![client_id.into()])?;
        }
        Ok(())
    }

    fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }
}

fn place<'a>(server: &'a Server, redirect_uri: &'a Url) -> Place<'a> {
    Place { issuer: server.issuer.as_str(), field: "client", row: redirect_uri.as_str() }
}

const OWNER: &str = "registrar";

const SCHEMA: &[&str] =
    &["CREATE TABLE IF NOT EXISTS registration (redirect_uri TEXT PRIMARY KEY, server TEXT NOT NULL,
        client_id TEXT NOT NULL, sealed TEXT NOT NULL, created INTEGER NOT NULL)"];
