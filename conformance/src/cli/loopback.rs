//! The redirection URI on loopback, for a person who opens the printed link in a browser.

use conformance::{ConsentHandler, escape};
use futures_util::future::LocalBoxFuture;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{Duration, timeout},
};
use url::Url;

use super::console::notify;

/// A redirection URI on loopback (RFC 8252 §7.3).
pub(super) struct Loopback {
    listener: TcpListener,
    redirect_uri: Url,
}

impl Loopback {
    pub(super) async fn bind() -> Result<Self, std::io::Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let uri = format!("http://{}/callback", listener.local_addr()?);
        let redirect_uri = Url::parse(&uri).map_err(std::io::Error::other)?;
        Ok(Self { listener, redirect_uri })
    }

    pub(super) fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    async fn come_back(&self) -> Option<Url> {
        loop {
            let (stream, _) = self.listener.accept().await.ok()?;
            if let Ok(Some(url)) = timeout(Duration::from_secs(5), self.read(stream)).await {
                return Some(url);
            }
        }
    }

    /// Reads the authorization response that a browser brings, and answers with a page; `None` for other requests.
    async fn read(&self, mut stream: TcpStream) -> Option<Url> {
        let mut line = String::new();
        let (reader, mut writer) = stream.split();
        BufReader::new(reader.take(16 << 10)).read_line(&mut line).await.ok()?;
        let target = line.strip_prefix("GET ")?.split(' ').next()?;
        let url = self.redirect_uri.join(target).ok()?;
        let is_ours = url.path() == self.redirect_uri.path() && url.query().is_some();
        let (status, page) = if is_ours { ("200 OK", PAGE) } else { ("404 Not Found", "") };
        let head = "content-type: text/html; charset=utf-8\r\ncache-control: no-store\r\nreferrer-policy: no-referrer";
        let length = page.len();
        let response = format!(
            "HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
        );
        writer.write_all(response.as_bytes()).await.ok()?;
        is_ours.then_some(url)
    }
}

impl ConsentHandler for Loopback {
    fn visit(&self, url: &Url) -> LocalBoxFuture<'_, Option<Url>> {
        // Printed, never opened: a URL that a stranger publishes is no command of this machine.
        notify(&format!(
            "Open this link to go on; it is waited for two minutes at most:\n  {}",
            escape(url.as_str())
        ));
        Box::pin(async { timeout(Duration::from_mins(2), self.come_back()).await.ok().flatten() })
    }
}

const PAGE: &str =
    "<!doctype html><title>Done</title><p>The check goes on in the terminal. You can close this page.";
