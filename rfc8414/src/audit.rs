use rfc7591::{
    AuthMethod, GrantType,
    lenient::{Lenient, Unreadable},
};

use crate::{Issuer, Metadata, SigningAlgorithm, Violation};

/// Every violation of a document that was found for `issuer`.
pub fn audit(issuer: &Issuer, json: &[u8]) -> Vec<Violation> {
    match Metadata::read(issuer, json) {
        Ok(read) => read.violations,
        Err(refused) => refused.violations,
    }
}

/// The violations of §2, §3.2 and §3.3, in the order: of the syntax, of the issuer, of the members that are there, of
/// the members that are not. Without an issuer of its own the document was read with the expected one.
pub(crate) fn violations(issuer: &Issuer, read: &Lenient<Metadata>, has_issuer: bool) -> Vec<Violation> {
    let Lenient { value: metadata, diagnostics } = read;
    let mut found: Vec<Violation> = diagnostics.repeated.iter().cloned().map(Violation::Repeated).collect();
    found.extend(diagnostics.empty.iter().cloned().map(Violation::Empty));
    found.extend(another_issuer(issuer, &metadata.issuer));
    found.extend(diagnostics.unreadable.iter().cloned().map(malformed));
    // Present and unreadable is reported as such.
    let is_absent =
        |member: &str| diagnostics.unreadable.iter().all(|unreadable| unreadable.member != member);
    if has_issuer {
        found.extend(algorithms(metadata, is_absent));
        found.extend(missing(metadata, is_absent));
    } else if is_absent("issuer") {
        found.push(Violation::Missing("issuer"));
    }
    found
}

/// §3.3: "The `issuer` value returned MUST be identical to the authorization server's issuer identifier".
fn another_issuer(expected: &Issuer, found: &Issuer) -> Option<Violation> {
    if found == expected {
        return None;
    }
    let (expected, found) = (expected.clone(), found.clone());
    Some(if found.differs_by_slash(&expected) {
        Violation::IssuerSlash { expected, found }
    } else {
        Violation::IssuerMismatch { expected, found }
    })
}

/// A text that is no URL of the kind breaks the URL's clause; any other value breaks the type's.
fn malformed(unreadable: Unreadable) -> Violation {
    let Unreadable { member, value, .. } = &unreadable;
    if !value.is_string() {
        return Violation::Malformed(unreadable);
    }
    match member.as_str() {
        "issuer" => Violation::IssuerUrl(unreadable),
        member if member.ends_with("_endpoint") || member == "jwks_uri" => Violation::EndpointUrl(unreadable),
        _ => Violation::Malformed(unreadable),
    }
}

/// §2, of each `*_auth_signing_alg_values_supported`: it "MUST be present if either of these authentication methods
/// are specified", `private_key_jwt` and `client_secret_jwt`, and "the value `none` MUST NOT be used".
fn algorithms(metadata: &Metadata, is_absent: impl Fn(&str) -> bool) -> impl Iterator<Item = Violation> {
    let lists = [
        (
            &metadata.token_endpoint_auth_methods_supported,
            &metadata.token_endpoint_auth_signing_alg_values_supported,
            "token_endpoint_auth_signing_alg_values_supported",
        ),
        (
            &metadata.revocation_endpoint_auth_methods_supported,
            &metadata.revocation_endpoint_auth_signing_alg_values_supported,
            "revocation_endpoint_auth_signing_alg_values_supported",
        ),
        (
            &metadata.introspection_endpoint_auth_methods_supported,
            &metadata.introspection_endpoint_auth_signing_alg_values_supported,
            "introspection_endpoint_auth_signing_alg_values_supported",
        ),
    ];
    let signs =
        |method: &AuthMethod| matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    lists.into_iter().filter_map(move |(methods, algorithms, member)| match algorithms {
        Some(algorithms) => {
            algorithms.contains(&SigningAlgorithm::None).then_some(Violation::AlgorithmNone(member))
        }
        None => (methods.iter().flatten().any(signs) && is_absent(member))
            .then_some(Violation::AlgorithmsMissing(member)),
    })
}

/// The REQUIRED members of §2 that are not there.
fn missing(metadata: &Metadata, is_absent: impl Fn(&str) -> bool) -> impl Iterator<Item = Violation> {
    let grants = metadata.grant_types_supported();
    let authorization =
        grants.iter().any(|grant| matches!(grant, GrantType::AuthorizationCode | GrantType::Implicit));
    let token = grants.iter().any(|grant| *grant != GrantType::Implicit);
    let required = [
        (authorization && metadata.authorization_endpoint.is_none(), "authorization_endpoint"),
        (token && metadata.token_endpoint.is_none(), "token_endpoint"),
        (metadata.response_types_supported.is_none(), "response_types_supported"),
    ];
    required
        .into_iter()
        .filter(move |(missing, member)| *missing && is_absent(member))
        .map(|(_, member)| Violation::Missing(member))
}
