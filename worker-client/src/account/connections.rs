//! The connections of an account: which there are, and what is written to them.

use std::rc::Rc;

use login_codec::base64url::encode;
use serde_json::Value;
use url::{Position, Url};

use super::{
    connection_row::{ConnectionRow, RefreshIntent},
    store::Store,
};
use crate::{
    failure::Failure,
    model::{About, Connection},
    platform::{
        clock::{now, seconds},
        columns::Columns,
        entropy::entropy,
    },
    seal::{Place, Unsealable},
    stored::{Grant, GrantInUse, RegisteredClient, StoredGrant, StoredGrantInUse},
};
use login_flow::{Client, LoginTarget, Server, covers};

/// The names of a new connection.
pub(super) struct NewConnection {
    pub(super) target: LoginTarget,
    pub(super) about: About,
    pub(super) label: String,
}

impl Store {
    pub(super) fn connections(&self) -> Result<Vec<ConnectionRow>, Failure> {
        self.select("ORDER BY created DESC", Vec::new())
    }

    /// The connections whose tokens are used and can be renewed.
    pub(super) fn in_use(&self) -> Result<Vec<ConnectionRow>, Failure> {
        self.select("WHERE used <> 0 AND needs_login = 0", Vec::new())
    }

    /// The connections at an issuer, the newest first.
    pub(super) fn at(&self, issuer: &str) -> Result<Vec<ConnectionRow>, Failure> {
        self.select("WHERE issuer = ? ORDER BY created DESC", vec![issuer.into()])
    }

    pub(super) fn connection_count(&self) -> Result<i64, Failure> {
        if !self.0.has_later_tables() {
            return Ok(0);
        }
        let row = self.0.rows("SELECT count(*) FROM connection", Vec::new())?.pop().unwrap_or_default();
        row.read(Columns::integer)
    }

    /// The connections as they are listed. Of what is sealed, the name of the key is read and nothing else.
    pub(super) fn shown(&self) -> Result<Vec<Connection>, Failure> {
        let keys = self.0.config().keys()?;
        let shown = |row: ConnectionRow| {
            let is_readable = keys.has_key_of(&row.sealed);
            let shown = row.shown();
            Connection { needs_login: shown.needs_login || !is_readable, ..shown }
        };
        let key = "substr(sealed, 1, 3 + instr(substr(sealed, 4), '.')), NULL";
        let rows = self.select_with(key, "ORDER BY created DESC", Vec::new())?;
        Ok(rows.into_iter().map(shown).collect())
    }

    pub(super) fn connection(&self, id: &str) -> Result<Option<ConnectionRow>, Failure> {
        Ok(self.select("WHERE id = ?", vec![id.into()])?.pop())
    }

    /// The connection to a resource under a label.
    pub(super) fn labelled(&self, resource: &str, label: &str) -> Result<Option<ConnectionRow>, Failure> {
        Ok(self.select("WHERE resource = ? AND label = ?", vec![resource.into(), label.into()])?.pop())
    }

    /// The connection that a request to that URL uses, as [`closest`] chooses it. The rows of other origins are not looked
    /// at, and one row is read.
    ///
    /// [`closest`]: crate::model::closest
    pub(super) fn covering(
        &self,
        url: &Url,
        label: Option<&str>,
    ) -> Result<Option<Rc<ConnectionRow>>, Failure> {
        let named = label.map(|label| format!("{label} ")).unwrap_or_default();
        let key = format!("covering {named}{}", &url[..Position::AfterPath]);
        self.0.remembered(key, || self.find_covering(url, label))
    }

    // Apart from what is remembered: the platform compiles a function whole.
    #[inline(never)]
    fn find_covering(&self, url: &Url, label: Option<&str>) -> Result<Option<ConnectionRow>, Failure> {
        let origin = url.origin().ascii_serialization();
        // A path that is not plain is covered by its whole origin alone.
        for reach in [&url[..Position::AfterPath], &origin] {
            // In the order of text, `0` follows the slash.
            let row = self.select(
                "WHERE resource >= ?1 AND resource < ?1 || '0' AND instr(?2, rtrim(resource, '/') || '/') = 1
                AND (?3 IS NULL OR label = ?3)
                ORDER BY length(resource) DESC, label <> '', created DESC, rowid DESC LIMIT 1",
                vec![origin.as_str().into(), format!("{reach}/").into(), label.map(str::to_owned).into()],
            )?;
            let covers =
                |row: &ConnectionRow| Url::parse(&row.resource).is_ok_and(|resource| covers(&resource, url));
            if let Some(row) = row.into_iter().find(covers) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    pub(super) fn icon(&self, id: &str) -> Result<Option<String>, Failure> {
        if !self.0.has_later_tables() {
            return Ok(None);
        }
        let row = self.0.rows("SELECT icon FROM connection WHERE id = ?", vec![id.into()])?.pop();
        row.map_or(Ok(None), |row| row.read(Columns::optional_text))
    }

    pub(super) fn grant(&self, row: &ConnectionRow) -> Result<Result<Grant, Unsealable>, Failure> {
        Ok(self.0.unseal::<StoredGrant>(row.place(), &row.sealed)?.map(Grant::from))
    }

    /// The part of a grant that an authorized request needs. A row of the time before it was sealed apart has the whole.
    pub(super) fn grant_in_use(
        &self,
        row: &ConnectionRow,
    ) -> Result<Result<GrantInUse, Unsealable>, Failure> {
        let Some(sealed) = &row.access_token else {
            return Ok(self.grant(row)?.map(|grant| GrantInUse::from(&grant)));
        };
        let place = access_token_place(row.place());
        Ok(self.0.unseal::<StoredGrantInUse>(place, sealed)?.map(GrantInUse::from))
    }

    /// The client of a connection at the same server, if it may ask for the scope: no need to ask for one.
    pub(super) fn client_in_use(
        &self,
        server: &Server,
        redirect_uri: &Url,
        scope: Option<&str>,
    ) -> Result<Option<Client>, Failure> {
        for row in self.at(server.issuer.as_str())?.iter().filter(|row| !row.needs_login()) {
            let Ok(Grant { server: other, client, .. }) = self.grant(row)? else { continue };
            let is_current = other.is_same_party(server) && client.redirect_uri == *redirect_uri;
            if is_current && !client.is_expired(now()) && client.may_ask_for(scope) {
                return Ok(Some(client));
            }
        }
        Ok(None)
    }

    /// True if a connection uses that client, or may: what cannot be opened is counted in.
    pub(super) fn holds(&self, client: &RegisteredClient) -> Result<bool, Failure> {
        for row in self.at(&client.issuer)? {
            if self.grant(&row)?.map_or(true, |grant| grant.client.client_id == client.client_id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores what a login ended with, and answers with its id. Nothing may be there in its place.
    pub(super) fn connect(&self, login: &NewConnection, grant: &Grant) -> Result<String, Failure> {
        let NewConnection { target, about, label } = login;
        let id = encode(&entropy::<16>()?);
        let (resource, issuer) = (target.resource(), grant.server.issuer.as_str());
        let [sealed, access_token] = self.seal_grant(grant_place(issuer, &id, &resource, label), grant)?;
        let now = seconds(now());
        self.0.make_later_tables()?;
        self.0.set_meta("connected", "yes")?;
        self.0.exec(
            "INSERT INTO connection (id, resource, label, issuer, scope, title, description, icon, sealed,
             access_token, issued, created, relaxations) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                id.as_str().into(),
                resource.as_str().into(),
                label.as_str().into(),
                issuer.into(),
                grant.tokens.scope.clone().into(),
                about.title.clone().into(),
                about.description.clone().into(),
                about.icon.clone().into(),
                sealed,
                access_token,
                now.into(),
                now.into(),
                grant.client.relaxations.names().into(),
            ],
        )?;
        Ok(id)
    }

    /// Stores refreshed tokens and that nothing is under way, in one write. Nothing comes back that was erased,
    /// and a late answer replaces nothing that is newer: then it is false.
    pub(super) fn refreshed(&self, row: &ConnectionRow, grant: &Grant) -> Result<bool, Failure> {
        let [sealed, access_token] = self.seal_grant(row.place(), grant)?;
        self.0.has_changed(
            "UPDATE connection SET sealed = ?, access_token = ?, issued = ?, scope = ?, relaxations = ?, intent = 0, used = 0,
             generation = generation + 1 WHERE id = ? AND generation = ?",
            vec![
                sealed,
                access_token,
                seconds(now()).into(),
                grant.tokens.scope.clone().into(),
                grant.client.relaxations.names().into(),
                row.id.as_str().into(),
                row.generation.into(),
            ],
        )
    }

    /// Marks the tokens as used: once for each token, with the alarm that keeps the connection fresh.
    pub(super) fn set_used(&self, row: &ConnectionRow) -> Result<(), Failure> {
        self.0.exec("UPDATE connection SET used = 1 WHERE id = ?", vec![row.id.as_str().into()])
    }

    pub(super) fn set_intent(&self, row: &ConnectionRow, intent: RefreshIntent) -> Result<(), Failure> {
        let intent = match intent {
            RefreshIntent::None => 0,
            RefreshIntent::Sent => 1,
            RefreshIntent::Repeated => 2,
        };
        self.0.exec(
            "UPDATE connection SET intent = ? WHERE id = ? AND generation = ?",
            vec![Value::from(intent), row.id.as_str().into(), row.generation.into()],
        )
    }

    /// Marks a connection that only the user can mend: its tokens are of no use any more. False if it is gone, or has
    /// others by now.
    pub(super) fn ask_for_login(&self, row: &ConnectionRow) -> Result<bool, Failure> {
        self.0.has_changed(
            "UPDATE connection SET needs_login = 1, intent = 0 WHERE id = ? AND generation = ?",
            vec![row.id.as_str().into(), row.generation.into()],
        )
    }

    pub(super) fn erase(&self, id: &str) -> Result<(), Failure> {
        self.erase_pauses(id)?;
        self.0.exec("DELETE FROM connection WHERE id = ?", vec![id.into()])
    }

    fn select(&self, rest: &str, bindings: Vec<Value>) -> Result<Vec<ConnectionRow>, Failure> {
        self.select_with("sealed, access_token", rest, bindings)
    }

    /// The sealed values of a grant in its place: the whole, and apart from it the part in use.
    fn seal_grant(&self, place: Place<'_>, grant: &Grant) -> Result<[Value; 2], Failure> {
        let part = StoredGrantInUse::from(GrantInUse::from(grant));
        let whole = self.0.seal(place, &StoredGrant::from(grant.clone()))?;
        Ok([whole.into(), self.0.seal(access_token_place(place), &part)?.into()])
    }

    /// Rows with expressions in the place of what is sealed.
    fn select_with(
        &self,
        sealed: &str,
        rest: &str,
        bindings: Vec<Value>,
    ) -> Result<Vec<ConnectionRow>, Failure> {
        if !self.0.has_later_tables() {
            return Ok(Vec::new());
        }
        let columns = format!(
            "SELECT id, resource, label, issuer, scope, title, description, icon IS NOT NULL, {sealed}, issued, created,
            needs_login, intent, generation, used, relaxations, (SELECT since FROM pause WHERE key = connection.id)
            FROM connection {rest}"
        );
        let rows = self.0.rows(&columns, bindings)?;
        rows.into_iter().map(|row| row.read(ConnectionRow::read)).collect()
    }
}

/// A grant is bound to what its tokens are sent to, and to the name by which a person chooses it.
pub(super) fn grant_place<'a>(issuer: &'a str, id: &'a str, resource: &'a str, label: &'a str) -> Place<'a> {
    Place { issuer, field: "grant", row: id, used_for: [resource, label] }
}

/// The part in use of a grant is bound to the same.
fn access_token_place(grant: Place<'_>) -> Place<'_> {
    Place { field: "access_token", ..grant }
}
