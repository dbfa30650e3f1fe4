//! The one door to the network: judged, without redirects, bounded in time and size, public addresses only.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::StreamExt;
use http::{Request, Response, header};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::Url;
use worker_client::flow::{Egress, FetchError};

/// What kind of body is expected, and so how large it may be.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    Json,
    Page,
}

impl Limit {
    fn bytes(self) -> usize {
        match self {
            Self::Json => 64 << 10,
            Self::Page => 512 << 10,
        }
    }
}

/// Sends what the egress policy allows.
pub(crate) struct Door {
    client: Client,
    egress: Egress,
}

impl Door {
    pub(crate) fn open(egress: Egress, allow_private: bool) -> Result<Self, reqwest::Error> {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver { allow_private }))
            .no_proxy()
            .redirect(Policy::none())
            .timeout(Duration::from_secs(10))
            .user_agent(concat!("conformance/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, egress })
    }

    /// Sends a request and reads its answer. Redirects come back as they are.
    pub(crate) async fn fetch(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> Result<Response<Vec<u8>>, FetchError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::NoAnswer)?;
        self.egress.judge(&url).map_err(FetchError::Blocked)?;
        let request = request.try_into().map_err(|_| FetchError::NoAnswer)?;
        #[expect(clippy::disallowed_methods, reason = "the one door")]
        let answer = self.client.execute(request).await.map_err(|_| FetchError::NoAnswer)?;
        if answer.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(FetchError::Encoding);
        }
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let mut stream = answer.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| FetchError::NoAnswer)?;
            let room = limit.bytes().saturating_sub(response.body().len());
            match limit {
                Limit::Json if chunk.len() > room => return Err(FetchError::TooLarge),
                _ => response.body_mut().extend(chunk.iter().take(room)),
            }
            if chunk.len() > room {
                break;
            }
        }
        Ok(response)
    }
}

/// Resolves names once per connection and keeps the addresses that are public: what is checked is what is
/// connected to.
struct Resolver {
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = found.filter(|address| allow_private || is_public(address.ip()));
            let addresses: Vec<SocketAddr> = allowed.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
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
