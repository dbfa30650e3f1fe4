//! The Worker as it stands alone, and the class that a TypeScript Worker imports.

use std::panic::AssertUnwindSafe;

use serde::Serialize;
use url::Url;
use worker::{
    Context, Env, Request, Response, event,
    js_sys::JSON,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    worker_sys::web_sys,
};

use super::{Login, panic::contained};
use crate::problem::Problem;

#[event(fetch)]
async fn main(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let login = match Login::by_cookie(&env, &request) {
        Ok(login) => login,
        Err(misconfigured) => {
            let problem = Problem::from(misconfigured);
            return Response::error(problem.title, problem.status);
        }
    };
    match login.handle(&mut request).await {
        Some(response) => Ok(response),
        None => Response::error("There is nothing here", 404),
    }
}

/// [`Login`] for JavaScript, where it has the same name. What fails is thrown as the problem's JSON object.
#[wasm_bindgen(js_name = Login, wasm_bindgen = ::worker::wasm_bindgen)]
#[derive(Debug)]
pub struct JsLogin {
    login: Login,
}

#[expect(clippy::needless_pass_by_value, reason = "what JavaScript passes is owned")]
#[wasm_bindgen(
    js_class = Login,
    wasm_bindgen = ::worker::wasm_bindgen,
    wasm_bindgen_futures = ::worker::wasm_bindgen_futures,
    js_sys = ::worker::js_sys
)]
impl JsLogin {
    /// The logins of a user whom the host program has authenticated.
    #[wasm_bindgen(constructor)]
    pub fn new(env: Env, user: &str) -> Result<Self, JsValue> {
        let login = Login::new(&env, user).map_err(|misconfigured| thrown(&misconfigured.into()))?;
        Ok(Self { login })
    }

    /// The logins of whoever uses the browser that sent this request.
    #[wasm_bindgen(js_name = byCookie)]
    pub fn by_cookie(env: Env, request: web_sys::Request) -> Result<Self, JsValue> {
        let login =
            Login::by_cookie(&env, &request.into()).map_err(|misconfigured| thrown(&misconfigured.into()))?;
        Ok(Self { login })
    }

    /// The answer to a request to one of our routes, or `undefined`.
    pub async fn handle(&self, request: web_sys::Request) -> Option<web_sys::Response> {
        let mut request = AssertUnwindSafe(request.into());
        AssertUnwindSafe(self.login.handle(&mut request)).await.map(Into::into)
    }

    /// Sends a request as the user.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<web_sys::Response, JsValue> {
        let sent = contained(self.login.fetch(request.into())).await;
        sent.map(Into::into).map_err(|problem| thrown(&problem))
    }

    /// Whether and how a person can log in to a host or URL.
    pub async fn probe(&self, url: String) -> Result<JsValue, JsValue> {
        given(contained(self.login.probe(&url)).await)
    }

    /// Where the user is connected to.
    pub async fn connections(&self) -> Result<JsValue, JsValue> {
        given(contained(self.login.connections()).await)
    }

    /// The `Authorization` value for a URL that a connection covers.
    pub async fn authorization(&self, url: String) -> Result<String, JsValue> {
        let url = Url::parse(&url).map_err(|_| thrown(&Problem::unreadable("It is not a URL.")))?;
        let authorization = contained(self.login.authorization(&url)).await;
        authorization.map(|value| value.secret()).map_err(|problem| thrown(&problem))
    }

    /// Ends a connection.
    pub async fn disconnect(&self, id: &str) -> Result<JsValue, JsValue> {
        given(contained(self.login.disconnect(id)).await)
    }

    /// Ends all connections of the user and erases what is stored of them.
    pub async fn erase(&self) -> Result<(), JsValue> {
        contained(self.login.erase()).await.map_err(|problem| thrown(&problem))
    }

    /// The page that asks the person whether to log in to a host or URL.
    pub fn link(
        &self,
        url: &str,
        return_to: Option<String>,
        scope: Option<String>,
    ) -> Result<String, JsValue> {
        let link = self.login.link(url, return_to.as_deref(), scope.as_deref());
        link.map(Into::into).map_err(|problem| thrown(&problem))
    }

    /// The same user, for the connections with this label alone.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Self {
        Self { login: self.login.labelled(label) }
    }
}

/// The value as a plain JavaScript object, or the problem as what is thrown.
fn given(outcome: Result<impl Serialize, Problem>) -> Result<JsValue, JsValue> {
    outcome.map_err(|problem| thrown(&problem)).and_then(|value| object(&value))
}

/// A plain JavaScript object.
fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    JSON::parse(&serde_json::to_string(value).unwrap_or_default())
}

fn thrown(problem: &Problem) -> JsValue {
    object(problem).unwrap_or(JsValue::UNDEFINED)
}
