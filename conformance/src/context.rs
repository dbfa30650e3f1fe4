//! The state that the phases of a check share.

mod client;
pub(crate) mod information;

use std::borrow::Cow;

use login_flow::{Finding, LoginTarget, Unusable};
use rfc7591::GrantType;

use crate::{
    consent::ConsentHandler,
    finding::of_violation,
    ledger::Ledger,
    options::Options,
    report::LeftBehind,
    rule::{Phase, Rule},
    secrets::Secrets,
    session::Session,
};

/// The context of one check: its requests, and what it has noted so far.
pub(crate) struct CheckContext<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) options: &'a Options,
    pub(crate) target: &'a LoginTarget,
    pub(crate) consent: Option<&'a dyn ConsentHandler>,
    pub(crate) ledger: Ledger,
    pub(crate) left_behind: Vec<LeftBehind>,
    pub(crate) secrets: Secrets,
    /// The metadata lists the code challenge method `plain`.
    pub(crate) lists_plain: bool,
    /// The grant types that the metadata lists.
    pub(crate) lists_grants: Option<Vec<GrantType>>,
    /// The scope of the named URL's challenge, once a login has asked for it.
    pub(crate) challenge_scope: Option<String>,
    /// The `resource` of protected resource metadata that was followed.
    pub(crate) published_resource: Option<String>,
    /// The named URL asks for a token.
    pub(crate) is_challenged: bool,
    /// The reason why the client that was registered cannot be used.
    pub(crate) unusable_client: Option<Unusable>,
}

impl<'a> CheckContext<'a> {
    pub(crate) fn new(
        session: &'a Session<'a>,
        options: &'a Options,
        target: &'a LoginTarget,
        consent: Option<&'a dyn ConsentHandler>,
    ) -> Self {
        let mut secrets = Secrets::default();
        if let Some(token) = &options.initial_access_token {
            secrets.keep(token.secret());
        }
        let (ledger, left_behind) = Default::default();
        Self {
            session,
            options,
            target,
            consent,
            ledger,
            left_behind,
            secrets,
            lists_plain: false,
            lists_grants: None,
            challenge_scope: None,
            published_resource: None,
            is_challenged: false,
            unusable_client: None,
        }
    }

    /// The resource that a login is for (RFC 8707 §2).
    pub(crate) fn resource(&self) -> String {
        let named = self.options.resource.clone().or_else(|| self.published_resource.clone());
        named.unwrap_or_else(|| self.target.resource())
    }

    /// Notes that a check looked at a requirement and saw it met.
    pub(crate) fn passed(&mut self, rule: Rule) {
        self.ledger.passed(rule);
    }

    /// Notes a violation.
    pub(crate) fn failed(&mut self, finding: Finding) {
        self.ledger.failed(finding, self.session.received());
    }

    /// Notes a violation if there is one, else that the requirement is met.
    pub(crate) fn judged(&mut self, rule: Rule, finding: Option<Finding>) {
        match finding {
            Some(finding) => self.failed(finding),
            None => self.passed(rule),
        }
    }

    /// Notes the reason why a requirement was not tested.
    pub(crate) fn not_applicable(&mut self, rule: Rule, why: impl Into<Cow<'static, str>>) {
        self.ledger.not_applicable(rule, why);
    }

    /// Ends a phase: the rules that no check spoke of were not tested.
    pub(crate) fn end_phase(&mut self, phase: Phase, why: impl Into<Cow<'static, str>>) {
        self.ledger.end_phase(phase, why);
    }

    /// Notes the violations of RFC 7591 and RFC 7592 in a response, which `about` describes.
    pub(crate) fn violations(&mut self, about: &str, violations: &[rfc7591::Violation]) {
        for violation in violations {
            self.failed(of_violation(about, violation));
        }
    }
}

/// The `client_name` of every registration.
pub(crate) const CLIENT_NAME: &str = "conformance check";
/// The reason why a server without RFC 7592 has no outcome of its rules.
pub(crate) const NOT_OFFERED: &str = "the server offers no management (RFC 7592)";
