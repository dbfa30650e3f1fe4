//! The login flow in a page: what the script of `page/` calls. It renders and fetches; every decision is made here.
//!
//! The script stores texts unread: JSON that one function returned and another takes. Time and entropy are arguments,
//! and [`Platform`] is the network.

mod brand;
mod connection;
mod failure;
mod login;
mod look;
mod platform;

use std::{
    pin::Pin,
    time::{Duration, SystemTime},
};

use js_sys::Promise;
use login_flow::{LoginTarget, State};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

pub use self::{
    brand::Brand,
    connection::{Answered, Connection, Revoked, Shown},
    failure::{Failure, Kind, Part},
    login::{Begun, Finished, Login, Registered, UnderWay},
    look::{Look, Offer},
    platform::{Limit, Page, Platform, Unanswered},
};

/// Looks at a host: a [`Look`].
#[wasm_bindgen]
pub fn look(host: String, page: String, platform: Platform) -> Promise {
    promise(async move { text(&Look::at(&host, here(&page, &platform)?).await) })
}

/// The branding of the host of a resource: a [`Brand`].
#[wasm_bindgen]
pub fn brand(resource: String, page: String, platform: Platform) -> Promise {
    promise(async move {
        let root = LoginTarget::restore(Url::parse(&resource)?).root();
        text(&Brand::of(root, &here(&page, &platform)?).await)
    })
}

/// The client metadata that a registration would send.
#[wasm_bindgen]
pub fn client_metadata(
    offer: &str,
    scope: &str,
    name: &str,
    page: &str,
    platform: &Platform,
) -> Result<String, JsError> {
    let offer: Offer = read(offer)?;
    text(&offer.client_metadata(&here(page, platform)?, name, &offer.requested_scope(scope)))
}

/// Registers, unless the client that is stored can be used: `{ registered, login }` or `{ failure }`.
#[wasm_bindgen]
pub fn register(
    offer: String,
    stored: Option<String>,
    scope: String,
    name: String,
    now: f64,
    page: String,
    platform: Platform,
) -> Promise {
    promise(async move {
        let offer: Offer = read(&offer)?;
        let page = here(&page, &platform)?;
        let scope = offer.requested_scope(&scope);
        // What an earlier version of the page stored is as good as nothing.
        let stored = stored.and_then(|stored| read(&stored).ok());
        match Registered::obtain(&offer, stored, &page, &name, &scope, time(now)).await {
            Ok(registered) => {
                let login = Box::new(Login::new(offer.target, registered.clone(), scope));
                text(&Registration::Registered { registered: Box::new(registered), login })
            }
            Err(failure) => text(&Registration::Failure(failure)),
        }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Registration {
    Failure(Failure),
    #[serde(untagged)]
    Registered {
        registered: Box<Registered>,
        login: Box<Login>,
    },
}

/// Asks if a page can read the token endpoint: `null`, or a [`Failure`].
#[wasm_bindgen]
pub fn check_token_endpoint(login: String, entropy: Vec<u8>, page: String, platform: Platform) -> Promise {
    promise(async move {
        let login: Login = read(&login)?;
        text(
            &login.check_token_endpoint(&here(&page, &platform)?, entropy.as_slice().try_into()?).await.err(),
        )
    })
}

/// Begins an authorization request: a [`Begun`].
#[wasm_bindgen]
pub fn begin(login: &str, state: &[u8], verifier: &[u8]) -> Result<String, JsError> {
    let login: Login = read(login)?;
    text(&login.begin(state.try_into()?, verifier.try_into()?))
}

/// The key of the login that an authorization response belongs to.
#[wasm_bindgen]
pub fn digest_of(callback: &str) -> Option<String> {
    State::digest_of(&Url::parse(callback).ok()?)
}

/// Finishes a login: a [`Finished`].
#[wasm_bindgen]
pub fn finish(
    under_way: String,
    callback: String,
    elapsed: f64,
    now: f64,
    page: String,
    platform: Platform,
) -> Promise {
    promise(async move {
        let under_way: UnderWay = read(&under_way)?;
        let elapsed = Duration::try_from_secs_f64(elapsed / 1000.0).unwrap_or_default();
        text(&under_way.finish(&Url::parse(&callback)?, elapsed, &here(&page, &platform)?, time(now)).await)
    })
}

/// A connection without its secrets: a [`Shown`].
#[wasm_bindgen]
pub fn shown(connection: &str, now: f64) -> Result<String, JsError> {
    text(&read::<Connection>(connection)?.shown(time(now)))
}

/// Renews a connection: `{ connection }`, with `failure` where it is not renewed.
#[wasm_bindgen]
pub fn refresh(connection: String, now: f64, page: String, platform: Platform) -> Promise {
    promise(async move {
        let connection: Connection = read(&connection)?;
        match connection.refresh(&here(&page, &platform)?, time(now)).await {
            Ok(connection) => text(&Renewal { connection, failure: None }),
            Err((connection, failure)) => text(&Renewal { connection, failure: Some(failure) }),
        }
    })
}

#[derive(Serialize)]
struct Renewal {
    connection: Connection,
    failure: Option<Failure>,
}

/// Revokes the tokens of a connection: a [`Revoked`] for each.
#[wasm_bindgen]
pub fn revoke(connection: String, page: String, platform: Platform) -> Promise {
    promise(async move { text(&read::<Connection>(&connection)?.revoke(&here(&page, &platform)?).await) })
}

/// Sends a request as the user: `{ answered }` or `{ failure }`.
#[wasm_bindgen]
pub fn ask(
    connection: String,
    method: String,
    url: String,
    body: String,
    page: String,
    platform: Platform,
) -> Promise {
    promise(async move {
        let connection: Connection = read(&connection)?;
        match connection.ask(&method, &url, body, &here(&page, &platform)?).await {
            Ok(answered) => text(&Asked::Answered(answered)),
            Err(failure) => text(&Asked::Failure(failure)),
        }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    Answered(Answered),
    Failure(Failure),
}

fn promise(work: impl Future<Output = Result<String, JsError>> + 'static) -> Promise {
    begin_work(Box::pin(work))
}

/// One kind of promise for all: each of its own would be as large as what it waits for.
fn begin_work(work: Pin<Box<dyn Future<Output = Result<String, JsError>>>>) -> Promise {
    future_to_promise(async move { Ok(work.await?.into()) })
}

fn here<'a>(page: &str, platform: &'a Platform) -> Result<Page<'a>, JsError> {
    Page::new(page, platform).ok_or_else(|| JsError::new("the page has no URL"))
}

/// The time of a number of milliseconds since 1970.
fn time(millis: f64) -> SystemTime {
    let since = Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn text(value: &impl Serialize) -> Result<String, JsError> {
    Ok(serde_json::to_string(value)?)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsError> {
    Ok(serde_json::from_slice(text.as_bytes())?)
}
