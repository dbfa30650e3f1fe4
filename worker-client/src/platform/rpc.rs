//! Calls between the Worker and its Durable Objects: one JSON request, one JSON response.

use std::{cell::Cell, pin::Pin};

use login_codec::json;
use serde::{Serialize, de::DeserializeOwned};
use worker::{
    Env, Response,
    js_sys::{JsString, Promise, TypeError},
    wasm_bindgen::{self, JsCast, JsValue, prelude::wasm_bindgen},
    web_sys,
};

use super::{
    log::report,
    panic,
    promise::{Outcome, promise, settled},
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
    object: Object,
    name: &str,
    request: &Q,
) -> Result<A, Failure> {
    read_response(&send(env, object, name, request).await?)
}

/// Calls the object and leaves the response as text: one piece of code for every type of response.
pub(crate) async fn send<Q: Serialize>(
    env: &Env,
    object: Object,
    name: &str,
    request: &Q,
) -> Result<String, Failure> {
    asked(env, object, &question(name, request)?).await
}

/// The answer of an object to a question after its name: one piece of code for every type of question.
async fn asked(env: &Env, object: Object, named: &str) -> Result<String, Failure> {
    if HAVE_METHODS.get()
        && let Some(answer) = answered_by_method(object.bound(|binding| ask(env, binding, named))).await
    {
        return answer;
    }
    let asked = object.bound(|binding| ask_by_post(env, binding, named));
    text(settled(&asked.map_err(worker::Error::from)?).await)
}

/// The question to an object, after its name: to copy a text to JavaScript takes longer than to cut it there.
fn question<Q: Serialize>(name: &str, request: &Q) -> Result<String, Failure> {
    json::write_after(format!("{name}\n"), request).map_err(|_| Failure::internal(Defect::Encoding))
}

/// The question to an object that is asked by its method.
#[cfg(feature = "entry")]
pub(crate) fn question_to_method<Q: Serialize>(name: &str, request: &Q) -> Option<String> {
    HAVE_METHODS.get().then(|| question(name, request).ok()).flatten()
}

/// The answer of an object that was asked by its method; `None` if it has no such method, so that it was not asked: one of
/// an older version, or of a program in Rust. One that has it throws no error of this type.
pub(crate) async fn answered_by_method(asked: Result<Promise, JsValue>) -> Option<Result<String, Failure>> {
    match outcome(asked).await {
        Err(error) if error.is_instance_of::<TypeError>() => {
            HAVE_METHODS.set(false);
            None
        }
        answer => Some(text(answer)),
    }
}

async fn outcome(asked: Result<Promise, JsValue>) -> Outcome {
    settled(&asked?).await
}

fn text(answer: Outcome) -> Result<String, Failure> {
    let interrupted = |error| {
        let error = worker::Error::from(error).to_string();
        AppFailure::Interrupted { cause: Some(error.into()) }
    };
    answer.map_err(interrupted)?.as_string().ok_or_else(|| Failure::internal(Defect::Protocol))
}

/// Asks objects by their method from now on.
#[cfg(feature = "entry")]
pub(crate) fn objects_have_methods() {
    HAVE_METHODS.set(true);
}

#[wasm_bindgen(module = "/src/platform/requests.js")]
extern "C" {
    /// Posts JSON to the host program; the status that it answers with.
    #[wasm_bindgen(catch)]
    fn post(env: &JsValue, binding: &str, body: &str) -> Result<Promise, JsValue>;

    /// Asks the object whose name is the first line, by its method; the text that it answers with. It takes a promise and
    /// two objects of the platform less than a `fetch`.
    #[wasm_bindgen(catch)]
    fn ask(env: &JsValue, binding: &JsString, named: &str) -> Result<Promise, JsValue>;

    /// The same by a `fetch`, which every version has.
    #[wasm_bindgen(catch, js_name = askByPost)]
    fn ask_by_post(env: &JsValue, binding: &JsString, named: &str) -> Result<Promise, JsValue>;
}

/// A kind of object of ours, whose binding has its name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Object {
    Account,
    Registrar,
}

impl Object {
    /// Calls a function with the name of its binding.
    pub(crate) fn bound<T>(self, with: impl FnOnce(&JsString) -> T) -> T {
        match self {
            Self::Account => ACCOUNT.with(with),
            Self::Registrar => REGISTRAR.with(with),
        }
    }
}

thread_local! {
    /// True if the program exports objects with methods.
    static HAVE_METHODS: Cell<bool> = const { Cell::new(false) };
    static ACCOUNT: JsString = "ACCOUNT".into();
    static REGISTRAR: JsString = "REGISTRAR".into();
}

/// Reads the response of an object.
pub(crate) fn read_response<A: DeserializeOwned>(answer: &str) -> Result<A, Failure> {
    json::read::<Result<A, Failure>>(answer).map_err(|_| Failure::internal(Defect::Protocol))?
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
    let body = json::write(event).map_err(|_| Failure::internal(Defect::Encoding))?;
    let status = settled(&post(env, EVENTS, &body).map_err(worker::Error::from)?).await;
    let status = status.map_err(worker::Error::from)?.as_f64().unwrap_or_default();
    Ok(if (200.0..300.0).contains(&status) { Delivery::Accepted } else { Delivery::Declined })
}

/// The response of an object to a request, a defect when it panics: the object goes on, and so do its other callers.
pub(crate) fn answer<Q: DeserializeOwned>(
    request: String,
    answer: impl AsyncFnOnce(Q) -> Result<String, Failure> + 'static,
) -> Promise {
    promise(async { Ok(answered(request, answer).await.into()) })
}

/// The same where the request is the body of an HTTP request. Of that the body is read and nothing else: each part of it
/// that is looked at costs as much as a statement.
pub(crate) fn answer_posted<Q: DeserializeOwned>(
    request: web_sys::Request,
    answer: impl AsyncFnOnce(Q) -> Result<String, Failure> + 'static,
) -> Promise {
    promise(async move {
        let text = settled(&request.text()?).await?.as_string().unwrap_or_default();
        Ok(web_sys::Response::new_with_opt_str(Some(&answered(text, answer).await))?.into())
    })
}

async fn answered<Q: DeserializeOwned>(
    request: String,
    answer: impl AsyncFnOnce(Q) -> Result<String, Failure>,
) -> String {
    let answered = panic::contained(async move {
        answer(json::read(&request).map_err(|_| Failure::internal(Defect::Protocol))?).await
    });
    answered.await.or_else(|failure| written::<()>(Err(failure))).unwrap_or_default()
}

/// The outcome of an alarm, for the platform, which repeats one that failed.
pub(crate) fn ring(alarm: impl Future<Output = Result<(), Failure>> + 'static) -> Promise {
    let rung = panic::contained(alarm);
    promise(async {
        let rung = rung.await.map_err(report);
        rung.map(|()| JsValue::UNDEFINED).map_err(|failure| worker::Error::from(failure).into())
    })
}

/// The answer to a question of one kind. The platform compiles a function whole when it is first called: boxed, each kind
/// is one.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<String, Failure>>>>;

/// The answer that some work comes to.
pub(crate) fn answered_by<A: Serialize>(work: impl Future<Output = Result<A, Failure>> + 'static) -> Answer {
    Box::pin(async { written(work.await) })
}

/// Writes the response of an object; a failure is logged here.
fn written<A: Serialize>(answer: Result<A, Failure>) -> Result<String, Failure> {
    json::write(&answer.map_err(report)).map_err(|_| Failure::internal(Defect::Encoding))
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
        let body = json::write(&problem).unwrap_or_default();
        let answer = response(problem.status, headers, body.as_bytes());
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
