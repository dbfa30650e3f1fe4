//! Calls between the Worker and its Durable Objects: one JSON request, one JSON response.

use serde::{Serialize, de::DeserializeOwned};
use worker::{
    Env, Response,
    js_sys::Promise,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    web_sys,
};

use super::{
    log::report,
    panic,
    promise::{promise, settled},
    response::{ResponseHeaders, response},
};
use crate::{
    config::Misconfigured,
    failure::{AppFailure, Defect, Failure},
    model::Event,
    problem::Problem,
};

/// Calls the object of that name.
pub(crate) async fn call<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    request: &Q,
) -> Result<A, Failure> {
    read_response(&send(env, binding, name, request).await?)
}

/// Calls the object and leaves the response as text: one piece of code for every type of response.
pub(crate) async fn send<Q: Serialize>(
    env: &Env,
    binding: &str,
    name: &str,
    request: &Q,
) -> Result<String, Failure> {
    let request = serde_json::to_string(request).map_err(|_| Failure::internal(Defect::Encoding))?;
    let answer = ask(env, binding, name, &request).map_err(worker::Error::from)?;
    let interrupted = |error| {
        let error = worker::Error::from(error).to_string();
        AppFailure::Interrupted { cause: Some(error.into()) }
    };
    let answer = settled(&answer).await.map_err(interrupted)?;
    answer.as_string().ok_or_else(|| Failure::internal(Defect::Protocol))
}

#[wasm_bindgen(inline_js = "
export function post(env, binding, body) {
  const headers = { 'content-type': 'application/json' };
  return env[binding].fetch('https://events.internal/', { method: 'POST', headers, body }).then(({ status }) => status);
}
export function ask(env, binding, name, body) {
  const objects = env[binding];
  const object = objects.get(objects.idFromName(name));
  return object.fetch('https://object.internal/', { method: 'POST', body }).then((answer) => answer.text());
}")]
extern "C" {
    /// Posts JSON to the host program; the status that it answers with.
    #[wasm_bindgen(catch)]
    fn post(env: &JsValue, binding: &str, body: &str) -> Result<Promise, JsValue>;

    /// Posts a text to the object of that name; the text that it answers with. A single call of JavaScript.
    #[wasm_bindgen(catch)]
    fn ask(env: &JsValue, binding: &str, name: &str, body: &str) -> Result<Promise, JsValue>;
}

/// Reads the response of an object.
pub(crate) fn read_response<A: DeserializeOwned>(answer: &str) -> Result<A, Failure> {
    crate::json::read::<Result<A, Failure>>(answer).map_err(|_| Failure::internal(Defect::Protocol))?
}

/// Outcome of posting an event to the host program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// The host program answered with a success.
    Accepted,
    /// The host program answered with an error: the event is posted again later.
    Declined,
}

/// True if the host program binds `EVENTS`.
pub(crate) fn has_events(env: &Env) -> bool {
    env.service(EVENTS).is_ok()
}

/// Posts an event to the host program.
pub(crate) async fn post_event(env: &Env, event: &Event) -> Result<Delivery, Failure> {
    let body = serde_json::to_string(event).map_err(|_| Failure::internal(Defect::Encoding))?;
    let status = settled(&post(env, EVENTS, &body).map_err(worker::Error::from)?).await;
    let status = status.map_err(worker::Error::from)?.as_f64().unwrap_or_default();
    Ok(if (200.0..300.0).contains(&status) { Delivery::Accepted } else { Delivery::Declined })
}

/// The response of an object to a request, a defect when it panics: the object goes on, and so do its other callers.
///
/// Of the request the body is read and nothing else: each part of it that is looked at costs as much as a statement.
pub(crate) fn answer<Q: DeserializeOwned>(
    request: web_sys::Request,
    answer: impl AsyncFnOnce(Q) -> Result<String, Failure> + 'static,
) -> Promise {
    let answered = panic::contained(async move {
        let text = settled(&request.text().map_err(worker::Error::from)?).await;
        let text = text.map_err(worker::Error::from)?.as_string().unwrap_or_default();
        answer(crate::json::read(&text).map_err(|_| Failure::internal(Defect::Protocol))?).await
    });
    promise(async {
        let text = answered.await.or_else(|failure| written::<()>(Err(failure))).unwrap_or_default();
        Ok(web_sys::Response::new_with_opt_str(Some(&text))?.into())
    })
}

/// The outcome of an alarm, for the platform, which repeats one that failed.
pub(crate) fn ring(alarm: impl Future<Output = Result<(), Failure>> + 'static) -> Promise {
    let rung = panic::contained(alarm);
    promise(async {
        let rung = rung.await.map_err(report);
        rung.map(|()| JsValue::UNDEFINED).map_err(|failure| worker::Error::from(failure).into())
    })
}

/// Writes the response of an object; a failure is logged here.
pub(crate) fn written<A: Serialize>(answer: Result<A, Failure>) -> Result<String, Failure> {
    serde_json::to_string(&answer.map_err(report)).map_err(|_| Failure::internal(Defect::Encoding))
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::internal(Defect::Platform(error.to_string().into()))
    }
}

/// The response with the problem document, for a host program whose functions end with `?`.
impl From<Failure> for Response {
    fn from(failure: Failure) -> Self {
        Problem::new(&report(failure), None).into()
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut headers = ResponseHeaders::default();
        headers.add("content-type", "application/problem+json");
        headers.add("cache-control", "no-store");
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let answer = response(problem.status, headers, &body);
        answer.unwrap_or_else(|_| web_sys::Response::error()).into()
    }
}

/// The title, which holds nothing untrusted: for a host program that answers with `?`.
impl From<Failure> for worker::Error {
    fn from(failure: Failure) -> Self {
        Self::RustError(Problem::new(&failure, None).title.to_owned())
    }
}

impl From<Misconfigured> for worker::Error {
    fn from(misconfigured: Misconfigured) -> Self {
        Self::RustError(misconfigured.to_string())
    }
}

const EVENTS: &str = "EVENTS";
