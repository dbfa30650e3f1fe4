//! A client with an https redirection URI beside that of loopback, as apps with a web and a desktop form register.

use login_flow::{Finding, Server};
use rfc7591::{ClientMetadata, Registration, RegistrationError, UriString};

use super::beside::ClientBeside;
use crate::{context::CheckContext, rule::Rule, session::Limit};

/// Registers it, where the redirection URI of the check is one of loopback.
pub(super) async fn register(
    context: &mut CheckContext<'_>,
    server: &Server,
    good: &ClientMetadata,
) -> Option<ClientBeside> {
    let rule = Rule::MixedRedirectUris;
    let redirect_uri = context.options.redirect_uri.clone();
    if redirect_uri.scheme() == "https" {
        context.not_applicable(rule, "the redirection URI of the check is not one of loopback");
        return None;
    }
    let mut requested = good.clone();
    let uris = [redirect_uri.as_str(), OTHER].into_iter().filter_map(|uri| uri.parse::<UriString>().ok());
    requested.redirect_uris = Some(uris.collect());
    let registration =
        context.with_token(Registration::new(server.registration_endpoint.clone()?, requested.clone()));
    let response = match context.session.send(registration.request(), Limit::Json).await {
        Ok(response) => response,
        Err(failure) => {
            context.not_applicable(rule, failure.to_string());
            return None;
        }
    };
    let information = match registration.receive(&response) {
        Ok(information) => information,
        Err(rejected) => {
            context.failed(judge_refused(&rejected));
            return None;
        }
    };
    context.keep_secrets(&information);
    let is_mixed = information.metadata.redirect_uris() == requested.redirect_uris();
    if is_mixed {
        context.passed(rule);
    } else {
        context.failed(not_both());
    }
    let mut beside = ClientBeside::of(information, redirect_uri, "a client with two redirection URIs");
    beside.client = beside.client.filter(|_| is_mixed);
    Some(beside)
}

/// The finding of a refusal to register it.
fn judge_refused(rejected: &RegistrationError) -> Finding {
    let evidence = format!("a client with a loopback and an https redirection URI: {rejected}");
    Rule::MixedRedirectUris.finding(&evidence, REMEDY)
}

fn not_both() -> Finding {
    let evidence = "of a loopback and an https redirection URI, not both were registered";
    Rule::MixedRedirectUris.finding(evidence, REMEDY)
}

/// The findings of a response to its registration.
pub(crate) fn judge(response: &http::Response<Vec<u8>>) -> Vec<Finding> {
    let endpoint = rfc7591::Endpoint::from_static("https://server.example.com/register");
    match Registration::new(endpoint, ClientMetadata::default()).receive(response) {
        Ok(information) if information.metadata.redirect_uris().len() == 2 => Vec::new(),
        Ok(_) => vec![not_both()],
        Err(rejected) => vec![judge_refused(&rejected)],
    }
}

/// The https redirection URI.
pub(super) const OTHER: &str = "https://client.example/callback";
const REMEDY: &str = "register both, or tell people that a client has redirection URIs of one kind";
