//! Limits on the number of hosts asked in a minute for one person and for one address: the platform counts.

use worker::{
    Env,
    js_sys::Promise,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    web_sys::Headers,
};

use super::promise::settled;
use crate::failure::{Failure, UserFailure};

/// The limits of one caller.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit {
    env: Env,
    /// The headers of a request, which say the network address that the platform saw; nothing when a host program asks by
    /// itself.
    headers: Option<Headers>,
}

impl RateLimit {
    pub(crate) fn host(env: &Env) -> Self {
        Self { env: env.clone(), headers: None }
    }

    /// The limits of the address that a request with these headers came from.
    pub(crate) fn visitor(env: &Env, headers: &Headers) -> Self {
        Self { env: env.clone(), headers: Some(headers.clone()) }
    }

    /// The same limits for the address of a request with these headers.
    pub(crate) fn by(&self, headers: &Headers) -> Self {
        Self::visitor(&self.env, headers)
    }

    fn address(&self) -> Option<String> {
        self.headers.as_ref()?.get("cf-connecting-ip").ok()?
    }

    /// One more session, which stores rows of its own, for a browser without one. What is remembered of a host costs no
    /// question, so that the sessions of one address are counted by themselves.
    pub(crate) async fn check_new_session(&self) -> Result<(), Failure> {
        let address = self.address().unwrap_or_default();
        self.count(USER, &format!("new {address}")).await
    }

    /// One more question of that account from that address.
    pub(crate) async fn check(&self, account: Option<&str>) -> Result<(), Failure> {
        for (binding, key) in [(USER, account), (ADDRESS, self.address().as_deref())] {
            if let Some(key) = key {
                self.count(binding, key).await?;
            }
        }
        Ok(())
    }

    async fn count(&self, binding: &str, key: &str) -> Result<(), Failure> {
        let is_within = settled(&limit(&self.env, binding, key)).await.map_err(worker::Error::from)?;
        is_within.is_truthy().then_some(()).ok_or(UserFailure::TooManyRequests.into())
    }
}

#[wasm_bindgen(inline_js = "
export async function limit(env, binding, key) {
  const limiter = env[binding];
  return !limiter || (await limiter.limit({ key })).success;
}")]
extern "C" {
    /// Counts one more of a key; true within the limit, and without one. A single call of JavaScript.
    fn limit(env: &JsValue, binding: &str, key: &str) -> Promise;
}

/// The first limit that the deployment lacks.
pub(super) fn missing(env: &Env) -> Option<&'static str> {
    BINDINGS.into_iter().find(|binding| env.rate_limiter(binding).is_err())
}

const USER: &str = "LIMIT_USER";
const ADDRESS: &str = "LIMIT_ADDRESS";
pub(super) const BINDINGS: [&str; 2] = [USER, ADDRESS];
