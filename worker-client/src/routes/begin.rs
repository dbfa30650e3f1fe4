//! How a login begins: the question before it, and the agreement.

use rfc7591::UriString;
use worker::web_sys;

use super::{
    answer::Answer,
    failed::Failed,
    health,
    login_request::{LoginRequest, requests, same_origin},
    parsed,
    request_headers::{Header, RequestHeaders},
};
use crate::{
    account::{AccountRequest, BeginLogin, Session},
    failure::{Defect, Failure, UserFailure},
    login::Login,
    model::About,
    pages,
    probe::chosen_scope,
};
use login_flow::{LoginTarget, RequestedScope, ResourceMetadata, Server, digest};

/// The question before a login. A navigation may ask the host; an image or a script of another page may not.
pub(super) async fn confirm(login: &Login, headers: &RequestHeaders, url: &str) -> Result<Answer, Failed> {
    if headers.get(Header::FetchDest).is_some_and(|destination| destination != "document") {
        return Err(UserFailure::CrossSite.into());
    }
    let parameters = LoginRequest::of_query(&parsed(url)?);
    let target = parameters.target(login)?;
    let host = registrable(login, headers, &target).await?;
    parameters.requested_scope(&host)?;
    health::can_seal(login).await.map_err(|failure| Failed::at(&target, failure))?;
    let page = parameters.confirm_page(login, &target, &host);
    let page = pages::confirm(&login.config.prefix, &page, &login.connections().await?)?;
    Ok(Answer::page(page).leading_away())
}

/// A host that a person can log in to.
pub(super) struct RegistrableHost {
    pub(super) server: Server,
    /// The metadata of the resource, if it named the server.
    pub(super) resource: Option<ResourceMetadata>,
    /// The scope that a login asks for when no party names one.
    pub(super) chosen_scope: RequestedScope,
    pub(super) about: About,
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

/// A login that the person agreed to.
pub(super) async fn begin(
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
        match login.call_as::<UriString>(session, begin_login()).await {
            Err(Failure::User(UserFailure::NoSession { .. })) => {}
            other => {
                let url = other.map_err(|failure| Failed::at(&target, failure))?;
                return Ok(Answer::see_other(&url));
            }
        }
    }
    let (login, cookie) = login.with_new_session().await?;
    let begun = login.call_as(Session::New(cookie.digest()), begin_login()).await;
    let url: UriString = begun.map_err(|failure| Failed::at(&target, failure))?;
    Ok(Answer::see_other(&url).with_cookie(&cookie.set()))
}

/// The name of an issuer in the routes: 128 bits of its digest.
fn issuer_id(server: &Server) -> String {
    digest(server.issuer.as_str()).chars().take(22).collect()
}
