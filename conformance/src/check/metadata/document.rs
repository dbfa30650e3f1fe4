//! The findings of a metadata document that can be read.

use login_flow::Finding;
use pkce::CodeChallengeMethod;
use rfc7591::{AuthMethod, GrantType, ResponseType};
use rfc8414::{Issuer, Metadata, Violation, audit};
use serde_json::{Map, Value};

use crate::{
    context::CheckContext,
    member_types::{Misfit, metadata_kind, misfits},
    rule::{Phase, Rule},
};

/// Notes what a document that can be read shows of each rule: that it passes where it has no finding, or why the
/// document shows nothing of it.
pub(super) fn judge(context: &mut CheckContext<'_>, metadata: &Metadata) {
    // `Metadata::receive` looks at each of these before it returns a document, and `probe` at the last three.
    for rule in [
        Rule::MetadataPublished,
        Rule::MetadataStatus,
        Rule::MetadataContentType,
        Rule::MetadataObject,
        Rule::MetadataRepeatedMember,
        Rule::MetadataEmptyMember,
        Rule::IssuerIdentical,
        Rule::IssuerUrl,
        Rule::MetadataRequiredMember,
        Rule::MetadataMalformedMember,
        Rule::RegistrationEndpoint,
        Rule::S256Advertised,
        Rule::IssAdvertised,
    ] {
        context.passed(rule);
    }
    let methods = metadata.code_challenge_methods_supported();
    context.lists_grants.clone_from(&metadata.grant_types_supported);
    context.lists_plain = methods.contains(&CodeChallengeMethod::Plain);
    let endpoints =
        [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.registration_endpoint];
    let methods = [
        &metadata.token_endpoint_auth_methods_supported,
        &metadata.revocation_endpoint_auth_methods_supported,
        &metadata.introspection_endpoint_auth_methods_supported,
    ];
    let algorithms = [
        &metadata.token_endpoint_auth_signing_alg_values_supported,
        &metadata.revocation_endpoint_auth_signing_alg_values_supported,
        &metadata.introspection_endpoint_auth_signing_alg_values_supported,
    ];
    let signs =
        |method: &AuthMethod| matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    let lists_grants =
        metadata.grant_types_supported.is_some() || metadata.response_types_supported.is_some();
    for (rule, is_seen, why) in [
        (Rule::ImplicitListed, lists_grants, "the document lists neither grant types nor response types"),
        (Rule::PasswordListed, metadata.grant_types_supported.is_some(), "the document lists no grant types"),
        (Rule::EndpointUrl, endpoints.into_iter().any(Option::is_some), "the document names no endpoint"),
        (
            Rule::AlgorithmsRequired,
            methods.into_iter().flatten().flatten().any(signs),
            "no authentication method signs",
        ),
        (
            Rule::AlgorithmNone,
            algorithms.into_iter().any(Option::is_some),
            "there is no list of signature algorithms",
        ),
    ] {
        if is_seen {
            context.passed(rule);
        } else {
            context.not_applicable(rule, why);
        }
    }
    context.end_phase(Phase::Metadata, "the document shows nothing of it");
}

/// The findings of the members of a document that a lenient reader takes and that are not of their types.
pub(super) fn judge_members(issuer: &Issuer, document: &[u8], object: &Map<String, Value>) -> Vec<Finding> {
    let misfits = misfits(object, metadata_kind);
    if misfits.is_empty() {
        return Vec::new();
    }
    let violations = audit(issuer, document);
    let is_told = |misfit: &Misfit| violations.iter().any(|violation| is_about(violation, &misfit.member));
    misfits
        .into_iter()
        .filter(|misfit| !is_told(misfit))
        .map(|misfit| rule_of(&misfit.member).finding(&misfit.evidence, "correct the value's type or syntax"))
        .collect()
}

fn rule_of(member: &str) -> Rule {
    match member {
        "issuer" => Rule::IssuerUrl,
        member if member.ends_with("_endpoint") || member == "jwks_uri" => Rule::EndpointUrl,
        _ => Rule::MetadataMalformedMember,
    }
}

fn is_about(violation: &Violation, member: &str) -> bool {
    match violation {
        Violation::Empty(name) => name == member,
        Violation::EndpointUrl(unreadable)
        | Violation::IssuerUrl(unreadable)
        | Violation::Malformed(unreadable) => unreadable.member == member,
        _ => false,
    }
}

/// The findings of grants that are listed and must not be used any more.
pub(crate) fn judge_grants(metadata: &Metadata) -> Vec<Finding> {
    let grants = metadata.grant_types_supported.as_deref().unwrap_or_default();
    let types = metadata.response_types_supported.as_deref().unwrap_or_default();
    let has = |kind: &ResponseType, part: &str| kind.as_ref().split(' ').any(|one| one == part);
    let mut findings = Vec::new();
    let of_token = types.iter().find(|kind| has(kind, "token"));
    if let Some(kind) = of_token {
        let evidence = format!("`response_types_supported` lists `{kind}`");
        findings
            .push(Rule::ImplicitListed.finding(&evidence, "offer the response type `code` with PKCE alone"));
    } else if grants.contains(&GrantType::Implicit) && !types.iter().any(|kind| has(kind, "id_token")) {
        let evidence = "`grant_types_supported` lists `implicit`, and no response type needs it";
        findings.push(Rule::ImplicitListed.finding(evidence, "take `implicit` out of the list"));
    }
    if grants.contains(&GrantType::Password) {
        let evidence = "`grant_types_supported` lists `password`";
        findings.push(
            Rule::PasswordListed.finding(evidence, "offer `authorization_code` instead, and take it out"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_no_part_of_a_url() {
        let issuer = Issuer::try_from("https://as.example/tenant").unwrap();
        let judged = |issuer_text: &str, endpoint: &str| {
            let document = serde_json::json!({"issuer": issuer_text, "token_endpoint": endpoint, "op_tos_uri": "https://a.example/"});
            let json = document.to_string();
            let findings = judge_members(&issuer, json.as_bytes(), document.as_object().unwrap());
            findings.into_iter().map(|finding| finding.id.into_owned()).collect::<Vec<_>>()
        };
        let good = "https://as.example/token";
        assert_eq!(judged("https://as.example/{tenant}", good), [Rule::IssuerUrl.id()]);
        assert_eq!(
            judged("https://as.example/tenant", "https://as.example/{tenant}"),
            [Rule::EndpointUrl.id()]
        );
        assert_eq!(judged("https://as.example/tenant", good), [""; 0], "the control");
    }
}
