//! Public answers that are remembered, in the isolate and in the cache of the platform: one that is lost is asked for
//! again, nothing else.

use std::{any::Any, cell::RefCell, rc::Rc, time::Duration};

use login_codec::json;
use serde::{Serialize, de::DeserializeOwned};
use worker::{Cache, Response};

use super::{
    body::text,
    clock::{millis, now},
};
use crate::{config::Config, memory::Memory};

/// One entry of the platform's cache, under a URL that is no route. The isolate remembers it under the same URL: a look
/// there costs no call of the platform.
pub(crate) struct CacheEntry(String);

impl CacheEntry {
    pub(crate) fn of(config: &Config, kind: &str, what: &str) -> Self {
        let mut key = config.url(&format!("/cache/{kind}"));
        let settings = config.probe_settings.as_deref().map(|digest| ("under", digest));
        key.query_pairs_mut().append_pair("of", what).extend_pairs(settings);
        Self(key.into())
    }

    /// The value that this isolate remembers.
    pub(crate) fn recall<T: 'static>(&self) -> Option<Rc<T>> {
        MEMORY.with_borrow(|memory| memory.get(&self.0, millis(now())))
    }

    /// The value that this isolate remembers, or the platform.
    pub(crate) async fn read<T: DeserializeOwned + 'static>(&self) -> Option<Rc<T>> {
        match self.recall() {
            Some(value) => Some(value),
            None => Box::pin(self.find()).await,
        }
    }

    /// The value that the platform remembers, which this isolate then remembers too.
    pub(crate) async fn find<T: DeserializeOwned + 'static>(&self) -> Option<Rc<T>> {
        let (end, json) = self.stored().await?;
        let value = Rc::new(json::read::<T>(&json).ok()?);
        self.remember(value.clone(), json.len(), end);
        Some(value)
    }

    pub(crate) async fn forget(&self) {
        self.remember(Rc::new(()), 0, 0);
        let cache = Cache::open(CACHE.to_owned()).await;
        drop(cache.delete(self.0.as_str(), false).await);
    }

    /// Stores the value. A cache that is full or absent costs the next person a second look, nothing else.
    pub(crate) async fn write<T: Serialize + 'static>(&self, value: &Rc<T>, ttl: Duration) {
        let Ok(json) = json::write(value.as_ref()) else { return };
        let end = millis(now().checked_add(ttl).unwrap_or_else(now));
        self.remember(value.clone(), json.len(), end);
        self.store(&json, end, ttl).await;
    }

    /// The JSON that the platform remembers, and its end.
    async fn stored(&self) -> Option<(i64, String)> {
        let cache = Cache::open(CACHE.to_owned()).await;
        let answer = cache.get(self.0.as_str(), false).await.ok()??;
        let answer = text(&answer).await.ok()?;
        let (end, json) = answer.split_once('\n')?;
        let end = end.parse().ok().filter(|end| millis(now()) < *end)?;
        Some((end, json.to_owned()))
    }

    /// The end goes with the value: what the platform kept for a while is not remembered for longer.
    async fn store(&self, json: &str, end: i64, ttl: Duration) {
        let Ok(answer) = Response::ok(format!("{end}\n{json}")) else { return };
        if answer.headers().set("cache-control", &format!("max-age={}", ttl.as_secs())).is_ok() {
            let cache = Cache::open(CACHE.to_owned()).await;
            drop(cache.put(self.0.as_str(), answer).await);
        }
    }

    fn remember(&self, value: Rc<dyn Any>, bytes: usize, end: i64) {
        let key = self.0.clone();
        MEMORY.with_borrow_mut(|memory| memory.insert(key, value, bytes, end, millis(now())));
    }
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Bound to the version, so that no other one reads what this one wrote.
const CACHE: &str = concat!("worker-client ", env!("CARGO_PKG_VERSION"));
