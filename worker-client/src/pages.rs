//! The pages a person sees. They work without JavaScript and load nothing from anywhere else.

mod confirm;
mod connection;
mod notice;

pub use confirm::{ConfirmPage, confirm};
pub use notice::Notice;

use askama::Template;
use branding::Text;
use login_flow::LoginTarget;
use url::Url;

use crate::{
    failure::{Defect, Failure, WayOut},
    model::{About, Connection, ConnectionState, Revocation},
    problem::Problem,
};

impl About {
    fn is_silent(&self) -> bool {
        *self == Self::default()
    }
}

/// The session of the browser that a page is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is one or there is none")]
pub enum BrowserSession {
    /// There is none to end: the browser sent no cookie, or the host program says who its user is.
    Absent,
    /// The page offers to end it.
    Present,
}

/// Destination of the forms of a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a policy allows the one or the other")]
pub enum FormTarget {
    /// This app alone.
    OwnOrigin,
    /// This app, which answers with a redirect to another site.
    LeadsAway,
}

/// The start page: what was just done, a field for a host, and the list of connections.
///
/// A notice that contradicts what the page shows is left out: it came from the address, which anyone can make up.
/// `disconnected` is the host of a connection that was just ended, where that is known.
pub fn home(
    prefix: &str,
    connections: &[Connection],
    session: BrowserSession,
    notice: Option<Notice>,
    disconnected: Option<&str>,
) -> Result<String, Unrenderable> {
    #[derive(Template)]
    #[template(path = "home.html")]
    struct Home<'a> {
        prefix: &'a str,
        connections: &'a [Connection],
        /// The list of them as HTML.
        list: &'a str,
        signed_in: bool,
        notice: Option<Notice>,
        /// The host of the connection that was made last.
        connected: &'a str,
        disconnected: Option<&'a str>,
        /// There is another connection to that host.
        is_left: bool,
        typed: &'a str,
    }
    let newest = connections.iter().max_by_key(|connection| connection.connected_at);
    let connected = newest.map(|connection| &*connection.host).unwrap_or_default();
    let signed_in = session == BrowserSession::Present;
    let notice = notice.filter(|notice| match notice {
        Notice::Connected => !connections.is_empty(),
        Notice::Disconnected(_) => true,
        Notice::LoggedOut => connections.is_empty() && !signed_in,
    });
    let is_left = connections.iter().any(|connection| Some(&*connection.host) == disconnected);
    let list = &if connections.is_empty() { String::new() } else { list(prefix, connections)? };
    render(&Home {
        prefix,
        connections,
        list,
        signed_in,
        notice,
        connected,
        disconnected,
        is_left,
        typed: "",
    })
}

/// The list of connections, most of the page, which one without any does not need: the platform compiles a function whole.
fn list(prefix: &str, connections: &[Connection]) -> Result<String, Unrenderable> {
    #[derive(Template)]
    #[template(path = "connections.html")]
    struct Connections<'a> {
        prefix: &'a str,
        connections: &'a [Connection],
    }
    render(&Connections { prefix, connections })
}

/// A failure at a host, if it is about one: what happened, who must act, what to do next. `again` is the page that begins
/// the login which failed once more.
pub fn failure(
    prefix: &str,
    failure: &Failure,
    target: Option<&LoginTarget>,
    again: Option<&Url>,
) -> Result<String, Unrenderable> {
    #[derive(Template)]
    #[template(path = "problem.html")]
    struct Page<'a> {
        prefix: &'a str,
        problem: &'a Problem,
        /// The page has the form that names a host.
        has_form: bool,
        again: Option<&'a Url>,
        typed: &'a str,
    }
    let problem = Problem::new(failure, target);
    let has_form = match failure.way_out() {
        WayOut::Login(_) => false,
        WayOut::Form => true,
        WayOut::Start => target.is_some() && again.is_none(),
    };
    let typed = problem.host.as_deref().unwrap_or_default();
    render(&Page { prefix, problem: &problem, has_form, again, typed })
}

/// A person's own name for a connection, made fit to be shown: at most 80 characters, nothing invisible.
pub fn label(typed: &str) -> Option<String> {
    Text::title(typed).map(|text| text.as_untrusted_str().to_owned())
}

/// The `Content-Security-Policy` of every answer. `form-action` would stop the redirect of a form that leads away.
pub fn content_security_policy(forms: FormTarget) -> String {
    let form_action = match forms {
        FormTarget::LeadsAway => "",
        FormTarget::OwnOrigin => " form-action 'self';",
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;{form_action} \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// The one style sheet.
pub const STYLE: &str = include_str!("../templates/style.css");

/// The one script: it says that an answer is awaited, and keeps a second press from asking twice. The pages work without
/// it. It has no comments of its own, which the artefact would carry:
///
/// - a form waits for 30 s, longer than an answer can take; after that the person may try again;
/// - the host is shown as the server will read it, international names as A-labels;
/// - a button gets `aria-disabled` and not `disabled`: it keeps the focus, and no browser remembers it for a reload;
/// - a page that comes back from the cache of the back button is not waiting any more;
/// - the notice is shown once, and not at every reload: it is taken out of the address.
pub const SCRIPT: &str = include_str!("../templates/script.js");

/// True if a label of the host is written in letters that may look like others (UTS #39).
fn is_international(host: &str) -> bool {
    host.split('.').any(|label| label.starts_with("xn--"))
}

/// Untrusted text of any length, cut to what a line or three can hold.
fn bounded(text: &str) -> Option<String> {
    Text::description(text).map(|text| text.as_untrusted_str().to_owned())
}

/// A template failed: a page is never sent in part, or blank.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a page cannot be written")]
#[expect(clippy::exhaustive_structs, reason = "nothing more is known")]
pub struct Unrenderable;

impl From<Unrenderable> for Failure {
    fn from(Unrenderable: Unrenderable) -> Self {
        Self::internal(Defect::Template)
    }
}

fn render(page: &impl Template) -> Result<String, Unrenderable> {
    page.render().map_err(|_| Unrenderable)
}
