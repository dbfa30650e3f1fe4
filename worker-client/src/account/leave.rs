//! The way back: connections end at the server too, as far as it goes along.

use rfc7591::Secret;

use super::{
    Inner,
    alarm_handler::revoke,
    connections::{Grant, Row},
    outbox::{Chore, ClientAt, ToRevoke},
    store::Store,
};
use crate::{
    model::{Change, Event, Receipt, Revocation},
    platform::{
        clock::{now, seconds},
        log::Line,
        rpc,
    },
    problem::Problem,
};

impl Inner {
    /// Erases a connection, then revokes what it held. What the server does not confirm is tried again.
    pub(super) async fn disconnect(&self, store: &Store, id: &str) -> Result<Receipt, Problem> {
        let row = store.connection(id)?.ok_or_else(Problem::not_found)?;
        let [refresh, access] = end(store, &row, false)?;
        self.tell(store, Change::Disconnected, &row.id, &row.resource)?;
        self.schedule(store).await?;
        Line { event: "disconnected", issuer: Some(&row.issuer), ..Line::default() }.info();
        // The refresh token first, for it would outlive the other.
        let refresh_token = self.revoke_now(store, refresh).await?;
        let access_token = self.revoke_now(store, access).await?;
        Ok(Receipt { refresh_token, access_token })
    }

    /// Ends everything that the account holds. What is left of it are chores, and then nothing.
    pub(super) async fn leave(&self, store: &Store) -> Result<(), Problem> {
        if store.0.is_empty() {
            return Ok(());
        }
        for row in store.connections()? {
            end(store, &row, true)?;
            self.tell(store, Change::Disconnected, &row.id, &row.resource)?;
        }
        store.end_sessions()?;
        store.end_all_pending()?;
        let now = Some(seconds(now()));
        self.alarm.by(&self.state, now).await
    }

    async fn revoke_now(&self, store: &Store, revoking: Revoking) -> Result<Revocation, Problem> {
        let (id, revocation) = match revoking {
            Revoking::Nothing => return Ok(Revocation::NotHeld),
            Revoking::NotOffered => return Ok(Revocation::NotOffered),
            Revoking::Posted { id, revocation } => (id, revocation),
        };
        let fate = revoke(store, &revocation).await;
        if fate != Revocation::FailedWillRetry {
            store.done(&id)?;
        }
        Ok(fate)
    }

    /// Writes down what the host program must be told, if it wants to be.
    pub(super) fn tell(
        &self,
        store: &Store,
        event: Change,
        connection: &str,
        resource: &str,
    ) -> Result<(), Problem> {
        if !rpc::has_events(&self.deployment.env) {
            return Ok(());
        }
        let (user, namespace) = (store.0.meta("user")?, store.0.meta("namespace")?);
        let (connection, resource) = (connection.to_owned(), resource.to_owned());
        let event = Event { event, user, namespace, connection, resource, at: seconds(now()) };
        store.post(&Chore::Tell(event), 0).map(drop)
    }
}

/// Erases a connection and writes down what follows, in one write; answers with the revocations.
///
/// They are tried by the alarm, at once or, where the caller tries them first, after a minute.
pub(super) fn end(store: &Store, row: &Row, at_once: bool) -> Result<[Revoking; 2], Problem> {
    let grant = store.grant(row)?;
    store.erase(&row.id)?;
    let Some(Grant { server, client, tokens }) = grant else {
        return Ok([Revoking::Nothing, Revoking::Nothing]);
    };
    let at = ClientAt { issuer: server.issuer.as_str().to_owned(), client_id: client.client_id.clone() };
    let mut still_held = false;
    for other in store.connections()? {
        let same = |grant: &Grant| grant.client.client_id == at.client_id;
        still_held |= other.issuer == at.issuer && store.grant(&other)?.as_ref().is_some_and(same);
    }
    let after = if at_once { 0 } else { 60 };
    let revoke = |token: Option<Secret>, is_refresh| {
        let Some(token) = token else { return Ok(Revoking::Nothing) };
        if server.revocation_endpoint.is_none() {
            return Ok(Revoking::NotOffered);
        }
        let (server, client) = (server.clone(), client.clone());
        let revocation = Box::new(ToRevoke { server, client, token, is_refresh });
        let id = store.post(&Chore::Revoke(revocation.clone()), after)?;
        Ok::<_, Problem>(Revoking::Posted { id, revocation })
    };
    // A server that has ended the connection itself knows these tokens no more.
    let (refresh, access) = if row.needs_login() {
        (Revoking::Nothing, Revoking::Nothing)
    } else {
        (revoke(tokens.refresh_token, true)?, revoke(Some(tokens.access_token), false)?)
    };
    if !still_held {
        store.post(&Chore::Release(at), 0)?;
    }
    Ok([refresh, access])
}

/// What became of the wish to revoke a token.
pub(super) enum Revoking {
    /// There is none.
    Nothing,
    /// The server offers no revocation.
    NotOffered,
    /// Written down as a chore.
    Posted {
        /// The chore's.
        id: String,
        /// What to send.
        revocation: Box<ToRevoke>,
    },
}
