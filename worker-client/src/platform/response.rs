//! Responses of the app, each made by a single call of JavaScript.

use login_codec::json;
use serde_json::Value;
use worker::{
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    web_sys::{Headers, Response},
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
    response_with(None, status, headers, body)
}

/// The same with headers that many responses have. The platform copies them in a tenth of the time that it takes to name
/// them.
pub(crate) fn response_with(
    common: Option<&Headers>,
    status: u16,
    headers: ResponseHeaders,
    body: &[u8],
) -> worker::Result<Response> {
    let pairs = headers.0.into_iter().map(|(name, value)| Value::from(vec![name.to_owned(), value]));
    let headers = json::write(&Value::Array(pairs.collect())).unwrap_or_default();
    Ok(respond(status, common, &headers, body)?)
}

#[wasm_bindgen(inline_js = "
export function respond(status, common, headers, body) {
  const response = new Response(body.length ? body.slice() : null, { status, headers: common });
  for (const [name, value] of JSON.parse(headers)) response.headers.append(name, value);
  return response;
}")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn respond(
        status: u16,
        common: Option<&Headers>,
        headers: &str,
        body: &[u8],
    ) -> Result<Response, JsValue>;
}
