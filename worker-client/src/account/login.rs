//! From the redirect to the stored tokens.

use std::{cell::Cell, rc::Rc, time::Duration};

use pkce::Verifier;
use rfc7591::UriString;
use url::Url;

use super::{
    BeginLogin, FailedLogin, HostUser, Inner, LoginStep, Session,
    connection_row::ConnectionRow,
    connections::NewConnection,
    disconnect::{FirstAttempt, end},
    store::Store,
};
use crate::{
    failure::{Failure, UserFailure},
    model::Change,
    platform::{
        clock::{millis, now},
        entropy::entropy,
        fetch::{Limit, through},
        log::Line,
        rpc,
    },
    registrar::{ObtainClient, RegistrarRequest},
    stored::{Grant, LoginUnderWay, OutboxTask, RegisteredClient},
};
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, DriveError, Issued, NotIssued, Pace,
    RequestedScope, Server, State, Step, TokenError, drive, has_scope_value, scope_values,
};

impl Inner {
    /// Registers if need be and answers with the URL to send the person to. One write, before it is used.
    pub(super) async fn begin(
        &self,
        mut store: Rc<Store>,
        user: Option<HostUser>,
        session: Session,
        begin: BeginLogin,
    ) -> Result<UriString, Failure> {
        let BeginLogin {
            target,
            server,
            redirect_uri,
            client_name,
            about,
            scope,
            label,
            return_to,
            named_resource,
            documents,
        } = begin;
        let resource = target.resource();
        store.check_pause(Step::CodeExchange, server.issuer.as_str())?;
        if store.connection_count()? >= MAX_CONNECTIONS && store.labelled(&resource, &label)?.is_none() {
            return Err(UserFailure::TooManyConnections.into());
        }
        let scope_sent = scope.as_deref();
        let in_use = store.client_in_use(&server, &redirect_uri, scope_sent)?;
        let client = if let Some(client) = in_use {
            client
        } else {
            let scope = scope_sent.map(str::to_owned);
            let query = ObtainClient { server: server.clone(), redirect_uri, client_name, scope, documents };
            let client = self.registered(query).await?;
            // The rows may have been erased meanwhile.
            store = self.store(store.0.owner())?;
            if let Session::Cookie(digest) = &session
                && store.session(digest)?.is_none()
            {
                return Err(UserFailure::NO_SESSION.into());
            }
            client
        };
        let request = AuthorizationRequest::new(server, client, named_resource.unwrap_or(resource), scope);
        let names = NewConnection { target, about, label };
        let (url, login) = under_way(request, names, return_to)?;
        let is_first = store.0.is_empty();
        let expires = store.begin(&session, user.as_ref(), login)?;
        if is_first {
            // Nothing else can be due.
            self.alarm.schedule_at(Some(expires)).await?;
        } else {
            self.schedule(&store).await?;
        }
        Ok(url)
    }

    /// Judges an authorization response, and completes its login or says which one failed.
    pub(super) async fn callback(
        &self,
        store: &Store,
        url: &Url,
        rotate: Option<String>,
        from_page: bool,
    ) -> Result<LoginStep, Failure> {
        let state = State::digest_of(url).ok_or_else(|| AuthorizationResponseError::without_state(url))?;
        let (login, age) = store.login(&state)?.ok_or(UserFailure::UnknownLogin)?;
        let LoginUnderWay { target, label, return_to, pending, .. } = &login;
        let (target, label, return_to) = (target.clone(), label.clone(), return_to.clone());
        let scope = match &pending.request().scope {
            RequestedScope::Named(scope) => scope.clone(),
            RequestedScope::Chosen(_) => None,
        };
        let is_at_once = age <= AT_ONCE && !from_page;
        self.complete(store, url, (login, state), rotate, is_at_once).await.or_else(|failure| match failure {
            // The person logged out meanwhile: there is nothing to try again.
            Failure::User(UserFailure::UnknownLogin) => Err(failure),
            failure => {
                Ok(LoginStep::Failed(Box::new(FailedLogin { failure, target, label, return_to, scope })))
            }
        })
    }

    /// Judges an authorization response and exchanges its code. A response that is not genuine ends nothing; a refusal
    /// that names what to leave out leads to one more authorization request.
    async fn complete(
        &self,
        store: &Store,
        url: &Url,
        (login, state): (LoginUnderWay, String),
        rotate: Option<String>,
        is_at_once: bool,
    ) -> Result<LoginStep, Failure> {
        let LoginUnderWay { pending, target, about, label, return_to } = login;
        let names = NewConnection { target, about, label };
        let first = pending.request().clone();
        let exchange = match pending.accept(url) {
            Ok(exchange) => exchange,
            Err(refusal) => {
                if refusal.is_final() {
                    store.end_pending(&state)?;
                }
                let pace = if is_at_once { Pace::AtOnce } else { Pace::Later };
                return match first.after(&refusal, pace) {
                    Some(second) => self.ask_again(store, *second, names, return_to).await,
                    None => Err(refusal.into()),
                };
            }
        };
        store.check_pause(Step::CodeExchange, exchange.server().issuer.as_str())?;
        let (erasures, _under_way) = (self.erasures.get(), UnderWay::new(&self.exchanges));
        // Gone before the code is sent: the platform holds the request back until the write is durable.
        store.end_pending(&state)?;
        let egress = &store.0.config().egress;
        let outcome = drive(exchange, through(egress, Limit::TOKEN)).await;
        let AuthorizationRequest { server, client: begun, is_repeated, resource, scope } = first;
        let Issued { client, tokens } = match outcome {
            Ok(issued) => issued,
            Err(DriveError::Protocol(NotIssued { retry: Some(second), .. })) => {
                return self.ask_again(store, *second, names, return_to).await;
            }
            Err(error) => {
                if let DriveError::Protocol(NotIssued { error, .. }) = &error {
                    self.forget_if_unknown(error, &server, begun).await?;
                }
                return Err(store.failed(Step::CodeExchange, server.issuer.as_str(), error)?);
            }
        };
        let host = names.target.host();
        if is_repeated || begun.relaxations != client.relaxations {
            // If the registrar cannot be told, the next login finds it out.
            let relax = RegistrarRequest::Relax(client.relaxations.clone());
            self.tell_registrar(server.issuer.as_str(), &relax).await;
        }
        let resource = Some(resource).filter(|resource| *resource != names.target.resource());
        let earlier = store.labelled(&names.target.resource(), &names.label)?;
        let step_ups = step_ups(store, earlier.as_ref(), &scope)?;
        let grant = Grant { server, client, tokens, resource, step_ups };
        // The person logged out meanwhile: what came is not kept.
        if self.erasures.get() != erasures {
            self.revoke_late(store, grant).await?;
            return Err(UserFailure::UnknownLogin.into());
        }
        self.connect(store, &names, &grant, earlier)?;
        if let Some(next) = rotate {
            store.open_session(&next)?;
        }
        self.schedule(store).await?;
        Line { event: "connected", host: Some(&host), ..Line::default() }.info();
        Ok(LoginStep::Completed { return_to })
    }

    /// Begins the second authorization request of a login.
    async fn ask_again(
        &self,
        store: &Store,
        second: AuthorizationRequest,
        names: NewConnection,
        return_to: Option<Url>,
    ) -> Result<LoginStep, Failure> {
        let relaxations = second.client.relaxations.names();
        let issuer = second.server.issuer.clone();
        let (url, login) = under_way(second, names, return_to)?;
        store.begin(&Session::Host, None, login)?;
        self.schedule(store).await?;
        Line {
            event: "asks-for-less",
            issuer: Some(issuer.as_str()),
            relaxations: Some(&relaxations),
            ..Line::default()
        }
        .info();
        Ok(LoginStep::AskAgain { url })
    }

    /// Puts a connection in the place of an earlier one, whose tokens are revoked.
    fn connect(
        &self,
        store: &Store,
        login: &NewConnection,
        grant: &Grant,
        earlier: Option<ConnectionRow>,
    ) -> Result<(), Failure> {
        if let Some(earlier) = earlier {
            end(store, &earlier, FirstAttempt::ByAlarm)?;
        }
        let id = store.connect(login, grant)?;
        // Later than the end of the earlier one, which is of the same millisecond.
        let at = RegisteredClient::at(grant, millis(now()).saturating_add(1));
        store.enqueue(OutboxTask::Hold(at), 0)?;
        self.tell(store, Change::Connected, &id, &login.target.resource())
    }

    async fn registered(&self, query: ObtainClient) -> Result<Client, Failure> {
        let issuer = query.server.issuer.clone();
        let request = RegistrarRequest::Obtain(Box::new(query));
        rpc::call(&self.deployment.env, rpc::Object::Registrar, issuer.as_str(), &request).await
    }

    /// A server that no longer knows this client gets a new registration with the next login.
    pub(super) async fn forget_if_unknown(
        &self,
        error: &TokenError,
        server: &Server,
        client: Client,
    ) -> Result<(), Failure> {
        if !error.is_about_the_client() {
            return Ok(());
        }
        let request = RegistrarRequest::Forget { client_id: client.client_id };
        rpc::call(&self.deployment.env, rpc::Object::Registrar, server.issuer.as_str(), &request).await
    }
}

/// An exchange under way: until its answer is stored, the rows must stay.
struct UnderWay<'a>(&'a Cell<usize>);

impl<'a> UnderWay<'a> {
    fn new(count: &'a Cell<usize>) -> Self {
        count.set(count.get().saturating_add(1));
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// An authorization request and its login, to be stored before the person is sent there.
fn under_way(
    request: AuthorizationRequest,
    NewConnection { target, about, label }: NewConnection,
    return_to: Option<Url>,
) -> Result<(UriString, LoginUnderWay), Failure> {
    let (url, pending) = request.begin(State::from_entropy(entropy()?), Verifier::from_entropy(entropy()?));
    Ok((url.into(), LoginUnderWay { pending, target, about, label, return_to }))
}

/// Number of logins in a row that asked for what the one before them was granted: a resource may refuse each.
fn step_ups(store: &Store, earlier: Option<&ConnectionRow>, scope: &RequestedScope) -> Result<u8, Failure> {
    let (Some(earlier), RequestedScope::Named(Some(scope))) = (earlier, scope) else { return Ok(0) };
    let age = now().duration_since(earlier.issued()).unwrap_or_default();
    let granted = earlier.scope.as_deref().unwrap_or_default();
    if age > IN_A_ROW || !scope_values(granted).all(|value| has_scope_value(scope, value)) {
        return Ok(0);
    }
    Ok(store.grant(earlier)?.map_or(0, |grant| grant.step_ups.saturating_add(1)))
}

const MAX_CONNECTIONS: i64 = 200;
/// Seconds within which no person has answered a page.
const AT_ONCE: i64 = 2;
/// The longest time between two logins of which the second is for what the first one lacked.
const IN_A_ROW: Duration = Duration::from_mins(10);
