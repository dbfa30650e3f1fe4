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
    async move { response_to(&sent?).await }
}

/// The response to a request that was sent.
pub(crate) async fn response_to(sent: &Promise) -> Result<Response, FetchError> {
    let response = settled(sent).await.map_err(|_| FetchError::NoAnswer)?;
    // The platform resolves a `fetch` with nothing else.
    Ok(response.unchecked_into())
}

#[wasm_bindgen(module = "/src/platform/requests.js")]
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

    /// The function that sends a request without a body as its user, which is given the functions that decide (`Calls` in
    /// `entry.rs`): most requests take no future of ours.
    #[cfg(feature = "entry")]
    pub(crate) fn sender(
        calls: &JsValue,
        binding: &JsString,
        not_passed: &Array,
        looked_at: &[u16],
        cookie: &JsString,
    ) -> worker::js_sys::Function;
}
