//! Limits on the number of hosts asked in a minute for one person and for one address: the platform counts.

use worker::{
    Env,
    js_sys::Promise,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
};

use super::promise::settled;
use crate::failure::{Failure, UserFailure};

/// The limits of one caller.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit {
    env: Env,
    /// Nothing when a host program asks by itself.
    visitor: Option<Visitor>,
}

/// The sender of a request.
#[derive(Clone, Debug)]
pub(crate) enum Visitor {
    /// The network address that the platform saw.
    Address(Option<String>),
    /// An object with the headers of the request, which are looked at when an address is counted, and not before.
    #[cfg(feature = "entry")]
    Of(WithHeaders),
}

impl RateLimit {
    pub(crate) fn host(env: &Env) -> Self {
        Self { env: env.clone(), visitor: None }
    }

    /// The limits of the address that a request came from.
    pub(crate) fn visitor(env: &Env, visitor: Visitor) -> Self {
        Self { env: env.clone(), visitor: Some(visitor) }
    }

    /// The same limits for a request from this address.
    pub(crate) fn by(&self, address: Option<&str>) -> Self {
        Self::visitor(&self.env, Visitor::Address(address.map(str::to_owned)))
    }

    fn address(&self) -> Option<String> {
        match self.visitor.as_ref()? {
            Visitor::Address(address) => address.clone(),
            #[cfg(feature = "entry")]
            Visitor::Of(object) => object.headers().get(CONNECTING_ADDRESS).ok()?,
        }
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

#[cfg(feature = "entry")]
#[wasm_bindgen]
extern "C" {
    /// An object with the headers of a request.
    #[derive(Clone, Debug)]
    pub(crate) type WithHeaders;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &WithHeaders) -> worker::web_sys::Headers;
}

/// The first limit that the deployment lacks.
pub(super) fn missing(env: &Env) -> Option<&'static str> {
    BINDINGS.into_iter().find(|binding| env.rate_limiter(binding).is_err())
}

/// The header with the network address that the platform saw.
pub(crate) const CONNECTING_ADDRESS: &str = "cf-connecting-ip";
const USER: &str = "LIMIT_USER";
const ADDRESS: &str = "LIMIT_ADDRESS";
pub(super) const BINDINGS: [&str; 2] = [USER, ADDRESS];
