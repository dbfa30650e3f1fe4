//! The routes and their permissions.

mod answer;
mod client_metadata;
mod failed;
mod health;
mod icon;
mod login_request;
mod proxy;
mod request_headers;
mod route;

use url::Url;
use worker::{Request, Response, web_sys};

use self::{
    answer::Answer,
    failed::{Failed, FailedRoute},
    login_request::{LoginRequest, requests, same_origin},
    request_headers::{Header, RequestHeaders},
    route::NoMethod,
};
use crate::{
    account::{AccountRequest, BeginLogin, Disconnected, LoginStep, Session},
    api::{OPENAPI, Route, path_of},
    cookie::SessionCookie,
    failure::{Defect, Failure, Reason, UserFailure},
    login::{Login, User},
    model::About,
    pages::{self, BrowserSession, Notice},
    platform::{
        entropy::entropy,
        log::report,
        panic::contained,
        response::{ResponseHeaders, response},
    },
    probe::chosen_scope,
    problem::Problem,
};
use login_flow::{LoginTarget, RequestedScope, ResourceMetadata, Server, digest};

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
    let answer = answer.or_else(|Failed(failed)| {
        let failed = FailedRoute { failure: report(failed.failure), ..*failed };
        Answer::failure(login, headers, &failed)
    });
    let rendered = answer.and_then(|answer| answer.secured(login));
    rendered.unwrap_or_else(|failure| {
        let Problem { status, title, .. } = Problem::new(&report(failure), None);
        let plain = response(status, ResponseHeaders::default(), title.as_bytes());
        plain.unwrap_or_else(|_| web_sys::Response::error())
    })
}

async fn answer(
    login: &Login,
    request: &web_sys::Request,
    headers: &RequestHeaders,
    url: &str,
    route: Route,
) -> Result<Answer, Failed> {
    // Not every route looks at it.
    let url = || Url::parse(url).map_err(|_| UserFailure::not_a_url());
    Ok(match route {
        Route::Begin => begin(login, request, headers).await?,
        Route::Callback => callback(login, headers, &url()?).await?,
        Route::Confirm => confirm(login, headers, &url()?).await?,
        Route::ClientMetadata => client_metadata::answer(&login.config)?,
        Route::Connections => Answer::json(&login.connections().await?)?,
        Route::Disconnect(id) => {
            same_origin(login, headers)?;
            Answer::json(&login.disconnect(&id).await?)?
        }
        Route::DisconnectForm(id) => {
            same_origin(login, headers)?;
            let Disconnected { receipt, host } = login.end_connection(&id).await?;
            let notice = Notice::Disconnected(receipt);
            Answer::see_other(&noticed(login.config.url("/"), notice)).with_cookie(&notice.cookie(&host))
        }
        Route::Health => health::answer(login).await?,
        Route::Home => home(login, headers, &url()?).await?,
        Route::Icon(id) => icon::answer(login, &id).await?,
        Route::Logout => logout(login, headers).await?,
        Route::OpenApi => {
            let root = login.config.url("");
            Answer::of(OPENAPI.replace("{origin}", root.as_str().trim_end_matches('/')), "application/json")
        }
        Route::Probe => probe(login, headers, &url()?).await?,
        Route::Script => Answer::of(pages::SCRIPT, "text/javascript; charset=utf-8"),
        Route::Style => Answer::of(pages::STYLE, "text/css; charset=utf-8"),
    })
}

async fn home(login: &Login, headers: &RequestHeaders, url: &Url) -> Result<Answer, Failure> {
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

/// The question before a login. A navigation may ask the host; an image or a script of another page may not.
async fn confirm(login: &Login, headers: &RequestHeaders, url: &Url) -> Result<Answer, Failed> {
    if headers.get(Header::FetchDest).is_some_and(|destination| destination != "document") {
        return Err(UserFailure::CrossSite.into());
    }
    let parameters = LoginRequest::of_query(url);
    let target = parameters.target(login)?;
    let host = registrable(login, headers, &target).await?;
    parameters.requested_scope(&host)?;
    health::can_seal(login).await.map_err(|failure| Failed::at(&target, failure))?;
    let page = parameters.confirm_page(login, &target, &host);
    let page = pages::confirm(&login.config.prefix, &page, &login.connections().await?)?;
    Ok(Answer::page(page).leading_away())
}

/// A host that a person can log in to.
struct RegistrableHost {
    server: Server,
    /// The metadata of the resource, if it named the server.
    resource: Option<ResourceMetadata>,
    /// The scope that a login asks for when no party names one.
    chosen_scope: RequestedScope,
    about: About,
}

/// The host to log in to, or the failure that says why that is not possible.
async fn registrable(
    login: &Login,
    headers: &RequestHeaders,
    target: &LoginTarget,
) -> Result<RegistrableHost, Failed> {
    login.forget_moved(target).await;
    let (answered, page) =
        login.counting(headers.get(Header::Address)).probe_host(target, requests(headers)).await?;
    match (&answered.server, answered.failure()) {
        (Some(server), None) => {
            let chosen_scope = match &answered.resource {
                Some(resource) => RequestedScope::of_resource(server, resource.scope.as_deref()),
                None => chosen_scope(&login.config, target, server, &page).await,
            };
            let (server, resource) = (server.clone(), answered.resource.clone());
            Ok(RegistrableHost { server, resource, chosen_scope, about: page.about.clone() })
        }
        (_, failure) => Err(Failed::at(target, failure.unwrap_or(Failure::internal(Defect::Verdict)))),
    }
}

async fn begin(
    login: &Login,
    request: &web_sys::Request,
    headers: &RequestHeaders,
) -> Result<Answer, Failed> {
    same_origin(login, headers)?;
    let parameters = LoginRequest::of_body(request, headers).await?;
    let target = parameters.target(login)?;
    let host = registrable(login, headers, &target).await?;
    let scope = parameters.requested_scope(&host)?;
    if !parameters.agrees_to(&parameters.confirm_page(login, &target, &host)) {
        return Err(Failed::at(&target, UserFailure::NotAgreed));
    }
    let RegistrableHost { server, resource, about, .. } = host;
    // RFC 9700 §4.4.2.2: each issuer has its own redirection URI.
    let redirect_uri = login.config.url(&format!("/callback/{}", issuer_id(&server)));
    let begin_login = || {
        AccountRequest::Begin(Box::new(BeginLogin {
            target: target.clone(),
            named_resource: resource.as_ref().map(|resource| resource.resource.clone()),
            documents: login.config.documents,
            server: server.clone(),
            redirect_uri: redirect_uri.clone(),
            client_name: login.config.client_name.clone(),
            about: about.clone(),
            scope: scope.clone(),
            label: parameters.label(),
            return_to: parameters.return_to(login),
        }))
    };
    if let Some(session) = login.session() {
        match login.call_as::<Url>(session, begin_login()).await {
            Err(Failure::User(UserFailure::NoSession { .. })) => {}
            other => {
                let url = other.map_err(|failure| Failed::at(&target, failure))?;
                return Ok(Answer::see_other(&url));
            }
        }
    }
    let (login, cookie) = login.with_new_session().await?;
    let begun = login.call_as(Session::New(cookie.digest()), begin_login()).await;
    let url: Url = begun.map_err(|failure| Failed::at(&target, failure))?;
    Ok(Answer::see_other(&url).with_cookie(&cookie.set()))
}

/// The authorization response.
async fn callback(login: &Login, headers: &RequestHeaders, url: &Url) -> Result<Answer, Failed> {
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
    let callback = AccountRequest::Callback { url: url.clone(), rotate, from_page };
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

async fn probe(login: &Login, headers: &RequestHeaders, url: &Url) -> Result<Answer, Failure> {
    if headers.get(Header::FetchSite).is_some_and(|site| site == "cross-site" || site == "same-site") {
        return Err(UserFailure::CrossSite.into());
    }
    let typed = url.query_pairs().find(|(name, _)| name == "url").map(|(_, value)| value.into_owned());
    let typed =
        typed.ok_or_else(|| UserFailure::UnreadableRequest(Reason::of("The parameter `url` is missing.")))?;
    Answer::json(&login.counting(headers.get(Header::Address)).probe(&typed).await?)
}

async fn logout(login: &Login, headers: &RequestHeaders) -> Result<Answer, Failure> {
    same_origin(login, headers)?;
    // The host program's user stays what the host program says: what ends here are our own sessions.
    if matches!(login.user, User::Browser(_)) {
        match login.erase().await {
            Ok(()) | Err(Failure::User(UserFailure::NoSession { .. })) => {}
            Err(failure) => return Err(failure),
        }
    }
    let page = noticed(login.config.url("/"), Notice::LoggedOut);
    Ok(Answer::see_other(&page).with_cookie(&SessionCookie::clear()))
}

/// The name of an issuer in the routes: 128 bits of its digest.
fn issuer_id(server: &Server) -> String {
    digest(server.issuer.as_str()).chars().take(22).collect()
}
