//! Servers on sockets, and the program that asks them.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// A server on loopback that answers every request by a function of its head and body, and stores the requests.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(u16, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, ended) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (stored, stop, answer) = (Arc::clone(&seen), Arc::clone(&ended), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (stored, answer) = (Arc::clone(&stored), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), port, &stored, &*answer));
            }
        });
        Self { port, seen, ended }
    }

    pub(crate) fn name(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn serve(mut stream: TcpStream, port: u16, seen: &Mutex<Vec<String>>, answer: &dyn Fn(u16, &str) -> String) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).unwrap_or_default();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let lower = head.to_ascii_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            seen.lock().unwrap().push(text.clone());
            let _ = stream.write_all(answer(port, &text).as_bytes());
            return;
        }
    }
}

pub(crate) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n\r\n{body}")
}

pub(crate) const JSON: &str = "content-type: application/json";

/// Metadata on loopback with another authorization endpoint, and open registration.
pub(crate) fn server_with(authorization_endpoint: impl Fn(u16) -> String + Send + Sync + 'static) -> Server {
    Server::start(move |port, request| {
        let me = format!("http://127.0.0.1:{port}");
        if request.starts_with("GET /.well-known/oauth-authorization-server ") {
            let document = serde_json::json!({
                "issuer": me, "authorization_endpoint": authorization_endpoint(port),
                "token_endpoint": format!("{me}/token"), "registration_endpoint": format!("{me}/register"),
                "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": true,
            });
            return http("200 OK", JSON, &document.to_string());
        }
        if request.starts_with("POST /register ") {
            let mut client: serde_json::Value =
                serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap_or_default();
            if client.is_array() {
                return http("400 Bad Request", JSON, r#"{"error": "invalid_client_metadata"}"#);
            }
            client["client_id"] = "c".into();
            return http("201 Created", JSON, &client.to_string());
        }
        if request.starts_with("GET /authorize?") {
            return http("200 OK", "content-type: text/html", "<!doctype html><title>Do you agree?</title>");
        }
        http("404 Not Found", "x: y", "")
    })
}

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
