//! The storage of both objects: rows of a known version, and the salt without which no sealed value opens.

use std::{
    any::Any,
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use login_codec::{base64url, json};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use worker::{
    SqlStorage,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
};

use super::{columns::Columns, entropy::entropy, log::Line};
use crate::{
    config::Config,
    failure::{AppFailure, Defect, Failure},
    seal::{Ciphers, Place, Unsealable, Vault, key_of},
    small_map::SmallMap,
};

/// The rows of an object of one kind.
pub(crate) struct Schema {
    /// The statements that make the tables of the present version, in one. Beside them stands `meta`.
    pub(crate) fresh: &'static str,
    /// The tables that are not made before one of them is written to.
    pub(crate) later: Option<LaterTables>,
    /// The steps from each version of the rows to the next; as many as there are is the version that is read.
    pub(crate) migrations: &'static [&'static [&'static str]],
}

impl Schema {
    /// The version of the rows that this package reads and writes.
    pub(crate) const fn version(&self) -> usize {
        self.migrations.len()
    }
}

/// Tables that many objects have no use for.
pub(crate) struct LaterTables {
    /// The name of one of them.
    pub(crate) one: &'static str,
    /// The statements that make them, in one.
    pub(crate) statements: &'static str,
}

/// One object's rows. Reading creates nothing; the first write makes the tables and the salt.
pub(crate) struct Storage {
    sql: SqlStorage,
    config: Rc<Config>,
    owner: String,
    schema: &'static Schema,
    salt: OnceCell<Vec<u8>>,
    has_later_tables: Cell<bool>,
    ciphers: Ciphers,
    brought_forward_from: Option<usize>,
    /// The values that were read since the last write.
    remembered: RefCell<SmallMap<Rc<dyn Any>>>,
}

impl Storage {
    /// Opens the rows, brought forward from an older version, and never those of a newer one. Without an owner
    /// they are those of the owner who wrote them.
    pub(crate) fn open(
        sql: SqlStorage,
        config: Rc<Config>,
        owner: Option<&str>,
        schema: &'static Schema,
    ) -> Result<Self, Failure> {
        let is_named = owner.is_some();
        let owner = owner.unwrap_or_default().to_owned();
        let (salt, ciphers, remembered) = (OnceCell::new(), Ciphers::default(), RefCell::default());
        let has_later_tables = Cell::default();
        let mut this = Self {
            sql,
            config,
            owner,
            schema,
            salt,
            has_later_tables,
            ciphers,
            brought_forward_from: None,
            remembered,
        };
        let tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('meta', ?)";
        let later = schema.later.as_ref().map(|later| later.one);
        let tables = this.rows(tables, vec![later.into()])?.len();
        if tables == 0 {
            return Ok(this);
        }
        this.has_later_tables.set(tables > 1);
        let [salt, owner, version] = this.identity()?;
        let Some(salt) = salt else { return Ok(this) };
        match owner {
            Some(owner) if !is_named => this.owner = owner,
            Some(_) => {}
            // The first version did not write it down; an alarm waits until a request names it.
            None if is_named => this.set_meta("owner", &this.owner)?,
            None => return Ok(this),
        }
        let damaged = || Failure::internal(Defect::Row);
        let salt = base64url::decode(&salt).ok_or_else(damaged)?;
        this.salt.set(salt).map_err(|_| damaged())?;
        // The first version did not number itself.
        let version = version.map_or(Ok(1), |text| text.parse::<usize>());
        let version = version.map_err(|_| damaged())?;
        if version > schema.version() {
            return Err(AppFailure::NewerRows.into());
        }
        if version < schema.version() {
            // The values are sealed after the steps, which must not fail half-way.
            this.config.keys()?;
            this.migrate(version)?;
            this.brought_forward_from = Some(version);
        }
        Ok(this)
    }

    /// The older version whose rows these were until they were opened.
    pub(crate) fn brought_forward_from(&self) -> Option<usize> {
        self.brought_forward_from
    }

    /// True if nothing was ever stored.
    pub(crate) fn is_empty(&self) -> bool {
        self.salt.get().is_none()
    }

    /// True if the tables that are made later are there.
    pub(crate) fn has_later_tables(&self) -> bool {
        self.has_later_tables.get()
    }

    /// Creates the tables that are made later, once.
    pub(crate) fn make_later_tables(&self) -> Result<(), Failure> {
        if self.has_later_tables() {
            return Ok(());
        }
        self.prepare()?;
        if let Some(later) = &self.schema.later {
            self.exec(later.statements, Vec::new())?;
        }
        self.has_later_tables.set(true);
        Ok(())
    }

    /// Creates the tables and the salt, once.
    pub(crate) fn prepare(&self) -> Result<&[u8], Failure> {
        if let Some(salt) = self.salt.get() {
            return Ok(salt);
        }
        let salt = entropy::<32>()?.to_vec();
        let statement = format!(
            "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL); {};
            INSERT INTO meta (name, value) VALUES ('version', ?), ('owner', ?), ('salt', ?)",
            self.schema.fresh
        );
        let (version, text) = (self.schema.version().to_string(), base64url::encode(&salt));
        self.exec(&statement, vec![version.into(), self.owner.as_str().into(), text.into()])?;
        Ok(self.salt.get_or_init(|| salt))
    }

    /// A value that belongs to the object as a whole.
    pub(crate) fn meta(&self, name: &str) -> Result<Option<String>, Failure> {
        let row = self.rows("SELECT value FROM meta WHERE name = ?", vec![name.into()])?.pop();
        row.map(|row| row.read(Columns::text)).transpose()
    }

    pub(crate) fn set_meta(&self, name: &str, value: &str) -> Result<(), Failure> {
        self.exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", vec![name.into(), value.into()])
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The owner of the rows.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn seal<T: Serialize>(&self, place: Place<'_>, value: &T) -> Result<String, Failure> {
        let salt = self.prepare()?;
        let vault = self.config.keys()?.vault(&self.owner, salt).with(&self.ciphers);
        vault.seal(entropy()?, place, value).ok_or_else(|| Failure::internal(Defect::Seal))
    }

    /// Opens a value. One that does not open is there all the same: it is logged, and no caller drops it.
    pub(crate) fn unseal<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        sealed: &str,
    ) -> Result<Result<T, Unsealable>, Failure> {
        let Some(vault) = self.vault()? else { return Ok(Err(Unsealable)) };
        let opened = vault.open(place, sealed);
        if opened.is_err() {
            let issuer = Some(place.issuer).filter(|issuer| !issuer.is_empty());
            let (kind, key) = (Some(place.field), Some(key_of(sealed)));
            Line { event: "unsealable", kind, key, issuer, count: Some(1), ..Line::default() }.error();
        }
        Ok(opened)
    }

    /// True if the active key sealed it, in the present form.
    pub(crate) fn is_current(&self, sealed: &str) -> Result<bool, Failure> {
        Ok(sealed.starts_with(&self.config.keys()?.prefix()))
    }

    /// The vault of the owner, once anything is stored.
    pub(super) fn vault(&self) -> Result<Option<Vault<'_>>, Failure> {
        let Some(salt) = self.salt.get() else { return Ok(None) };
        Ok(Some(self.config.keys()?.vault(&self.owner, salt).with(&self.ciphers)))
    }

    /// True if the statement changed a row.
    pub(crate) fn has_changed(&self, statement: &str, bindings: Vec<Value>) -> Result<bool, Failure> {
        self.remembered.take();
        self.has_rows(&format!("{statement} RETURNING 1"), bindings)
    }

    /// A value that rows hold, read once until the next write. It depends on nothing but the rows and the key.
    pub(crate) fn remembered<T: 'static>(
        &self,
        key: String,
        read: impl FnOnce() -> Result<Option<T>, Failure>,
    ) -> Result<Option<Rc<T>>, Failure> {
        let known = self.remembered.borrow().get(&key).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return Ok(Some(known));
        }
        let Some(value) = read()?.map(Rc::new) else { return Ok(None) };
        let mut remembered = self.remembered.borrow_mut();
        if remembered.names().count() >= MAX_REMEMBERED {
            *remembered = SmallMap::default();
        }
        remembered.insert(key, value.clone());
        Ok(Some(value))
    }

    /// The rows of a query, which writes nothing.
    pub(crate) fn rows(&self, query: &str, bindings: Vec<Value>) -> Result<Vec<Columns>, Failure> {
        let damaged = |_| Failure::internal(Defect::Row);
        let rows = rows(self.sql.as_ref(), query, &json::write(&Value::Array(bindings)).unwrap_or_default());
        let rows = serde_json::from_str(&rows.map_err(worker::Error::from)?).map_err(damaged)?;
        let Value::Array(rows) = rows else { return Ok(Vec::new()) };
        Ok(rows.into_iter().map(Columns::new).collect())
    }

    /// True if the query has any row.
    pub(crate) fn has_rows(&self, query: &str, bindings: Vec<Value>) -> Result<bool, Failure> {
        Ok(!self.rows(query, bindings)?.is_empty())
    }

    pub(crate) fn exec(&self, statement: &str, bindings: Vec<Value>) -> Result<(), Failure> {
        self.remembered.take();
        self.rows(statement, bindings).map(drop)
    }

    /// The salt, the owner and the version, as far as they are written down.
    fn identity(&self) -> Result<[Option<String>; 3], Failure> {
        let select = "SELECT (SELECT value FROM meta WHERE name = 'salt'), (SELECT value FROM meta WHERE name = 'owner'),
            (SELECT value FROM meta WHERE name = 'version')";
        let row = self.rows(select, Vec::new())?.pop().unwrap_or_default();
        row.read(|row| [(); 3].map(|()| row.optional_text()))
    }

    fn migrate(&self, from: usize) -> Result<(), Failure> {
        let steps = self.schema.migrations.get(from..).unwrap_or_default();
        for statement in steps.iter().copied().flatten() {
            self.exec(statement, Vec::new())?;
        }
        self.set_meta("version", &self.schema.version().to_string())
    }
}

#[wasm_bindgen(inline_js = "
export function rows(sql, statement, bindings) {
  return JSON.stringify(sql.exec(statement, ...JSON.parse(bindings)).raw().toArray());
}")]
extern "C" {
    /// Runs a statement; its rows as JSON. A single call of JavaScript, however many rows and columns there are.
    #[wasm_bindgen(catch)]
    fn rows(sql: &JsValue, statement: &str, bindings: &str) -> Result<String, JsValue>;
}

/// Objects are many in an isolate.
const MAX_REMEMBERED: usize = 8;
