//! A registration and a login as a widely used client does them.

use login_flow::{Client, ClientAuth, Exchange, Quotation, Server, Turn};
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
    let requested = requested(preset, scope.clone(), context.lists_grants.as_deref());
    let endpoint =
        server.registration_endpoint.clone().ok_or("the server offers no registration (RFC 7591)")?;
    let registration = context.with_token(Registration::new(endpoint, requested));
    let sent = context.session.send(registration.request(), Limit::Json).await;
    let response = sent.map_err(|failure| failure.to_string())?;
    let information = registration.receive(&response).map_err(|rejected| {
        result.registers = Answer::No;
        refusal(&rejected)
    })?;
    context.keep_secrets(&information);
    let configuration = information.configuration.clone();
    let client_id = information.client_id.clone();
    let logged_in = match usable(information, preset) {
        Ok(client) => {
            result.registers = Answer::Yes;
            log_in_as(context, server, &client, scope).await
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
    requested.client_name = requested.client_name.map(|name| format!("{name} (a test by conformance check)"));
    requested.scope = scope;
    if let Some(listed) = listed_grants.filter(|_| preset.listed_grants_only) {
        requested.grant_types = requested
            .grant_types
            .map(|grants| grants.into_iter().filter(|grant| listed.contains(grant)).collect());
    }
    requested
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
