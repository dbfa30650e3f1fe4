//! A usable token at any time, with at most one refresh under way for each connection.

use std::{
    rc::Rc,
    time::{Duration, SystemTime},
};

use url::Url;

use super::{AccessToken, Inner, Refusal, RefusedToken, connection_row::ConnectionRow, store::Store};
use crate::{
    failure::{Failure, UserFailure},
    model::Change,
    platform::{
        clock::{now, seconds},
        entropy::entropy,
        fetch::{Limit, through},
        log::Line,
    },
    stored::{Grant, GrantInUse},
};
use login_flow::{DriveError, Fault, Faulty, Issued, Refresh, digest, drive, is_due};

impl Inner {
    /// The token for a URL, refreshed when it is due or when it is the one that was refused there.
    pub(super) async fn authorization(
        self: Rc<Self>,
        store: Rc<Store>,
        url: &Url,
        label: Option<&str>,
        refused: Option<&RefusedToken>,
    ) -> Result<AccessToken, Failure> {
        let row = store.covering(url, label)?.ok_or(UserFailure::NO_CONNECTION)?;
        let (grant, mut need) = self.judge(&store, &row, refused).await?;
        if need == Need::Refused {
            if refused.is_some_and(|refused| refused.refusal == Refusal::Moved) {
                self.needs_login(&store, &row).await?;
                return Err(UserFailure::LOGIN_AGAIN.into());
            }
            if refused.is_some_and(|refused| refused.refusal == Refusal::OfReplacement) {
                store.refused_again(&row.id)?;
            }
            if store.is_refused_in_vain(&row.id)? {
                need = Need::Nothing;
            }
        }
        if need == Need::Nothing {
            self.used(&store, &row, &grant).await?;
            return Ok(usable(&row, grant));
        }
        if !grant.is_renewable {
            let is_over = match need {
                Need::Early | Need::Nothing => false,
                Need::Now => true,
                Need::Refused => refused.is_some_and(|refused| refused.refusal == Refusal::Invalid),
            };
            if !is_over {
                return Ok(usable(&row, grant));
            }
            self.needs_login(&store, &row).await?;
            return Err(UserFailure::LOGIN_AGAIN.into());
        }
        let outcome = self.refresh_once(Rc::clone(&store), row.id.clone()).await;
        // Another login may have put another connection in its place.
        let row = store.covering(url, label)?.ok_or(UserFailure::NO_CONNECTION)?;
        let (grant, need) = self.judge(&store, &row, refused).await?;
        match outcome {
            // The old token still lives: a server that is down for a moment does no harm.
            Err(failure) if matches!(need, Need::Now | Need::Refused) => Err(failure),
            _ => {
                self.used(&store, &row, &grant).await?;
                Ok(usable(&row, grant))
            }
        }
    }

    /// Renews what is in use and about to end, so that no request waits for it. A connection unused since its renewal
    /// is left alone.
    pub(super) async fn keep_fresh(self: &Rc<Self>, store: &Rc<Store>) -> Result<(), Failure> {
        for row in store.in_use()? {
            let Ok(grant) = store.grant_in_use(&row)? else { continue };
            if Need::of(&grant, &row, now(), None) == Need::Nothing {
                self.alarm.schedule_at(fresh_until(&row, &grant)).await?;
            } else {
                // The next use of the connection shows the outcome; until then the old token serves.
                drop(self.refresh_once(Rc::clone(store), row.id).await);
            }
        }
        Ok(())
    }

    /// Schedules the renewal of a connection that is in use: one write for each token.
    async fn used(&self, store: &Store, row: &ConnectionRow, grant: &GrantInUse) -> Result<(), Failure> {
        if row.is_used() {
            return Ok(());
        }
        let Some(due) = fresh_until(row, grant) else { return Ok(()) };
        store.set_used(row)?;
        self.schedule_with(store, Some(due)).await
    }

    async fn refresh_once(self: &Rc<Self>, store: Rc<Store>, id: String) -> Result<(), Failure> {
        let (this, key) = (Rc::clone(self), id.clone());
        self.refreshes.join(&self.state, &key, async move { this.refresh_now(&store, &id).await }).await
    }

    async fn refresh_now(&self, store: &Store, id: &str) -> Result<(), Failure> {
        let Some(row) = store.connection(id)? else { return Err(UserFailure::NO_CONNECTION.into()) };
        let Ok(Grant { server, client, tokens, resource, step_ups }) = store.grant(&row)? else {
            return Err(UserFailure::LOGIN_AGAIN.into());
        };
        let over = tokens.expires_in.and_then(|lifetime| row.issued().checked_add(lifetime));
        store.check_renewal(&row, over)?;
        // A refresh token may have been spent just before a crash. It is presented once more and not twice.
        let Some(intent) = row.intent().next() else {
            self.needs_login(store, &row).await?;
            return Err(UserFailure::LOGIN_AGAIN.into());
        };
        let asked = resource.clone().unwrap_or_else(|| row.resource.clone());
        let Some(refresh) = Refresh::new(server.clone(), client.clone(), asked, &tokens) else {
            return Err(UserFailure::LOGIN_AGAIN.into());
        };
        store.set_intent(&row, intent)?;
        let egress = &store.0.config().egress;
        let outcome = drive(refresh, through(egress, Limit::TOKEN)).await;
        match outcome {
            Ok(Issued { client, tokens }) => {
                let grant = Grant { server, client, tokens, resource, step_ups };
                if !store.refreshed(&row, &grant)? {
                    return self.revoke_late(store, grant).await;
                }
                store.end_pause(id)
            }
            Err(DriveError::Protocol(error)) if error.fault() == Fault::Gone => {
                self.needs_login(store, &row).await?;
                self.forget_if_unknown(&error, &server, client).await?;
                Err(UserFailure::LOGIN_AGAIN.into())
            }
            Err(error) => {
                // The one repetition after a crash stays the one repetition.
                store.set_intent(&row, row.intent())?;
                Err(store.renewal_failed(&row, over, &error)?)
            }
        }
    }

    /// The grant of a connection, and the need to replace its tokens.
    async fn judge(
        &self,
        store: &Store,
        row: &ConnectionRow,
        refused: Option<&RefusedToken>,
    ) -> Result<(GrantInUse, Need), Failure> {
        if row.needs_login() {
            return Err(UserFailure::LOGIN_AGAIN.into());
        }
        let Ok(grant) = store.grant_in_use(row)? else {
            // A new login helps, or its key: the row stays as it is.
            return Err(UserFailure::LOGIN_AGAIN.into());
        };
        if !store.0.is_current(&row.sealed)? {
            self.alarm.schedule_at(Some(seconds(now()))).await?;
        }
        let need = Need::of(&grant, row, now(), refused);
        Ok((grant, need))
    }

    async fn needs_login(&self, store: &Store, row: &ConnectionRow) -> Result<(), Failure> {
        if !store.ask_for_login(row)? {
            return Ok(());
        }
        store.erase_pauses(&row.id)?;
        self.tell(store, Change::NeedsLogin, &row.id, &row.resource)?;
        Line { event: "needs-login", issuer: Some(&row.issuer), ..Line::default() }.info();
        self.schedule(store).await
    }
}

/// The need to replace a token before it is used.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    /// Replacing it would be wise, but it still works.
    Early,
    Nothing,
    /// The token is over.
    Now,
    /// The token was refused.
    Refused,
}

impl Need {
    fn of(grant: &GrantInUse, row: &ConnectionRow, now: SystemTime, refused: Option<&RefusedToken>) -> Self {
        if refused.is_some_and(|refused| refused.digest == digest(grant.access_token.secret())) {
            return Self::Refused;
        }
        let age = now.duration_since(row.issued()).unwrap_or_default();
        // A server whose tokens hardly live is not asked at every call: until one is refused, it may still work.
        if row.generation > 0 && age < MIN_REFRESH_INTERVAL {
            return Self::Nothing;
        }
        if grant.expires_in.is_some_and(|lifetime| age >= lifetime) {
            Self::Now
        } else if is_due(grant.expires_in, row.issued(), now) {
            Self::Early
        } else {
            Self::Nothing
        }
    }
}

/// The second at which tokens are replaced ahead of time: somewhat before they are due, and not all accounts at
/// once. Nothing for tokens that are too short-lived for it to matter, or that cannot be replaced.
fn fresh_until(row: &ConnectionRow, grant: &GrantInUse) -> Option<i64> {
    let lifetime =
        grant.expires_in.filter(|lifetime| grant.is_renewable && *lifetime >= WORTH_KEEPING_FRESH)?;
    let [byte] = entropy::<1>().ok()?;
    // Due at nine tenths of its life: between there and nine tenths and a half.
    let share = lifetime.as_secs().saturating_mul(9) / 10;
    let jitter = (lifetime.as_secs() / 20).saturating_mul(u64::from(byte)) / 255;
    let after = Duration::from_secs(share.saturating_add(jitter));
    Some(seconds(row.issued().checked_add(after)?))
}

fn usable(row: &ConnectionRow, grant: GrantInUse) -> AccessToken {
    let GrantInUse { access_token, expires_in, scope, is_renewable, step_ups } = grant;
    let age = now().duration_since(row.issued()).unwrap_or_default();
    let may_be_over = is_renewable && expires_in.is_none_or(|lifetime| age >= lifetime);
    AccessToken { token: access_token, scope, may_be_over, is_last: step_ups >= MAX_STEP_UPS }
}

/// Three logins in a row for the same are enough.
const MAX_STEP_UPS: u8 = 2;
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(30);
const WORTH_KEEPING_FRESH: Duration = Duration::from_mins(5);
