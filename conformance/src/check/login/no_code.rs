use http::StatusCode;
use login_flow::{Pace, Quotation};
use url::Url;

use super::browser::Arrival;
use crate::text::bounded;

/// The reason why there is no code.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoCode {
    /// An error response at the redirection URI.
    #[error("the authorization server answered {error}{}", quoted(.says.as_ref()))]
    Refused {
        /// `error`.
        error: String,
        /// `error_description`.
        says: Option<Quotation>,
        /// The pace of the response.
        pace: Pace,
    },
    /// A page with a status of the 4xx class.
    #[error("{place} refuses the authorization request with {status}{}", quoted(.says.as_ref()))]
    Page {
        /// The origin of the page.
        place: String,
        /// Its status.
        status: StatusCode,
        /// Its words.
        says: Option<Quotation>,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl NoCode {
    /// Returns `true` if the server refused the request for what it says.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { error, .. } => error != "server_error" && error != "temporarily_unavailable",
            Self::Page { .. } => true,
            Self::Other(_) => false,
        }
    }
}

/// The authorization response at the end of a walk. A page with a form asks a person; any other page that is no success
/// is a refusal.
pub(super) fn arrive(arrival: Arrival) -> Result<Url, NoCode> {
    match arrival {
        Arrival::Callback(callback) => Ok(callback),
        Arrival::Lost(why) => Err(NoCode::Other(why)),
        Arrival::Page { response, url } => {
            let place = url.origin().ascii_serialization();
            let text = String::from_utf8_lossy(response.body());
            Err(match response.status() {
                StatusCode::OK if text.contains("<form") => {
                    NoCode::Other(format!("{place} asks a person ({})", response.status()))
                }
                status if status.is_client_error() => {
                    NoCode::Page { place, status, says: Quotation::of(&words(&text)) }
                }
                status => NoCode::Other(format!("{place} answers with a page ({status})")),
            })
        }
    }
}

/// The words of a page or of a JSON object.
fn words(text: &str) -> String {
    let mut is_inside = false;
    let shown = text.chars().filter_map(|c| match c {
        '<' => {
            is_inside = true;
            Some(' ')
        }
        '>' if is_inside => {
            is_inside = false;
            None
        }
        c => (!is_inside).then_some(c),
    });
    shown.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The error of an authorization response that has no code.
pub(super) fn refusal_of(callback: &Url) -> Option<NoCode> {
    let value = |name: &str| callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
    let error = value("error").filter(|_| value("code").is_none())?;
    let says = value("error_description").and_then(|words| Quotation::of(&words));
    // It is not known to be genuine: nothing is asked again for it.
    Some(NoCode::Refused { error: bounded(&error, 64), says, pace: Pace::Later })
}

fn quoted(words: Option<&Quotation>) -> String {
    words.map(|words| format!(", and says {words}")).unwrap_or_default()
}
