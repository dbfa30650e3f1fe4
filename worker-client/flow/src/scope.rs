use serde::{Deserialize, Serialize};

use crate::{Relaxation, Relaxations, Server};

/// The scope of a login (RFC 6749 §3.3), with the party that chose it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum RequestedScope {
    /// The host program or the person chose it: it is sent as it is. `None` means that no `scope` is sent.
    Named(Option<String>),
    /// This client chose it. When the server refuses it, another one takes its place once.
    Chosen(Option<String>),
}

impl RequestedScope {
    /// The scope that this client chooses: that of the resource's challenge (RFC 6750 §3), else the server's default.
    pub fn chosen(server: &Server, challenge: Option<&str>) -> Self {
        Self::Chosen(challenge.and_then(checked).or_else(|| server.default_scope()))
    }

    /// The scope that this client chooses for a resource that names its authorization server, and `offline_access` where
    /// the server lists it: a server may issue no refresh token otherwise.
    pub fn of_resource(server: &Server, scope: Option<&str>) -> Self {
        let offline = server.offers_offline_access().then_some(OFFLINE_ACCESS);
        let chosen = scope.and_then(checked);
        let chosen = chosen.map(|scope| union([scope.as_str()].into_iter().chain(offline)));
        Self::Chosen(chosen.or_else(|| server.default_scope()))
    }

    /// The scope before any relaxation.
    pub fn as_deref(&self) -> Option<&str> {
        match self {
            Self::Named(scope) | Self::Chosen(scope) => scope.as_deref(),
        }
    }

    /// The `scope` parameter to send.
    pub(crate) fn sent(&self, server: &Server, relaxations: &Relaxations) -> Option<String> {
        match self {
            Self::Chosen(_) if relaxations.contains(Relaxation::WithoutScope) => None,
            Self::Chosen(_) if relaxations.contains(Relaxation::SupportedScope) => server.supported_scope(),
            Self::Named(scope) | Self::Chosen(scope) => scope.clone(),
        }
    }

    /// The relaxations with which the other choice is sent, after the server refused this one: none instead of some, or
    /// some instead of none. `None` if there is no other choice, or the scope is not this client's to choose.
    pub(crate) fn otherwise(&self, server: &Server, relaxations: &Relaxations) -> Option<Relaxations> {
        let Self::Chosen(scope) = self else { return None };
        if self.sent(server, relaxations).is_some() {
            return Some(relaxations.clone().with(Relaxation::WithoutScope));
        }
        if scope.is_some() {
            return Some(relaxations.clone().without(Relaxation::WithoutScope));
        }
        server.supported_scope().map(|_| relaxations.clone().with(Relaxation::SupportedScope))
    }
}

impl Server {
    /// The scope of a login when neither a party nor the resource names one: at an `OpenID` provider `openid`, and
    /// `offline_access` where it is listed (`OpenID` Connect Core 1.0 §11); else none.
    pub fn default_scope(&self) -> Option<String> {
        let offline = self.offers_offline_access();
        self.speaks_openid
            .then(|| if offline { format!("{OPENID} {OFFLINE_ACCESS}") } else { OPENID.to_owned() })
    }

    fn offers_offline_access(&self) -> bool {
        self.scopes.iter().any(|scope| scope == OFFLINE_ACCESS)
    }

    /// The values of `scopes_supported` as one scope.
    fn supported_scope(&self) -> Option<String> {
        Some(union(self.scopes.iter().map(String::as_str))).filter(|scope| !scope.is_empty())
    }
}

/// The values of a scope, which spaces separate (RFC 6749 §3.3).
pub fn scope_values(scope: &str) -> impl Iterator<Item = &str> + Clone {
    scope.split(' ').filter(|value| !value.is_empty())
}

/// True if a scope has a value.
pub fn has_scope_value(scope: &str, value: &str) -> bool {
    scope_values(scope).any(|other| other == value)
}

/// The values of several scopes, each once, in their order; bounded to 64 values of 100 bytes.
pub(crate) fn union<'a>(scopes: impl IntoIterator<Item = &'a str>) -> String {
    let mut values: Vec<&str> = Vec::new();
    for value in scopes.into_iter().flat_map(scope_values) {
        if is_value(value) && !values.contains(&value) && values.len() < 64 {
            values.push(value);
        }
    }
    values.join(" ")
}

/// The scope of an untrusted text; `None` if it is not a list of scope values (RFC 6749 §3.3).
fn checked(text: &str) -> Option<String> {
    scope_values(text).all(is_value).then(|| union([text])).filter(|scope| !scope.is_empty())
}

/// True for 1 to 100 of the characters of RFC 6749 §3.3.
fn is_value(value: &str) -> bool {
    let allowed = |b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (1..=100).contains(&value.len()) && value.bytes().all(allowed)
}

/// The scope value of `OpenID` Connect Core 1.0 §3.1.2.1.
pub(crate) const OPENID: &str = "openid";
/// The scope value of `OpenID` Connect Core 1.0 §11.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";
