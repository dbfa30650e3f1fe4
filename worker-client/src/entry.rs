//! The Worker as it stands alone, and the class that a TypeScript Worker imports.

use std::{pin::pin, rc::Rc};

use futures_util::future::{Either, select};
use serde::Serialize;
use url::Url;
use worker::{
    Context, Env, Headers, Request, Response, event,
    js_sys::{Error, JSON, Object, Promise},
    wasm_bindgen::{self, JsCast, JsValue, prelude::wasm_bindgen},
    web_sys::{self, AbortSignal, RequestInit},
};

use crate::{
    api::path_of,
    failure::{Defect, Failure, Reason, UserFailure},
    login::Login,
    platform::{
        log::report,
        promise::{promise, settled},
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

/// [`Login`] for JavaScript, where it has the same name. What fails is thrown as an `Error` with the problem's members.
#[wasm_bindgen(js_name = Login, wasm_bindgen = ::worker::wasm_bindgen)]
#[derive(Debug)]
pub struct JsLogin {
    login: Rc<Login>,
}

#[expect(clippy::needless_pass_by_value, reason = "what JavaScript passes is owned")]
#[wasm_bindgen(js_class = Login, wasm_bindgen = ::worker::wasm_bindgen)]
impl JsLogin {
    /// The logins of a user whom the host program has authenticated.
    #[wasm_bindgen(constructor)]
    pub fn new(env: Env, user: &str) -> Result<Self, JsValue> {
        let login = Login::new(&env, user).map_err(thrown)?;
        Ok(Self { login: Rc::new(login) })
    }

    /// The logins of the user of the browser that sent this request.
    #[wasm_bindgen(js_name = byCookie)]
    pub fn by_cookie(env: Env, request: web_sys::Request) -> Result<Self, JsValue> {
        let login = Login::by_headers(&env, &Headers(request.headers())).map_err(thrown)?;
        Ok(Self { login: Rc::new(login) })
    }

    /// The answer to a request to one of our routes, or `undefined`.
    pub fn handle(&self, request: web_sys::Request) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move {
            let (text, method) = (request.url(), request.method());
            let Some(route) = login.route(path_of(&text), &method) else { return Ok(JsValue::UNDEFINED) };
            let url = Url::parse(&text).map_err(|_| thrown(not_a_url()))?;
            // The rest of the request is read where a route needs it: each part is an object of the platform.
            let headers = Headers(request.headers());
            Ok(routes::answered(&login, &request, &headers, &url, route).await.into())
        })
    }

    /// Sends a request as the user. It is named as for the platform's own `fetch`.
    pub fn fetch(&self, input: JsValue, init: Option<RequestInit>) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move {
            let init = init.unwrap_or_default();
            // The constructor takes a request, a URL or text: JavaScript tells them apart.
            let request = web_sys::Request::new_with_request_and_init(input.unchecked_ref(), &init)?;
            let signal = signal_of(&input, &init);
            let sent = login.send_as_user(&request, signal.as_ref());
            let response = match &signal {
                Some(signal) => unless_aborted(signal, sent).await,
                None => sent.await.map_err(thrown),
            };
            response.map(Into::into)
        })
    }

    /// Sends a request as the user for a request of their browser, with a response that the browser may have.
    pub fn proxy(&self, browser: web_sys::Request, input: JsValue, init: Option<RequestInit>) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move {
            let browser = browser.into();
            let input = input.unchecked_ref();
            let request = web_sys::Request::new_with_request_and_init(input, &init.unwrap_or_default());
            let answer = match request {
                Ok(request) => login.proxy(&browser, request.into()).await,
                Err(_) => login.refusal(&browser, not_a_url()),
            };
            Ok(web_sys::Response::from(answer).into())
        })
    }

    /// The verdict on logging in to a host or URL.
    pub fn probe(&self, url: String) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move { given(login.probe(&url).await) })
    }

    /// The connections of the user.
    pub fn connections(&self) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move { given(login.connections().await) })
    }

    /// The `Authorization` value for a URL that a connection covers.
    pub fn authorization(&self, url: String) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move {
            let url = Url::parse(&url).map_err(|_| thrown(not_a_url()))?;
            login.authorization(&url).await.map(|value| value.secret().into()).map_err(thrown)
        })
    }

    /// Ends a connection.
    pub fn disconnect(&self, id: String) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move { given(login.disconnect(&id).await) })
    }

    /// Ends all connections of the user and erases what is stored of them.
    pub fn erase(&self) -> Promise {
        let login = Rc::clone(&self.login);
        promise(async move { login.erase().await.map(|()| JsValue::UNDEFINED).map_err(thrown) })
    }

    /// The page that asks the person whether to log in to a host or URL.
    pub fn link(
        &self,
        url: &str,
        return_to: Option<String>,
        scope: Option<String>,
    ) -> Result<String, JsValue> {
        let link = self.login.link(url, return_to.as_deref(), scope.as_deref());
        link.map(Into::into).map_err(thrown)
    }

    /// The logins of the same user, for the connections with this label alone.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Self {
        Self { login: Rc::new(self.login.labelled(label)) }
    }
}

fn not_a_url() -> UserFailure {
    UserFailure::UnreadableRequest(Reason::of("It is not a URL."))
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

#[wasm_bindgen(inline_js = "
export const signalOf = (input, init) => (init.signal === undefined ? input.signal : init.signal) ?? undefined;")]
extern "C" {
    /// The signal that a request is made with, if any. The request itself has one in any case.
    #[wasm_bindgen(js_name = signalOf)]
    fn signal_of(input: &JsValue, init: &RequestInit) -> Option<AbortSignal>;
}

/// The value as a plain JavaScript object, or the failure as what is thrown.
fn given(outcome: Result<impl Serialize, Failure>) -> Result<JsValue, JsValue> {
    outcome.map_err(thrown).and_then(|value| object(&value))
}

/// A plain JavaScript object.
fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = serde_json::to_string(value).map_err(|_| thrown(Failure::internal(Defect::Encoding)))?;
    JSON::parse(&json)
}

/// An `Error` that has the members of the problem. A failure of this app is logged here.
fn thrown(failure: impl Into<Failure>) -> JsValue {
    let problem = Problem::new(&report(failure.into()), None);
    let error = Error::new(problem.title);
    match serde_json::to_string(&problem).map(|json| JSON::parse(&json)) {
        Ok(Ok(members)) => Object::assign(&error, &members.into()).into(),
        Ok(Err(_)) | Err(_) => error.into(),
    }
}
