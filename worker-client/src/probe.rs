//! Probes of hosts, each kept for a minute.

use std::time::Duration;

use futures_util::future::join;
use rfc8414::Issuer;
use serde::{Deserialize, Serialize};

use crate::{
    about::about,
    config::{Config, Preregistered},
    failure::Failure,
    model::About,
    platform::{
        cache::CacheEntry,
        fetch::{Deadline, Limit, through_until},
        limits::RateLimit,
    },
};
use login_flow::{LoginTarget, Probe, RequestedScope, Server, Verdict, probe};

/// The outcome of a probe: a validated server, exactly when a login is possible.
#[derive(Deserialize, Serialize)]
pub(crate) struct HostAnswer {
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    pub(crate) server: Option<Server>,
    /// The scope that the resource's challenge names: untrusted text.
    #[serde(default)]
    pub(crate) challenge_scope: Option<String>,
}

impl HostAnswer {
    /// The scope that a login asks for when no party names one.
    pub(crate) fn chosen_scope(&self, server: &Server) -> RequestedScope {
        RequestedScope::chosen(server, self.challenge_scope.as_deref())
    }
}

/// Metadata and root page, side by side. A host that is not in the cache counts against the limits of the caller.
pub(crate) async fn probe_host(
    config: &Config,
    rate_limit: &RateLimit,
    account: Option<&str>,
    target: &LoginTarget,
) -> Result<(HostAnswer, About), Failure> {
    let cache = CacheEntry::of(config, "probe", &target.resource());
    let remembered: Option<HostAnswer> = cache.read().await;
    if remembered.is_none() {
        rate_limit.check(account).await?;
    }
    let probing = async {
        if let Some(answered) = remembered {
            return answered;
        }
        let egress = &config.egress;
        let is_preregistered =
            |issuer: &Issuer| config.clients.at(issuer).is_some_and(Preregistered::is_client);
        let fetch = through_until(egress, Limit::METADATA, Deadline::after(DISCOVERY_DEADLINE));
        let probed = probe(target, egress, is_preregistered, fetch).await;
        let Probe { verdict, server, challenge_scope, .. } = probed;
        let answered = HostAnswer { verdict, server, challenge_scope };
        cache.write(&answered, PROBE_TTL).await;
        answered
    };
    Ok(join(probing, about(target, config)).await)
}

/// The longest wait for all documents of a host together.
const DISCOVERY_DEADLINE: Duration = Duration::from_secs(8);
const PROBE_TTL: Duration = Duration::from_mins(1);
