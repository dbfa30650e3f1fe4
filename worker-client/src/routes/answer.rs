//! The responses of the routes: the same protection on every one, errors included.

use std::cell::RefCell;

use login_codec::json;
use serde::Serialize;
use worker::{
    Headers,
    web_sys::{self, Response},
};

use super::{
    FailedRoute,
    request_headers::{Header, RequestHeaders},
};
use crate::{
    failure::{Defect, Failure},
    login::{Login, User},
    pages::{self, FormTarget},
    platform::response::{ResponseHeaders, response_with},
    problem::Problem,
};

pub(super) struct Answer {
    status: u16,
    body: Vec<u8>,
    headers: ResponseHeaders,
    forms: FormTarget,
}

impl Answer {
    pub(super) fn of(body: impl Into<Vec<u8>>, content_type: &str) -> Self {
        Self::with(200, body.into(), "content-type", content_type)
    }

    fn with(status: u16, body: Vec<u8>, name: &'static str, value: &str) -> Self {
        let mut headers = ResponseHeaders::default();
        headers.add(name, value);
        Self { status, body, headers, forms: FormTarget::OwnOrigin }
    }

    pub(super) fn page(html: String) -> Self {
        Self::of(html, "text/html; charset=utf-8")
    }

    pub(super) fn json(value: &impl Serialize) -> Result<Self, Failure> {
        let json = json::write(value).map_err(|_| Failure::internal(Defect::Encoding))?;
        Ok(Self::of(json, "application/json"))
    }

    /// 303 turns the POST into a GET, so that no form of ours is posted on.
    pub(super) fn see_other(url: impl AsRef<str>) -> Self {
        Self::with(303, Vec::new(), "location", url.as_ref())
    }

    pub(super) fn leading_away(self) -> Self {
        Self { forms: FormTarget::LeadsAway, ..self }
    }

    /// May be kept for an hour, by the servers that ask for it.
    pub(super) fn kept(mut self) -> Self {
        self.headers.add("cache-control", "public, max-age=3600");
        self
    }

    pub(super) fn with_cookie(mut self, cookie: &str) -> Self {
        self.headers.add("set-cookie", cookie);
        self
    }

    /// The failure as a page for a person, as `application/problem+json` for a program.
    pub(super) fn failure(
        login: &Login,
        asked: &RequestHeaders,
        FailedRoute { failure, target, again }: &FailedRoute,
    ) -> Result<Self, Failure> {
        let mut problem = Problem::new(failure, target.as_ref());
        problem.login = problem.login.or_else(|| again.clone().map(Box::new));
        let accept = asked.get(Header::Accept).unwrap_or_default();
        let mut answer = if accept.contains("text/html") {
            Self::page(pages::failure(&login.config.prefix, failure, target.as_ref(), again.as_ref())?)
        } else {
            let json = json::write(&problem).map_err(|_| Failure::internal(Defect::Encoding))?;
            Self::of(json, "application/problem+json")
        };
        answer.status = problem.status;
        if let Some(seconds) = problem.retry_after {
            answer.headers.add("retry-after", seconds.to_string());
        }
        Ok(answer)
    }

    pub(super) fn secured(self, login: &Login) -> Result<Response, Failure> {
        let mut headers = self.headers;
        if !headers.has("cache-control") {
            headers.add("cache-control", "no-store");
        }
        let protection = Protection {
            forms: self.forms,
            // Standing alone the origin is ours to pledge; a host program decides for its own.
            is_pledged: matches!(login.user, User::Browser(_)) && login.config.origin.scheme() == "https",
        };
        Ok(response_with(Some(&protection.headers()?), self.status, headers, &self.body)?)
    }
}

/// The kinds of protection that a response has.
#[derive(Clone, Copy, PartialEq)]
struct Protection {
    forms: FormTarget,
    /// True if the whole origin is to be asked by HTTPS alone.
    is_pledged: bool,
}

impl Protection {
    /// The headers of this kind, made once.
    fn headers(self) -> worker::Result<web_sys::Headers> {
        MADE.with_borrow_mut(|made| {
            if let Some((_, headers)) = made.iter().find(|(kind, _)| *kind == self) {
                return Ok(headers.clone());
            }
            let headers = Headers::new();
            for (name, value) in [
                ("content-security-policy", pages::content_security_policy(self.forms).as_str()),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
                ("referrer-policy", "no-referrer"),
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
            ] {
                headers.set(name, value)?;
            }
            if self.is_pledged {
                headers.set("strict-transport-security", "max-age=63072000; includeSubDomains")?;
            }
            made.push((self, headers.0.clone()));
            Ok(headers.0)
        })
    }
}

thread_local! {
    /// The headers of each kind of protection that a response has had.
    static MADE: RefCell<Vec<(Protection, web_sys::Headers)>> = const { RefCell::new(Vec::new()) };
}
