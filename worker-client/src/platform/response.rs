//! Responses of the app, each made by a single call of JavaScript.

use serde_json::Value;
use worker::{
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    web_sys::Response,
};

/// Headers of a response, in the order in which they were added.
#[derive(Default)]
pub(crate) struct ResponseHeaders(Vec<(&'static str, String)>);

impl ResponseHeaders {
    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(added, _)| *added == name)
    }
}

/// The response of that status, headers and body.
pub(crate) fn response(status: u16, headers: ResponseHeaders, body: &[u8]) -> worker::Result<Response> {
    let pairs = headers.0.into_iter().map(|(name, value)| Value::from(vec![name.to_owned(), value]));
    let headers = serde_json::to_string(&Value::Array(pairs.collect())).unwrap_or_default();
    Ok(respond(status, &headers, body)?)
}

#[wasm_bindgen(inline_js = "
export function respond(status, headers, body) {
  return new Response(body.length ? body.slice() : null, { status, headers: JSON.parse(headers) });
}")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: &str, body: &[u8]) -> Result<Response, JsValue>;
}
