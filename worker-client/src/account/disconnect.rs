//! The way back: connections end at the server too, as far as it goes along.

use rfc7591::Secret;
use url::Url;

use super::{
    Disconnected, Inner,
    alarm_handler::{REVOCATION_DEADLINE, revoke},
    connection_row::ConnectionRow,
    store::Store,
};
use login_flow::{TokenKind, authority};

use crate::{
    failure::{Failure, UserFailure},
    model::{Change, Event, Receipt, Revocation},
    platform::{
        clock::{millis, now, seconds},
        fetch::Deadline,
        log::Line,
        rpc,
    },
    stored::{Grant, OutboxTask, RegisteredClient, TokenRevocation},
};

impl Inner {
    /// Erases a connection, then revokes what it held. What the server does not confirm is tried again.
    pub(super) async fn disconnect(&self, store: &Store, id: &str) -> Result<Disconnected, Failure> {
        let row = store.connection(id)?.ok_or(UserFailure::NotFound)?;
        // Its answer brings other tokens, which are revoked when it comes.
        let is_refreshing = self.refreshes.is_running(id);
        let [refresh, access] = end(store, &row, FirstAttempt::ByCaller)?;
        self.tell(store, Change::Disconnected, &row.id, &row.resource)?;
        self.schedule(store).await?;
        Line { event: "disconnected", issuer: Some(&row.issuer), ..Line::default() }.info();
        let deadline = Deadline::after(REVOCATION_DEADLINE);
        let refresh_token = self.revoke_now(store, refresh, deadline).await?;
        let access_token = self.revoke_now(store, access, deadline).await?;
        // The alarm that came meanwhile saw tasks that are done now, and sleeps until they would be due.
        if store.is_over()? {
            self.schedule_with(store, Some(seconds(now()))).await?;
        }
        let [refresh_token, access_token] = [refresh_token, access_token].map(|outcome| match outcome {
            Revocation::Revoked if is_refreshing => Revocation::UnderWay,
            other => other,
        });
        let host = Url::parse(&row.resource).map(|url| authority(&url)).unwrap_or_default();
        Ok(Disconnected { receipt: Receipt { refresh_token, access_token }, host })
    }

    /// Revokes tokens that came too late: their connection is gone, or others are in their place.
    pub(super) async fn revoke_late(&self, store: &Store, grant: Grant) -> Result<(), Failure> {
        queue_revocations(store, grant, FirstAttempt::ByAlarm)?;
        self.schedule(store).await
    }

    /// Ends everything that the account holds. What is left of it are tasks, and then nothing.
    pub(super) async fn erase(&self, store: &Store) -> Result<(), Failure> {
        if store.0.is_empty() {
            return Ok(());
        }
        for row in store.connections()? {
            end(store, &row, FirstAttempt::ByAlarm)?;
            self.tell(store, Change::Disconnected, &row.id, &row.resource)?;
        }
        store.end_sessions()?;
        store.end_all_pending()?;
        self.erasures.set(self.erasures.get().wrapping_add(1));
        let now = Some(seconds(now()));
        self.alarm.schedule_at(now).await
    }

    async fn revoke_now(
        &self,
        store: &Store,
        revoking: QueuedRevocation,
        deadline: Deadline,
    ) -> Result<Revocation, Failure> {
        let (id, revocation) = match revoking {
            QueuedRevocation::Nothing => return Ok(Revocation::NotHeld),
            QueuedRevocation::NotOffered => return Ok(Revocation::NotOffered),
            QueuedRevocation::Unreadable => return Ok(Revocation::Unreadable),
            QueuedRevocation::Posted { id, revocation } => (id, revocation),
        };
        let fate = revoke(store, &revocation, deadline).await;
        if fate != Revocation::FailedWillRetry {
            store.remove_task(&id)?;
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
    ) -> Result<(), Failure> {
        if !rpc::has_events(&self.deployment.env) {
            return Ok(());
        }
        let (user, namespace) = (store.0.meta("user")?, store.0.meta("namespace")?);
        let (connection, resource) = (connection.to_owned(), resource.to_owned());
        let event = Event { event, user, namespace, connection, resource, at: seconds(now()) };
        store.enqueue(OutboxTask::Tell(event), 0).map(drop)
    }
}

/// Erases a connection and writes down what follows, in one write; answers with the revocations.
///
/// The alarm performs them at once, or after a minute if the caller tries them first.
pub(super) fn end(
    store: &Store,
    row: &ConnectionRow,
    first_attempt: FirstAttempt,
) -> Result<[QueuedRevocation; 2], Failure> {
    let Ok(grant) = store.grant(row)? else {
        store.set_aside(row)?;
        return Ok([QueuedRevocation::Unreadable, QueuedRevocation::Unreadable]);
    };
    store.erase(&row.id)?;
    wind_up(store, grant, first_attempt)
}

/// Writes down what follows the end of a connection; answers with the revocations.
pub(super) fn wind_up(
    store: &Store,
    grant: Grant,
    first_attempt: FirstAttempt,
) -> Result<[QueuedRevocation; 2], Failure> {
    let at = RegisteredClient::at(&grant, millis(now()));
    let queued = queue_revocations(store, grant, first_attempt)?;
    if !store.holds(&at)? {
        store.enqueue(OutboxTask::Release(at), 0)?;
    }
    Ok(queued)
}

/// The refresh token first, for it would outlive the other. A server that ended the connection itself may still accept
/// either.
fn queue_revocations(
    store: &Store,
    Grant { server, client, tokens, .. }: Grant,
    first_attempt: FirstAttempt,
) -> Result<[QueuedRevocation; 2], Failure> {
    let after = match first_attempt {
        FirstAttempt::ByAlarm => 0,
        FirstAttempt::ByCaller => 60,
    };
    let revoke = |token: Option<Secret>, kind| {
        let Some(token) = token else { return Ok(QueuedRevocation::Nothing) };
        if server.revocation_endpoint.is_none() {
            return Ok(QueuedRevocation::NotOffered);
        }
        let (server, client) = (server.clone(), client.clone());
        let revocation = Box::new(TokenRevocation { server, client, token, kind });
        let id = store.enqueue(OutboxTask::Revoke(revocation.clone()), after)?;
        Ok::<_, Failure>(QueuedRevocation::Posted { id, revocation })
    };
    Ok([
        revoke(tokens.refresh_token, TokenKind::Refresh)?,
        revoke(Some(tokens.access_token), TokenKind::Access)?,
    ])
}

/// The first attempt to revoke the tokens of a connection that ended.
#[derive(Clone, Copy)]
pub(super) enum FirstAttempt {
    /// By the alarm, at once.
    ByAlarm,
    /// By the caller; the alarm repeats it if it fails.
    ByCaller,
}

/// A revocation in the outbox, if there is one to send.
pub(super) enum QueuedRevocation {
    /// There is none.
    Nothing,
    /// The server offers no revocation.
    NotOffered,
    /// The token cannot be opened. It is set aside until its key is back.
    Unreadable,
    /// Stored as a task of the outbox.
    Posted {
        /// Identifier of the task.
        id: String,
        /// The revocation to send.
        revocation: Box<TokenRevocation>,
    },
}
