//! Ten thousand hosts on loopback, each an authorization server of its own: `many_hosts <port> <milliseconds>`.
//!
//! Every address of 127.0.0.0/8 is a host. It serves its metadata and a root page, after a pause.
#![expect(clippy::unwrap_used, reason = "an example for measurements, which fails by panicking")]

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().unwrap().parse().unwrap();
    let pause = Duration::from_millis(arguments.next().unwrap().parse().unwrap());
    // All of loopback; connections from elsewhere are closed.
    let listener = TcpListener::bind(("0.0.0.0", port)).await.unwrap();
    println!("READY");
    loop {
        let (stream, peer) = listener.accept().await.unwrap();
        if peer.ip().is_loopback() {
            tokio::spawn(serve(stream, pause));
        }
    }
}

async fn serve(mut stream: TcpStream, pause: Duration) {
    let host = stream.local_addr().unwrap();
    let mut buffer = Vec::with_capacity(1024);
    loop {
        buffer.clear();
        while !buffer.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut buffer).await.unwrap_or_default() == 0 {
                return;
            }
        }
        let head = String::from_utf8_lossy(&buffer).into_owned();
        let target = head.split(' ').nth(1).unwrap_or_default();
        let (status, kind, body) = match target {
            "/.well-known/oauth-authorization-server" => {
                ("200 OK", "application/json", metadata(&host.to_string()))
            }
            "/" => ("200 OK", "text/html", PAGE.to_owned()),
            _ => ("404 Not Found", "text/plain", String::new()),
        };
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() || head.contains("connection: close") {
            return;
        }
    }
}

fn metadata(host: &str) -> String {
    format!(
        r#"{{"issuer":"http://{host}","authorization_endpoint":"http://{host}/authorize","token_endpoint":"http://{host}/token","registration_endpoint":"http://{host}/register","response_types_supported":["code"],"grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["none"]}}"#
    )
}

const PAGE: &str = "<!doctype html><html><head><title>A host</title><meta name=description content='One of many'></head><body>Hello</body></html>";
