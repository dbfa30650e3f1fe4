//! The alarm: what has expired, what must still be told, what is kept fresh, and what needs another key.

use std::{rc::Rc, time::Duration};

use super::{
    Inner,
    disconnect::{FirstAttempt, wind_up},
    outbox::Work,
    schema::SEALED,
    store::Store,
};
use crate::{
    failure::Failure,
    model::Revocation,
    platform::{
        clock::{now, seconds},
        fetch::{Deadline, Limit, through_until},
        log::{Line, report},
        rpc::{self, Delivery},
    },
    registrar::RegistrarRequest,
    seal::Unsealable,
    stored::{OutboxTask, RegisteredClient, TokenRevocation},
};
use login_flow::{Fault, Faulty, Revoke, Step, drive};

impl Inner {
    /// Does everything that is due, and sets the alarm for the next thing.
    pub(super) async fn on_alarm(self: Rc<Self>) -> Result<(), Failure> {
        self.alarm.mark_fired();
        let Some(store) = self.own_store()? else { return Ok(()) };
        store.purge()?;
        store.0.rotate(SEALED)?;
        for row in store.due_tasks()? {
            let is_done = match store.work(&row)? {
                Ok(Work::Task(task)) => self.perform(&store, &task).await,
                Ok(Work::Grant(grant)) => wind_up(&store, *grant, FirstAttempt::ByAlarm).map(|_| true)?,
                Err(Unsealable) => false,
            };
            if is_done {
                store.remove_task(&row.id)?;
            } else if !store.postpone(&row)? {
                Line { event: "given-up", kind: Some(&row.field), ..Line::default() }.error();
            }
        }
        self.keep_fresh(&store).await?;
        if !store.is_over()? {
            return self.schedule(&store).await;
        }
        // An exchange under way has an answer to store.
        if self.refreshes.is_idle() && self.exchanges.get() == 0 {
            return self.delete_all().await;
        }
        self.schedule_with(&store, Some(seconds(now()).saturating_add(10))).await
    }

    /// The account's own rows, where there are any: an alarm has no asker who would name it.
    fn own_store(&self) -> Result<Option<Rc<Store>>, Failure> {
        let kept = self.store.borrow().clone();
        let store = kept.map_or_else(|| self.open(None), Ok)?;
        Ok(Some(store).filter(|store| !store.0.is_empty()))
    }

    /// True if nothing is left to do about it.
    async fn perform(&self, store: &Store, task: &OutboxTask) -> bool {
        match task {
            OutboxTask::Hold(at) | OutboxTask::Release(at) => {
                let is_hold = matches!(task, OutboxTask::Hold(_));
                // A later change is told by a task of its own.
                match store.holds(at).map_err(report) {
                    Ok(holds) if holds == is_hold => self.tell_use(store, at, is_hold).await,
                    outcome => outcome.is_ok(),
                }
            }
            OutboxTask::Revoke(revocation) => {
                let deadline = Deadline::after(REVOCATION_DEADLINE);
                revoke(store, revocation, deadline).await != Revocation::FailedWillRetry
            }
            OutboxTask::Tell(event) => {
                let delivery = rpc::post_event(&self.deployment.env, event).await.map_err(report);
                matches!(delivery, Ok(Delivery::Accepted))
            }
        }
    }
}

impl Inner {
    async fn tell_use(&self, store: &Store, at: &RegisteredClient, is_hold: bool) -> bool {
        // The name of the account, by which the registrar tells accounts apart.
        let account = store.0.owner().to_owned();
        let (client_id, since) = (at.client_id.clone(), at.since);
        let request = if is_hold {
            RegistrarRequest::Hold { client_id, account, since }
        } else {
            RegistrarRequest::Release { client_id, account, since }
        };
        self.tell_registrar(&at.issuer, &request).await
    }

    /// True if the registrar has done it.
    pub(super) async fn tell_registrar(&self, issuer: &str, request: &RegistrarRequest) -> bool {
        rpc::call::<_, ()>(&self.deployment.env, rpc::Object::Registrar, issuer, request)
            .await
            .map_err(report)
            .is_ok()
    }
}

/// Revokes a token (RFC 7009 §2.2): a server that is down is asked again, one that refuses is not.
pub(super) async fn revoke(store: &Store, revocation: &TokenRevocation, deadline: Deadline) -> Revocation {
    let TokenRevocation { server, client, token, kind } = revocation;
    let Some(revoke) = Revoke::new(server, client, token, *kind) else {
        return Revocation::NotOffered;
    };
    if store.check_pause(Step::Revocation, server.issuer.as_str()).is_err() {
        return Revocation::FailedWillRetry;
    }
    let egress = &store.0.config().egress;
    let outcome = drive(revoke, through_until(egress, Limit::TOKEN, deadline)).await;
    let Err(error) = outcome else { return Revocation::Revoked };
    match error.fault() {
        Fault::Gone | Fault::Refused => Revocation::Refused,
        Fault::Contradiction | Fault::Ours | Fault::Temporary { .. } => {
            // The pause is kept for whatever is asked of the server next; this task is repeated in any case.
            drop(store.failed(Step::Revocation, server.issuer.as_str(), error));
            Revocation::FailedWillRetry
        }
    }
}

/// The longest wait for the revocations of one connection together.
pub(super) const REVOCATION_DEADLINE: Duration = Duration::from_secs(10);
