//! The checks that are not those of RFC 8414, RFC 7591 or RFC 7592 alone, one response at a time: for the vectors.

use http::{Response, header};
use rfc7591::ClientMetadata;
use rfc8414::Metadata;
use url::Url;

use crate::{
    check::{
        login, management, mcp, metadata, mixed,
        refusals::{self, Wrong},
        registration, resource_metadata,
    },
    context::information::{information_members, left_out},
    relaxed,
};
use login_flow::Finding;

/// The findings of a response to a named request; `None` for an unknown name. The names are those of
/// `vectors/README.md`, subject `probe`.
pub fn judge(probe: &str, response: &Response<Vec<u8>>) -> Option<Vec<Finding>> {
    let one = |finding: Option<Finding>| finding.into_iter().collect();
    let tokens = || -> Vec<Finding> {
        login::judge_tokens(response).into_iter().filter_map(|(_, finding)| finding).collect()
    };
    let callback = |advertised| {
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let callback = location.and_then(|location| Url::parse(location).ok());
        let judged = callback.map(|url| login::judge_callback(&url, STATE, ISSUER, advertised));
        judged.into_iter().flatten().filter_map(|(_, finding)| finding).collect()
    };
    Some(match probe {
        "access-token-response" => {
            let form = login::judge_token_form("a token request", response);
            tokens().into_iter().chain(form).collect()
        }
        "callback" => callback(true),
        "callback-without-iss" => callback(false),
        "code-again" => refused(login::judge_used_code(response), response),
        "code-with-another-verifier" => refused(login::judge_wrong_verifier(response), response),
        "delete-then-read" => one(management::judge_deleted(response)),
        "grants-listed" => grants(response),
        "mixed-redirect-uris" => mixed::judge(response),
        "initialize" => one(mcp::judge(response)),
        "authorization-request" | "registration-with-scope" | "token-request-with-secret" => {
            relaxed::judge(probe, response)
        }
        "read" => one(management::judge_client(response, CLIENT)),
        "resource-metadata" => one(resource_metadata::judge(response)),
        "read-without-token" => one(management::judge_without_token(response)),
        "refresh" => one(login::judge_refresh(response)),
        "refresh-again" => refused(login::judge_refresh_again(response), response),
        "registration-members" => registration_members(response),
        "request-with-damaged-token" => one(login::judge_damaged(response)),
        "request-with-token" => one(login::judge_token(response)),
        "revocation" => one(login::judge_revocation(response)),
        "registration" => registration::judge(response),
        "token-request" => tokens(),
        "token-request-basic-alone" => one(login::judge_basic_alone(response)),
        "token-request-other-redirect-uri" => refused(login::judge_other_redirect_uri(response), response),
        "token-request-plain" => refused(login::judge_plain(response), response),
        "token-request-unknown-resource" => refused(login::judge_unknown_resource(response), response),
        "token-request-without-verifier" => refused(login::judge_without_verifier(response), response),
        "unregistered-redirect-uri" => one(login::judge_unregistered(response)),
        _ => {
            let wrong = Wrong::all().iter().find(|wrong| wrong.name == probe)?;
            refusals::judge(wrong, response)
        }
    })
}

/// The findings of a response that should refuse a token request, and of its form.
fn refused(finding: Option<Finding>, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let is_error = !response.status().is_success();
    let error = is_error.then(|| login::judge_token_error(response)).flatten();
    let content_type = is_error.then(|| login::judge_error_content_type(response)).flatten();
    finding.into_iter().chain(error).chain(content_type).collect()
}

fn grants(response: &Response<Vec<u8>>) -> Vec<Finding> {
    let metadata: Option<Metadata> = serde_json::from_slice(response.body()).ok();
    metadata.map(|metadata| metadata::judge_grants(&metadata)).unwrap_or_default()
}

fn registration_members(response: &Response<Vec<u8>>) -> Vec<Finding> {
    let mut requested = ClientMetadata::default();
    requested.client_name = Some("My Client".to_owned());
    let members = information_members("a registration", &[], response);
    members.into_iter().chain(left_out("a registration", &requested, response)).collect()
}

const CLIENT: &str = "s6BhdRkqt3";
const ISSUER: &str = "https://server.example.com";
const STATE: &str = "af0ifjsldkj";
