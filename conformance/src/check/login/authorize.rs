use http::Request;
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, CodeExchange, Exchange, RequestedScope, Server,
    State,
};
use pkce::Verifier;
use url::{
    Url,
    form_urlencoded::{self, Serializer},
};

use super::{
    browser::{Arrival, Browser},
    judge::{UNREGISTERED, judge_callback, redirected_to_unregistered},
};
use crate::{context::CheckContext, entropy::entropy, rule::Rule};

/// A code that may be redeemed, and whether the server knows `resource` (RFC 8707 §2 lets it refuse any).
pub(super) struct Granted {
    pub(super) exchange: CodeExchange,
    names_resource: bool,
}

/// The difference between a token request and the good one.
pub(super) enum TokenRequestVariant<'a> {
    /// No difference.
    Good,
    /// Another code verifier.
    Verifier(&'a Verifier),
    /// No `client_id` in the form.
    NoClientId,
}

impl Granted {
    /// The token request.
    pub(super) fn request(&self, variant: &TokenRequestVariant<'_>) -> Request<Vec<u8>> {
        let mut request = self.exchange.request();
        let mut form = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(request.body()) {
            let value = match (&*name, variant) {
                ("resource", _) if !self.names_resource => continue,
                ("client_id", TokenRequestVariant::NoClientId) => continue,
                ("code_verifier", TokenRequestVariant::Verifier(other)) => other.secret().into(),
                _ => value,
            };
            form.append_pair(&name, &value);
        }
        *request.body_mut() = form.finish().into_bytes();
        request
    }
}

/// Sends an authorization request with a redirection URI that the client did not register.
pub(super) async fn unregistered(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
) {
    let redirect_uri = unregistered_uri();
    let mut client = client.clone();
    client.redirect_uri = redirect_uri.clone();
    let resource = context.target.resource();
    let login = AuthorizationRequest::new(server.clone(), client, resource, RequestedScope::Named(None));
    let (url, _) = login.begin(State::from_entropy(entropy()), Verifier::from_entropy(entropy()));
    match browser.walk(url, &redirect_uri).await {
        Arrival::Callback(_) => context.failed(redirected_to_unregistered()),
        Arrival::Page { response, .. } if response.status().is_client_error() => {
            context.passed(Rule::UnregisteredRedirect);
        }
        Arrival::Page { response, .. } => {
            let why = format!("the server answers with a page ({})", response.status());
            context.not_applicable(Rule::UnregisteredRedirect, &why);
        }
        Arrival::Lost(why) => context.not_applicable(Rule::UnregisteredRedirect, &why),
    }
}

#[expect(clippy::expect_used, reason = "a constant")]
fn unregistered_uri() -> Url {
    Url::parse(UNREGISTERED).expect("a URL")
}

/// Gets a code that may be redeemed: by redirects alone, or by the consent of a person.
pub(super) async fn authorize(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
) -> Result<Granted, String> {
    match authorize_for(context, browser, server, client, true).await {
        Err(NoCode::Refused(error)) if error == "invalid_target" => {
            authorize_for(context, browser, server, client, false).await
        }
        other => other,
    }
    .map_err(|no_code| no_code.to_string())
}

async fn authorize_for(
    context: &mut CheckContext<'_>,
    browser: &mut Browser<'_>,
    server: &Server,
    client: &Client,
    names_resource: bool,
) -> Result<Granted, NoCode> {
    let resource = context.target.resource();
    let scope = context.options.scope.clone();
    let login =
        AuthorizationRequest::new(server.clone(), client.clone(), resource, RequestedScope::Named(scope));
    let state = State::from_entropy(entropy());
    let (mut url, pending) = login.begin(state.clone(), Verifier::from_entropy(entropy()));
    if !names_resource {
        let all = url.clone();
        let others = all.query_pairs().filter(|(name, _)| name != "resource");
        url.query_pairs_mut().clear().extend_pairs(others);
    }
    let callback = come_back(context, browser, url, &client.redirect_uri).await?;
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
        Ok(exchange) => Ok(Granted { exchange, names_resource }),
        Err(AuthorizationResponseError::Refused { error, .. }) => Err(NoCode::Refused(error)),
        Err(other) => Err(NoCode::Other(other.to_string())),
    }
}

/// Goes from the authorization endpoint to the redirection URI, by redirects alone or by the consent of a person.
async fn come_back(
    context: &CheckContext<'_>,
    browser: &mut Browser<'_>,
    url: Url,
    redirect_uri: &Url,
) -> Result<Url, NoCode> {
    match (browser.walk(url.clone(), redirect_uri).await, context.consent) {
        (Arrival::Callback(callback), _) => Ok(callback),
        (Arrival::Page { response, .. }, Some(consent)) if response.status().is_success() => {
            let callback = context.session.in_time(consent.visit(&url)).await.flatten();
            callback.ok_or_else(|| NoCode::Other("no authorization response came in time".to_owned()))
        }
        (Arrival::Page { response, url }, _) => {
            let place = url.origin().ascii_serialization();
            Err(NoCode::Other(format!("{place} asks a person ({})", response.status())))
        }
        (Arrival::Lost(why), _) => Err(NoCode::Other(why)),
    }
}

/// The reason why there is no code.
#[derive(Debug, thiserror::Error)]
enum NoCode {
    #[error("the authorization server answered {0}")]
    Refused(String),
    #[error("{0}")]
    Other(String),
}

fn names_iss(callback: &Url) -> bool {
    callback.query_pairs().any(|(name, _)| name == "iss")
}
