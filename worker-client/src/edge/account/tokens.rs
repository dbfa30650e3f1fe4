//! A usable token at any time, with at most one refresh under way for each connection.

use std::{rc::Rc, time::SystemTime};

use rfc7591::Secret;
use url::Url;

use super::{
    super::{
        door::now,
        fetch::{Limit, fetch},
    },
    Inner, Usable,
    store::{Grant, Row, Store},
};
use crate::{
    flow::{DriveError, Refresh, digest, drive},
    problem::Problem,
};

impl Inner {
    /// The token for a URL, refreshed when it is due or when it is the one that was refused there.
    pub(super) async fn authorization(
        self: Rc<Self>,
        store: Rc<Store>,
        url: &Url,
        refused: Option<&str>,
    ) -> Result<Usable, Problem> {
        let row = store.covering(url)?.ok_or_else(Problem::no_connection)?;
        let (grant, mut need) = judge(&store, &row, refused)?;
        if need == Need::Nothing {
            return Ok(usable(grant.tokens.access_token));
        }
        if grant.tokens.refresh_token.is_none() {
            if need == Need::Early {
                return Ok(usable(grant.tokens.access_token));
            }
            store.ask_for_login(&row.id)?;
            return Err(Problem::login_again());
        }
        let outcome = self.refresh_once(Rc::clone(&store), row.id.clone()).await;
        let row = store.connection(&row.id)?.ok_or_else(Problem::no_connection)?;
        let grant;
        (grant, need) = judge(&store, &row, refused)?;
        match outcome {
            // The old token still lives: a server that is down for a moment is nobody's failure.
            Err(problem) if need == Need::Now => Err(problem),
            _ => Ok(usable(grant.tokens.access_token)),
        }
    }

    async fn refresh_once(self: &Rc<Self>, store: Rc<Store>, id: String) -> Result<(), Problem> {
        let (this, key) = (Rc::clone(self), id.clone());
        self.refreshes.join(&self.state, &key, async move { this.refresh_now(&store, &id).await }).await
    }

    async fn refresh_now(&self, store: &Store, id: &str) -> Result<(), Problem> {
        let Some(row) = store.connection(id)? else { return Err(Problem::no_connection()) };
        let Some(Grant { server, client, tokens }) = store.grant(&row)? else {
            return Err(Problem::login_again());
        };
        // A refresh token may have been spent just before a crash. It is presented once more and not twice.
        if row.intent >= 2 {
            store.ask_for_login(id)?;
            return Err(Problem::login_again());
        }
        let resource = row.resource.clone();
        let Some(refresh) = Refresh::new(server.clone(), client.clone(), resource, &tokens) else {
            return Err(Problem::login_again());
        };
        store.set_intent(id, row.intent.saturating_add(1))?;
        match drive(refresh, async |request| fetch(request, &store.config().egress, Limit::TOKEN).await).await
        {
            Ok(tokens) => store.refreshed(&row, &Grant { server, client, tokens }),
            Err(DriveError::Protocol(error)) if error.is_final() => {
                store.ask_for_login(id)?;
                self.forget_if_unknown(&error, &server, client).await?;
                Err(Problem::login_again())
            }
            Err(error) => {
                store.set_intent(id, 0)?;
                Err(error.into())
            }
        }
    }
}

/// What a connection holds, and whether its token can be used as it is.
fn judge(store: &Store, row: &Row, refused: Option<&str>) -> Result<(Grant, Need), Problem> {
    if row.needs_login() {
        return Err(Problem::login_again());
    }
    let Some(grant) = store.grant(row)? else {
        // It was sealed for another place or with a key that is gone: only a new login helps.
        store.ask_for_login(&row.id)?;
        return Err(Problem::login_again());
    };
    let need = Need::of(&grant, row.issued(), now(), refused);
    Ok((grant, need))
}

/// Whether a token must be replaced before it is used.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    /// It would be wise, but it still works.
    Early,
    Nothing,
    /// It is over, or was refused.
    Now,
}

impl Need {
    fn of(grant: &Grant, issued: SystemTime, now: SystemTime, refused: Option<&str>) -> Self {
        let age = now.duration_since(issued).unwrap_or_default();
        if refused == Some(&digest(grant.tokens.access_token.secret()))
            || grant.tokens.expires_in.is_some_and(|lifetime| age >= lifetime)
        {
            Self::Now
        } else if grant.tokens.are_due(issued, now) {
            Self::Early
        } else {
            Self::Nothing
        }
    }
}

fn usable(access_token: Secret) -> Usable {
    Usable { access_token }
}
