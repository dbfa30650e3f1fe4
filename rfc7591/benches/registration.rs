//! A registration request and its answer, as they are in a login.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::Response;
use rfc7591::{AuthMethod, ClientMetadata, Registration};

/// The example of RFC 7591 §3.2.1, as the answer to a public client.
const ANSWER: &[u8] = br#"{"client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d",
    "client_id_issued_at": 2893256800, "client_secret_expires_at": 2893276800,
    "redirect_uris": ["https://client.example.org/callback"], "grant_types": ["authorization_code", "refresh_token"],
    "client_name": "My Example Client", "token_endpoint_auth_method": "client_secret_basic",
    "logo_uri": "https://client.example.org/logo.png", "jwks_uri": "https://client.example.org/my_public_keys.jwks",
    "example_extension_parameter": "example_value"}"#;

fn benches(criterion: &mut Criterion) {
    let mut metadata = ClientMetadata::public("https://client.example.org/callback".parse().unwrap());
    metadata.client_name = Some("My Example Client".to_owned());
    metadata.token_endpoint_auth_method = Some(AuthMethod::None);
    let registration = Registration::new("https://server.example.com/register".parse().unwrap(), metadata);
    let response = Response::builder().status(201).header("content-type", "application/json");
    let response = response.body(ANSWER.to_vec()).unwrap();
    criterion
        .bench_function("rfc7591/request", |bencher| bencher.iter(|| black_box(&registration).request()));
    criterion.bench_function("rfc7591/answer as a Value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(ANSWER)));
    });
    criterion.bench_function("rfc7591/answer, compared", |bencher| {
        bencher.iter(|| registration.clone().receive(black_box(&response)));
    });
}

criterion_group!(registration, benches);
criterion_main!(registration);
