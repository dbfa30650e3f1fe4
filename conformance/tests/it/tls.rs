//! The threat L06: certificates that are not good.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread,
};

use conformance::Report;

use crate::loopback::{command, folder, http, run, text};

#[test]
fn l06_no_way_around_tls() {
    let help = text(&run(&["check", "--help"]));
    assert!(!help.contains("insecure") && !help.contains("--no-verify"));
    let name = || vec!["localhost".to_owned()];
    let authority =
        rcgen::CertifiedIssuer::self_signed(authority(), rcgen::KeyPair::generate().unwrap()).unwrap();
    let folder = folder("l06");
    let ca = folder.join("ca.pem");
    fs::write(&ca, authority.pem()).unwrap();
    let signed = |parameters: rcgen::CertificateParams| {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &authority).unwrap();
        tls(certificate.der().to_vec(), key.serialize_der())
    };
    let check = |port: u16, ca: Option<&PathBuf>| -> Report {
        let host = format!("https://localhost:{port}");
        let mut command = command();
        command.args(["check", &host, "--allow-loopback", "--json"]);
        if let Some(ca) = ca {
            command.arg("--ca").arg(ca);
        }
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    let good = signed(rcgen::CertificateParams::new(name()).unwrap());
    assert_eq!(check(good, Some(&ca)).verdict.name(), "no_metadata", "the control: the connection is made");
    let mut expired = rcgen::CertificateParams::new(name()).unwrap();
    expired.not_before = rcgen::date_time_ymd(2019, 1, 1);
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let wrong = rcgen::CertificateParams::new(vec!["other.example".to_owned()]).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut itself = rcgen::CertificateParams::new(name()).unwrap();
    itself.distinguished_name.push(rcgen::DnType::CommonName, "itself.example");
    let itself = itself.self_signed(&key).unwrap();
    let itself = tls(itself.der().to_vec(), key.serialize_der());
    for (port, ca, reason) in [
        (good, None, "UnknownIssuer"),
        (itself, Some(&ca), "UnknownIssuer"),
        (signed(expired), Some(&ca), "expired"),
        (signed(wrong), Some(&ca), "not valid for name"),
    ] {
        let report = check(port, ca);
        assert_eq!(report.exit_code(), 3, "{report}");
        assert!(report.to_string().contains(reason), "{reason}: {report}");
    }
}

fn authority() -> rcgen::CertificateParams {
    let mut parameters = rcgen::CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters
}

/// A server with a certificate, which answers 404 to everything.
fn tls(certificate: Vec<u8>, key: Vec<u8>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let provider = rustls::crypto::ring::default_provider();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key.try_into().unwrap())
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(http("404 Not Found", "x: y", "").as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
    });
    port
}
