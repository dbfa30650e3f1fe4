//! The registration responses of real servers: each is read, and a snapshot shows the diagnostics of each.

use http::Response;
use rfc7591::{AuthMethod, ClientMetadata, Registration, UriString};
use serde_json::Value;

#[test]
fn every_answer() {
    let mut told = String::new();
    for recorded in vectors::recorded().filter(|recorded| recorded.name.starts_with("registration/")) {
        let Some(body) = recorded.response.body() else { continue };
        // Where the status is not known, it is the one that the RFC asks for.
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let is_client = answer.get("client_id").is_some();
        let status = recorded.response.status.unwrap_or(if is_client { 201 } else { 400 });
        // The request is not known either: the first redirection URI of the response stands for it.
        let first =
            answer.pointer("/redirect_uris/0").and_then(|uri| uri.as_str()?.parse::<UriString>().ok());
        let redirect_uri = first.unwrap_or_else(|| "https://client.example.org/callback".parse().unwrap());
        let content_type = recorded.response.content_type.as_deref().unwrap_or("application/json");
        let response =
            Response::builder().status(status).header("content-type", content_type).body(body).unwrap();
        let mut metadata = ClientMetadata::public(redirect_uri);
        metadata.token_endpoint_auth_method = Some(AuthMethod::None);
        let registration =
            Registration::new("https://server.example.com/register".parse().unwrap(), metadata);
        let (outcome, violations) = match registration.receive(&response) {
            Ok(registered) => (format!("registered {}", registered.client_id), registered.violations),
            Err(rejected) => (rejected.to_string(), rejected.violations().to_vec()),
        };
        told.extend([recorded.name.as_str(), ": ", &outcome, "\n"]);
        for violation in violations {
            let text: String = violation.to_string().chars().take(120).collect();
            told.extend(["  ", violation.code(), " ", &text, "\n"]);
        }
    }
    insta::assert_snapshot!(told);
}
