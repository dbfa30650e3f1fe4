//! Probes of hosts, each kept for a minute.

use std::{rc::Rc, time::Duration};

use futures_util::future::join;
use rfc8414::Metadata;
use serde::{Deserialize, Serialize};

use crate::{
    about::{RootPage, root_page},
    config::{ClientIdDocuments, Config, Preregistered},
    failure::Failure,
    platform::{
        cache::CacheEntry,
        clock::{now, seconds},
        fetch::{Deadline, Limit, through_until},
        limits::RateLimit,
    },
    verdict_form::VerdictForm,
};
use login_flow::{
    LoginTarget, Probe, RequestedScope, ResourceMetadata, Server, UnauthenticatedRequests, Verdict,
    challenge_scope, probe, probe_resource, takes_documents,
};

/// The outcome of a probe: a validated server, exactly when a login is possible.
#[derive(Deserialize, Serialize)]
pub(crate) struct HostAnswer {
    #[serde(with = "VerdictForm")]
    pub(crate) verdict: Verdict,
    pub(crate) server: Option<Server>,
    /// The metadata of the resource, if it named the server.
    #[serde(default)]
    pub(crate) resource: Option<ResourceMetadata>,
    /// Second of 1970 before which an unreachable host is not asked again.
    #[serde(default)]
    retry_at: Option<i64>,
}

impl HostAnswer {
    /// The failure that the verdict means for a login; `None` if the login can begin.
    pub(crate) fn failure(&self) -> Option<Failure> {
        Failure::of_verdict(&self.verdict, self.retry_after())
    }

    /// The number of seconds after which an unreachable host is asked again.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        let left = self.retry_at?.saturating_sub(seconds(now())).max(1);
        Some(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

/// Metadata and root page, side by side. A host that is not in the cache counts against the limits of the caller.
pub(crate) async fn probe_host(
    config: &Config,
    rate_limit: &RateLimit,
    account: Option<&str>,
    target: &LoginTarget,
    requests: UnauthenticatedRequests,
) -> Result<(Rc<HostAnswer>, Rc<RootPage>), Failure> {
    let is_read = requests == UnauthenticatedRequests::Get;
    let cache = |kind| CacheEntry::of(config, kind, &target.resource());
    let mut remembered: Option<Rc<HostAnswer>> = cache(PROBED).read().await;
    if remembered.is_none() && is_read {
        remembered = cache(READ).read().await;
    }
    if let Some(answered) = remembered {
        return Ok((answered, root_page(target, config).await));
    }
    let asked = async {
        rate_limit.check(account).await?;
        Ok(join(ask_host(config, target, requests), root_page(target, config)).await)
    };
    Box::pin(asked).await
}

/// The answer of a host that is not remembered.
async fn ask_host(
    config: &Config,
    target: &LoginTarget,
    requests: UnauthenticatedRequests,
) -> Rc<HostAnswer> {
    let egress = &config.egress;
    let has_client = |metadata: &Metadata| {
        config.clients.at(&metadata.issuer).is_some_and(Preregistered::is_client)
            || (config.documents != ClientIdDocuments::Never && takes_documents(metadata))
    };
    let fetch = through_until(egress, Limit::METADATA, Deadline::after(DISCOVERY_DEADLINE));
    let found = if config.follows_resource_metadata {
        probe_resource(target, egress, requests, has_client, fetch).await
    } else {
        probe(target, egress, requests, has_client, fetch).await
    };
    let Probe { verdict, server, retry_after, resource, .. } = found;
    // A host that asks for time is given it: the answer is kept for as long.
    let wait = retry_after.map_or(PROBE_TTL, |retry_after| retry_after.wait(now()).max(PROBE_TTL));
    let is_unreachable = matches!(verdict, Verdict::Unreachable { .. });
    let retry_at = is_unreachable.then(|| seconds(now()).saturating_add(wait.as_secs().cast_signed()));
    let answered = Rc::new(HostAnswer { verdict, server, resource, retry_at });
    // Another request might have led to another answer.
    let is_read = requests == UnauthenticatedRequests::Get;
    let is_partial = is_read && (config.follows_resource_metadata || answered.server.is_none());
    let kind = if is_partial { READ } else { PROBED };
    CacheEntry::of(config, kind, &target.resource()).write(&answered, wait).await;
    answered
}

/// Forgets the verdict on a host.
pub(crate) async fn forget_host(config: &Config, target: &LoginTarget) {
    CacheEntry::of(config, PROBED, &target.resource()).forget().await;
}

/// The scope that a login asks for when no party names one. The challenge of a root came with its page; that of another
/// resource is asked for, and kept for a minute.
pub(crate) async fn chosen_scope(
    config: &Config,
    target: &LoginTarget,
    server: &Server,
    page: &RootPage,
) -> RequestedScope {
    if *target.url() == target.root() {
        return RequestedScope::chosen(server, page.challenge_scope.as_deref());
    }
    let cache = CacheEntry::of(config, "challenge", &target.resource());
    if let Some(scope) = cache.read::<Option<String>>().await {
        return RequestedScope::chosen(server, scope.as_deref());
    }
    let fetch = through_until(&config.egress, Limit::METADATA, Deadline::after(CHALLENGE_DEADLINE));
    let scope = challenge_scope(target, fetch).await;
    let scope = Rc::new(scope);
    cache.write(&scope, PROBE_TTL).await;
    RequestedScope::chosen(server, scope.as_deref())
}

/// The longest wait for all documents of a host together.
const DISCOVERY_DEADLINE: Duration = Duration::from_secs(8);
/// The longest wait of a login for the challenge of the resource.
const CHALLENGE_DEADLINE: Duration = Duration::from_millis(1500);
const PROBE_TTL: Duration = Duration::from_mins(1);
/// The kind of an entry: the answer to a probe, or to one that only read.
const PROBED: &str = "probe";
const READ: &str = "read";
