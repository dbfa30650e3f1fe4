//! The checks that are not those of RFC 8414, RFC 7591 or RFC 7592 alone, one response at a time: for the vectors.

use http::{Response, header};
use url::Url;

use crate::check::{
    login, management, mcp,
    refusals::{self, Wrong},
    registration,
};
use login_flow::Finding;

/// The findings of a response to a named request; `None` for an unknown name. The names are those of
/// `vectors/README.md`, subject `probe`.
pub fn judge(probe: &str, response: &Response<Vec<u8>>) -> Option<Vec<Finding>> {
    let one = |finding: Option<Finding>| finding.into_iter().collect();
    let tokens = || login::judge_tokens(response).into_iter().filter_map(|(_, finding)| finding).collect();
    let callback = |advertised| {
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let callback = location.and_then(|location| Url::parse(location).ok());
        let judged = callback.map(|url| login::judge_callback(&url, STATE, ISSUER, advertised));
        judged.into_iter().flatten().filter_map(|(_, finding)| finding).collect()
    };
    Some(match probe {
        "callback" => callback(true),
        "callback-without-iss" => callback(false),
        "code-again" => refused(login::judge_used_code(response), response),
        "code-with-another-verifier" => refused(login::judge_wrong_verifier(response), response),
        "delete-then-read" => one(management::judge_deleted(response)),
        "initialize" => one(mcp::judge(response)),
        "read" => one(management::judge_client(response, CLIENT)),
        "read-without-token" => one(management::judge_without_token(response)),
        "registration" => registration::judge(response),
        "token-request" => tokens(),
        "token-request-basic-alone" => one(login::judge_basic_alone(response)),
        "unregistered-redirect-uri" => one(login::judge_unregistered(response)),
        _ => {
            let wrong = Wrong::all().iter().find(|wrong| wrong.name == probe)?;
            refusals::judge(wrong, response)
        }
    })
}

/// The findings of a response that should refuse a token request, and of its form.
fn refused(finding: Option<Finding>, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let error = (!response.status().is_success()).then(|| login::judge_token_error(response)).flatten();
    finding.into_iter().chain(error).collect()
}

const CLIENT: &str = "s6BhdRkqt3";
const ISSUER: &str = "https://server.example.com";
const STATE: &str = "af0ifjsldkj";
