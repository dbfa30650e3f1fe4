//! How the Worker talks to its Durable Objects: one JSON question, one JSON answer.

use serde::{Serialize, de::DeserializeOwned};
use worker::{Env, Method, Request, RequestInit, Response};

use crate::{
    config::{Config, Misconfigured},
    problem::Problem,
};

/// Asks the object of that name.
pub(super) async fn ask<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    question: &Q,
) -> Result<A, Problem> {
    let body = serde_json::to_string(question).map_err(|_| Problem::internal())?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://object.internal/", &init)?;
    let stub = env.durable_object(binding)?.id_from_name(name)?.get_stub()?;
    let answer = stub.fetch_with_request(request).await?.text().await?;
    serde_json::from_str::<Result<A, Problem>>(&answer).map_err(|_| Problem::internal())?
}

/// Reads the question inside the object.
pub(super) async fn question<Q: DeserializeOwned>(request: &mut Request) -> Result<Q, Problem> {
    serde_json::from_str(&request.text().await?).map_err(|_| Problem::internal())
}

/// Writes its answer.
pub(super) fn answer<A: Serialize>(answer: &Result<A, Problem>) -> worker::Result<Response> {
    Response::from_json(answer)
}

/// The configuration, from the variables and secrets of the deployment.
pub(super) fn config(env: &Env) -> Result<Config, Misconfigured> {
    Config::read(|name| env.var(name).ok().map(|value| value.to_string()))
}

impl From<worker::Error> for Problem {
    fn from(error: worker::Error) -> Self {
        // Platform errors name bindings, tables and limits, never values.
        worker::console_error!("platform error: {error}");
        Self::internal()
    }
}

impl From<Misconfigured> for Problem {
    fn from(misconfigured: Misconfigured) -> Self {
        worker::console_error!("not configured: {misconfigured}");
        Self::misconfigured()
    }
}

/// For a host program that answers with `?`: the title says what happened and holds nothing untrusted.
impl From<Problem> for worker::Error {
    fn from(problem: Problem) -> Self {
        Self::RustError(problem.title)
    }
}

impl From<Misconfigured> for worker::Error {
    fn from(misconfigured: Misconfigured) -> Self {
        Self::RustError(misconfigured.to_string())
    }
}
