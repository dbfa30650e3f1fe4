use http::Request;
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, CodeExchange, Exchange, Pace, RequestedScope,
    Server, State,
};
use pkce::Verifier;
use url::{
    Url,
    form_urlencoded::{self, Serializer},
};

use super::{
    browser::{Arrival, Browser},
    judge::{UNREGISTERED, judge_callback, redirected_to_unregistered},
    no_code::{NoCode, arrive, refusal_of},
};
use crate::{context::CheckContext, entropy::entropy, rule::Rule};

/// A code that may be redeemed.
pub(super) struct Granted {
    pub(super) exchange: CodeExchange,
}

/// The difference between an authorization request and the good one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AuthorizationVariant {
    /// No difference.
    Good,
    /// No difference, and no person is asked.
    Unattended,
    /// No code challenge.
    NoChallenge,
    /// The code challenge method `plain`.
    Plain,
    /// A `resource` that the server cannot know.
    UnknownResource,
}

/// The difference between a token request and the good one.
pub(super) enum TokenRequestVariant<'a> {
    /// No difference.
    Good,
    /// Another code verifier.
    Verifier(&'a Verifier),
    /// No code verifier.
    NoVerifier,
    /// No `client_id` in the form.
    NoClientId,
    /// Another redirection URI.
    RedirectUri(&'a str),
    /// The `resource` of [`AuthorizationVariant::UnknownResource`].
    UnknownResource,
}

impl Granted {
    /// The token request.
    pub(super) fn request(&self, variant: &TokenRequestVariant<'_>) -> Request<Vec<u8>> {
        let mut request = self.exchange.request();
        let mut form = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(request.body()) {
            let value = match (&*name, variant) {
                ("resource", TokenRequestVariant::UnknownResource)
                | ("client_id", TokenRequestVariant::NoClientId)
                | ("code_verifier", TokenRequestVariant::NoVerifier) => continue,
                ("code_verifier", TokenRequestVariant::Verifier(other)) => other.secret().into(),
                ("redirect_uri", TokenRequestVariant::RedirectUri(other)) => (*other).into(),
                _ => value,
            };
            form.append_pair(&name, &value);
        }
        if matches!(variant, TokenRequestVariant::UnknownResource) {
            form.append_pair("resource", UNKNOWN_RESOURCE);
        }
        *request.body_mut() = form.finish().into_bytes();
        request
    }
}

/// Sends authorization requests with redirection URIs that the client did not register: of another site, and the
/// registered one with a longer path, for a server that compares the beginning alone.
pub(super) async fn unregistered(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
) {
    let mut unclear = None;
    for redirect_uri in unregistered_uris(&client.redirect_uri) {
        let client = Client { redirect_uri: redirect_uri.clone(), ..client.clone() };
        let scope = RequestedScope::Named(None);
        let login = AuthorizationRequest::new(server.clone(), client, context.resource(), scope);
        let (url, _) = login.begin(State::from_entropy(entropy()), Verifier::from_entropy(entropy()));
        match browser.walk(url, &redirect_uri).await {
            Arrival::Callback(_) => context.failed(redirected_to_unregistered(redirect_uri.as_str())),
            Arrival::Page { response, .. } if response.status().is_client_error() => {}
            Arrival::Page { response, .. } => {
                unclear = Some(format!("the server answers with a page ({})", response.status()));
            }
            Arrival::Lost(why) => unclear = Some(why),
        }
    }
    match unclear {
        None => context.passed(Rule::UnregisteredRedirect),
        Some(why) => context.not_applicable(Rule::UnregisteredRedirect, why),
    }
}

fn unregistered_uris(registered: &Url) -> impl Iterator<Item = Url> {
    let mut longer = registered.clone();
    longer.set_path(&format!("{}/unregistered", registered.path().trim_end_matches('/')));
    Url::parse(UNREGISTERED).into_iter().chain([longer])
}

/// Gets a code that may be redeemed: by redirects alone, or by the consent of a person. A refusal that names what to
/// leave out leads to one more request, as in any login.
pub(super) async fn authorize(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
) -> Result<Granted, NoCode> {
    let scope = match &context.options.scope {
        Some(scope) => RequestedScope::Named(Some(scope.clone())),
        None => RequestedScope::chosen(server, context.challenge_scope.as_deref()),
    };
    let request = AuthorizationRequest::new(server.clone(), client.clone(), context.resource(), scope);
    send_and_ask_for_less(context, browser, request, AuthorizationVariant::Good).await
}

async fn send_and_ask_for_less(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    request: AuthorizationRequest,
    variant: AuthorizationVariant,
) -> Result<Granted, NoCode> {
    match send(context, browser, request.clone(), variant).await {
        Err(NoCode::Refused { error, says, pace }) => {
            let refusal = AuthorizationResponseError::Refused { error: error.clone(), says: says.clone() };
            match request.after(&refusal, pace) {
                Some(less) => send(context, browser, *less, variant).await,
                None => Err(NoCode::Refused { error, says, pace }),
            }
        }
        other => other,
    }
}

/// Sends an authorization request after a good one, which `good` came from. It asks no person: one who consents to a
/// good request is not asked to consent to a wrong one.
pub(super) async fn authorize_variant(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    good: &Granted,
    client: &Client,
    variant: AuthorizationVariant,
) -> Result<Granted, NoCode> {
    let good = good.exchange.authorization_request().clone();
    // The server refuses to the other client the same as to the first.
    let client = Client { relaxations: good.client.relaxations.clone(), ..client.clone() };
    let request = AuthorizationRequest { client, ..good };
    send(context, browser, request, variant).await
}

/// Gets a code for another scope than that of the check, without a person. A client that asks for less does so after a
/// refusal that names what to leave out.
pub(super) async fn authorize_with_scope(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
    scope: RequestedScope,
    asks_for_less: bool,
) -> Result<Granted, NoCode> {
    let request = AuthorizationRequest::new(server.clone(), client.clone(), context.resource(), scope);
    let variant = AuthorizationVariant::Unattended;
    if asks_for_less {
        send_and_ask_for_less(context, browser, request, variant).await
    } else {
        send(context, browser, request, variant).await
    }
}

async fn send(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    request: AuthorizationRequest,
    variant: AuthorizationVariant,
) -> Result<Granted, NoCode> {
    let AuthorizationRequest { server, client, .. } = request.clone();
    let (state, secret) = (State::from_entropy(entropy()), entropy());
    let (mut url, pending) = request.begin(state.clone(), Verifier::from_entropy(secret));
    let all = url.clone();
    url.query_pairs_mut().clear().extend_pairs(all.query_pairs().filter_map(|(name, value)| {
        let value = match (&*name, variant) {
            ("code_challenge" | "code_challenge_method", AuthorizationVariant::NoChallenge)
            | ("resource", AuthorizationVariant::UnknownResource) => return None,
            ("code_challenge", AuthorizationVariant::Plain) => {
                Verifier::from_entropy(secret).secret().to_owned().into()
            }
            ("code_challenge_method", AuthorizationVariant::Plain) => "plain".into(),
            _ => value,
        };
        Some((name, value))
    }));
    if variant == AuthorizationVariant::UnknownResource {
        url.query_pairs_mut().append_pair("resource", UNKNOWN_RESOURCE);
    }
    let (callback, pace) = match variant {
        AuthorizationVariant::Good => come_back(context, browser, url, &client.redirect_uri).await?,
        _ => (arrive(browser.walk(url, &client.redirect_uri).await)?, Pace::AtOnce),
    };
    let advertised = server.sends_iss;
    for (rule, finding) in judge_callback(&callback, state.as_str(), server.issuer.as_str(), advertised) {
        match (rule, finding) {
            (Rule::IssSent, None) if !names_iss(&callback) => {
                context.not_applicable(Rule::IssSent, "`iss` is not advertised, and not sent");
            }
            (rule, finding) => context.judged(rule, finding),
        }
    }
    match pending.accept(&callback) {
        Ok(exchange) => Ok(Granted { exchange }),
        Err(AuthorizationResponseError::Refused { error, says }) => {
            Err(NoCode::Refused { error, says, pace })
        }
        // A refusal is one, however it is sent: what it lacks is noted above.
        Err(other) => Err(refusal_of(&callback).unwrap_or_else(|| NoCode::Other(other.to_string()))),
    }
}

/// Goes from the authorization endpoint to the redirection URI, by redirects alone or by the consent of a person.
async fn come_back(
    context: &CheckContext<'_>,
    browser: &mut Browser<'_>,
    url: Url,
    redirect_uri: &Url,
) -> Result<(Url, Pace), NoCode> {
    match (browser.walk(url.clone(), redirect_uri).await, context.consent) {
        (Arrival::Page { response, .. }, Some(consent)) if response.status().is_success() => {
            let callback = context.session.in_time(consent.visit(&url)).await.flatten();
            let callback =
                callback.ok_or_else(|| NoCode::Other("no authorization response came in time".to_owned()))?;
            Ok((callback, Pace::Later))
        }
        (arrival, _) => Ok((arrive(arrival)?, Pace::AtOnce)),
    }
}

fn names_iss(callback: &Url) -> bool {
    callback.query_pairs().any(|(name, _)| name == "iss")
}

const UNKNOWN_RESOURCE: &str = "https://client.example/unknown-resource";
