//! Requests of the host program, sent as its user: each is one call of JavaScript and as few objects of the platform as it
//! takes. The bodies are streamed, not bounded.

use worker::{
    js_sys::{Array, JsString, Promise},
    wasm_bindgen::{self, JsCast, JsValue, prelude::wasm_bindgen},
    web_sys::{AbortSignal, Request, Response},
};

use super::promise::settled;
use login_flow::FetchError;

/// Sends a request without the headers of these names, and with that `Authorization` value. A name that ends in a hyphen
/// stands for all that begin with it. Redirects come back as they are.
pub(crate) fn pass(
    request: &Request,
    not_passed: &Array,
    authorization: &str,
    signal: Option<&AbortSignal>,
) -> impl Future<Output = Result<Response, FetchError>> + use<> {
    let sent = send(request, not_passed, authorization, signal).map_err(|_| FetchError::NoAnswer);
    async move {
        let response = settled(&sent?).await.map_err(|_| FetchError::NoAnswer)?;
        // The platform resolves a `fetch` with nothing else.
        Ok(response.unchecked_into())
    }
}

#[wasm_bindgen(inline_js = "
export function send({ url, method, headers, body }, notPassed, authorization, signal) {
  const isPassed = (name) => !notPassed.some((other) => (other.endsWith('-') ? name.startsWith(other) : name === other));
  // The platform takes the members of an object in less time than the items of a list.
  const passed = { __proto__: null, authorization };
  headers.forEach((value, name) => {
    if (isPassed(name)) passed[name] = value;
  });
  return fetch(url, { method, headers: passed, body, redirect: 'manual', signal });
}
export function without(response, name) {
  if (!response.headers.has(name)) return response;
  const changed = new Response(response.body, response);
  changed.headers.delete(name);
  return changed;
}")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn send(
        request: &Request,
        not_passed: &Array,
        authorization: &str,
        signal: Option<&AbortSignal>,
    ) -> Result<Promise, JsValue>;

    /// The response without a header. One that does not have it is as it came.
    #[wasm_bindgen(catch)]
    pub(crate) fn without(response: &Response, name: &JsString) -> Result<Response, JsValue>;
}
