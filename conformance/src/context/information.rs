//! The findings of a client information response that a lenient reader does not have: types, and what was left out.

use http::{Response, StatusCode};
use login_flow::Finding;
use rfc7591::{ClientMetadata, Violation};
use serde_json::{Map, Value};

use crate::{
    member_types::{client_information_kind, misfits},
    rule::Rule,
};

/// The findings of the members that are not of their types and are no violation yet.
pub(crate) fn information_members(
    about: &str,
    violations: &[Violation],
    response: &Response<Vec<u8>>,
) -> Vec<Finding> {
    let object = object(response);
    let is_told = |member: &str| violations.iter().any(|violation| is_about(violation, member));
    let misfits =
        misfits(&object, client_information_kind).into_iter().filter(|misfit| !is_told(&misfit.member));
    let mut findings: Vec<Finding> = misfits
        .map(|misfit| {
            let rule = match &*misfit.member {
                "registration_client_uri" => Rule::RegistrationClientUri,
                _ => Rule::RegistrationMalformedMember,
            };
            rule.finding(
                &format!("{about}: {}", misfit.evidence),
                "leave the member out, or send a value of its type",
            )
        })
        .collect();
    let has = |member: &str| object.get(member).is_some_and(|value| !value.is_null() && value != "");
    if has("client_secret_expires_at") && !has("client_secret") {
        let evidence = format!("{about}: `client_secret_expires_at` without a `client_secret`");
        findings.push(Rule::ExpiryWithoutSecret.finding(&evidence, "leave it out where no secret is issued"));
    }
    findings
}

/// The findings of requested members that the response leaves out.
pub(crate) fn left_out(
    about: &str,
    requested: &ClientMetadata,
    response: &Response<Vec<u8>>,
) -> Vec<Finding> {
    let object = object(response);
    let Ok(Value::Object(requested)) = serde_json::to_value(requested) else { return Vec::new() };
    let mut findings = Vec::new();
    for (member, value) in &requested {
        let registered = object.get(member);
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        let (rule, what) = match (&**member, registered) {
            ("grant_types", Some(list)) if is_empty(list) && !is_empty(value) => {
                (Rule::GrantTypeRemoved, "is an empty list")
            }
            ("response_types", Some(list)) if is_empty(list) && !is_empty(value) => {
                (Rule::ResponseTypeRemoved, "is an empty list")
            }
            (_, Some(value)) if !value.is_null() => continue,
            // Of these every client has a value, by the defaults of §2 at least.
            ("grant_types" | "response_types" | "token_endpoint_auth_method", _) => {
                (Rule::MetadataReturned, LEFT_OUT)
            }
            (member, _) if OPTIONAL.contains(&member) => (Rule::MemberLeftOut, LEFT_OUT),
            _ => continue,
        };
        findings.push(rule.finding(&format!("{about}: `{member}` {what}"), "return all registered metadata"));
    }
    findings
}

/// The finding of a status that a read, an update or a delete of a client must not have. RFC 7592 §2.1 to §2.3: 403 is
/// for a client without the permission, 405 for a method that the server does not have.
pub(crate) fn unmanaged(rule: Rule, about: &str, status: StatusCode) -> Option<Finding> {
    let is_legal = matches!(status, StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED);
    let remedy = match rule {
        Rule::DeleteStatus => "answer a delete with 204, or with 405 where it is not offered",
        _ => "answer with 200, or with 405 where the method is not offered",
    };
    (!is_legal).then(|| rule.finding(&format!("{about} is answered with {status}"), remedy))
}

fn is_about(violation: &Violation, member: &str) -> bool {
    match violation {
        Violation::Malformed(unreadable) => unreadable.member == member,
        Violation::ManagementUri(_) => member == "registration_client_uri",
        Violation::NotReturned(name) => *name == member,
        Violation::ClientId => member == "client_id",
        _ => false,
    }
}

fn object(response: &Response<Vec<u8>>) -> Map<String, Value> {
    let body = response.body().strip_prefix(b"\xef\xbb\xbf").unwrap_or(response.body());
    serde_json::from_slice(body).unwrap_or_default()
}

const LEFT_OUT: &str = "was asked for and is not in the response";
/// The members of RFC 7591 §2 that a server may ignore.
const OPTIONAL: &[&str] = &[
    "client_name",
    "client_uri",
    "contacts",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "scope",
    "software_id",
    "software_version",
    "tos_uri",
];
