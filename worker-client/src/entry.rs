//! The Worker as it stands alone, and the class that a TypeScript Worker imports.

use std::{pin::pin, rc::Rc};

use futures_util::future::{Either, select};
use login_codec::json;
use serde::Serialize;
use url::Url;
use worker::{
    Context, Env, Request, Response, event,
    js_sys::{Error, Function, JSON, Object, Promise},
    wasm_bindgen::{self, JsCast, JsValue, prelude::wasm_bindgen},
    web_sys::{self, AbortSignal, RequestInit},
};

use crate::{
    api::{path_of, pattern},
    config::{Config, Misconfigured},
    failure::{Defect, Failure, UserFailure},
    login::{Begun, Login, authorization_in, sender},
    platform::{
        deployment::{config_numbered, limited_config_numbered, numbering},
        limits::{Visitor, WithHeaders},
        log::report,
        promise::{Outcome, promise, settled},
        rpc,
    },
    problem::Problem,
    routes,
};

#[event(fetch)]
async fn main(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let login = Login::by_cookie(&env, &request).and_then(|login| {
        // The app on its own has its objects to itself: without keys it is refused before it is used.
        login.config.keys()?;
        Ok(login)
    });
    let login = match login {
        Ok(login) => login,
        Err(misconfigured) => {
            let problem = Problem::new(&report(misconfigured.into()), None);
            return Response::error(problem.title, problem.status);
        }
    };
    match login.handle(&mut request).await {
        Some(response) => Ok(response),
        None => Response::error("There is nothing here", 404),
    }
}

/// The functions behind `Login` in JavaScript (`npm/classes.js`). Each failure is thrown as an `Error` with the problem's
/// members.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
#[derive(Debug)]
#[non_exhaustive]
pub struct Calls;

#[expect(clippy::needless_pass_by_value, reason = "what JavaScript passes is owned")]
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
impl Calls {
    /// Objects are asked by their method from now on.
    #[wasm_bindgen(js_name = objectsHaveMethods)]
    pub fn objects_have_methods() {
        rpc::objects_have_methods();
    }

    /// The function that numbers the settings of an environment.
    pub fn numbering() -> Function {
        numbering()
    }

    /// A pattern of the URLs of our routes. It throws where the settings of an environment are wrong, for an app that knows
    /// its users or one that is open to strangers.
    pub fn check(env: Env, settings: u32, is_open: bool) -> Result<String, JsValue> {
        let config =
            if is_open { limited_config_numbered(&env, settings) } else { config_numbered(|| env, settings) };
        config.map(|config| pattern(&config.prefix)).map_err(thrown)
    }

    /// The answer to a request to one of our routes, or `undefined`.
    pub fn handle(caller: &Caller, request: web_sys::Request, url: String, method: &str) -> Option<Promise> {
        let config = match caller.config() {
            Ok(config) => config,
            Err(misconfigured) => return Some(Promise::reject(&thrown(misconfigured))),
        };
        // A request that is not ours leaves its user unknown.
        let route = config.route(path_of(&url), method)?;
        let login = caller.login(config);
        Some(promise(async move { Ok(routes::answered(&login, &request, &url, route).await.into()) }))
    }

    /// Sends a request as the user; of the request its URL and method, what was asked and sent of it already, and the signal
    /// that it was made with, if any.
    pub fn fetch(
        caller: &Caller,
        request: web_sys::Request,
        url: String,
        method: String,
        asked: Option<Promise>,
        sent: Option<Promise>,
        signal: Option<AbortSignal>,
    ) -> Promise {
        caller.promise(async move |login| {
            let begun = Begun { asked, sent };
            let sent = login.send_as_user(&request, &url, &method, begun, signal.as_ref());
            let response = match &signal {
                Some(signal) => unless_aborted(signal, sent).await,
                None => sent.await.map_err(thrown),
            };
            response.map(Into::into)
        })
    }

    /// The function that sends most requests, made of those below and of [`Self::fetch`].
    pub fn sender(calls: &JsValue) -> Function {
        sender(calls)
    }

    /// The question for the token of a request, after the name of the object that is asked; `undefined` where
    /// [`Self::fetch`] asks in another way, or says why it does not.
    pub fn question(caller: &Caller, url: &str, method: &str) -> Option<String> {
        caller.login(caller.config().ok()?).question_for(url, method)
    }

    /// The `Authorization` value in the answer to that question, unless it is a failure.
    pub fn bearer(answer: &str) -> Option<String> {
        authorization_in(answer)
    }

    /// Sends a request as the user for a request of their browser, with a response that the browser may have.
    pub fn proxy(
        caller: &Caller,
        browser: web_sys::Request,
        input: JsValue,
        init: Option<RequestInit>,
    ) -> Promise {
        caller.promise(async move |login| {
            let browser = browser.into();
            // The constructor takes a request, a URL or text: JavaScript tells them apart.
            let input = input.unchecked_ref();
            let request = web_sys::Request::new_with_request_and_init(input, &init.unwrap_or_default());
            let answer = match request {
                Ok(request) => login.proxy(&browser, request.into()).await,
                Err(_) => login.refusal(&browser, UserFailure::not_a_url()),
            };
            Ok(web_sys::Response::from(answer).into())
        })
    }

    /// The verdict on logging in to a host or URL.
    pub fn probe(caller: &Caller, url: String) -> Promise {
        caller.promise(async move |login| given(login.probe(&url).await))
    }

    /// The connections of the user.
    pub fn connections(caller: &Caller) -> Promise {
        caller.promise(async move |login| given(login.connections().await))
    }

    /// The `Authorization` value for a URL that a connection covers.
    pub fn authorization(caller: &Caller, url: String) -> Promise {
        caller.promise(async move |login| {
            let url = Url::parse(&url).map_err(|_| thrown(UserFailure::not_a_url()))?;
            login.authorization(&url).await.map(|value| value.secret().into()).map_err(thrown)
        })
    }

    /// Ends a connection.
    pub fn disconnect(caller: &Caller, id: String) -> Promise {
        caller.promise(async move |login| given(login.disconnect(&id).await))
    }

    /// Ends all connections of the user and erases what is stored of them.
    pub fn erase(caller: &Caller) -> Promise {
        caller.promise(async move |login| login.erase().await.map(|()| JsValue::UNDEFINED).map_err(thrown))
    }

    /// The page that asks the person whether to log in to a host or URL.
    pub fn link(
        caller: &Caller,
        url: &str,
        return_to: Option<String>,
        scope: Option<String>,
    ) -> Result<String, JsValue> {
        let login = caller.login(caller.config().map_err(thrown)?);
        let link = login.link(url, return_to.as_deref(), scope.as_deref());
        link.map(Into::into).map_err(thrown)
    }
}

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    /// The members of a `Login` of JavaScript: its environment, the number of the settings in it, and the user, who has a
    /// name, or a browser, of which a request has `headers`.
    #[derive(Debug)]
    pub type Caller;
    #[wasm_bindgen(method, getter)]
    fn env(this: &Caller) -> Env;
    #[wasm_bindgen(method, getter)]
    fn settings(this: &Caller) -> u32;
    #[wasm_bindgen(method, getter)]
    fn user(this: &Caller) -> Option<String>;
    /// The `Cookie` header among these.
    #[wasm_bindgen(method, getter)]
    fn cookie(this: &Caller) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn label(this: &Caller) -> Option<String>;
}

impl Caller {
    fn config(&self) -> Result<Rc<Config>, Misconfigured> {
        config_numbered(|| self.env(), self.settings())
    }

    fn login(&self, config: Rc<Config>) -> Login {
        let env = self.env();
        let login = if let Some(user) = self.user() {
            Login::of_user(&env, config, &user)
        } else {
            let visitor = Visitor::Of(self.unchecked_ref::<WithHeaders>().clone());
            Login::of_browser(&env, config, &self.cookie().unwrap_or_default(), visitor)
        };
        match self.label() {
            Some(label) => login.labelled(&label),
            None => login,
        }
    }

    /// A promise for what is done as this user.
    fn promise(&self, work: impl AsyncFnOnce(Login) -> Outcome + 'static) -> Promise {
        match self.config() {
            Ok(config) => {
                let login = self.login(config);
                promise(async move { work(login).await })
            }
            Err(misconfigured) => Promise::reject(&thrown(misconfigured)),
        }
    }
}

/// The outcome of some work, or the signal's reason once it aborts.
async fn unless_aborted<T>(
    signal: &AbortSignal,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, JsValue> {
    let (work, aborted) = (pin!(work), pin!(aborted(signal)));
    match select(work, aborted).await {
        Either::Left((Ok(done), _)) => Ok(done),
        Either::Left((Err(failure), _)) if !signal.aborted() => Err(thrown(failure)),
        _ => Err(signal.reason()),
    }
}

/// Ends when the signal aborts, if it does.
async fn aborted(signal: &AbortSignal) {
    let event = Promise::new(&mut |resolve, _| {
        // A signal that takes no listener aborts what is sent all the same.
        drop(signal.add_event_listener_with_callback("abort", &resolve));
    });
    drop(settled(&event).await);
}

/// The value as a plain JavaScript object, or the failure as what is thrown.
fn given(outcome: Result<impl Serialize, Failure>) -> Result<JsValue, JsValue> {
    outcome.map_err(thrown).and_then(|value| object(&value))
}

/// A plain JavaScript object.
fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = json::write(value).map_err(|_| thrown(Failure::internal(Defect::Encoding)))?;
    JSON::parse(&json)
}

/// An `Error` that has the members of the problem. A failure of this app is logged here.
fn thrown(failure: impl Into<Failure>) -> JsValue {
    let problem = Problem::new(&report(failure.into()), None);
    let error = Error::new(problem.title);
    match json::write(&problem).map(|json| JSON::parse(&json)) {
        Ok(Ok(members)) => Object::assign(&error, &members.into()).into(),
        Ok(Err(_)) | Err(_) => error.into(),
    }
}
