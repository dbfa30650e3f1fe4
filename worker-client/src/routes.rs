//! The routes and their permissions.

mod answer;
mod begin;
mod client_metadata;
mod failed;
mod health;
mod icon;
mod login_request;
mod proxy;
mod request_headers;
mod route;

use std::pin::Pin;

use url::Url;
use worker::{Request, Response, web_sys};

use self::{
    answer::Answer,
    begin::{begin, confirm},
    failed::{Failed, FailedRoute},
    login_request::{not_cross_site, same_origin},
    request_headers::{Header, RequestHeaders},
    route::NoMethod,
};
use crate::{
    account::{AccountRequest, Disconnected, LoginStep},
    api::{OPENAPI, Route, path_of},
    config::Config,
    cookie::SessionCookie,
    failure::{Failure, Reason, UserFailure},
    login::{Login, User},
    pages::{self, BrowserSession, Notice},
    platform::{
        entropy::entropy,
        log::report,
        panic::contained,
        response::{ResponseHeaders, response},
    },
    problem::Problem,
};

impl Login {
    /// Answers a request to one of our routes; nothing when it is none of them.
    pub async fn handle(&self, request: &mut Request) -> Option<Response> {
        let (text, method) = (request.inner().url(), request.inner().method());
        let route = self.config.route(path_of(&text), &method)?;
        Some(answered(self, request.inner(), &text, route).await.into())
    }
}

/// Answers a request to a route, errors included.
pub(crate) async fn answered(
    login: &Login,
    request: &web_sys::Request,
    url: &str,
    route: Result<Route, NoMethod>,
) -> web_sys::Response {
    let headers = &RequestHeaders::read(request);
    let answer = match route {
        Err(NoMethod) => Err(UserFailure::MethodNotAllowed.into()),
        Ok(route) => match contained(async { Ok(answer(login, request, headers, url, route).await) }).await {
            Ok(answer) => answer,
            Err(defect) => Err(defect.into()),
        },
    };
    rendered(login, headers, answer)
}

/// The response to a request, errors included.
fn rendered(login: &Login, headers: &RequestHeaders, answer: Result<Answer, Failed>) -> web_sys::Response {
    let answer = answer.or_else(|failed| failure(login, headers, failed));
    answer.and_then(|answer| answer.secured(login)).unwrap_or_else(plain)
}

/// The answer that says what failed.
#[cold]
#[inline(never)]
fn failure(login: &Login, headers: &RequestHeaders, Failed(failed): Failed) -> Result<Answer, Failure> {
    let failed = FailedRoute { failure: report(failed.failure), ..*failed };
    Answer::failure(login, headers, &failed)
}

/// The response where not even that can be said.
#[cold]
#[inline(never)]
fn plain(failure: Failure) -> web_sys::Response {
    let Problem { status, title, .. } = Problem::new(&report(failure), None);
    let plain = response(status, ResponseHeaders::default(), title.as_bytes());
    plain.unwrap_or_else(|_| web_sys::Response::error())
}

/// The answer of a route. The platform compiles a function whole when it is first called: boxed, each route is one.
fn answer<'a>(
    login: &'a Login,
    request: &'a web_sys::Request,
    headers: &'a RequestHeaders,
    url: &'a str,
    route: Route,
) -> Pin<Box<dyn Future<Output = Result<Answer, Failed>> + 'a>> {
    match route {
        Route::Begin => Box::pin(begin(login, request, headers)),
        Route::Callback => Box::pin(callback(login, headers, url)),
        Route::Confirm => Box::pin(confirm(login, headers, url)),
        Route::ClientMetadata => Box::pin(async { client_metadata::answer(&login.config) }),
        Route::Connections => Box::pin(connections(login)),
        Route::Disconnect(id) => Box::pin(disconnect(login, headers, id)),
        Route::DisconnectForm(id) => Box::pin(disconnect_form(login, headers, id)),
        Route::Health => Box::pin(health::answer(login)),
        Route::Home => Box::pin(home(login, headers, url)),
        Route::Icon(id) => Box::pin(icon::answer(login, id)),
        Route::Logout => Box::pin(logout(login, headers)),
        Route::OpenApi => Box::pin(async { Ok(openapi(&login.config)) }),
        Route::Probe => Box::pin(probe(login, headers, url)),
        Route::Script => Box::pin(async { Ok(Answer::of(pages::SCRIPT, "text/javascript; charset=utf-8")) }),
        Route::Style => Box::pin(async { Ok(Answer::of(pages::STYLE, "text/css; charset=utf-8")) }),
    }
}

/// The address of a request, for the routes that look at it.
fn parsed(url: &str) -> Result<Url, UserFailure> {
    Url::parse(url).map_err(|_| UserFailure::not_a_url())
}

async fn connections(login: &Login) -> Result<Answer, Failed> {
    Ok(Answer::json(&login.connections().await?)?)
}

async fn disconnect(login: &Login, headers: &RequestHeaders, id: String) -> Result<Answer, Failed> {
    same_origin(login, headers)?;
    Ok(Answer::json(&login.disconnect(&id).await?)?)
}

async fn disconnect_form(login: &Login, headers: &RequestHeaders, id: String) -> Result<Answer, Failed> {
    same_origin(login, headers)?;
    let Disconnected { receipt, host } = login.end_connection(&id).await?;
    let notice = Notice::Disconnected(receipt);
    Ok(Answer::see_other(noticed(login.config.url("/"), notice)).with_cookie(&notice.cookie(&host)))
}

fn openapi(config: &Config) -> Answer {
    let root = config.url("");
    Answer::of(OPENAPI.replace("{origin}", root.as_str().trim_end_matches('/')), "application/json")
}

async fn home(login: &Login, headers: &RequestHeaders, url: &str) -> Result<Answer, Failed> {
    let url = &parsed(url)?;
    let connections = login.connections().await?;
    let session = match login.user {
        User::Browser(Some(_)) => BrowserSession::Present,
        User::Browser(None) | User::Host { .. } => BrowserSession::Absent,
    };
    let (notice, cookies) = (Notice::from_query(url), headers.get(Header::Cookie).unwrap_or_default());
    let host = notice.and_then(|notice| notice.host(cookies.as_bytes(), &login.config.egress));
    let page = Answer::page(pages::home(&login.config.prefix, &connections, session, notice, host)?);
    Ok(if host.is_some() { page.with_cookie(&Notice::forget_host()) } else { page })
}

/// A page of ours that says what was just done.
fn noticed(mut page: Url, notice: Notice) -> Url {
    notice.append_to(&mut page);
    page
}

/// The authorization response.
async fn callback(login: &Login, headers: &RequestHeaders, url: &str) -> Result<Answer, Failed> {
    let url = parsed(url)?;
    if headers.get(Header::Purpose).is_some_and(|purpose| purpose.contains("prefetch")) {
        return Err(UserFailure::MethodNotAllowed.into());
    }
    if url.query().is_some_and(|query| query.len() > 8192) {
        return Err(UserFailure::UnreadableRequest(Reason::of("The answer is too long.")).into());
    }
    // The cookie names the account; `state` never does. Without one there is nothing to complete.
    let unknown = |failure: Failure| match failure {
        Failure::User(UserFailure::NoSession { .. }) => UserFailure::UnknownLogin.into(),
        other => other,
    };
    let next = match &login.user {
        User::Browser(Some(cookie)) => Some(cookie.rotated(entropy()?)),
        User::Browser(None) | User::Host { .. } => None,
    };
    let rotate = next.as_ref().map(SessionCookie::digest);
    // Our own pages send no referrer, so that a redirect which passed no page of the server has none.
    let from_page = headers.get(Header::Referer).is_some();
    let callback = AccountRequest::Callback { url, rotate, from_page };
    let return_to = match login.call(callback).await.map_err(unknown)? {
        LoginStep::Completed { return_to } => return_to,
        LoginStep::AskAgain { url } => return Ok(Answer::see_other(&url)),
        LoginStep::Failed(failed) => return Err(Failed::of_login(login, *failed)),
    };
    let home = || noticed(login.config.url("/"), Notice::Connected);
    let back = return_to.unwrap_or_else(home);
    let answer = Answer::see_other(&back);
    Ok(match next {
        Some(cookie) => answer.with_cookie(&cookie.set()),
        None => answer,
    })
}

async fn probe(login: &Login, headers: &RequestHeaders, url: &str) -> Result<Answer, Failed> {
    not_cross_site(headers)?;
    let url = parsed(url)?;
    let typed = url.query_pairs().find(|(name, _)| name == "url").map(|(_, value)| value.into_owned());
    let typed =
        typed.ok_or_else(|| UserFailure::UnreadableRequest(Reason::of("The parameter `url` is missing.")))?;
    Ok(Answer::json(&login.counting(headers.get(Header::Address)).probe(&typed).await?)?)
}

async fn logout(login: &Login, headers: &RequestHeaders) -> Result<Answer, Failed> {
    same_origin(login, headers)?;
    // The host program's user stays what the host program says: what ends here are our own sessions.
    if matches!(login.user, User::Browser(_)) {
        match login.erase().await {
            Ok(()) | Err(Failure::User(UserFailure::NoSession { .. })) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let page = noticed(login.config.url("/"), Notice::LoggedOut);
    Ok(Answer::see_other(&page).with_cookie(&SessionCookie::clear()))
}
