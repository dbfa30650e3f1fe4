use http::Response;
use login_flow::{Egress, Finding, LoginTarget, Probe, ResourceMetadata};

use crate::{
    context::CheckContext,
    rule::{Phase, Rule},
};

/// Notes the outcome of each rule of protected resource metadata (RFC 9728), which a document meets in their order.
pub(super) fn note(context: &mut CheckContext<'_>, probe: &Probe) {
    if !context.options.resource_metadata {
        return context.end_phase(Phase::ResourceMetadata, "not asked for (--resource-metadata)");
    }
    let failed = |rule: Rule| probe.findings.iter().any(|finding| finding.id == rule.id());
    let broken = RULES.iter().position(|rule| failed(*rule));
    let met = broken.unwrap_or(if probe.resource.is_some() { RULES.len() } else { 0 });
    for rule in RULES.iter().take(met) {
        context.passed(*rule);
    }
    let why = if broken.is_some() { "the document cannot be used" } else { "the host has no such document" };
    context.end_phase(Phase::ResourceMetadata, why);
}

/// The finding of a document that was received for `https://server.example.com/mcp`.
pub(crate) fn judge(response: &Response<Vec<u8>>) -> Option<Finding> {
    let egress = Egress::public();
    let target = LoginTarget::parse("https://server.example.com/mcp", &egress).ok()?;
    ResourceMetadata::read(&target, &egress, response.body()).err()
}

const RULES: [Rule; 3] =
    [Rule::ResourceMetadataObject, Rule::ResourceCovers, Rule::AuthorizationServersNamed];
