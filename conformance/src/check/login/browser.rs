//! A user agent without pages, for servers that grant consent without user interaction: redirects and cookies.

use std::collections::BTreeMap;

use http::{HeaderValue, Response, header};
use login_flow::{get, location};
use url::Url;

use crate::session::{Limit, Session};

/// A user agent that follows redirects with the cookies of each origin.
pub(super) struct Browser<'a> {
    session: &'a Session<'a>,
    cookies: BTreeMap<String, BTreeMap<Cookie, String>>,
}

/// The identity of a cookie within its origin.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Cookie {
    name: String,
    path: String,
}

/// The end of a walk.
pub(super) enum Arrival {
    /// The redirection URI, which is not asked.
    Callback(Url),
    /// A page.
    Page {
        /// Its URL.
        url: Url,
        /// The response.
        response: Response<Vec<u8>>,
    },
    /// No response, with the reason.
    Lost(String),
}

impl<'a> Browser<'a> {
    pub(super) fn new(session: &'a Session<'a>) -> Self {
        Self { session, cookies: BTreeMap::new() }
    }

    /// Follows redirects from a URL to the redirection URI, or to the last page.
    pub(super) async fn walk(&mut self, mut url: Url, redirect_uri: &Url) -> Arrival {
        for _ in 0..MAX_HOPS {
            let Some(mut request) = get(&url, "text/html") else {
                return Arrival::Lost("a redirect to what is no https URL".to_owned());
            };
            if let Some(cookies) = self.cookies(&url) {
                request.headers_mut().insert(header::COOKIE, cookies);
            }
            let response = match self.session.send(request, Limit::Page).await {
                Ok(response) => response,
                Err(failure) => return Arrival::Lost(failure.to_string()),
            };
            self.store(&url, &response);
            let location = location(response.headers()).filter(|_| response.status().is_redirection());
            let next = location.and_then(|to| url.join(&to).ok());
            match next {
                None => return Arrival::Page { url, response },
                Some(next) if is_at(&next, redirect_uri) => return Arrival::Callback(next),
                Some(next) => url = next,
            }
        }
        Arrival::Lost(format!("the authorization endpoint redirects more than {MAX_HOPS} times"))
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let cookies = self.cookies.get(&url.origin().ascii_serialization())?.iter();
        let here = cookies.filter(|(cookie, _)| is_below(url.path(), &cookie.path));
        let pairs: Vec<String> = here.map(|(cookie, value)| format!("{}={value}", cookie.name)).collect();
        HeaderValue::try_from(pairs.join("; ")).ok().filter(|_| !pairs.is_empty())
    }

    /// Stores the cookies of a response, for its origin alone; an empty value removes one.
    fn store(&mut self, url: &Url, response: &Response<Vec<u8>>) {
        let jar = self.cookies.entry(url.origin().ascii_serialization()).or_default();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap_or_default();
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let path = parts.find_map(|part| {
                let (attribute, path) = part.split_once('=')?;
                (attribute.eq_ignore_ascii_case("path") && path.starts_with('/')).then(|| path.to_owned())
            });
            let path = path.unwrap_or_else(|| folder(url.path()).to_owned());
            let (cookie, value) = (Cookie { name: name.trim().to_owned(), path }, value.trim().to_owned());
            if value.is_empty() {
                jar.remove(&cookie);
            } else if jar.len() < MAX_COOKIES && text.len() <= 4096 {
                jar.insert(cookie, value);
            }
        }
    }
}

/// RFC 6265 §5.1.4: the default path of a cookie.
fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "/",
    }
}

/// RFC 6265 §5.1.4: whether a path matches that of a cookie.
fn is_below(path: &str, cookie: &str) -> bool {
    let rest = path.strip_prefix(cookie);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'))
}

fn is_at(url: &Url, redirect_uri: &Url) -> bool {
    let mut bare = url.clone();
    bare.set_query(redirect_uri.query());
    bare.set_fragment(None);
    bare == *redirect_uri
}

const MAX_COOKIES: usize = 30;
const MAX_HOPS: usize = 12;
