//! The clients that a check registers: their registration, their secrets, and their end.

use http::{Response, StatusCode};
use login_flow::{Server, same_site};
use rfc7591::{AuthMethod, ClientConfiguration, ClientInformation, ClientMetadata, Registration, Violation};

use super::{
    CheckContext, NOT_OFFERED,
    information::{information_members, left_out, unmanaged},
};
use crate::{report::LeftBehind, rule::Rule, session::Limit, text::bounded};

impl CheckContext<'_> {
    /// A registration with the initial access token, if there is one.
    pub(crate) fn with_token(&self, registration: Registration) -> Registration {
        match &self.options.initial_access_token {
            Some(token) => registration.with_initial_access_token(token.clone()),
            None => registration,
        }
    }

    /// Notes what a client information response (RFC 7591 §3.2.1), which `about` describes, shows of the rules about its
    /// members: for each, that it fails, that it passes, or why it cannot be seen.
    pub(crate) fn judge_information(
        &mut self,
        about: &str,
        requested: &ClientMetadata,
        information: &ClientInformation,
        response: &Response<Vec<u8>>,
    ) {
        self.keep_secrets(information);
        self.violations(about, &information.violations);
        self.judge_members(about, &information.violations, response);
        for finding in left_out(about, requested, response) {
            self.failed(finding);
        }
        self.judge_secret(requested, information);
        let registered = &information.metadata;
        let is_stated = [
            (Rule::MetadataReturned, requested.redirect_uris.is_some()),
            (Rule::MemberLeftOut, requested.client_name.is_some()),
            (Rule::RedirectUriDropped, registered.redirect_uris.is_some()),
            (Rule::RedirectUriAdded, registered.redirect_uris.is_some()),
            (Rule::AuthMethodSubstituted, registered.token_endpoint_auth_method.is_some()),
            (Rule::GrantTypeRemoved, registered.grant_types.is_some()),
            (Rule::ResponseTypeRemoved, registered.response_types.is_some()),
            (Rule::ScopeChanged, requested.scope.is_some() && registered.scope.is_some()),
            (Rule::ValueReplaced, registered.client_name.is_some() || registered.application_type.is_some()),
        ];
        if requested.scope.is_none() {
            self.not_applicable(Rule::ScopeChanged, "no scope was asked for");
        }
        for (rule, is_stated) in is_stated {
            if is_stated {
                self.passed(rule);
            } else {
                self.not_applicable(rule, "the client information response does not state it");
            }
        }
    }

    /// Notes the members of a client information response that are read and are not of their types.
    pub(crate) fn judge_members(
        &mut self,
        about: &str,
        violations: &[Violation],
        response: &Response<Vec<u8>>,
    ) {
        for finding in information_members(about, violations, response) {
            self.failed(finding);
        }
    }

    fn judge_secret(&mut self, requested: &ClientMetadata, information: &ClientInformation) {
        if information.client_secret.is_some() {
            self.passed(Rule::SecretExpiry);
        } else {
            self.not_applicable(Rule::SecretExpiry, "no secret was issued");
        }
        self.passed(Rule::ExpiryWithoutSecret);
        let is_public =
            |metadata: &ClientMetadata| metadata.token_endpoint_auth_method() == &AuthMethod::None;
        if is_public(requested) && is_public(&information.metadata) {
            self.passed(Rule::SecretForPublicClient);
        } else {
            self.not_applicable(Rule::SecretForPublicClient, "the client is not a public one");
        }
    }

    /// Remembers the secrets of a client information response, so that no report shows one.
    pub(crate) fn keep_secrets(&mut self, information: &ClientInformation) {
        if let Some(secret) = &information.client_secret {
            self.secrets.keep(secret.secret.secret());
        }
        if let Some(configuration) = &information.configuration {
            self.secrets.keep(configuration.registration_access_token.secret());
        }
    }

    /// Deletes a client where the server offers that, else notes that it stays.
    pub(crate) async fn delete_or_leave(
        &mut self,
        server: &Server,
        configuration: Option<ClientConfiguration>,
        client_id: &str,
        description: &str,
    ) {
        let deleted = match configuration {
            Some(configuration) => self.delete(server, configuration).await,
            None => Err(NOT_OFFERED.to_owned()),
        };
        if let Err(why) = deleted {
            self.leave(client_id, &format!("{description}; {why}"));
        }
    }

    /// Deletes a client (RFC 7592 §2.3).
    pub(crate) async fn delete(
        &mut self,
        server: &Server,
        configuration: ClientConfiguration,
    ) -> Result<(), String> {
        self.judge_endpoint(server, &configuration)?;
        let delete = configuration.delete();
        let sent = self.session.send(delete.request(), Limit::Json).await;
        let response = sent.map_err(|failure| failure.to_string())?;
        let received = delete.receive(&response);
        let why = format!("the delete was answered with {}", response.status());
        let Ok(violations) = received else {
            self.judge_unmanaged(Rule::DeleteStatus, "a delete", response.status());
            return Err(why);
        };
        self.violations("a delete", &violations);
        self.passed(Rule::DeleteStatus);
        Ok(())
    }

    /// Notes the outcome of a read, an update or a delete that gave no client.
    pub(crate) fn judge_unmanaged(&mut self, rule: Rule, about: &str, status: StatusCode) {
        match unmanaged(rule, about, status) {
            Some(finding) => self.failed(finding),
            None => self.not_applicable(rule, format!("the server does not allow {about} ({status})")),
        }
    }

    /// Judges the client configuration endpoint: a registration access token goes to the server that issued it alone.
    pub(crate) fn judge_endpoint(
        &self,
        server: &Server,
        configuration: &ClientConfiguration,
    ) -> Result<(), String> {
        let url = configuration.endpoint().url();
        self.session.egress().judge(&url).map_err(|why| format!("`registration_client_uri`: {why}"))?;
        let registration = &server.registration_endpoint;
        if registration.as_ref().is_some_and(|registration| same_site(&url, &registration.url())) {
            Ok(())
        } else {
            Err("`registration_client_uri` belongs to another site".to_owned())
        }
    }

    /// Notes a client that stays registered.
    pub(crate) fn leave(&mut self, client_id: &str, why: &str) {
        self.left_behind.push(LeftBehind { client_id: bounded(client_id, 200), why: bounded(why, 200) });
    }
}
