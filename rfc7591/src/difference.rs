use serde_json::Value;

use crate::{AuthMethod, ClientMetadata, GrantType, ResponseType, UriString};

/// A member that the server registered otherwise than it was asked to, which [§3.2.1] allows: the client decides
/// whether that will do.
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// Another authentication method.
    #[error("`token_endpoint_auth_method` was registered as {registered}, not as {asked}")]
    AuthMethod {
        /// The value in the request.
        asked: AuthMethod,
        /// The value in the response.
        registered: AuthMethod,
    },
    /// A grant type that the client will not be able to use.
    #[error("the grant type {0} was not registered")]
    GrantTypeRemoved(GrantType),
    /// A redirection URI that was not asked for: codes could go there.
    #[error("the redirection URI {0} was added")]
    RedirectUriAdded(UriString),
    /// A redirection URI that the client will not be able to use.
    #[error("the redirection URI {0} was not registered")]
    RedirectUriDropped(UriString),
    /// A response type that the client will not be able to use.
    #[error("the response type {0} was not registered")]
    ResponseTypeRemoved(ResponseType),
    /// Another set of scope values.
    #[error("`scope` was registered as \"{registered}\", not as \"{asked}\"")]
    Scope {
        /// The value in the request.
        asked: String,
        /// The value in the response.
        registered: String,
    },
    /// A secret for a client that authenticates with none.
    #[error("a public client was issued a secret")]
    SecretForPublicClient,
    /// Any other member.
    #[error("`{member}` was registered as {registered}, not as {asked}")]
    Value {
        /// The member's name.
        member: String,
        /// The value in the request.
        asked: Value,
        /// The value in the response.
        registered: Value,
    },
}

impl Difference {
    /// The stable id.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AuthMethod { .. } => "rfc7591/3.2.1/auth-method-substituted",
            Self::GrantTypeRemoved(_) => "rfc7591/3.2.1/grant-type-removed",
            Self::RedirectUriAdded(_) => "rfc7591/3.2.1/redirect-uri-added",
            Self::RedirectUriDropped(_) => "rfc7591/3.2.1/redirect-uri-dropped",
            Self::ResponseTypeRemoved(_) => "rfc7591/3.2.1/response-type-removed",
            Self::Scope { .. } => "rfc7591/3.2.1/scope-changed",
            Self::SecretForPublicClient => "rfc7591/3.2.1/secret-for-public-client",
            Self::Value { .. } => "rfc7591/3.2.1/value-replaced",
        }
    }
}

/// Every difference between the metadata that was asked for and the metadata of the response. A member that the
/// response leaves out is none: servers leave out what they registered as asked, against §3.2.1, as often as what they
/// ignored.
pub(crate) fn differences(
    asked: &ClientMetadata,
    registered: &ClientMetadata,
    secret: bool,
) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some((asked, registered)) = asked.redirect_uris.as_ref().zip(registered.redirect_uris.as_ref()) {
        found.extend(missing(asked, registered).map(Difference::RedirectUriDropped));
        found.extend(missing(registered, asked).map(Difference::RedirectUriAdded));
    }
    let methods =
        asked.token_endpoint_auth_method.as_ref().zip(registered.token_endpoint_auth_method.as_ref());
    match methods.filter(|(asked, registered)| asked != registered) {
        Some((asked, registered)) => {
            found.push(Difference::AuthMethod { asked: asked.clone(), registered: registered.clone() });
        }
        None if secret && asked.token_endpoint_auth_method == Some(AuthMethod::None) => {
            found.push(Difference::SecretForPublicClient);
        }
        None => {}
    }
    if let Some((asked, registered)) = asked.grant_types.as_ref().zip(registered.grant_types.as_ref()) {
        found.extend(missing(asked, registered).map(Difference::GrantTypeRemoved));
    }
    if let Some((asked, registered)) = asked.response_types.as_ref().zip(registered.response_types.as_ref()) {
        found.extend(missing(asked, registered).map(Difference::ResponseTypeRemoved));
    }
    if let Some((asked_text, registered_text)) = asked.scope.as_ref().zip(registered.scope.as_ref()) {
        let (asked, registered): (Vec<_>, Vec<_>) = (asked.scope().collect(), registered.scope().collect());
        if missing(&asked, &registered).chain(missing(&registered, &asked)).next().is_some() {
            let (asked, registered) = (asked_text.clone(), registered_text.clone());
            found.push(Difference::Scope { asked, registered });
        }
    }
    found.extend(values(asked, registered));
    found
}

/// The entries of a list that another one lacks.
fn missing<'a, T: Clone + PartialEq>(list: &'a [T], from: &'a [T]) -> impl Iterator<Item = T> + use<'a, T> {
    list.iter().filter(|entry| !from.contains(entry)).cloned()
}

/// The members that no variant of their own speaks of.
fn values(asked: &ClientMetadata, registered: &ClientMetadata) -> Vec<Difference> {
    let Ok(Value::Object(asked)) = serde_json::to_value(asked) else { return Vec::new() };
    let Ok(Value::Object(registered)) = serde_json::to_value(registered) else { return Vec::new() };
    let differing = asked.into_iter().filter_map(|(member, asked)| {
        let registered = registered.get(&member).filter(|value| **value != asked && !value.is_null())?;
        let registered = registered.clone();
        (!OF_THEIR_OWN.contains(&member.as_str())).then_some(Difference::Value { member, asked, registered })
    });
    differing.collect()
}

const OF_THEIR_OWN: &[&str] =
    &["grant_types", "redirect_uris", "response_types", "scope", "token_endpoint_auth_method"];

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(json: &str) -> ClientMetadata {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn one_of_each() {
        let asked = metadata(
            r#"{"redirect_uris": ["https://a.example/1", "https://a.example/2"], "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code", "token"],
                "scope": "a b", "client_name": "A", "x": 1, "contacts": ["a@a.example"]}"#,
        );
        let registered = metadata(
            r#"{"redirect_uris": ["https://a.example/2", "https://b.example"], "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_post", "grant_types": ["authorization_code"],
                "scope": "a", "client_name": "B", "x": 2, "contacts": null, "y": 1}"#,
        );
        let told: Vec<String> =
            differences(&asked, &registered, true).iter().map(|d| format!("{}: {d}", d.code())).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        rfc7591/3.2.1/redirect-uri-dropped: the redirection URI https://a.example/1 was not registered
        rfc7591/3.2.1/redirect-uri-added: the redirection URI https://b.example was added
        rfc7591/3.2.1/auth-method-substituted: `token_endpoint_auth_method` was registered as client_secret_post, not as none
        rfc7591/3.2.1/grant-type-removed: the grant type refresh_token was not registered
        rfc7591/3.2.1/response-type-removed: the response type token was not registered
        rfc7591/3.2.1/scope-changed: `scope` was registered as "a", not as "a b"
        rfc7591/3.2.1/value-replaced: `client_name` was registered as "B", not as "A"
        rfc7591/3.2.1/value-replaced: `x` was registered as 2, not as 1
        "#);
        assert_eq!(differences(&asked, &asked, false), []);
        assert_eq!(differences(&asked, &ClientMetadata::default(), false), []);
        assert_eq!(differences(&asked, &asked, true), [Difference::SecretForPublicClient]);
        let reordered =
            metadata(r#"{"scope": " b  a", "grant_types": ["refresh_token", "authorization_code", "x"]}"#);
        assert_eq!(
            differences(&asked, &reordered, false),
            [],
            "order is not a difference, nor is more than asked"
        );
    }
}
