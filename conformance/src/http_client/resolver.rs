use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A resolver that runs once per connection and keeps the public addresses: the addresses that are checked are the
/// ones that are connected to.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) allow_loopback: bool,
    /// The name of the proxy, which may have any address.
    pub(super) proxy_host: Option<String>,
    pub(super) lookup: Lookup,
}

pub(super) type Lookup = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { allow_loopback, lookup, .. } = *self;
        let is_proxy = self.proxy_host.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = lookup(name.as_str().to_owned()).await?;
            if is_proxy {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let allowed = allowed(found.iter().copied(), allow_loopback);
            if !allowed.is_empty() {
                return Ok(Box::new(allowed.into_iter()) as Addrs);
            }
            let is_here = found.iter().any(|address| address.ip().is_loopback());
            let hint = if is_here { ", but one of this machine (--allow-loopback)" } else { "" };
            Err(format!("the name has no address on the public internet{hint}").into())
        })
    }
}

pub(super) fn lookup(name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

fn allowed(found: impl Iterator<Item = SocketAddr>, allow_loopback: bool) -> Vec<SocketAddr> {
    found.filter(|address| is_public(address.ip()) || allow_loopback && address.ip().is_loopback()).collect()
}

/// Returns `true` if an address is one of the public internet (IANA special-purpose address registries).
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

    #[test]
    fn l03_every_address_is_checked() {
        let mixed =
            ["1.1.1.1:0", "127.0.0.1:0", "10.0.0.1:0"].map(|address| address.parse::<SocketAddr>().unwrap());
        assert_eq!(allowed(mixed.into_iter(), false), [mixed[0]], "every address is checked");
        assert_eq!(allowed(mixed.into_iter(), true), mixed[..2]);
    }
}
