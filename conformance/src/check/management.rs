//! The life of a registered client by RFC 7592: read, update, delete; each beside its negative.

use http::{Request, Response, StatusCode, header};
use login_flow::{Finding, Server};
use rfc7591::{ClientConfiguration, ClientInformation, ClientMetadata, RegistrationError, UriString};
use serde_json::Value;

use crate::{
    context::{CLIENT_NAME, CheckContext, NOT_OFFERED},
    rule::{Phase, Rule},
    session::Limit,
};

/// Reads, updates and deletes the registered client, or notes that it stays.
pub(super) async fn manage(
    context: &mut CheckContext<'_>,
    server: &Server,
    registered: &ClientInformation,
    requested: &ClientMetadata,
) {
    let client_id = &registered.client_id;
    let Some(mut configuration) = registered.configuration.clone() else {
        context.end_phase(Phase::Management, NOT_OFFERED);
        return context.leave(client_id, NOT_OFFERED);
    };
    if let Err(why) = context.judge_endpoint(server, &configuration) {
        context.leave(client_id, &why);
        return context.end_phase(Phase::Management, why);
    }
    if context.options.register {
        without_token(context, &configuration).await;
        if let Some(renewed) = read(context, &configuration, client_id).await {
            configuration = renewed;
        }
        if let Some(renewed) = update(context, &configuration, registered, requested).await {
            configuration = renewed;
        }
    } else {
        for rule in [Rule::RegistrationTokenRequired, Rule::ReadStatus, Rule::SameClient] {
            context.not_applicable(rule, "not asked for (--register)");
        }
    }
    match context.delete(server, configuration.clone()).await {
        Ok(()) => read_deleted(context, &configuration).await,
        Err(why) => context.leave(client_id, &why),
    }
    context.end_phase(Phase::Management, "it was not reached");
}

async fn without_token(context: &mut CheckContext<'_>, configuration: &ClientConfiguration) {
    let mut request: Request<Vec<u8>> = configuration.clone().read().request();
    request.headers_mut().remove(header::AUTHORIZATION);
    match context.session.send(request, Limit::Json).await {
        Ok(response) if is_neither(&response) => {
            let why =
                format!("a read without a token is neither answered nor refused: {}", response.status());
            context.not_applicable(Rule::RegistrationTokenRequired, why);
        }
        Ok(response) => context.judged(Rule::RegistrationTokenRequired, judge_without_token(&response)),
        Err(failure) => context.not_applicable(Rule::RegistrationTokenRequired, failure.to_string()),
    }
}

/// Returns `true` for a status that says neither that a token is required nor that none is.
fn is_neither(response: &Response<Vec<u8>>) -> bool {
    let status = response.status();
    !status.is_success() && !matches!(status.as_u16(), 400 | 401 | 403)
}

/// The finding of a response to a read without a registration access token.
pub(crate) fn judge_without_token(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let evidence = format!("a read without a token is answered with {status}");
    let remedy = "ask for the registration access token";
    status.is_success().then(|| Rule::RegistrationTokenRequired.finding(&evidence, remedy))
}

async fn read(
    context: &mut CheckContext<'_>,
    configuration: &ClientConfiguration,
    client_id: &str,
) -> Option<ClientConfiguration> {
    let read = configuration.clone().read();
    let response = context.session.send(read.request(), Limit::Json).await.ok()?;
    let status = response.status();
    let information = judge_response(context, read.receive(&response), status, client_id, "a read")?;
    context.violations("a read", &information.violations);
    context.judge_members("a read", &information.violations, &response);
    information.configuration
}

async fn update(
    context: &mut CheckContext<'_>,
    configuration: &ClientConfiguration,
    registered: &ClientInformation,
    requested: &ClientMetadata,
) -> Option<ClientConfiguration> {
    let mut requested = requested.clone();
    requested.client_name = Some(format!("{CLIENT_NAME}, updated"));
    // Two redirection URIs, to see whether both come back.
    requested.redirect_uris = requested.redirect_uris.map(|mut uris| {
        uris.extend(uris.first().and_then(|uri| uri.url().join("updated").ok().map(UriString::from)));
        uris
    });
    requested.token_endpoint_auth_method = registered.metadata.token_endpoint_auth_method.clone();
    let client_id = &registered.client_id;
    let secret = registered.client_secret.as_ref().map(|secret| secret.secret.clone());
    let update = configuration.clone().update(client_id.clone(), secret, requested.clone());
    let response = context.session.send(update.request(), Limit::Json).await.ok()?;
    let status = response.status();
    let information = judge_response(context, update.receive(&response), status, client_id, "an update")?;
    context.judge_information("an update", &requested, &information, &response);
    information.configuration
}

/// Notes the outcome of a read or an update.
fn judge_response(
    context: &mut CheckContext<'_>,
    received: Result<ClientInformation, RegistrationError>,
    status: StatusCode,
    client_id: &str,
    description: &str,
) -> Option<ClientInformation> {
    match received {
        Ok(information) => {
            context.keep_secrets(&information);
            context.passed(Rule::ReadStatus);
            let finding = judge_same(&information.client_id, client_id, description);
            context.judged(Rule::SameClient, finding);
            Some(information)
        }
        Err(rejected) => {
            context.violations(description, rejected.violations());
            if !status.is_success() {
                context.judge_unmanaged(Rule::ReadStatus, description, status);
            }
            context.not_applicable(Rule::SameClient, format!("{description} gave no client: {rejected}"));
            None
        }
    }
}

fn judge_same(found: &str, requested: &str, description: &str) -> Option<Finding> {
    let evidence = format!("{description} is answered with the client `{found}`, not `{requested}`");
    let remedy = "answer with the client that the token was issued for";
    (found != requested).then(|| Rule::SameClient.finding(&evidence, remedy))
}

/// The finding of a response to a read that is about another client.
pub(crate) fn judge_client(response: &Response<Vec<u8>>, requested: &str) -> Option<Finding> {
    let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
    let found = body.get("client_id").and_then(Value::as_str);
    found.and_then(|found| judge_same(found, requested, "a read"))
}

async fn read_deleted(context: &mut CheckContext<'_>, configuration: &ClientConfiguration) {
    let request = configuration.clone().read().request();
    match context.session.send(request, Limit::Json).await {
        Ok(response) => context.judged(Rule::DeletedClient, judge_deleted(&response)),
        Err(failure) => context.not_applicable(Rule::DeletedClient, failure.to_string()),
    }
}

/// The finding of a response to a read of a deleted client.
pub(crate) fn judge_deleted(response: &Response<Vec<u8>>) -> Option<Finding> {
    let status = response.status();
    let evidence = format!("a read of a deleted client is answered with {status}");
    (status != StatusCode::UNAUTHORIZED).then(|| Rule::DeletedClient.finding(&evidence, "answer with 401"))
}
