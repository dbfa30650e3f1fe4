//! Requests of the host program for a browser of its user.

use worker::{Headers, Request, Response};

use super::{
    Failed,
    login_request::{not_cross_site, same_origin},
    rendered,
    request_headers::RequestHeaders,
};
use crate::{browser_headers::browser_headers, failure::Failure, login::Login, platform::panic::contained};

impl Login {
    /// Sends a request as the user, as [`Login::fetch`] does, for a request of their browser. The response can be
    /// returned to the browser, failures included.
    ///
    /// The content of a host never acts as the app: it has no origin of its own, sets no cookie, leads nowhere, and is a
    /// download where a browser could run it. A browser that another site made ask is refused; so is one that does not
    /// prove that the app's own page asked, where the request is no GET or HEAD.
    pub async fn proxy(&self, browser: &Request, request: Request) -> Response {
        let response = contained(self.for_browser(browser, request)).await;
        response.unwrap_or_else(|failure| self.refusal(browser, failure))
    }

    /// The response to a request of the browser that failed.
    pub(crate) fn refusal(&self, browser: &Request, failure: impl Into<Failure>) -> Response {
        rendered(self, &RequestHeaders::read(browser.inner()), Err(Failed::from(failure))).into()
    }

    async fn for_browser(&self, browser: &Request, request: Request) -> Result<Response, Failure> {
        let headers = RequestHeaders::read(browser.inner());
        not_cross_site(&headers)?;
        if !["GET", "HEAD"].contains(&request.inner().method().as_str()) {
            same_origin(self, &headers)?;
        }
        let response = self.fetch(request).await?;
        let headers = Headers::new();
        for (name, value) in browser_headers(response.headers()) {
            headers.append(&name, &value)?;
        }
        Ok(response.with_headers(headers))
    }
}
