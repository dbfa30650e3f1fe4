//! A login, and what only a login shows.

mod basic;
mod judge;

use http::{Request, Response};
use login_flow::{
    self, AuthorizationRequest, Client, CodeExchange, DriveError, Exchange, FetchError, Revoke, Server,
    State, TokenKind, Tokens, Turn, drive,
};
use pkce::Verifier;
use url::{
    Url,
    form_urlencoded::{self, Serializer},
};

use super::{
    Work,
    browser::{Arrival, Browser},
};
use crate::{Finding, Limit, Phase, door::entropy};
use judge::{ERROR, ISS_SENT, NO_STORE, ONCE, UNREGISTERED, UNREGISTERED_REDIRECT, VERIFY, elsewhere_told};
pub(crate) use judge::{
    judge_again, judge_basic_alone, judge_callback, judge_error, judge_tokens, judge_unregistered,
    judge_wrong_verifier,
};

/// Logs in to the end, with another verifier than the one that the code is bound to, and with HTTP Basic alone where
/// there is a client for that.
pub(super) async fn log_in(work: &mut Work<'_>, server: &Server, client: &Client, basic: Option<&Client>) {
    let mut browser = Browser::new(work.session);
    unregistered(work, &mut browser, server, client).await;
    let done = match authorize(work, &mut browser, server, client).await {
        Ok(redeem) => redeem_once(work, redeem).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            match authorize(work, &mut browser, server, client).await {
                Ok(redeem) => redeem_wrongly(work, &redeem).await,
                Err(why) => work.ledger.untested(VERIFY, &why),
            }
            basic::ask(work, &mut browser, server, basic).await;
        }
        Err(why) => work.give_up(Phase::Login, &why),
    }
    work.give_up(Phase::Login, "nothing was refused");
}

/// Asks for a code at a redirection URI that nobody registered.
async fn unregistered(work: &mut Work<'_>, browser: &mut Browser<'_>, server: &Server, client: &Client) {
    let Ok(elsewhere) = Url::parse(UNREGISTERED) else { return };
    let mut client = client.clone();
    client.redirect_uri = elsewhere.clone();
    let login =
        AuthorizationRequest { server: server.clone(), client, resource: work.named.resource(), scope: None };
    let (url, _) = login.begin(State::from_entropy(entropy()), Verifier::from_entropy(entropy()));
    match browser.walk(url, &elsewhere).await {
        Arrival::Callback(_) => {
            if let Some(finding) = elsewhere_told() {
                work.ledger.broken(finding);
            }
        }
        Arrival::Page { response, .. } if response.status().is_client_error() => {
            work.ledger.kept(UNREGISTERED_REDIRECT);
        }
        Arrival::Page { response, .. } => {
            let why = format!("the server answers with a page ({})", response.status());
            work.ledger.untested(UNREGISTERED_REDIRECT, &why);
        }
        Arrival::Lost(why) => work.ledger.untested(UNREGISTERED_REDIRECT, &why),
    }
}

/// A code that may be redeemed, and whether the server knows `resource` (RFC 8707 §2 lets it refuse any).
struct Granted {
    redeem: CodeExchange,
    names_resource: bool,
}

/// What is otherwise in a token request.
enum But<'a> {
    Nothing,
    Verifier(&'a Verifier),
    NoClientId,
}

impl Granted {
    /// The token request.
    fn request(&self, but: &But<'_>) -> Request<Vec<u8>> {
        let mut request = self.redeem.request();
        let mut form = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(request.body()) {
            match (&*name, but) {
                ("resource", _) if !self.names_resource => {}
                ("client_id", But::NoClientId) => {}
                ("code_verifier", But::Verifier(other)) => drop(form.append_pair(&name, other.secret())),
                _ => drop(form.append_pair(&name, &value)),
            }
        }
        *request.body_mut() = form.finish().into_bytes();
        request
    }
}

/// Gets a code that may be redeemed, by itself or by the person.
async fn authorize(
    work: &mut Work<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
) -> Result<Granted, String> {
    match authorize_for(work, browser, server, client, true).await {
        Err(AuthorizationResponseError::Refused(error)) if error == "invalid_target" => {
            authorize_for(work, browser, server, client, false).await
        }
        other => other,
    }
    .map_err(|denied| denied.to_string())
}

async fn authorize_for(
    work: &mut Work<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
    names_resource: bool,
) -> Result<Granted, AuthorizationResponseError> {
    let resource = work.named.resource();
    let scope = work.options.scope.clone();
    let login = AuthorizationRequest { server: server.clone(), client: client.clone(), resource, scope };
    let state = State::from_entropy(entropy());
    let (mut url, pending) = login.begin(state.clone(), Verifier::from_entropy(entropy()));
    if !names_resource {
        let all = url.clone();
        let kept = all.query_pairs().filter(|(name, _)| name != "resource");
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    let callback = come_back(work, browser, url, &client.redirect_uri).await?;
    let sends_iss = server.sends_iss;
    for (id, finding) in judge_callback(&callback, state.as_str(), server.issuer.as_str(), sends_iss) {
        match (id, finding) {
            (ISS_SENT, None) if !names_iss(&callback) => {
                work.ledger.untested(ISS_SENT, "`iss` is not advertised, and not sent");
            }
            (id, finding) => work.ledger.judged(id, finding),
        }
    }
    match pending.accept(&callback) {
        Ok(redeem) => Ok(Granted { redeem, names_resource }),
        Err(login_flow::AuthorizationResponseError::Refused(error)) => {
            Err(AuthorizationResponseError::Refused(error))
        }
        Err(other) => Err(AuthorizationResponseError::Told(other.to_string())),
    }
}

/// From the authorization endpoint to the redirection URI, by redirects alone or by the person.
async fn come_back(
    work: &Work<'_>,
    browser: &mut Browser<'_>,
    url: Url,
    redirect_uri: &Url,
) -> Result<Url, AuthorizationResponseError> {
    match (browser.walk(url.clone(), redirect_uri).await, work.person) {
        (Arrival::Callback(callback), _) => Ok(callback),
        (Arrival::Page { response, .. }, Some(person)) if response.status().is_success() => {
            let came = work.session.in_time(person.visit(&url)).await.flatten();
            came.ok_or_else(|| {
                AuthorizationResponseError::Told(
                    "nobody came back from the authorization endpoint".to_owned(),
                )
            })
        }
        (Arrival::Page { response, url }, _) => {
            let place = url.origin().ascii_serialization();
            Err(AuthorizationResponseError::Told(format!("{place} asks a person ({})", response.status())))
        }
        (Arrival::Lost(why), _) => Err(AuthorizationResponseError::Told(why)),
    }
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
enum AuthorizationResponseError {
    #[error("the authorization server answered {0}")]
    Refused(String),
    #[error("{0}")]
    Told(String),
}

fn names_iss(callback: &Url) -> bool {
    callback.query_pairs().any(|(name, _)| name == "iss")
}

/// Redeems a code, and tries it again.
async fn redeem_once(work: &mut Work<'_>, granted: Granted) -> Result<(), String> {
    let request = granted.request(&But::Nothing);
    keep_secrets(work, &request);
    let Granted { redeem, .. } = granted;
    let (server, client) = (redeem.server().clone(), redeem.client().clone());
    let response = send(work, request.clone()).await?;
    for (id, finding) in judge_tokens(&response) {
        match (id, finding) {
            (NO_STORE, finding) if response.status().is_success() => work.ledger.judged(NO_STORE, finding),
            (NO_STORE, _) => {}
            (id, finding) => work.ledger.judged(id, finding),
        }
    }
    let tokens = match redeem.receive(&response) {
        Ok(Turn::Done(tokens)) => tokens,
        Ok(Turn::Again(_)) => return Err("the token request did not end".to_owned()),
        Err(error) => return Err(format!("a good code was refused: {error}")),
    };
    keep_tokens(work, &tokens);
    let again = send(work, request).await;
    match again {
        Ok(response) => note_refusal(work, ONCE, judge_again(&response), &response),
        Err(why) => work.ledger.untested(ONCE, &why),
    }
    revoke(work, &server, &client, &tokens).await;
    Ok(())
}

fn keep_secrets(work: &mut Work<'_>, request: &Request<Vec<u8>>) {
    for (name, value) in form_urlencoded::parse(request.body()) {
        if matches!(&*name, "client_secret" | "code" | "code_verifier") {
            work.secrets.keep(&value);
        }
    }
}

fn keep_tokens(work: &mut Work<'_>, tokens: &Tokens) {
    for token in [Some(&tokens.access_token), tokens.refresh_token.as_ref()].into_iter().flatten() {
        work.secrets.keep(token.secret());
    }
}

/// Redeems a code with another verifier.
async fn redeem_wrongly(work: &mut Work<'_>, granted: &Granted) {
    let request = granted.request(&But::Verifier(&Verifier::from_entropy(entropy())));
    match send(work, request).await {
        Ok(response) => note_refusal(work, VERIFY, judge_wrong_verifier(&response), &response),
        Err(why) => work.ledger.untested(VERIFY, &why),
    }
}

fn note_refusal(
    work: &mut Work<'_>,
    id: &'static str,
    finding: Option<Finding>,
    response: &Response<Vec<u8>>,
) {
    work.ledger.judged(id, finding);
    if !response.status().is_success() {
        work.ledger.judged(ERROR, judge_error(response));
    }
}

async fn send(work: &Work<'_>, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
    work.session.send(request, Limit::Json).await.map_err(|failure| failure.to_string())
}

/// Leaves no tokens behind where that is offered.
async fn revoke(work: &Work<'_>, server: &Server, client: &Client, tokens: &Tokens) {
    let (token, kind) = match &tokens.refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (&tokens.access_token, TokenKind::Access),
    };
    if let Some(revoke) = Revoke::new(server, client, token, kind) {
        let _: Result<(), DriveError<_, FetchError>> =
            drive(revoke, async |request| work.session.fetch(request).await).await;
    }
}
