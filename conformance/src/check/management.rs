//! The life of a registered client by RFC 7592: read, update, delete; each beside its negative.

use http::{Request, Response, StatusCode, header};
use login_flow::{Server, same_site};
use rfc7591::{ClientConfiguration, ClientInformation, ClientMetadata, RegistrationError, UriString};

use super::{
    Work,
    registration::{CLIENT_NAME, leave},
};
use crate::{Finding, Limit, Phase};

/// Reads, updates and deletes what was registered, or says that it stays.
pub(super) async fn manage(
    work: &mut Work<'_>,
    server: &Server,
    registered: ClientInformation,
    asked: &ClientMetadata,
) {
    let client_id = registered.client_id.clone();
    let Some(management) = registered.management.clone() else {
        work.give_up(Phase::Management, NOT_OFFERED);
        return leave(work, &client_id, NOT_OFFERED);
    };
    if let Err(why) = judge_target(work, server, &management) {
        work.give_up(Phase::Management, &why);
        return leave(work, &client_id, &why);
    }
    let mut management = management;
    if work.options.register {
        without_token(work, &management).await;
        if let Some(renewed) = read(work, &management, &client_id).await {
            management = renewed;
        }
        if let Some(renewed) = update(work, &management, &registered, asked).await {
            management = renewed;
        }
    } else {
        for id in [TOKEN_REQUIRED, "rfc7592/2.1/read-status", SAME_CLIENT] {
            work.ledger.untested(id, "not asked for (--register)");
        }
    }
    match delete(work, server, management.clone()).await {
        Ok(()) => after(work, &management).await,
        Err(why) => leave(work, &client_id, &why),
    }
    work.give_up(Phase::Management, "it was not reached");
}

/// Deletes a client beside the good one where that is offered, or says that it stays.
pub(super) async fn delete_or_leave(
    work: &mut Work<'_>,
    server: &Server,
    management: Option<ClientConfiguration>,
    client_id: &str,
    what: &str,
) {
    let deleted = match management {
        Some(management) => delete(work, server, management).await,
        None => Err(NOT_OFFERED.to_owned()),
    };
    if let Err(why) = deleted {
        leave(work, client_id, &format!("{what}; {why}"));
    }
}

/// Deletes a client.
async fn delete(work: &mut Work<'_>, server: &Server, management: ClientConfiguration) -> Result<(), String> {
    judge_target(work, server, &management)?;
    let delete = management.delete();
    let response =
        work.session.send(delete.request(), Limit::Json).await.map_err(|failure| failure.to_string())?;
    let violations = delete.receive(&response).map_err(|rejected| {
        format!("the delete was answered with {}", status(&rejected).unwrap_or(response.status()))
    })?;
    work.violations(&violations);
    work.ledger.kept("rfc7592/2.3/delete-status");
    Ok(())
}

/// The token goes to the server that issued it, and nowhere else.
fn judge_target(work: &Work<'_>, server: &Server, management: &ClientConfiguration) -> Result<(), String> {
    let url = management.endpoint().url();
    work.session.egress().judge(&url).map_err(|why| format!("`registration_client_uri`: {why}"))?;
    let registration = &server.registration_endpoint;
    if registration.as_ref().is_some_and(|registration| same_site(&url, &registration.url())) {
        Ok(())
    } else {
        Err("`registration_client_uri` belongs to another site".to_owned())
    }
}

async fn without_token(work: &mut Work<'_>, management: &ClientConfiguration) {
    let mut request: Request<Vec<u8>> = management.clone().read().request();
    request.headers_mut().remove(header::AUTHORIZATION);
    match work.session.send(request, Limit::Json).await {
        Ok(response) => work.ledger.judged(TOKEN_REQUIRED, judge_without_token(&response)),
        Err(failure) => work.ledger.untested(TOKEN_REQUIRED, &failure.to_string()),
    }
}

/// What the answer to a read without a token breaks.
pub(crate) fn judge_without_token(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let evidence = format!("a read without a token is answered with {status}");
    let remedy = "ask for the registration access token";
    status.is_success().then(|| Finding::of(TOKEN_REQUIRED, &evidence, remedy)).flatten()
}

async fn read(
    work: &mut Work<'_>,
    management: &ClientConfiguration,
    client_id: &str,
) -> Option<ClientConfiguration> {
    let read = management.clone().read();
    let response = work.session.send(read.request(), Limit::Json).await.ok()?;
    note(work, read.receive(&response), client_id, "a read")
}

async fn update(
    work: &mut Work<'_>,
    management: &ClientConfiguration,
    registered: &ClientInformation,
    asked: &ClientMetadata,
) -> Option<ClientConfiguration> {
    let mut metadata = asked.clone();
    metadata.client_name = Some(format!("{CLIENT_NAME}, updated"));
    // Two redirection URIs, to see whether both come back.
    metadata.redirect_uris = asked.redirect_uris.clone().map(|mut uris| {
        uris.extend(uris.first().and_then(|uri| uri.url().join("updated").ok().map(UriString::from)));
        uris
    });
    metadata.token_endpoint_auth_method = registered.metadata.token_endpoint_auth_method.clone();
    let secret = registered.client_secret.as_ref().map(|secret| secret.secret.clone());
    let update = management.clone().update(registered.client_id.clone(), secret, metadata);
    let response = work.session.send(update.request(), Limit::Json).await.ok()?;
    note(work, update.receive(&response), &registered.client_id, "an update")
}

/// Notes what a read or an update breaks; its management, which may be a new one.
fn note(
    work: &mut Work<'_>,
    answer: Result<ClientInformation, RegistrationError>,
    client_id: &str,
    what: &str,
) -> Option<ClientConfiguration> {
    match answer {
        Ok(registered) => {
            work.violations(&registered.violations);
            work.ledger.kept("rfc7592/2.1/read-status");
            work.ledger.judged(SAME_CLIENT, judge_same(&registered.client_id, client_id, what));
            registered.management
        }
        Err(rejected) => {
            let why = format!("{what} was refused: {rejected}");
            work.violations(rejected.violations());
            work.ledger.untested("rfc7592/2.1/read-status", &why);
            work.ledger.untested(SAME_CLIENT, &why);
            None
        }
    }
}

/// What an answer about another client breaks.
pub(crate) fn judge_same(found: &str, asked: &str, what: &str) -> Option<Finding> {
    let evidence = format!("{what} is answered with the client `{found}`, not `{asked}`");
    let remedy = "answer with the client that the token was issued for";
    (found != asked).then(|| Finding::of(SAME_CLIENT, &evidence, remedy)).flatten()
}

/// The same, of a whole answer.
pub(crate) fn judge_client(response: &Response<Vec<u8>>, asked: &str) -> Option<Finding> {
    let body = serde_json::from_slice::<serde_json::Value>(response.body()).unwrap_or_default();
    let found = body.get("client_id").and_then(serde_json::Value::as_str);
    found.and_then(|found| judge_same(found, asked, "a read"))
}

async fn after(work: &mut Work<'_>, management: &ClientConfiguration) {
    let request = management.clone().read().request();
    match work.session.send(request, Limit::Json).await {
        Ok(response) => work.ledger.judged(DELETED, judge_deleted(&response)),
        Err(failure) => work.ledger.untested(DELETED, &failure.to_string()),
    }
}

/// What the answer to a read of a deleted client breaks.
pub(crate) fn judge_deleted(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let evidence = format!("a read of a deleted client is answered with {status}");
    let is_kept = status == StatusCode::UNAUTHORIZED;
    (!is_kept).then(|| Finding::of(DELETED, &evidence, "answer with 401")).flatten()
}

fn status(rejected: &RegistrationError) -> Option<StatusCode> {
    match rejected {
        RegistrationError::Refused { status, .. } | RegistrationError::Status { status, .. } => Some(*status),
        _ => None,
    }
}

pub(super) const NOT_OFFERED: &str = "the server offers no management (RFC 7592)";
const DELETED: &str = "rfc7592/2.1/deleted-client";
const SAME_CLIENT: &str = "rfc7592/3/same-client";
const TOKEN_REQUIRED: &str = "rfc7592/2/token-required";
