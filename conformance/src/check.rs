//! The check of one host: the order of its phases, each only as far as it was asked for.

mod about;
mod beside;
mod confidential;
mod cors;
pub(crate) mod login;
pub(crate) mod management;
pub(crate) mod mcp;
pub(crate) mod metadata;
pub(crate) mod mixed;
pub(crate) mod refusals;
pub(crate) mod registration;
pub(crate) mod resource_metadata;
mod works_with;

use std::borrow::Cow;

use login_flow::{InvalidHost, LoginTarget, Probe, Server};
use tokio::time::Instant;

use crate::{
    consent::ConsentHandler,
    context::CheckContext,
    options::Options,
    report::{Access, Attempt, Report, VERSION, verdict},
    rule::{Phase, Rule, UnknownRule},
    session::{HostQueue, Session, Transport},
    text::{MAX_EVIDENCE, bounded},
};

pub(crate) async fn check(
    host: &str,
    options: &Options,
    transport: &dyn Transport,
    queue: &HostQueue,
    consent: Option<&dyn ConsentHandler>,
) -> Result<Report, CheckError> {
    let began = Instant::now();
    let egress = options.egress();
    let target = LoginTarget::parse(host, &egress)?;
    let session = Session::new(transport, queue, &egress, options);
    let mut context = CheckContext::new(&session, options, &target, consent);
    let probe = metadata::read(&mut context, host.trim()).await;
    resource_metadata::note(&mut context, &probe);
    context.published_resource = probe.resource.as_ref().map(|resource| resource.resource.clone());
    let about = about::read(&context).await.unwrap_or_default();
    let initialized = mcp::initialize(&mut context).await;
    let pointer = initialized.pointer(&probe.verdict);
    if pointer.is_some() {
        context.ledger.withdraw(Rule::MetadataPublished, "the host points to another authorization server");
    }
    let (mut clients_tried, mut readable) = (Vec::new(), Vec::new());
    match &probe.server {
        Some(server) => {
            // Boxed: the phases that most checks leave out take no room in the others.
            Box::pin(check_server(&mut context, server)).await;
            clients_tried = Box::pin(works_with::try_all(&mut context, server)).await;
            readable = Box::pin(cors::ask(&context, server, probe.metadata_url.as_deref())).await;
        }
        None => end_phases(&mut context, "there is no server to register with"),
    }
    let failure = session.failure();
    let CheckContext { ledger, left_behind, secrets, unusable_client, .. } = context;
    let verdict = verdict::of_check(&probe, unusable_client, &initialized, pointer, failure.as_ref());
    let (checks, findings) = ledger.finish()?;
    let Probe { server, metadata, metadata_url, attempts, .. } = probe;
    let registration = checks.iter().find(|check| check.id == Rule::OpenRegistration.id());
    let registration = registration.map(|check| &check.outcome);
    let has_token = options.initial_access_token.is_some();
    let clients = metadata.map(|metadata| Access::of(&metadata, registration, has_token));
    let mut report = Report {
        host: target.host(),
        resource: target.resource(),
        date: None,
        version: Some(VERSION.to_owned()),
        options: options.arguments(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).ok(),
        issuer: server.map(|server| server.issuer.to_string()),
        why: verdict.why(),
        requirement: verdict.requirement().map(Cow::into_owned),
        verdict,
        metadata_url,
        clients: clients.unwrap_or_default(),
        works_with: clients_tried,
        readable,
        authorization_servers: Vec::new(),
        not_followed: None,
        about,
        findings,
        checks,
        attempts: attempts.iter().map(attempt).collect(),
        left_behind,
        extent: options.extent(session.total()),
    };
    secrets.redact(&mut report);
    Ok(report)
}

/// The phases that need a server: a client is registered, used and deleted.
async fn check_server(context: &mut CheckContext<'_>, server: &Server) {
    let Options { register, login, .. } = *context.options;
    if !register && !login {
        context.end_phase(Phase::Login, "not asked for (--login)");
        return end_phases(context, "not asked for (--register)");
    }
    let registered = match registration::register(context, server).await {
        Ok(registered) => registered,
        Err(why) => return end_phases(context, why),
    };
    let (mut confidential, mut mixed) = (None, None);
    if register {
        refusals::send_all(context, server, &registered.requested).await;
        confidential = confidential::register(
            context,
            server,
            &registered.requested,
            registered.information.metadata.token_endpoint_auth_method(),
        )
        .await;
        mixed = mixed::register(context, server, &registered.requested).await;
    }
    match &registered.client {
        Ok(client) if login => {
            let other = confidential.as_ref().and_then(|other| other.client.as_ref());
            let mixed = mixed.as_ref().and_then(|mixed| mixed.client.as_ref());
            login::log_in(context, server, client, mixed.map(|client| (client, mixed::OTHER)), other).await;
        }
        Ok(_) => context.end_phase(Phase::Login, "not asked for (--login)"),
        Err(why) => {
            context.end_phase(Phase::Login, why.to_string());
            context.unusable_client = Some(why.clone());
        }
    }
    if let Some(confidential) = confidential {
        confidential.delete(context, server).await;
    }
    match mixed {
        Some(mixed) => mixed.delete(context, server).await,
        None => context.not_applicable(Rule::MixedRedirectUris, "not asked for (--register)"),
    }
    context.end_phase(Phase::Registration, "the response shows nothing of it");
    management::manage(context, server, &registered.information, &registered.requested).await;
    if !register {
        context.end_phase(Phase::Refusals, "not asked for (--register)");
    }
    end_phases(context, "it was not reached");
}

/// Ends the phases that need a server.
fn end_phases(context: &mut CheckContext<'_>, why: impl Into<Cow<'static, str>>) {
    let why = why.into();
    for phase in [Phase::Registration, Phase::Refusals, Phase::Management, Phase::Login] {
        context.end_phase(phase, why.clone());
    }
}

fn attempt(attempt: &login_flow::Attempt) -> Attempt {
    let outcome = bounded(&attempt.outcome.to_string(), MAX_EVIDENCE);
    Attempt { url: bounded(&attempt.url, 2048), outcome }
}

/// The reason why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The name is not one of a host that may be checked.
    #[error(transparent)]
    InvalidHost(#[from] InvalidHost),
    /// A specification crate reports a violation that SPEC.md has no rule for.
    #[error(transparent)]
    UnknownRule(#[from] UnknownRule),
}
