//! How the Worker talks to its Durable Objects: one JSON question, one JSON answer.

use serde::{Serialize, de::DeserializeOwned};
use worker::{Env, Method, Request, RequestInit, Response};

use super::{body::text, log::Line, panic};
use crate::{config::Misconfigured, model::Event, problem::Problem};

/// Asks the object of that name.
pub(crate) async fn call<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    request: &Q,
) -> Result<A, Problem> {
    read_response(&send(env, binding, name, request).await?)
}

/// The same with the answer as it comes: one piece of code for whatever it says.
pub(crate) async fn send<Q: Serialize>(
    env: &Env,
    binding: &str,
    name: &str,
    request: &Q,
) -> Result<String, Problem> {
    let request = post("https://object.internal/", request)?;
    let stub = env.durable_object(binding)?.id_from_name(name)?.get_stub()?;
    let answer = async { text(&stub.fetch_with_request(request).await?).await };
    answer.await.map_err(|error| {
        Line { event: "interrupted", problem: Some(&error.to_string()), ..Line::default() }.error();
        Problem::interrupted()
    })
}

/// Reads the answer of an object.
pub(crate) fn read_response<A: DeserializeOwned>(answer: &str) -> Result<A, Problem> {
    serde_json::from_str::<Result<A, Problem>>(answer).map_err(|_| Problem::internal())?
}

/// Whether the host program wants to be told of changes.
pub(crate) fn has_events(env: &Env) -> bool {
    env.service(EVENTS).is_ok()
}

/// Tells the host program of a change.
pub(crate) async fn post_event(env: &Env, event: &Event) -> Result<(), Problem> {
    let answer = env.service(EVENTS)?.fetch_request(post("https://events.internal/", event)?).await?;
    if answer.status_code() < 300 { Ok(()) } else { Err(Problem::internal()) }
}

fn post(url: &str, body: &impl Serialize) -> Result<Request, Problem> {
    let body = serde_json::to_string(body).map_err(|_| Problem::internal())?;
    let headers = worker::Headers::new();
    headers.set("content-type", "application/json")?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    Ok(Request::new_with_init(url, &init)?)
}

/// Reads the question inside the object.
pub(crate) async fn read_request<Q: DeserializeOwned>(request: &mut Request) -> Result<Q, Problem> {
    serde_json::from_str(&request.text().await?).map_err(|_| Problem::internal())
}

/// The answer of an object, our own fault when it panics: the object goes on, and so do those who wait for it.
pub(crate) async fn contained(
    answer: impl Future<Output = worker::Result<Response>>,
) -> worker::Result<Response> {
    let outcome = panic::contained(async { Ok(answer.await?) }).await;
    outcome.or_else(|problem| respond::<()>(&Err(problem)))
}

/// Writes its answer.
pub(crate) fn respond<A: Serialize>(answer: &Result<A, Problem>) -> worker::Result<Response> {
    Response::from_json(answer)
}

impl From<worker::Error> for Problem {
    fn from(error: worker::Error) -> Self {
        // Platform errors name bindings, tables and limits, never values.
        Line { event: "platform-error", problem: Some(&error.to_string()), ..Line::default() }.error();
        Self::internal()
    }
}

impl From<Misconfigured> for Problem {
    fn from(misconfigured: Misconfigured) -> Self {
        Line { event: "not-configured", problem: Some(&misconfigured.to_string()), ..Line::default() }
            .error();
        Self::misconfigured()
    }
}

/// For a host program that answers with `?`: the title says what happened and holds nothing untrusted.
impl From<Problem> for worker::Error {
    fn from(problem: Problem) -> Self {
        Self::RustError(problem.title.into())
    }
}

impl From<Misconfigured> for worker::Error {
    fn from(misconfigured: Misconfigured) -> Self {
        Self::RustError(misconfigured.to_string())
    }
}

const EVENTS: &str = "EVENTS";
