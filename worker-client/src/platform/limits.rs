//! Limits on the number of hosts asked in a minute for one person and for one address: the platform counts.

use worker::{Env, web_sys::Headers};

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
        let Ok(limiter) = self.env.rate_limiter(USER) else { return Ok(()) };
        let address = self.address().unwrap_or_default();
        if limiter.limit(format!("new {address}")).await?.success {
            Ok(())
        } else {
            Err(UserFailure::TooManyRequests.into())
        }
    }

    /// One more question of that account from that address.
    pub(crate) async fn check(&self, account: Option<&str>) -> Result<(), Failure> {
        for (binding, key) in [(USER, account), (ADDRESS, self.address().as_deref())] {
            let (Some(key), Ok(limiter)) = (key, self.env.rate_limiter(binding)) else { continue };
            if !limiter.limit(key.to_owned()).await?.success {
                return Err(UserFailure::TooManyRequests.into());
            }
        }
        Ok(())
    }
}

/// The first limit that the deployment lacks.
pub(super) fn missing(env: &Env) -> Option<&'static str> {
    BINDINGS.into_iter().find(|binding| env.rate_limiter(binding).is_err())
}

const USER: &str = "LIMIT_USER";
const ADDRESS: &str = "LIMIT_ADDRESS";
pub(super) const BINDINGS: [&str; 2] = [USER, ADDRESS];
