use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that this client left out or exchanged in its requests to one issuer, because the server refused it by
/// name.
///
/// None of them concerns the safety of a login: PKCE, `state`, `iss`, TLS, the egress policy and the receiver of a token
/// are the same with and without them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a report has a requirement for each")]
pub enum Relaxation {
    /// Registration asks for the grant types of `grant_types_supported` alone (RFC 7591 §2).
    ListedGrantTypes,
    /// Registration has no `scope` (RFC 7591 §2).
    RegistrationWithoutScope,
    /// The client secret is sent in the body, whatever was registered (RFC 6749 §2.3.1).
    SecretInBody,
    /// The client secret is sent in the `Authorization` header, whatever was registered (RFC 6749 §2.3.1).
    SecretInHeader,
    /// The client secret is sent in the `Authorization` header without the form encoding of RFC 6749 §2.3.1.
    SecretInHeaderUnencoded,
    /// Authorization requests have every scope value of `scopes_supported`, where this client would have sent none.
    SupportedScope,
    /// Requests have no `resource` (RFC 8707 §2).
    WithoutResource,
    /// Authorization requests have no `scope`, where this client would have chosen one.
    WithoutScope,
}

impl Relaxation {
    /// All relaxations.
    pub const ALL: &[Self] = &[
        Self::ListedGrantTypes,
        Self::RegistrationWithoutScope,
        Self::SecretInBody,
        Self::SecretInHeader,
        Self::SecretInHeaderUnencoded,
        Self::SupportedScope,
        Self::WithoutResource,
        Self::WithoutScope,
    ];

    /// The stable name, under which it is stored and reported.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListedGrantTypes => "listed-grant-types",
            Self::RegistrationWithoutScope => "registration-without-scope",
            Self::SecretInBody => "secret-in-body",
            Self::SecretInHeader => "secret-in-header",
            Self::SecretInHeaderUnencoded => "secret-in-header-unencoded",
            Self::SupportedScope => "supported-scope",
            Self::WithoutResource => "without-resource",
            Self::WithoutScope => "without-scope",
        }
    }

    /// The relaxation of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|relaxation| relaxation.name() == name)
    }

    /// The relaxations that decide the same parameter, of which a client has one at most.
    fn rivals(self) -> &'static [Self] {
        match self {
            Self::SecretInBody | Self::SecretInHeader | Self::SecretInHeaderUnencoded => {
                &[Self::SecretInBody, Self::SecretInHeader, Self::SecretInHeaderUnencoded]
            }
            Self::SupportedScope | Self::WithoutScope => &[Self::SupportedScope, Self::WithoutScope],
            Self::ListedGrantTypes | Self::RegistrationWithoutScope | Self::WithoutResource => &[],
        }
    }
}

impl fmt::Display for Relaxation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ListedGrantTypes => "registers only the grant types that are listed",
            Self::RegistrationWithoutScope => "registers without `scope`",
            Self::SecretInBody => "sends the client secret in the body",
            Self::SecretInHeader => "sends the client secret in the header",
            Self::SecretInHeaderUnencoded => "sends the client secret in the header without encoding it",
            Self::SupportedScope => "asks for every supported scope value",
            Self::WithoutResource => "sends no `resource`",
            Self::WithoutScope => "sends no `scope`",
        })
    }
}

/// The relaxations that an issuer requires, each once and in a fixed order.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Relaxations(Vec<Relaxation>);

impl Relaxations {
    /// True if nothing is relaxed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if this relaxation is among them.
    pub fn contains(&self, relaxation: Relaxation) -> bool {
        self.0.contains(&relaxation)
    }

    /// The names of the relaxations, separated by spaces.
    pub fn names(&self) -> String {
        self.iter().map(Relaxation::name).collect::<Vec<_>>().join(" ")
    }

    /// The relaxations of such names; a name that is not known is left out.
    pub fn named(names: &str) -> Self {
        names.split(' ').filter_map(Relaxation::named).collect()
    }

    /// The relaxations, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Relaxation> + '_ {
        self.0.iter().copied()
    }

    /// The relaxations with one more, which takes the place of those that decide the same parameter.
    #[must_use]
    pub fn with(mut self, relaxation: Relaxation) -> Self {
        self.0.retain(|other| *other != relaxation && !relaxation.rivals().contains(other));
        self.0.push(relaxation);
        self.0.sort_unstable();
        self
    }

    /// The relaxations without this one.
    #[must_use]
    pub fn without(mut self, relaxation: Relaxation) -> Self {
        self.0.retain(|other| *other != relaxation);
        self
    }
}

impl FromIterator<Relaxation> for Relaxations {
    fn from_iter<I: IntoIterator<Item = Relaxation>>(relaxations: I) -> Self {
        relaxations.into_iter().fold(Self::default(), Self::with)
    }
}
