//! The one way to the network: without redirects, bounded in time and size, to public addresses only.

mod resolver;

use std::{error::Error, sync::Arc, time::Duration};

use futures_util::{StreamExt, future::LocalBoxFuture};
use http::{HeaderValue, Method, Request, Response, header};
use login_flow::FetchError;
use reqwest::{Certificate, Client, NoProxy, redirect::Policy};

use self::resolver::{Lookup, Resolver, lookup};

use crate::{
    options::Options,
    proxy::Proxy,
    session::{Failure, Limit, Transport},
    text::bounded,
};

/// The HTTP client that sends the requests which the egress policy has allowed.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
}

impl HttpClient {
    /// A client of the public internet, and of loopback where that is allowed; it trusts the machine's authorities
    /// and those of a PEM file. It goes through a proxy only where one is named: a proxy looks names up itself, so that
    /// their addresses are not seen here.
    pub fn new(options: &Options) -> Result<Self, HttpClientError> {
        Self::with_lookup(options, lookup)
    }

    fn with_lookup(options: &Options, lookup: Lookup) -> Result<Self, HttpClientError> {
        let proxy_host = options.proxy.as_ref().and_then(Proxy::host).map(str::to_owned);
        let resolver = Resolver { allow_loopback: options.allow_loopback, proxy_host, lookup };
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .dns_resolver(Arc::new(resolver))
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(15))
            // A host gets its few requests and no more: no connection to one of thousands stays open.
            .pool_idle_timeout(Duration::from_millis(500))
            .pool_max_idle_per_host(1)
            .user_agent(options.user_agent.clone().unwrap_or(HeaderValue::from_static(USER_AGENT)));
        if let Some(proxy) = &options.proxy {
            // The loopback of the proxy is another machine's.
            let direct = NoProxy::from_string("localhost,127.0.0.0/8,::1");
            client = client.proxy(reqwest::Proxy::all(proxy.secret())?.no_proxy(direct));
        }
        if let Some(pem) = &options.authorities {
            client = client.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self { client: client.build()? })
    }

    async fn fetch(&self, mut request: Request<Vec<u8>>, limit: Limit) -> Result<Response<Vec<u8>>, Failure> {
        if request.method() != Method::GET {
            // Some servers close the connection after a body that they did not read, and do not say so.
            request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let request = request.try_into().map_err(|_| FetchError::NoAnswer)?;
        #[expect(clippy::disallowed_methods, reason = "the one way to the network")]
        let mut answered = self.client.execute(request).await.map_err(|error| from_reqwest(&error))?;
        // The client decodes what it knows, and then removes the header; the body is bounded after that.
        let encoding = answered.headers().get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
        if !matches!(encoding, None | Some(b"identity" | b"")) {
            return Err(FetchError::Encoding.into());
        }
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answered.status();
        *response.headers_mut() = std::mem::take(answered.headers_mut());
        let mut stream = answered.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| from_reqwest(&error))?;
            let room = limit.bytes().saturating_sub(response.body().len());
            match limit {
                Limit::Json if chunk.len() > room => return Err(FetchError::TooLarge.into()),
                _ => response.body_mut().extend_from_slice(chunk.get(..room).unwrap_or(&chunk)),
            }
            if chunk.len() > room {
                break;
            }
        }
        Ok(response)
    }
}

impl Transport for HttpClient {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(self.fetch(request, limit))
    }
}

/// The reason why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
#[non_exhaustive]
pub struct HttpClientError(#[from] reqwest::Error);

/// A failure with the innermost reason: that of the resolver, the socket or TLS.
fn from_reqwest(error: &reqwest::Error) -> Failure {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let kind = match error {
        error if error.is_timeout() => "no answer in time",
        error if error.is_connect() => "no connection",
        _ => "no answer",
    };
    Failure::with_detail(format!("{kind}: {}", bounded(&reason.to_string(), 200)))
}

const USER_AGENT: &str = concat!("conformance/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    /// The text that a response of those bytes is read as; the encodings are those that the Worker reads.
    async fn received(encoding: &str, body: Vec<u8>, limit: Limit) -> Result<Vec<u8>, FetchError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: {encoding}\r\n\r\n");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 2048];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &body).await;
        });
        let client = HttpClient::new(&Options::loopback()).unwrap();
        let request = Request::builder().uri(format!("http://127.0.0.1:{port}/")).body(Vec::new()).unwrap();
        client.send(request, limit).await.map(Response::into_body).map_err(|failure| failure.error)
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, body).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn gzip_always() {
        let document = br#"{"issuer": "https://good.example"}"#;
        let zeros = vec![0; 600 << 10];
        for (encoding, body, limit, expected) in [
            ("gzip", gzip(document), Limit::Json, Ok(document.to_vec())),
            ("GZIP", gzip(document), Limit::Json, Err(FetchError::Encoding)),
            ("identity", document.to_vec(), Limit::Json, Ok(document.to_vec())),
            ("", document.to_vec(), Limit::Json, Ok(document.to_vec())),
            // Bounded after decompression: less than 3 KB come over the wire.
            ("gzip", gzip(&zeros), Limit::Json, Err(FetchError::TooLarge)),
            ("gzip", gzip(&zeros), Limit::Page, Ok(vec![0; 512 << 10])),
            // Nothing is decoded twice, and nothing is read that cannot be decoded.
            ("gzip, gzip", gzip(&gzip(document)), Limit::Json, Err(FetchError::Encoding)),
            ("zstd", document.to_vec(), Limit::Json, Err(FetchError::Encoding)),
            ("x-own", document.to_vec(), Limit::Json, Err(FetchError::Encoding)),
            ("gzip", document.to_vec(), Limit::Json, Err(FetchError::NoAnswer)),
            ("gzip", gzip(document)[..20].to_vec(), Limit::Json, Err(FetchError::NoAnswer)),
        ] {
            assert_eq!(received(encoding, body, limit).await, expected, "{encoding} {limit:?}");
        }
    }

    /// A name that is public when it is looked at and loopback when it is connected to.
    #[tokio::test]
    async fn l10_what_is_checked_is_what_is_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&hits);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 512];
                let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 204 x\r\n\r\n").await;
            }
        });
        let rebinds: Lookup =
            |_| Box::pin(async { Ok(vec!["127.0.0.1:0".parse().unwrap(), "[::1]:0".parse().unwrap()]) });
        let request =
            || Request::builder().uri(format!("http://rebind.example:{port}/")).body(Vec::new()).unwrap();
        let public = HttpClient::with_lookup(&Options::new(), rebinds).unwrap();
        let failure = public.send(request(), Limit::Json).await.unwrap_err();
        let told = failure.to_string();
        assert!(
            told.contains("no address on the public internet, but one of this machine (--allow-loopback)"),
            "{told}"
        );
        assert_eq!(hits.load(Ordering::SeqCst), 0);
        let development = HttpClient::with_lookup(&Options::loopback(), rebinds).unwrap();
        assert_eq!(development.send(request(), Limit::Json).await.unwrap().status(), 204);
        assert_eq!(hits.load(Ordering::SeqCst), 1, "the control: it would have been hit");
    }
}
