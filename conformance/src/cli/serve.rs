//! The server without a fault, with the faults that are named, on loopback: for other clients and other checkers.

use std::io;

use conformance::lab::{Fault, Lab, Methods, faults};
use http::{Request, Response, Uri, header};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{Duration, timeout},
};

use super::{arguments::Serve, console::print, usage::Usage};

pub(super) fn run(serve: &Serve) -> Result<u8, Usage> {
    if serve.list {
        for fault in faults() {
            print(&format!("{}  ({:?}: {})\n", fault.name(), fault.kind, fault.note));
        }
        return Ok(0);
    }
    let named = serve.faults.iter().map(|name| Fault::named(name).ok_or_else(|| unknown(name)));
    let named: Vec<&Fault> = named.collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Usage::of)?.block_on(listen(serve, &named)).map_err(Usage::of)
}

fn unknown(name: &str) -> Usage {
    Usage::of(format!("--fault {name}: no such fault; `conformance serve --list` names each"))
}

async fn listen(serve: &Serve, named: &[&Fault]) -> io::Result<u8> {
    let listener = TcpListener::bind(("127.0.0.1", serve.port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let methods = match named {
        [first, rest @ ..] if rest.iter().all(|fault| fault.methods == first.methods) => first.methods,
        _ => Methods::Both,
    };
    let faults = named.iter().filter(|_| !serve.control);
    let faults = faults.map(|fault| (fault.kind, fault.edit)).collect();
    let lab = Lab::new(&origin, methods, faults);
    print(&format!("READY {origin}\n"));
    loop {
        let (stream, _) = listener.accept().await?;
        // One that does not end is another client's own matter.
        let _ = timeout(PATIENCE, answer(stream, &origin, &lab)).await;
    }
}

/// Answers one request; `None` for what is no request.
async fn answer(mut stream: TcpStream, origin: &str, lab: &Lab) -> Option<()> {
    let (reader, mut writer) = stream.split();
    let request = read(&mut BufReader::new(reader.take(MAX_REQUEST)), origin).await?;
    let mut response = lab.respond(&request);
    let challenge = response.headers_mut().get_mut(header::WWW_AUTHENTICATE);
    if let Some(challenge) = challenge.filter(|challenge| *challenge == "Bearer") {
        // Other checkers begin with the metadata of the MCP server as a protected resource (RFC 9728).
        let of = if request.uri().path() == "/mcp" { "/mcp" } else { "" };
        *challenge = format!("Bearer resource_metadata=\"{origin}{RESOURCE_METADATA}{of}\"").parse().ok()?;
    }
    writer.write_all(&head(&response)).await.ok()?;
    if request.method() != http::Method::HEAD {
        writer.write_all(response.body()).await.ok()?;
    }
    writer.shutdown().await.ok()
}

async fn read(reader: &mut (impl AsyncBufReadExt + Unpin), origin: &str) -> Option<Request<Vec<u8>>> {
    let mut line = String::new();
    reader.read_line(&mut line).await.ok()?;
    let mut parts = line.split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let uri: Uri = format!("{origin}{target}").parse().ok()?;
    let mut request = Request::builder().method(&*method).uri(uri);
    let mut length = 0_u64;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = Vec::new();
    reader.take(length.min(MAX_REQUEST)).read_to_end(&mut body).await.ok()?;
    request.body(body).ok()
}

fn head(response: &Response<Vec<u8>>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    let length = response.body().len();
    head.extend_from_slice(format!("content-length: {length}\r\nconnection: close\r\n\r\n").as_bytes());
    head
}

const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";
const MAX_REQUEST: u64 = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(5);
