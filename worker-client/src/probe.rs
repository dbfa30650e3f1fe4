//! Asks a host whether and how one can log in, and remembers the answer for a minute.

use futures_util::future::join;
use rfc8414::Issuer;
use serde::{Deserialize, Serialize};

use crate::{
    about::about,
    config::{Config, Preregistered},
    model::About,
    platform::{
        cache::Remembered,
        fetch::{Limit, through},
        limits::Counted,
    },
    problem::Problem,
};
use login_flow::{LoginTarget, Server, Verdict, probe};

/// What a host answered: a validated server, exactly when one can log in.
#[derive(Deserialize, Serialize)]
pub(crate) struct Answered {
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    pub(crate) server: Option<Server>,
}

/// Metadata and root page, side by side. What is not remembered counts against the limits of whoever asks.
pub(crate) async fn ask_host(
    config: &Config,
    counted: &Counted,
    account: Option<&str>,
    named: &LoginTarget,
) -> Result<(Answered, About), Problem> {
    let cache = Remembered::of(config, "probe", &named.resource());
    let remembered: Option<Answered> = cache.read().await;
    if remembered.is_none() {
        counted.one_more(account).await?;
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

const A_MINUTE: u32 = 60;
