use std::time::{Duration, SystemTime};

use http::{Response, StatusCode};
use rfc7591::{
    Secret,
    lenient::{Members, Seconds},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{FailedResponse, Step, TokenError};

/// An access token response (RFC 6749 §5.1).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
pub struct Tokens {
    /// The access token, of the type Bearer.
    pub access_token: Secret,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// The lifetime of the access token; `None` if the server did not specify it.
    pub expires_in: Option<Duration>,
    /// The scope of the access token, as the server sent it.
    pub scope: Option<String>,
}

/// True if tokens of that lifetime, issued at that time, are due for a refresh.
///
/// A refresh is due one minute or a tenth of the lifetime before expiry, whichever is longer, but not within 30
/// seconds of the issue, so that short-lived tokens do not cause a burst of refreshes.
pub fn is_due(lifetime: Option<Duration>, issued: SystemTime, now: SystemTime) -> bool {
    let Some(lifetime) = lifetime else { return false };
    let age = now.duration_since(issued).unwrap_or_default();
    let early = Duration::from_mins(1).max(Duration::from_secs(lifetime.as_secs() / 10));
    age >= lifetime || (age.saturating_add(early) >= lifetime && age >= Duration::from_secs(30))
}

impl Tokens {
    /// True if the tokens are due for a refresh, as [`is_due`] says; `issued` is the time of their issue.
    pub fn are_due(&self, issued: SystemTime, now: SystemTime) -> bool {
        is_due(self.expires_in, issued, now)
    }

    /// Reads a response of the token endpoint (RFC 6749 §5.1, §5.2) to the exchange of a code.
    pub fn receive(response: &Response<Vec<u8>>) -> Result<Self, TokenError> {
        Self::read(Step::CodeExchange, response)
    }

    /// Reads a response of the token endpoint. The type of refreshed tokens is known, unless the response names another.
    pub(crate) fn read(step: Step, response: &Response<Vec<u8>>) -> Result<Self, TokenError> {
        // RFC 6749 §5.1 says 200; what was issued with 201 is issued all the same.
        if !matches!(response.status(), StatusCode::OK | StatusCode::CREATED) {
            return Err(FailedResponse::read(step, response).into());
        }
        if let Some(failed) = FailedResponse::with_error(step, response) {
            return Err(failed.into());
        }
        let members = Members::from_slice(response.body()).ok();
        let mut members = members.ok_or(TokenError::Malformed("a JSON object"))?;
        let known_type = (step == Step::Refresh).then(|| "Bearer".to_owned());
        let token_type: Option<String> = members.text("token_type");
        let access_token: Option<Secret> = members.text("access_token");
        let refresh_token: Option<Secret> = members.text("refresh_token");
        let expires_in = members.seconds("expires_in");
        let scope = scope_of(&mut members, response.body());
        let (_, diagnostics) = members.rest();
        if diagnostics.repeated.iter().any(|name| name == "access_token" || name == "token_type") {
            return Err(TokenError::Malformed("each member once"));
        }
        let token_type = token_type.filter(|kind| !kind.is_empty()).or(known_type);
        if !token_type.ok_or(TokenError::Malformed("`token_type`"))?.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::TokenType);
        }
        let is_usable = |token: &Secret| is_token(token.secret());
        let access_token = access_token.filter(is_usable);
        let refresh_token = refresh_token.filter(is_usable);
        // A lifetime that is over when it begins says nothing of a token that nothing can renew: it is used until the
        // host refuses it.
        let lifetime = expires_in.map(lifetime).filter(|life| refresh_token.is_some() || !life.is_zero());
        Ok(Self {
            access_token: access_token.ok_or(TokenError::Malformed("a usable `access_token`"))?,
            refresh_token,
            expires_in: lifetime,
            scope: scope.filter(|scope| scope.len() <= 4096),
        })
    }
}

/// `scope`, which some servers send as a list or separate by commas.
fn scope_of(members: &mut Members<'_>, body: &[u8]) -> Option<String> {
    let Some(text) = members.text::<String>("scope") else {
        let body = serde_json::from_slice::<Value>(body).ok()?;
        let values: Vec<&str> = body.get("scope")?.as_array()?.iter().filter_map(Value::as_str).collect();
        return Some(values.join(" ")).filter(|scope| !scope.is_empty());
    };
    Some(if text.contains(' ') { text } else { text.replace(',', " ") })
}

/// A negative lifetime is over, one beyond ten years is ten years.
fn lifetime(seconds: Seconds) -> Duration {
    const TEN_YEARS: u64 = 315_360_000;
    match seconds {
        Seconds::Of(seconds) => Duration::from_secs(seconds.min(TEN_YEARS)),
        _ => Duration::ZERO,
    }
}

/// True for 1 to 16,384 visible ASCII characters (RFC 6749 Appendix A.12, RFC 6750 §2.1), which fit a header.
fn is_token(token: &str) -> bool {
    (1..=16_384).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic())
}
