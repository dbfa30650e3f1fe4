//! A registration and a login as a widely used client does them.

use http::Response;
use login_flow::{
    Client, ClientAuth, Exchange, Quotation, Register, RequestedScope, Server, Turn, challenge_scope,
};
use rfc7591::{ClientInformation, ClientMetadata, ErrorCode, Registration, RegistrationError};

use super::login::{Attempted, log_in_as};
use crate::{
    context::CheckContext,
    preset::Preset,
    report::{Answer, WorksWith},
    session::Limit,
    text::{MAX_EVIDENCE, bounded},
};

/// Registers and logs in as each of the clients, and deletes what was registered.
pub(super) async fn try_all(context: &mut CheckContext<'_>, server: &Server) -> Vec<WorksWith> {
    let mut all = Vec::new();
    for preset in &context.options.clients {
        let mut result = WorksWith::new(&preset.name, &preset.title);
        if let Err(why) = try_one(context, server, preset, &mut result).await {
            result.stopped_by = Some(bounded(&why, MAX_EVIDENCE));
        }
        all.push(result);
    }
    all
}

async fn try_one(
    context: &mut CheckContext<'_>,
    server: &Server,
    preset: &Preset,
    result: &mut WorksWith,
) -> Result<(), String> {
    let scope = preset.scope_of(&server.scopes);
    let endpoint =
        server.registration_endpoint.clone().ok_or("the server offers no registration (RFC 7591)")?;
    let name = preset.registration.client_name.as_deref().map(test_name).unwrap_or_default();
    let register = Register::new(server, preset.redirect_uri.clone(), &name);
    let mut register = register.filter(|_| preset.asks_for_less);
    let (registration, response) = loop {
        let requested = match &register {
            Some(register) => register.client_metadata(),
            None => requested(preset, scope.clone(), context.lists_grants.as_deref()),
        };
        let registration = context.with_token(Registration::new(endpoint.clone(), requested));
        let sent = context.session.send(registration.request(), Limit::Json).await;
        let response = sent.map_err(|failure| failure.to_string())?;
        match register.clone().map(|register| register.receive(&response)) {
            Some(Ok(Turn::Again(less))) => register = Some(less),
            _ => break (registration, response),
        }
    };
    let information = registration.receive(&response).map_err(|rejected| {
        result.registers = Answer::No;
        refusal(&rejected)
    })?;
    context.keep_secrets(&information);
    let configuration = information.configuration.clone();
    let client_id = information.client_id.clone();
    let (client, scope) = match register {
        Some(register) => (registered_client(register, &response), chosen_scope(context, server).await),
        None => (usable(information, preset), RequestedScope::Named(scope)),
    };
    let logged_in = match client {
        Ok(client) => {
            result.registers = Answer::Yes;
            log_in_as(context, server, &client, scope, preset.asks_for_less).await
        }
        Err(why) => {
            result.registers = Answer::No;
            Err(Attempted::Stopped(why))
        }
    };
    let description = format!("the test as {}", preset.title);
    context.delete_or_leave(server, configuration, &client_id, &description).await;
    match logged_in {
        Ok(()) => {
            result.logs_in = Answer::Yes;
            Ok(())
        }
        Err(Attempted::Stopped(why)) => {
            result.logs_in = Answer::No;
            Err(why)
        }
        Err(Attempted::Unknown(why)) => Err(why),
    }
}

/// The registration of the client, with a name that says that this is a test.
fn requested(
    preset: &Preset,
    scope: Option<String>,
    listed_grants: Option<&[rfc7591::GrantType]>,
) -> ClientMetadata {
    let mut requested = preset.registration.clone();
    requested.client_name = requested.client_name.as_deref().map(test_name);
    requested.scope = scope;
    if let Some(listed) = listed_grants.filter(|_| preset.listed_grants_only) {
        requested.grant_types = requested
            .grant_types
            .map(|grants| grants.into_iter().filter(|grant| listed.contains(grant)).collect());
    }
    requested
}

fn test_name(name: &str) -> String {
    format!("{name} (a test by conformance check)")
}

/// The client of a registration that asked for less where it was refused.
fn registered_client(register: Register, response: &Response<Vec<u8>>) -> Result<Client, String> {
    match register.receive(response) {
        Ok(Turn::Done(client)) => Ok(client),
        Ok(Turn::Again(_)) => Err("the registration did not end".to_owned()),
        Err(error) => Err(format!("{error} (RFC 7591 §3.2.1)")),
    }
}

/// The scope that the flow of this project chooses.
async fn chosen_scope(context: &mut CheckContext<'_>, server: &Server) -> RequestedScope {
    if context.challenge_scope.is_none() {
        let session = context.session;
        context.challenge_scope =
            challenge_scope(context.target, async |request| session.fetch(request).await).await;
    }
    RequestedScope::chosen(server, context.challenge_scope.as_deref())
}

/// The clause or the policy that refuses a registration.
fn refusal(rejected: &RegistrationError) -> String {
    match rejected {
        RegistrationError::Refused { status, error_response, .. } => {
            let words = error_response.error_description.as_deref().and_then(Quotation::of);
            let words = words.map(|words| format!(", and says {words}")).unwrap_or_default();
            let what = match error_response.error {
                ErrorCode::InvalidRedirectUri => "its redirection URIs are refused by a policy of the server",
                ErrorCode::InvalidClientMetadata => "its metadata is refused (RFC 7591 §3.2.2)",
                _ if *status == 401 => "registration needs an initial access token (RFC 7591 §3)",
                _ => "a policy of the server refuses it",
            };
            format!("{what}: it answers {status} `{}`{words}", bounded(error_response.error.as_ref(), 64))
        }
        other => other.to_string(),
    }
}

/// The client, if it can use what was registered.
fn usable(information: ClientInformation, preset: &Preset) -> Result<Client, String> {
    let asked = preset.registration.redirect_uris();
    let registered = information.metadata.redirect_uris();
    if !registered.is_empty() && asked.iter().any(|uri| !registered.contains(uri)) {
        return Err(
            "the server registered other redirection URIs than were asked for (RFC 7591 §3.2.1)".to_owned()
        );
    }
    let method = information.metadata.token_endpoint_auth_method.clone();
    let auth = ClientAuth::new(method, information.client_secret).map_err(|error| error.to_string())?;
    Ok(Client::preregistered(information.client_id, auth, preset.redirect_uri.clone()))
}

/// The outcome of a token request.
pub(super) fn redeemed<E: Exchange>(turn: Result<Turn<E>, E::Error>) -> Result<E::Output, Attempted>
where
    E::Error: std::fmt::Display,
{
    match turn {
        Ok(Turn::Done(output)) => Ok(output),
        Ok(Turn::Again(_)) => Err(Attempted::Unknown("the token request did not end".to_owned())),
        Err(error) => Err(Attempted::Stopped(format!("the code is not redeemed: {error}"))),
    }
}
