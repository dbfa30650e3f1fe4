use std::fmt;

use http::{HeaderMap, Response, StatusCode, header};
use percent_encoding::{AsciiSet, percent_encode};
use serde_json::Value;

use crate::{
    Quotation, RetryAfter, Step,
    quotation::{error_code, said},
};

/// A response that is not the success that was asked for, with everything that it says about the reason.
///
/// Its words are untrusted: cleaned, bounded and displayed as a quotation. [`Faulty::fault`](crate::Faulty) is what it
/// means.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub struct FailedResponse {
    /// The request.
    pub step: Step,
    /// The status.
    pub status: StatusCode,
    /// The error code (RFC 6749 §5.2, RFC 7591 §3.2.2, RFC 6750 §3.1), wherever in the body it is.
    pub error: Option<String>,
    /// The description of the error.
    pub says: Option<Quotation>,
    /// The target of a redirect, which is not followed.
    pub location: Option<Quotation>,
    /// The time to wait before another attempt.
    pub retry_after: Option<RetryAfter>,
}

impl FailedResponse {
    /// Reads a response that is no success.
    pub fn read(step: Step, response: &Response<Vec<u8>>) -> Self {
        let (error, says) = Said::by(response).into_parts();
        let location = Some(response).filter(|response| response.status().is_redirection());
        Self {
            step,
            status: response.status(),
            error,
            says,
            location: location.and_then(|response| Quotation::of(&self::location(response.headers())?)),
            retry_after: RetryAfter::read(response.headers()),
        }
    }

    /// Reads a response that has an error code, although its status may be that of a success.
    pub(crate) fn with_error(step: Step, response: &Response<Vec<u8>>) -> Option<Self> {
        Some(Self::read(step, response)).filter(|failed| failed.error.is_some())
    }
}

impl fmt::Display for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} answered ", self.step.endpoint())?;
        match &self.error {
            Some(error) => f.write_str(error)?,
            None => write!(f, "with {}", self.status)?,
        }
        if let Some(location) = &self.location {
            write!(f, " and leads to {location}")?;
        }
        f.write_str(&said(self.says.as_ref()))
    }
}

/// `Location` (RFC 9110 §10.2.2). Bytes beyond ASCII are percent-encoded, as browsers do.
pub fn location(headers: &HeaderMap) -> Option<String> {
    Some(percent_encode(headers.get(header::LOCATION)?.as_bytes(), &AsciiSet::EMPTY).to_string())
}

/// The code and the words of a body, as they were found.
#[derive(Default)]
struct Said {
    code: Option<String>,
    words: Option<String>,
}

impl Said {
    fn by(response: &Response<Vec<u8>>) -> Self {
        let body = response.body();
        let Ok(json) = serde_json::from_slice::<Value>(body) else {
            // A page is not for quoting; a line of plain text is.
            let text = std::str::from_utf8(body).unwrap_or_default();
            let is_text =
                content_type(response.headers()).is_none_or(|value| value.starts_with("text/plain"));
            let is_said = is_text && !text.trim_start().starts_with('<') && !response.status().is_success();
            let text = is_said.then(|| text.trim().to_owned());
            let (code, words) =
                if text.as_deref().is_some_and(is_code) { (text, None) } else { (None, text) };
            return Self { code, words };
        };
        let find = |places: &[&str]| {
            let mut texts = places.iter().filter_map(|place| json.pointer(place)?.as_str());
            texts.find(|text| !text.trim().is_empty()).map(str::to_owned)
        };
        let alone = || json.as_str().filter(|text| is_code(text) && !response.status().is_success());
        let code = find(CODES).or_else(|| alone().map(str::to_owned)).or_else(|| {
            // In a success these are members of something else.
            find(OTHER_CODES).filter(|_| !response.status().is_success())
        });
        let mut words = find(WORDS);
        if words.is_none() {
            // Some servers put a sentence where the code belongs, or send nothing but a sentence.
            let sentence = code.as_deref().or_else(|| json.as_str());
            words = sentence.filter(|text| text.contains(' ')).map(str::to_owned);
        }
        Self { code, words }
    }

    fn into_parts(self) -> (Option<String>, Option<Quotation>) {
        let code = self.code.map(|code| error_code(&code)).filter(|code| !code.is_empty());
        (code, self.words.and_then(|words| Quotation::of(&words)))
    }
}

/// Returns `true` for a body that is nothing but an error code, such as `invalid_grant`.
fn is_code(text: &str) -> bool {
    text.contains('_')
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::CONTENT_TYPE)?.to_str().ok()?.trim().to_ascii_lowercase())
}

/// The places of an error code, in the order of preference (JSON Pointer, RFC 6901).
const CODES: &[&str] = &["/error", "/error/code", "/error/type", "/error/error", "/error/status"];
const OTHER_CODES: &[&str] =
    &["/error_code", "/errorCode", "/errors/0/code", "/errors/0/error", "/fault/detail/errorcode", "/code"];
/// The places of the words beside it.
const WORDS: &[&str] = &[
    "/error_description",
    "/error/error_description",
    "/error/message",
    "/error/description",
    "/error_message",
    "/errorMessage",
    "/message",
    "/detail",
    "/errors/0/message",
    "/errors/0/detail",
    "/detail/0/msg",
    "/fault/faultstring",
    "/description",
    "/title",
];
