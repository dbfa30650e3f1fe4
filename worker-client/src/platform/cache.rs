//! The cache of the platform: an answer that is lost is asked for again, nothing else.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use worker::{Cache, Response};

use super::body::text;
use crate::config::Config;

/// One entry of the platform's cache, under a URL that is no route.
pub(crate) struct CacheEntry(Url);

impl CacheEntry {
    pub(crate) fn of(config: &Config, kind: &str, what: &str) -> Self {
        let mut key = config.url(&format!("/cache/{kind}"));
        key.query_pairs_mut().append_pair("of", what);
        Self(key)
    }

    pub(crate) async fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let cache = Cache::open(CACHE.to_owned()).await;
        let answer = cache.get(self.0.as_str(), false).await.ok()??;
        crate::json::read(&text(&answer).await.ok()?).ok()
    }

    pub(crate) async fn forget(&self) {
        let cache = Cache::open(CACHE.to_owned()).await;
        drop(cache.delete(self.0.as_str(), false).await);
    }

    /// Stores the value. A cache that is full or absent costs the next person a second look, nothing else.
    pub(crate) async fn write<T: Serialize>(&self, value: &T, ttl: Duration) {
        let Ok(answer) = Response::from_json(value) else { return };
        if answer.headers().set("cache-control", &format!("max-age={}", ttl.as_secs())).is_ok() {
            let cache = Cache::open(CACHE.to_owned()).await;
            drop(cache.put(self.0.as_str(), answer).await);
        }
    }
}

/// Bound to the version, so that no other one reads what this one wrote.
const CACHE: &str = concat!("worker-client ", env!("CARGO_PKG_VERSION"));
