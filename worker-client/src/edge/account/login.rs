//! From the redirect to the stored tokens, and the way back.

use pkce::Verifier;
use serde::Serialize;
use url::Url;

use super::{
    super::{
        door::entropy,
        fetch::{Limit, fetch},
        object, registrar,
    },
    Begin, Inner, Session,
    store::{Grant, Store, Waiting},
};
use crate::{
    edge::login::issuer_id,
    flow::{Client, Denied, DriveError, Egress, Login, Revoke, Server, State, TokenError, TokenKind, drive},
    problem::Problem,
};

impl Inner {
    /// Registers if need be and answers with the URL to send the person to. One write, before it is used.
    pub(super) async fn begin(&self, store: &Store, session: Session, begin: Begin) -> Result<Url, Problem> {
        let Begin { named, server, about, scope } = begin;
        let redirect_uri = store.config().url(&format!("/callback/{}", issuer_id(&server)));
        let ask = registrar::Ask::Obtain { server: Box::new(server.clone()), redirect_uri };
        let client: Client = object::ask(&self.env, "REGISTRAR", &registrar::name(&server), &ask).await?;
        let login = Login { server, client, resource: named.resource(), scope };
        let (url, pending) = login.begin(State::from_entropy(entropy()?), Verifier::from_entropy(entropy()?));
        store.begin(&session, &Waiting { pending, named, about })?;
        Ok(url)
    }

    /// Judges an authorization response and redeems its code. A response that is not genuine ends nothing.
    pub(super) async fn callback(
        &self,
        store: &Store,
        url: &Url,
        rotate: Option<String>,
    ) -> Result<(), Problem> {
        let state = State::digest_of(url).ok_or_else(Problem::unknown_login)?;
        let Waiting { pending, named, about } = store.waiting(&state)?.ok_or_else(Problem::unknown_login)?;
        let redeem = match pending.accept(url) {
            Ok(redeem) => redeem,
            Err(denied) => {
                if denied.is_final() {
                    store.end_pending(&state)?;
                }
                return Err(denied.into());
            }
        };
        // RFC 9700 §4.4.2.2: each issuer has its own redirection URI.
        if redeem.client().redirect_uri.path() != url.path() {
            return Err(Denied::Issuer.into());
        }
        // Gone before the code is sent: the platform holds the request back until the write is durable.
        store.end_pending(&state)?;
        let (server, client) = (redeem.server().clone(), redeem.client().clone());
        let egress = &store.config().egress;
        let outcome = drive(redeem, async |request| fetch(request, egress, Limit::TOKEN).await).await;
        let tokens = match outcome {
            Ok(tokens) => tokens,
            Err(error) => {
                if let DriveError::Protocol(error) = &error {
                    self.forget_if_unknown(error, &server, client).await?;
                }
                return Err(error.into());
            }
        };
        store.connect(&named, &about, &Grant { server, client, tokens })?;
        match rotate {
            Some(next) => store.rotate_session(&next),
            None => Ok(()),
        }
    }

    /// A server that no longer knows this client gets a new registration with the next login.
    pub(super) async fn forget_if_unknown(
        &self,
        error: &TokenError,
        server: &Server,
        client: Client,
    ) -> Result<(), Problem> {
        if !error.is_about_the_client() {
            return Ok(());
        }
        let ask = registrar::Ask::Forget { client_id: client.client_id };
        object::ask(&self.env, "REGISTRAR", &registrar::name(server), &ask).await
    }

    /// Erases a connection, then revokes what it held.
    pub(super) async fn disconnect(&self, store: &Store, id: &str) -> Result<Receipt, Problem> {
        let row = store.connection(id)?.ok_or_else(Problem::not_found)?;
        let grant = store.grant(&row)?;
        store.disconnect(id)?;
        match grant {
            Some(grant) => Ok(revoke(&store.config().egress, &grant).await),
            None => Ok(Receipt::default()),
        }
    }

    /// Ends a browser's account: without its cookie nobody could reach what it holds, so nothing is left of it.
    pub(super) async fn leave(&self, store: Store) -> Result<(), Problem> {
        let rows = store.connections()?;
        let grants: Vec<Grant> = rows.iter().filter_map(|row| store.grant(row).ok().flatten()).collect();
        self.state.storage().delete_all().await?;
        self.state.wait_until(async move {
            for grant in &grants {
                revoke(&store.config().egress, grant).await;
            }
        });
        Ok(())
    }
}

/// The refresh token first, for it would outlive the other.
async fn revoke(egress: &Egress, grant: &Grant) -> Receipt {
    let Grant { server, client, tokens } = grant;
    let refresh = tokens.refresh_token.as_ref();
    let refresh = refresh.and_then(|token| Revoke::new(server, client, token, TokenKind::Refresh));
    let access = Revoke::new(server, client, &tokens.access_token, TokenKind::Access);
    Receipt {
        refresh_token_revoked: sent(egress, refresh).await,
        access_token_revoked: sent(egress, access).await,
    }
}

async fn sent(egress: &Egress, revoke: Option<Revoke>) -> bool {
    let Some(revoke) = revoke else { return false };
    drive(revoke, async |request| fetch(request, egress, Limit::TOKEN).await).await.is_ok()
}

/// What a disconnect achieved at the server.
#[derive(Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Receipt {
    refresh_token_revoked: bool,
    access_token_revoked: bool,
}
