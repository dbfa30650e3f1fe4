//! The routes: who may ask what, and how the answer looks.

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};
use worker::{Headers, Method, Request, Response, ResponseBuilder};

use super::{
    account::{Ask, Begin, Session},
    door::entropy,
    fetch::{Limit, bounded},
    login::{Login, User},
};
use crate::{
    cookie::SessionCookie,
    flow::{Named, Server},
    pages::{self, About, Notice, Question},
    problem::Problem,
};

/// Answers a request under our prefix, errors included; nothing when the path is not ours.
pub(super) async fn handle(login: &Login, request: &mut Request) -> Option<Response> {
    let url = request.url().ok()?;
    let path = match url.path().strip_prefix(&login.config.prefix)? {
        "" => "/",
        path => path,
    };
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let answer = route(login, request, &url, &segments).await.transpose()?;
    let answer = answer.or_else(|problem| refuse(login, request, &problem));
    let response = answer.and_then(|answer| secure(login, answer));
    Some(response.unwrap_or_else(|problem| internal(&problem)))
}

async fn route(
    login: &Login,
    request: &mut Request,
    url: &Url,
    segments: &[&str],
) -> Result<Option<Answer>, Problem> {
    use Method::{Delete, Get, Post};
    let answer = match (request.method(), segments) {
        (Get, [""]) => home(login, url).await,
        (Get, ["style.css"]) => Answer::of(pages::STYLE, "text/css; charset=utf-8"),
        (Get, ["script.js"]) => Answer::of(pages::SCRIPT, "text/javascript; charset=utf-8"),
        (Get, ["login"]) => confirm(login, request, url).await,
        (Post, ["login"]) => begin(login, request).await,
        (Get, ["callback", _]) => callback(login, request, url).await,
        (Get, ["probe"]) => probe(login, request, url).await,
        (Get, ["connections"]) => Answer::json(&login.connections().await?),
        (Delete, ["connections", id]) => disconnect(login, request, id, false).await,
        (Post, ["connections", id, "disconnect"]) => disconnect(login, request, id, true).await,
        (Post, ["logout"]) => logout(login, request).await,
        (Get, ["icon", id]) => icon(login, id).await,
        (
            _,
            ["" | "style.css" | "script.js" | "login" | "probe" | "connections" | "logout"]
            | ["callback" | "icon" | "connections", _]
            | ["connections", _, "disconnect"],
        ) => Err(Problem::method()),
        _ => return Ok(None),
    };
    answer.map(Some)
}

async fn home(login: &Login, url: &Url) -> Result<Answer, Problem> {
    let connections = match login.connections().await {
        // A cookie that is too old is no error on the start page.
        Err(problem) if problem == Problem::no_session() => Vec::new(),
        other => other?,
    };
    let signed_in = matches!(login.user, User::Browser(Some(_)));
    let notice = Notice::from_query(url);
    Answer::of(&pages::home(&login.config.prefix, &connections, signed_in, notice), HTML)
}

/// The question before a login. A navigation may ask the host; an image or a script of another page may not.
async fn confirm(login: &Login, request: &Request, url: &Url) -> Result<Answer, Problem> {
    let destination = header(request, "sec-fetch-dest");
    if destination.as_deref().is_some_and(|destination| destination != "document") {
        return Err(Problem::cross_site());
    }
    let named = named(login, parameter(url, "url"))?;
    let scope = parameter(url, "scope").unwrap_or_default();
    let (server, about) = registrable(login, &named).await?;
    let question = Question {
        named: &named,
        server: &server,
        about: &about,
        scope: &scope,
        label: None,
        return_to: None,
    };
    let page = pages::confirm(&login.config.prefix, &question);
    Ok(Answer { leads_away: true, ..Answer::of(&page, HTML)? })
}

/// The server to log in with and what the host says of itself, or why there is none.
async fn registrable(login: &Login, named: &Named) -> Result<(Server, About), Problem> {
    let (probe, about) = login.ask_host(named).await;
    match (probe.server, Problem::of_verdict(&probe.verdict)) {
        (Some(server), None) => Ok((server, about)),
        (_, problem) => Err(problem.unwrap_or_else(Problem::internal).about(named)),
    }
}

async fn begin(login: &Login, request: &mut Request) -> Result<Answer, Problem> {
    same_origin(login, request)?;
    let Form { url, scope } = form(request).await?;
    let named = named(login, Some(url))?;
    let scope = scope.filter(|scope| !scope.trim().is_empty());
    if scope
        .as_deref()
        .is_some_and(|scope| scope.len() > 1024 || !scope.bytes().all(|b| (0x20..0x7f).contains(&b)))
    {
        return Err(Problem::unreadable("The scope is not a list of scope values (RFC 6749 §3.3)."));
    }
    let (server, about) = registrable(login, &named).await?;
    let ask = || {
        Ask::Begin(Box::new(Begin {
            named: named.clone(),
            server: server.clone(),
            about: about.clone(),
            scope: scope.clone(),
        }))
    };
    if let Some(session) = login.session() {
        match login.ask_as::<Url>(session, ask()).await {
            Err(problem) if problem == Problem::no_session() => {}
            other => return Answer::see_other(&other.map_err(|problem| problem.about(&named))?),
        }
    }
    let (login, cookie) = login.with_new_session()?;
    let begun = login.ask_as(Session::New(cookie.digest()), ask()).await;
    let url: Url = begun.map_err(|problem| problem.about(&named))?;
    Answer::see_other(&url)?.with_cookie(&cookie.set())
}

async fn callback(login: &Login, request: &Request, url: &Url) -> Result<Answer, Problem> {
    if header(request, "sec-purpose").is_some_and(|purpose| purpose.contains("prefetch")) {
        return Err(Problem::method());
    }
    if url.query().is_some_and(|query| query.len() > 8192) {
        return Err(Problem::unreadable("The answer is too long."));
    }
    // The cookie names the account; `state` never does. Without one there is nothing to complete.
    let unknown =
        |problem: Problem| if problem == Problem::no_session() { Problem::unknown_login() } else { problem };
    let next = match &login.user {
        User::Browser(Some(cookie)) => Some(cookie.rotated(entropy()?)),
        User::Browser(None) | User::Named(_) => None,
    };
    let rotate = next.as_ref().map(SessionCookie::digest);
    login.ask::<()>(Ask::Callback { url: url.clone(), rotate }).await.map_err(unknown)?;
    let answer = Answer::see_other(&login.config.url("/"))?;
    match next {
        Some(cookie) => answer.with_cookie(&cookie.set()),
        None => Ok(answer),
    }
}

async fn probe(login: &Login, request: &Request, url: &Url) -> Result<Answer, Problem> {
    if header(request, "sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return Err(Problem::cross_site());
    }
    let typed =
        parameter(url, "url").ok_or_else(|| Problem::unreadable("The parameter `url` is missing."))?;
    Answer::json(&login.probe(&typed).await?)
}

async fn disconnect(login: &Login, request: &Request, id: &str, is_form: bool) -> Result<Answer, Problem> {
    same_origin(login, request)?;
    let receipt = login.disconnect(id).await?;
    if is_form { Answer::see_other(&login.config.url("/")) } else { Answer::json(&receipt) }
}

async fn logout(login: &Login, request: &Request) -> Result<Answer, Problem> {
    same_origin(login, request)?;
    match login.ask::<()>(Ask::Logout).await {
        Err(problem) if problem != Problem::no_session() => return Err(problem),
        _ => {}
    }
    Answer::see_other(&login.config.url("/"))?.with_cookie(&SessionCookie::clear())
}

/// Bytes that were recognised as an image when they came, from our own origin.
async fn icon(login: &Login, id: &str) -> Result<Answer, Problem> {
    use base64ct::{Base64, Encoding};
    let url: Option<String> = login.ask(Ask::Icon { id: id.to_owned() }).await?;
    let parts = url.as_deref().and_then(|url| url.strip_prefix("data:")?.split_once(";base64,"));
    let (kind, text) = parts.ok_or_else(Problem::not_found)?;
    Ok(Answer { body: Base64::decode_vec(text).map_err(|_| Problem::internal())?, ..Answer::of("", kind)? })
}

// ── reading ──

#[derive(Deserialize)]
struct Form {
    url: String,
    scope: Option<String>,
}

async fn form(request: &mut Request) -> Result<Form, Problem> {
    let is_json = header(request, "content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let body = match request.stream() {
        Ok(stream) => {
            bounded(stream, Limit::FORM).await.map_err(|_| Problem::unreadable("It is too long."))?
        }
        Err(_) => Vec::new(),
    };
    if is_json {
        return serde_json::from_slice(&body)
            .map_err(|_| Problem::unreadable("It is not JSON with a `url`."));
    }
    let value =
        |name: &str| form_urlencoded::parse(&body).find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    Ok(Form {
        url: value("url").ok_or_else(|| Problem::unreadable("It names no `url`."))?,
        scope: value("scope"),
    })
}

fn named(login: &Login, typed: Option<String>) -> Result<Named, Problem> {
    Ok(Named::parse(&typed.unwrap_or_default(), &login.config.egress)?)
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// A state-changing request proves that it comes from our own page.
///
/// `Sec-Fetch-Site` decides where the browser sends it: under `Referrer-Policy: no-referrer` a form's `Origin` is
/// `null`. Where it does not, `Origin` must be ours. A request with neither is refused.
fn same_origin(login: &Login, request: &Request) -> Result<(), Problem> {
    let origin = header(request, "origin");
    let is_ours = origin.as_deref() == Some(&login.config.origin.origin().ascii_serialization());
    let proven = match header(request, "sec-fetch-site").as_deref() {
        Some("same-origin") => origin.is_none() || is_ours || origin.as_deref() == Some("null"),
        Some(_) => false,
        None => is_ours,
    };
    proven.then_some(()).ok_or_else(Problem::cross_site)
}

// ── writing ──

struct Answer {
    status: u16,
    body: Vec<u8>,
    headers: Headers,
    /// Whether its form leads to another site: `form-action` would stop the redirect after the POST.
    leads_away: bool,
}

impl Answer {
    fn of(body: &str, content_type: &str) -> Result<Self, Problem> {
        let headers = Headers::new();
        headers.set("content-type", content_type)?;
        Ok(Self { status: 200, body: body.into(), headers, leads_away: false })
    }

    fn json(value: &impl Serialize) -> Result<Self, Problem> {
        Self::of(&serde_json::to_string(value).map_err(|_| Problem::internal())?, "application/json")
    }

    /// 303 turns the POST into a GET, so that no form of ours is posted on.
    fn see_other(url: &Url) -> Result<Self, Problem> {
        let headers = Headers::new();
        headers.set("location", url.as_str())?;
        Ok(Self { status: 303, body: Vec::new(), headers, leads_away: false })
    }

    fn with_cookie(self, cookie: &str) -> Result<Self, Problem> {
        self.headers.append("set-cookie", cookie)?;
        Ok(self)
    }
}

/// The problem as a page for a person, as `application/problem+json` for a program.
fn refuse(login: &Login, request: &Request, problem: &Problem) -> Result<Answer, Problem> {
    let accept = header(request, "accept").unwrap_or_default();
    let mut answer = if accept.contains("text/html") {
        Answer::of(&pages::problem(&login.config.prefix, problem), HTML)?
    } else {
        let json = serde_json::to_string(problem).map_err(|_| Problem::internal())?;
        Answer::of(&json, "application/problem+json")?
    };
    answer.status = problem.status;
    Ok(answer)
}

/// Every answer, errors included, carries the same protection.
fn secure(login: &Login, answer: Answer) -> Result<Response, Problem> {
    let policy = pages::content_security_policy(answer.leads_away);
    let headers = answer.headers;
    for (name, value) in [
        ("cache-control", "no-store"),
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
    Ok(ResponseBuilder::new().with_status(answer.status).with_headers(headers).fixed(answer.body))
}

fn internal(problem: &Problem) -> Response {
    ResponseBuilder::new().with_status(problem.status).fixed(problem.title.clone().into_bytes())
}

const HTML: &str = "text/html; charset=utf-8";
