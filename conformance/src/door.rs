//! The one door to the network: judged, without redirects, bounded in time and size, public addresses only.

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, future::LocalBoxFuture};
use http::{Request, Response, header};
use reqwest::{
    Certificate, Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use worker_client::flow::FetchError;

use crate::{Failure, Limit, Transport, text::bounded};

/// Sends what the egress policy has allowed.
#[derive(Clone, Debug)]
pub struct Door {
    client: Client,
}

impl Door {
    /// A door to the public internet, and to loopback where that is allowed; it trusts the machine's authorities
    /// and those of a PEM file.
    pub fn open(allow_private: bool, authorities: Option<&[u8]>) -> Result<Self, DoorError> {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .dns_resolver(Arc::new(Resolver { allow_private }))
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(15))
            // A host is asked and left: nothing is kept open for thousands of them.
            .pool_idle_timeout(Duration::from_millis(500))
            .pool_max_idle_per_host(1)
            .user_agent(concat!("conformance/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = authorities {
            client = client.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self { client: client.build()? })
    }

    async fn fetch(&self, request: Request<Vec<u8>>, limit: Limit) -> Result<Response<Vec<u8>>, Failure> {
        let request = request.try_into().map_err(|_| FetchError::NoAnswer)?;
        #[expect(clippy::disallowed_methods, reason = "the one door")]
        let answer = self.client.execute(request).await.map_err(|error| told(&error))?;
        if answer.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(FetchError::Encoding.into());
        }
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let mut stream = answer.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| told(&error))?;
            let room = limit.bytes().saturating_sub(response.body().len());
            match limit {
                Limit::Json if chunk.len() > room => return Err(FetchError::TooLarge.into()),
                _ => response.body_mut().extend(chunk.iter().take(room)),
            }
            if chunk.len() > room {
                break;
            }
        }
        Ok(response)
    }
}

impl Transport for Door {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(self.fetch(request, limit))
    }
}

/// Fresh random bytes.
pub(crate) fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    #[expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one door; without entropy nothing is safe"
    )]
    getrandom::fill(&mut bytes).expect("the machine has a generator");
    bytes
}

/// Why there is no door.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
#[non_exhaustive]
pub struct DoorError(#[from] reqwest::Error);

/// The innermost reason: that of the resolver, the socket or TLS.
fn told(error: &reqwest::Error) -> Failure {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let what = match error {
        error if error.is_timeout() => "no answer in time",
        error if error.is_connect() => "no connection",
        _ => "no answer",
    };
    Failure::told(format!("{what}: {}", bounded(&reason.to_string(), 200)))
}

/// Resolves names once per connection and keeps the addresses that are public: what is checked is what is
/// connected to.
#[derive(Debug)]
struct Resolver {
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = allowed(found, allow_private);
            if allowed.is_empty() {
                return Err("the name has no address on the public internet".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn allowed(found: impl Iterator<Item = SocketAddr>, allow_private: bool) -> Vec<SocketAddr> {
    found.filter(|address| is_public(address.ip()) || allow_private && address.ip().is_loopback()).collect()
}
/// Whether an address is one of the public internet (IANA special-purpose address registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let is_special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || matches!(
                    (a, b, c),
                    (0 | 240..=255, ..) | (100, 64..=127, _) | (198, 18..=19, _) | (192, 0, 0)
                );
            !is_special
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            // Global unicast is 2000::/3, without Teredo, documentation and 6to4, which can carry a private one.
            (0x2000..0x4000).contains(&first)
                && first != 0x2002
                && !matches!((first, second), (0x2001, 0 | 0x0db8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l03_public_addresses() {
        for (address, expected) in [
            ("1.1.1.1", true),
            ("127.0.0.1", false),
            ("10.0.0.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("198.18.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("2606:4700::1111", true),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("2002:7f00:1::", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }
}
