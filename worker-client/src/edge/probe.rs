//! Asks a host whether and how one can log in, and remembers the answer for a minute.

use futures_util::future::join;
use rfc8414::Issuer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;
use worker::{Cache, Response};

use super::{
    about::about,
    fetch::{Limit, through},
    login::Login,
    text::text,
};
use crate::{
    config::{Config, Preregistered},
    pages::About,
    problem::Problem,
};
use login_flow::{LoginTarget, Server, Verdict, probe};

/// What a host answered: a validated server, exactly when one can log in.
#[derive(Deserialize, Serialize)]
pub(super) struct Answered {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) server: Option<Server>,
}

/// Metadata and root page, side by side. What is not remembered counts against the limits of whoever asks.
pub(super) async fn ask_host(login: &Login, named: &LoginTarget) -> Result<(Answered, About), Problem> {
    let config = &login.config;
    let cache = Remembered::of(config, "probe", &named.resource());
    let remembered: Option<Answered> = cache.read().await;
    if remembered.is_none() {
        login.limit().await?;
    }
    let probing = async {
        if let Some(answered) = remembered {
            return answered;
        }
        let egress = &config.egress;
        let is_preregistered =
            |issuer: &Issuer| config.clients.at(issuer).is_some_and(Preregistered::is_client);
        let asked = probe(named, egress, is_preregistered, through(egress, Limit::METADATA)).await;
        let answered = Answered { verdict: asked.verdict, server: asked.server };
        cache.write(&answered, A_MINUTE).await;
        answered
    };
    Ok(join(probing, about(named, config)).await)
}

/// One answer in the edge's cache, under a name that is no route of ours.
pub(super) struct Remembered(Url);

impl Remembered {
    pub(super) fn of(config: &Config, kind: &str, what: &str) -> Self {
        let mut key = config.url(&format!("/cache/{kind}"));
        key.query_pairs_mut().append_pair("of", what);
        Self(key)
    }

    pub(super) async fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let cache = Cache::open(CACHE.to_owned()).await;
        let answer = cache.get(self.0.as_str(), false).await.ok()??;
        serde_json::from_str(&text(&answer).await.ok()?).ok()
    }

    /// For so many seconds. A cache that is full or absent costs the next person a second look, nothing else.
    pub(super) async fn write<T: Serialize>(&self, value: &T, seconds: u32) {
        let Ok(answer) = Response::from_json(value) else { return };
        if answer.headers().set("cache-control", &format!("max-age={seconds}")).is_ok() {
            let cache = Cache::open(CACHE.to_owned()).await;
            drop(cache.put(self.0.as_str(), answer).await);
        }
    }
}

/// Bound to the version, so that no other one reads what this one wrote.
const CACHE: &str = concat!("worker-client ", env!("CARGO_PKG_VERSION"));
const A_MINUTE: u32 = 60;
