//! The responses of the routes: the same protection on every one, errors included.

use serde::Serialize;
use url::Url;
use worker::{Headers, Response, ResponseBuilder};

use super::{Failed, login_request::header};
use crate::{
    failure::{Defect, Failure},
    login::{Login, User},
    pages::{self, FormTarget},
    problem::Problem,
};

pub(super) struct Answer {
    status: u16,
    body: Vec<u8>,
    headers: Headers,
    forms: FormTarget,
}

impl Answer {
    pub(super) fn of(body: impl Into<Vec<u8>>, content_type: &str) -> Result<Self, Failure> {
        let headers = Headers::new();
        headers.set("content-type", content_type)?;
        Ok(Self { status: 200, body: body.into(), headers, forms: FormTarget::OwnOrigin })
    }

    pub(super) fn page(html: String) -> Result<Self, Failure> {
        Self::of(html, "text/html; charset=utf-8")
    }

    pub(super) fn json(value: &impl Serialize) -> Result<Self, Failure> {
        Self::of(
            serde_json::to_string(value).map_err(|_| Failure::internal(Defect::Encoding))?,
            "application/json",
        )
    }

    /// 303 turns the POST into a GET, so that no form of ours is posted on.
    pub(super) fn see_other(url: &Url) -> Result<Self, Failure> {
        let headers = Headers::new();
        headers.set("location", url.as_str())?;
        Ok(Self { status: 303, body: Vec::new(), headers, forms: FormTarget::OwnOrigin })
    }

    pub(super) fn leading_away(self) -> Self {
        Self { forms: FormTarget::LeadsAway, ..self }
    }

    /// May be kept for an hour, by the servers that ask for it.
    pub(super) fn kept(self) -> Result<Self, Failure> {
        self.headers.set("cache-control", "public, max-age=3600")?;
        Ok(self)
    }

    pub(super) fn with_cookie(self, cookie: &str) -> Result<Self, Failure> {
        self.headers.append("set-cookie", cookie)?;
        Ok(self)
    }

    /// The failure as a page for a person, as `application/problem+json` for a program.
    pub(super) fn failure(
        login: &Login,
        asked: &Headers,
        Failed { failure, target, again }: &Failed,
    ) -> Result<Self, Failure> {
        let mut problem = Problem::new(failure, target.as_ref());
        problem.login = problem.login.or_else(|| again.clone());
        let accept = header(asked, "accept").unwrap_or_default();
        let mut answer = if accept.contains("text/html") {
            Self::page(pages::failure(&login.config.prefix, failure, target.as_ref(), again.as_deref())?)?
        } else {
            let json = serde_json::to_string(&problem).map_err(|_| Failure::internal(Defect::Encoding))?;
            Self::of(json, "application/problem+json")?
        };
        answer.status = problem.status;
        if let Some(seconds) = problem.retry_after {
            answer.headers.set("retry-after", &seconds.to_string())?;
        }
        Ok(answer)
    }

    pub(super) fn secured(self, login: &Login) -> Result<Response, Failure> {
        let policy = pages::content_security_policy(self.forms);
        let headers = self.headers;
        if !headers.has("cache-control")? {
            headers.set("cache-control", "no-store")?;
        }
        for (name, value) in [
            ("content-security-policy", policy.as_str()),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            headers.set(name, value)?;
        }
        // Standing alone the origin is ours to pledge; a host program decides for its own.
        if matches!(login.user, User::Browser(_)) && login.config.origin.scheme() == "https" {
            headers.set("strict-transport-security", "max-age=63072000; includeSubDomains")?;
        }
        Ok(ResponseBuilder::new().with_status(self.status).with_headers(headers).fixed(self.body))
    }
}
