//! The look at a host before a login: its verdict, what it says of itself, and what can be asked for.

use login_flow::{
    InvalidHost, LoginTarget, Probe, Register, RequestedScope, Server, UnauthenticatedRequests, Verdict,
    authority, challenge_scope, probe, scope_values,
};
use rfc7591::ClientMetadata;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    failure::{Failure, Part},
    platform::Page,
};

/// The host as the page shows it before a login.
#[derive(Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Look {
    /// The host and port.
    pub host: String,
    /// The canonical form of what was named.
    pub resource: String,
    /// True if the name has letters beyond ASCII, which can look like others.
    pub is_international: bool,
    /// The name of the verdict, as in the Worker's JSON.
    pub verdict: &'static str,
    /// The verdict in words, about the host.
    pub text: String,
    /// The party that must act.
    pub actor: Option<&'static str>,
    /// The requirement that decided the verdict.
    pub requirement: Option<String>,
    /// The ids of the findings, and their evidence.
    pub findings: Vec<[String; 2]>,
    /// The documents that cannot be read from a page, where that decides.
    pub unreadable: Vec<Failure>,
    /// The login that is possible.
    pub offer: Option<Offer>,
}

/// A login that is possible.
#[derive(Debug, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows, and gives back unread")]
pub struct Offer {
    /// The host or URL that the person named.
    pub target: LoginTarget,
    /// The server.
    pub server: Server,
    /// The host of the consent.
    #[serde(skip_deserializing)]
    pub authorization_host: String,
    /// The hosts that issue the token, where they are of another site.
    #[serde(skip_deserializing)]
    pub cross_site_hosts: Vec<String>,
    /// The scope that the named URL asks for; untrusted text.
    pub challenge: Option<String>,
    /// The values to choose from, and if this client would ask for them of itself.
    #[serde(skip_deserializing)]
    pub scopes: Vec<(String, bool)>,
    /// Statements of the server about itself: a name and a value each; untrusted text.
    #[serde(skip_deserializing)]
    pub claims: Vec<(String, String)>,
}

impl Look {
    /// Looks at a host: its metadata, and the challenge of the named URL.
    pub async fn at(text: &str, page: Page<'_>) -> Self {
        let target = match LoginTarget::parse(text, &page.egress) {
            Ok(target) => target,
            Err(reason) => return Self::refused(text, reason),
        };
        let origin = page.origin();
        // A page may not send what MCP asks of a POST to a host that does not name those headers.
        let search = async |request| page.search(request).await;
        let probed = probe(&target, &page.egress, UnauthenticatedRequests::Get, |_| false, search).await;
        let challenge = match &probed.server {
            Some(_) => challenge_scope(&target, async |request| page.search(request).await).await,
            None => None,
        };
        let Probe { verdict, server, metadata, findings, .. } = probed;
        let unreadable = match verdict {
            // What the host has there is unknown, whatever else was answered.
            Verdict::Closed { .. }
            | Verdict::ExternalAuthorizationServer { .. }
            | Verdict::NoMetadata
            | Verdict::Unreachable { .. } => page.into_unreadable(),
            _ => Vec::new(),
        };
        let unreadable: Vec<Failure> = unreadable
            .iter()
            .map(|error| Failure::unanswered(error, Part::Metadata, &origin))
            .filter(|failure| failure.url.as_ref().is_some_and(|url| url.contains("/.well-known/")))
            .collect();
        let claims = metadata.iter().flat_map(|metadata| {
            let texts = [
                ("Documentation", metadata.service_documentation.as_ref().map(ToString::to_string)),
                ("Policy", metadata.op_policy_uri.as_ref().map(ToString::to_string)),
                ("Terms of service", metadata.op_tos_uri.as_ref().map(ToString::to_string)),
            ];
            texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)))
        });
        let claims = claims.collect();
        Self {
            offer: server.map(|server| Offer::new(&target, server, challenge, claims)),
            findings: findings
                .into_iter()
                .map(|finding| [finding.id.into_owned(), finding.evidence])
                .collect(),
            unreadable,
            ..Self::of(target.host(), target.resource(), &verdict)
        }
    }

    fn refused(text: &str, reason: InvalidHost) -> Self {
        Self::of(text.trim().to_owned(), text.trim().to_owned(), &Verdict::Refused { reason })
    }

    fn of(host: String, resource: String, verdict: &Verdict) -> Self {
        Self {
            is_international: is_international(&host),
            host,
            resource,
            verdict: verdict.name(),
            text: verdict.to_string(),
            actor: verdict.actor().map(login_flow::Actor::as_str),
            requirement: verdict.requirement().map(std::borrow::Cow::into_owned),
            findings: Vec::new(),
            unreadable: Vec::new(),
            offer: None,
        }
    }
}

impl Offer {
    fn new(
        target: &LoginTarget,
        server: Server,
        challenge: Option<String>,
        mut claims: Vec<(String, String)>,
    ) -> Self {
        let chosen = RequestedScope::chosen(&server, challenge.as_deref());
        let chosen = chosen.as_deref().unwrap_or_default();
        let mut scopes: Vec<(String, bool)> =
            scope_values(chosen).map(|value| (value.to_owned(), true)).collect();
        for value in &server.scopes {
            if !scopes.iter().any(|(other, _)| other == value) {
                scopes.push((value.clone(), false));
            }
        }
        let endpoint = |name: &str, url: Url| (name.to_owned(), url.to_string());
        let mut facts = vec![
            ("Issuer".to_owned(), server.issuer.as_str().to_owned()),
            endpoint("Authorization endpoint", server.authorization_endpoint.url().clone()),
            endpoint("Token endpoint", server.token_endpoint.url().clone()),
        ];
        let others = [
            ("Registration endpoint", &server.registration_endpoint),
            ("Revocation endpoint", &server.revocation_endpoint),
        ];
        facts.extend(
            others.iter().filter_map(|(name, url)| Some(endpoint(name, url.as_ref()?.url().clone()))),
        );
        facts.append(&mut claims);
        Self {
            authorization_host: authority(&server.authorization_endpoint.url()),
            cross_site_hosts: server.cross_site_hosts(target),
            target: target.clone(),
            server,
            challenge,
            scopes,
            claims: facts,
        }
    }

    /// The scope to ask for: this client's own choice where the person left it as it was, else that of the person.
    pub fn requested_scope(&self, values: &str) -> RequestedScope {
        let chosen = RequestedScope::chosen(&self.server, self.challenge.as_deref());
        let default = chosen.as_deref().unwrap_or_default();
        let holds = |scope, part| scope_values(part).all(|value| login_flow::has_scope_value(scope, value));
        if holds(default, values) && holds(values, default) {
            return chosen;
        }
        let named: Vec<&str> = scope_values(values).collect();
        RequestedScope::Named(Some(named.join(" ")).filter(|scope| !scope.is_empty()))
    }

    /// The client metadata that a registration would send.
    pub fn client_metadata(
        &self,
        page: &Page<'_>,
        name: &str,
        scope: &RequestedScope,
    ) -> Option<ClientMetadata> {
        Some(self.registration(page, name, scope)?.client_metadata())
    }

    pub(crate) fn registration(
        &self,
        page: &Page<'_>,
        name: &str,
        scope: &RequestedScope,
    ) -> Option<Register> {
        let register = Register::new(&self.server, page.redirect_uri.clone(), name)?;
        Some(register.with_scope(scope.as_deref().unwrap_or_default()))
    }
}

/// True if a name has letters beyond ASCII, which can look like others.
pub(crate) fn is_international(host: &str) -> bool {
    host.split('.').any(|label| label.starts_with("xn--"))
}
