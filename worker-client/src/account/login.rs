//! From the redirect to the stored tokens.

use std::cell::Cell;

use pkce::Verifier;
use url::Url;

use super::{
    BeginLogin, CompletedLogin, HostUser, Inner, Session,
    connections::NewConnection,
    disconnect::{FirstAttempt, end},
    store::Store,
};
use crate::{
    failure::{Failure, UserFailure},
    model::Change,
    platform::{
        clock::{milliseconds, now},
        entropy::entropy,
        fetch::{Limit, through},
        log::Line,
        rpc,
    },
    registrar::{ObtainClient, RegistrarRequest},
    stored::{Grant, LoginUnderWay, OutboxTask, RegisteredClient},
};
use login_flow::{AuthorizationRequest, Client, DriveError, Server, State, TokenError, drive};

impl Inner {
    /// Registers if need be and answers with the URL to send the person to. One write, before it is used.
    pub(super) async fn begin(
        &self,
        store: Store,
        user: Option<HostUser>,
        session: Session,
        begin: BeginLogin,
    ) -> Result<Url, Failure> {
        let BeginLogin { target, server, redirect_uri, client_name, about, scope, label, return_to } = begin;
        let resource = target.resource();
        let rows = store.connections()?;
        if rows.len() >= MAX_CONNECTIONS && store.labelled(&resource, &label)?.is_none() {
            return Err(UserFailure::TooManyConnections.into());
        }
        let client = match client_in_use(&store, &server, &redirect_uri)? {
            Some(client) => client,
            None => self.registered(&server, redirect_uri, client_name).await?,
        };
        // The rows may have been erased meanwhile.
        let store = self.store(store.0.owner())?;
        if let Session::Cookie(digest) = &session
            && store.session(digest)?.is_none()
        {
            return Err(UserFailure::NO_SESSION.into());
        }
        let login = AuthorizationRequest { server, client, resource, scope };
        let (url, pending) = login.begin(State::from_entropy(entropy()?), Verifier::from_entropy(entropy()?));
        store.begin(&session, user.as_ref(), LoginUnderWay { pending, target, about, label, return_to })?;
        self.schedule(&store).await?;
        Ok(url)
    }

    /// Judges an authorization response and redeems its code. A response that is not genuine ends nothing.
    pub(super) async fn callback(
        &self,
        store: &Store,
        url: &Url,
        rotate: Option<String>,
    ) -> Result<CompletedLogin, Failure> {
        let state = State::digest_of(url).ok_or(UserFailure::UnknownLogin)?;
        let login = store.login(&state)?.ok_or(UserFailure::UnknownLogin)?;
        let LoginUnderWay { pending, target, about, label, return_to } = login;
        let redeem = match pending.accept(url) {
            Ok(redeem) => redeem,
            Err(denied) => {
                if denied.is_final() {
                    store.end_pending(&state)?;
                }
                return Err(denied.into());
            }
        };
        // Gone before the code is sent: the platform holds the request back until the write is durable.
        store.end_pending(&state)?;
        let (server, client) = (redeem.server().clone(), redeem.client().clone());
        let (erasures, _under_way) = (self.erasures.get(), UnderWay::new(&self.exchanges));
        let egress = &store.0.config().egress;
        let outcome = drive(redeem, through(egress, Limit::TOKEN)).await;
        let tokens = match outcome {
            Ok(tokens) => tokens,
            Err(error) => {
                if let DriveError::Protocol(error) = &error {
                    self.forget_if_unknown(error, &server, client).await?;
                }
                return Err(error.into());
            }
        };
        let host = target.host();
        let grant = Grant { server, client, tokens };
        // The person logged out meanwhile: what came is not kept.
        if self.erasures.get() != erasures {
            self.revoke_late(store, grant).await?;
            return Err(UserFailure::UnknownLogin.into());
        }
        self.connect(store, &NewConnection { target, about, label }, &grant)?;
        if let Some(next) = rotate {
            store.open_session(&next)?;
        }
        self.schedule(store).await?;
        Line { event: "connected", host: Some(&host), ..Line::default() }.info();
        Ok(CompletedLogin { return_to })
    }

    /// Puts a connection in the place of an earlier one, whose tokens are revoked.
    fn connect(&self, store: &Store, login: &NewConnection, grant: &Grant) -> Result<(), Failure> {
        if let Some(earlier) = store.labelled(&login.target.resource(), &login.label)? {
            end(store, &earlier, FirstAttempt::ByAlarm)?;
        }
        let id = store.connect(login, grant)?;
        // Later than the end of the earlier one, which is of the same millisecond.
        let at = RegisteredClient::at(grant, milliseconds(now()).saturating_add(1));
        store.enqueue(OutboxTask::Hold(at), 0)?;
        self.tell(store, Change::Connected, &id, &login.target.resource())
    }

    async fn registered(
        &self,
        server: &Server,
        redirect_uri: Url,
        client_name: String,
    ) -> Result<Client, Failure> {
        let query = ObtainClient { server: server.clone(), redirect_uri, client_name };
        let request = RegistrarRequest::Obtain(Box::new(query));
        rpc::call(&self.deployment.env, "REGISTRAR", server.issuer.as_str(), &request).await
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
        rpc::call(&self.deployment.env, "REGISTRAR", server.issuer.as_str(), &request).await
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

/// The client of a connection that this account has at the same server: no need to ask for one.
fn client_in_use(store: &Store, server: &Server, redirect_uri: &Url) -> Result<Option<Client>, Failure> {
    let issuer = server.issuer.as_str();
    let rows = store.connections()?;
    for row in rows.iter().filter(|row| row.issuer == issuer && !row.needs_login()) {
        let Ok(grant) = store.grant(row)? else { continue };
        let is_current = grant.server.is_same_party(server) && grant.client.redirect_uri == *redirect_uri;
        if is_current && !grant.client.is_expired(now()) {
            return Ok(Some(grant.client));
        }
    }
    Ok(None)
}

const MAX_CONNECTIONS: usize = 200;
