//! The rows of an account. Secrets are sealed; what is listed is plain.

use serde_json::Value;

use super::{
    HostUser, Session,
    schema::{SEALED, SEALED_SESSIONS},
};
use crate::{
    failure::Failure,
    platform::{
        clock::{now, seconds},
        columns::Columns,
        log::Line,
        storage::Storage,
    },
    seal::{Place, Unsealable},
    stored::{LoginUnderWay, StoredLogin},
};

/// The session secrets before one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Earlier {
    /// None is left, or each ends within a minute.
    None,
    /// Some would last for longer.
    Last,
}

/// A session, as its row says. Times are seconds of 1970.
struct SessionRow {
    expires: i64,
    /// The end that is sealed: an edited row lasts no longer.
    until: Result<i64, Unsealable>,
    /// The last end of the secrets before it.
    earlier: Option<i64>,
}

/// The account's storage and the keys that open it.
pub(super) struct Store(pub(super) Storage);

impl Store {
    /// The rows as they are; those of an older version are sealed in the present form.
    pub(super) fn open(rows: Storage) -> Result<Self, Failure> {
        let store = Self(rows);
        if let Some(version) = store.0.brought_forward_from() {
            if version < SEALED_SESSIONS {
                store.seal_sessions()?;
            }
            store.0.rotate(SEALED)?;
        }
        Ok(store)
    }

    /// Seals the sessions of the time before they were sealed. Beside values of the present form there are none: rows that
    /// only say that they are older end.
    fn seal_sessions(&self) -> Result<(), Failure> {
        let present = "SELECT 1 FROM (SELECT sealed FROM connection UNION ALL
            SELECT sealed FROM pending UNION ALL SELECT sealed FROM outbox) WHERE sealed NOT GLOB 'v1.*'";
        if self.0.has_rows(present, Vec::new())? {
            Line { event: "unsealable", kind: Some("session"), ..Line::default() }.error();
            return self.end_sessions();
        }
        self.end_at(seconds(now()).saturating_add(SESSION_SECONDS), "", Vec::new())
    }

    // ── sessions ──

    /// The session of a secret, if it is known; unsealable if its row is not ours, or not to be opened at present.
    pub(super) fn session(&self, digest: &str) -> Result<Option<Result<Earlier, Unsealable>>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let row = self.0.remembered(format!("session {digest}"), || self.session_row(digest))?;
        let Some(row) = row.filter(|row| row.expires > seconds(now())) else { return Ok(None) };
        let expires = row.expires;
        let earlier = if row.earlier.is_some_and(|end| end > soon()) { Earlier::Last } else { Earlier::None };
        Ok(Some(row.until.and_then(|until| if expires <= until { Ok(earlier) } else { Err(Unsealable) })))
    }

    // Apart from what is remembered: the platform compiles a function whole.
    #[inline(never)]
    fn session_row(&self, digest: &str) -> Result<Option<SessionRow>, Failure> {
        let select = "SELECT sealed, expires, (SELECT max(expires) FROM session AS earlier
            WHERE earlier.rowid < session.rowid) FROM session WHERE digest = ?";
        let Some(row) = self.0.rows(select, vec![digest.into()])?.pop() else { return Ok(None) };
        let (sealed, expires, earlier) =
            row.read(|row| (row.text(), row.integer(), row.optional_integer()))?;
        let until = self.0.unseal::<i64>(session_place(digest), &sealed)?;
        Ok(Some(SessionRow { expires, until, earlier }))
    }

    /// Ends the secrets before this one in a minute, which serves a second tab: a browser that sends a secret has
    /// received it.
    pub(super) fn cut_short_before(&self, digest: &str) -> Result<(), Failure> {
        let earlier = "WHERE expires > ? AND rowid < (SELECT rowid FROM session WHERE digest = ?)";
        self.end_at(soon(), earlier, vec![soon().into(), digest.into()])
    }

    /// Ends sessions at that second at the latest, which is sealed with each: an edited row lasts no longer.
    fn end_at(&self, latest: i64, which: &str, of: Vec<Value>) -> Result<(), Failure> {
        let sessions = self.0.rows(&format!("SELECT digest, expires FROM session {which}"), of)?;
        for session in sessions {
            let (digest, expires) = session.read(|row| (row.text(), row.integer().min(latest)))?;
            let sealed = self.0.seal(session_place(&digest), &expires)?;
            let update = "UPDATE session SET expires = ?, sealed = ? WHERE digest = ?";
            self.0.exec(update, vec![expires.into(), sealed.into(), digest.into()])?;
        }
        Ok(())
    }

    pub(super) fn end_sessions(&self) -> Result<(), Failure> {
        self.0.exec("DELETE FROM session", Vec::new())
    }

    /// Adds a session secret. Those before it stay until it is used: the response that carries it may get lost.
    pub(super) fn open_session(&self, digest: &str) -> Result<(), Failure> {
        let expires = seconds(now()).saturating_add(SESSION_SECONDS);
        let sealed = self.0.seal(session_place(digest), &expires)?;
        let insert = "INSERT OR REPLACE INTO session (digest, expires, sealed) VALUES (?, ?, ?)";
        self.0.exec(insert, vec![digest.into(), expires.into(), sealed.into()])
    }

    // ── logins under way ──

    /// Keeps a login, and the session it began in, in one write; answers with the second at which it expires.
    pub(super) fn begin(
        &self,
        session: &Session,
        user: Option<&HostUser>,
        login: LoginUnderWay,
    ) -> Result<i64, Failure> {
        let is_fresh = self.0.is_empty();
        self.0.prepare()?;
        if let Session::New(digest) = session {
            self.open_session(digest)?;
        }
        if let Some(HostUser { name, namespace }) = user {
            self.0.set_meta("user", name)?;
            if !namespace.is_empty() {
                self.0.set_meta("namespace", namespace)?;
            }
        }
        let login = StoredLogin::from(login);
        let state = login.pending.state.as_str();
        let sealed = self.0.seal(pending_place(state), &login)?;
        if !is_fresh {
            self.make_room()?;
        }
        let expires = seconds(now()).saturating_add(PENDING_SECONDS);
        self.0.exec(
            "INSERT INTO pending (state, sealed, expires) VALUES (?, ?, ?)",
            vec![state.into(), sealed.into(), expires.into()],
        )?;
        Ok(expires)
    }

    /// Ends what has expired, and the oldest of too many logins. A fresh account has neither.
    #[inline(never)]
    fn make_room(&self) -> Result<(), Failure> {
        self.purge()?;
        // A statement that deletes nothing is a write all the same, and takes longer than a look.
        let most = || vec![MAX_PENDING.into()];
        if !self.0.has_rows("SELECT 1 FROM pending LIMIT 1 OFFSET ?", most())? {
            return Ok(());
        }
        self.0.exec(
            "DELETE FROM pending WHERE state IN (SELECT state FROM pending ORDER BY expires DESC, rowid DESC LIMIT -1 OFFSET ?)",
            most(),
        )
    }

    /// The login that a `state` belongs to, and the seconds since its authorization request.
    pub(super) fn login(&self, state: &str) -> Result<Option<(LoginUnderWay, i64)>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let now = seconds(now());
        let select = "SELECT sealed, expires FROM pending WHERE state = ? AND expires > ?";
        let row = self.0.rows(select, vec![state.into(), now.into()])?.pop();
        let Some(row) = row else { return Ok(None) };
        let (sealed, expires) = row.read(|row| (row.text(), row.integer()))?;
        let age = PENDING_SECONDS.saturating_sub(expires.saturating_sub(now));
        let login = self.0.unseal::<StoredLogin>(pending_place(state), &sealed)?.ok();
        Ok(login.map(|login| (LoginUnderWay::from(login), age)))
    }

    pub(super) fn end_pending(&self, state: &str) -> Result<(), Failure> {
        self.0.exec("DELETE FROM pending WHERE state = ?", vec![state.into()])
    }

    pub(super) fn end_all_pending(&self) -> Result<(), Failure> {
        self.0.exec("DELETE FROM pending", Vec::new())
    }

    // ── what is over ──

    /// Deletes what has expired.
    pub(super) fn purge(&self) -> Result<(), Failure> {
        let now = seconds(now());
        let over = "SELECT 1 FROM pending WHERE expires <= ?1 UNION ALL SELECT 1 FROM session WHERE expires <= ?1 LIMIT 1";
        if !self.0.has_rows(over, vec![now.into()])? {
            return Ok(());
        }
        self.0.exec("DELETE FROM pending WHERE expires <= ?", vec![now.into()])?;
        self.0.exec("DELETE FROM session WHERE expires <= ?", vec![now.into()])
    }

    /// True if the account holds nothing that a user could come back for.
    ///
    /// A session without any connection, ever, leads to nothing: the next login makes another one.
    pub(super) fn is_over(&self) -> Result<bool, Failure> {
        let later = self.if_later("OR EXISTS (SELECT 1 FROM connection) OR EXISTS (SELECT 1 FROM outbox)");
        let kept = format!(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM pending)
            OR EXISTS (SELECT 1 FROM session, meta WHERE name = 'connected') {later}"
        );
        Ok(!self.0.has_rows(&kept, Vec::new())?)
    }

    /// A part of a query that reads tables which are made later; nothing before they are there.
    fn if_later(&self, part: &'static str) -> &'static str {
        if self.0.has_later_tables() { part } else { "" }
    }

    /// The second at which something falls due that rows know of.
    pub(super) fn due(&self) -> Result<Option<i64>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let later = self.if_later("UNION ALL SELECT min(due) FROM outbox");
        let select = format!(
            "SELECT min(due) FROM (SELECT min(expires) AS due FROM pending
            UNION ALL SELECT min(expires) FROM session {later})"
        );
        let row = self.0.rows(&select, Vec::new())?.pop();
        row.map_or(Ok(None), |row| row.read(Columns::optional_integer))
    }
}

/// The end of a session secret that is not needed any more.
fn soon() -> i64 {
    seconds(now()).saturating_add(60)
}

fn pending_place(state: &str) -> Place<'_> {
    Place { issuer: "", field: "pending", row: state, used_for: ["", ""] }
}

fn session_place(digest: &str) -> Place<'_> {
    Place { issuer: "", field: "session", row: digest, used_for: ["", ""] }
}

const MAX_PENDING: i32 = 19;
const PENDING_SECONDS: i64 = 600;
const SESSION_SECONDS: i64 = 2_592_000;
