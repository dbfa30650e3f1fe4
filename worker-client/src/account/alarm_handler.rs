//! The alarm: what has expired, what must still be told, what is kept fresh, and what needs another key.

use std::rc::Rc;

use super::{
    Inner,
    outbox::{Chore, ToRevoke},
    schema::MIGRATIONS,
    store::Store,
};
use crate::{
    model::Revocation,
    platform::{
        fetch::{Limit, through},
        log::Line,
        rpc,
        storage::Storage,
    },
    problem::Problem,
    registrar,
};
use login_flow::{DriveError, Revoke, drive};

impl Inner {
    /// Does everything that is due, and sets the alarm for the next thing.
    pub(super) async fn ring(self: Rc<Self>) -> Result<(), Problem> {
        self.alarm.rang();
        let Some(store) = self.own_store()? else { return Ok(()) };
        store.purge()?;
        for waiting in store.due_chores()? {
            let is_done = match store.chore(&waiting)? {
                Some(chore) => self.perform(&store, &chore).await,
                None => true,
            };
            if is_done {
                store.done(&waiting.id)?;
            } else if !store.postpone(&waiting)? {
                Line { event: "given-up", ..Line::default() }.error();
            }
        }
        let store = Rc::new(store);
        self.keep_fresh(&store).await?;
        let resealed = store.reseal()?;
        if resealed > 0 {
            Line { event: "resealed", count: Some(resealed), ..Line::default() }.info();
        }
        if store.is_over()? && self.refreshes.are_over() {
            return Ok(self.state.storage().delete_all().await?);
        }
        self.schedule(&store).await
    }

    /// The account's own rows, where there are any: an alarm has no asker who would name it.
    fn own_store(&self) -> Result<Option<Store>, Problem> {
        let config = self.deployment.config()?;
        let storage = Storage::open(self.state.storage().sql(), config, None, MIGRATIONS)?;
        Ok(Some(Store(storage)).filter(|store| !store.0.is_empty()))
    }

    /// Whether nothing is left to do about it.
    async fn perform(&self, store: &Store, chore: &Chore) -> bool {
        match chore {
            Chore::Hold(at) => {
                let ask = registrar::Ask::Hold { client_id: at.client_id.clone(), account: owner(store) };
                rpc::ask::<_, ()>(&self.deployment.env, "REGISTRAR", &at.issuer, &ask).await.is_ok()
            }
            Chore::Release(at) => {
                let ask = registrar::Ask::Release { client_id: at.client_id.clone(), account: owner(store) };
                rpc::ask::<_, ()>(&self.deployment.env, "REGISTRAR", &at.issuer, &ask).await.is_ok()
            }
            Chore::Revoke(revocation) => revoke(store, revocation).await != Revocation::FailedWillRetry,
            Chore::Tell(event) => rpc::tell(&self.deployment.env, event).await.is_ok(),
        }
    }
}

/// Revokes a token (RFC 7009 §2.2): a server that is down is asked again, one that refuses is not.
pub(super) async fn revoke(store: &Store, revocation: &ToRevoke) -> Revocation {
    let ToRevoke { server, client, token, .. } = revocation;
    let Some(revoke) = Revoke::new(server, client, token, revocation.kind()) else {
        return Revocation::NotOffered;
    };
    let egress = &store.0.config().egress;
    match drive(revoke, through(egress, Limit::TOKEN)).await {
        Ok(()) => Revocation::Revoked,
        Err(DriveError::Protocol(refused)) if refused.is_final() => Revocation::Refused,
        Err(_) => Revocation::FailedWillRetry,
    }
}

/// What the registrar knows an account by: enough to tell accounts apart.
fn owner(store: &Store) -> String {
    store.0.owner().to_owned()
}
