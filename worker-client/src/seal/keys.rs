use std::fmt;

use base64ct::{Base64, Encoding};
use rfc7591::Secret;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Ciphers, FORM, Vault};
use crate::small_map::SmallMap;

/// The master keys, `MASTER_KEYS`: `{"active": "k2", "keys": {"k1": "<32 bytes, base64>", "k2": "…"}}`.
///
/// Any of them opens; the active one seals. `"lost": ["k0"]` names keys that will not come back: what they sealed is
/// given up.
pub struct KeyRing {
    active: String,
    keys: SmallMap<Zeroizing<[u8; 32]>>,
    lost: Vec<String>,
}

impl KeyRing {
    /// Reads the configured value and refuses every key that protects nothing.
    pub fn parse(json: &str) -> Result<Self, InvalidKeys> {
        #[derive(Deserialize)]
        struct Wire {
            active: String,
            keys: SmallMap<Secret>,
            #[serde(default)]
            lost: Vec<String>,
        }
        let wire: Wire = login_codec::json::read(json).map_err(|_| InvalidKeys::Syntax)?;
        let mut keys = SmallMap::default();
        if !wire.keys.names().chain(wire.lost.iter().map(String::as_str)).all(is_key_name) {
            return Err(InvalidKeys::Name);
        }
        for (name, text) in wire.keys {
            let mut key = Zeroizing::new([0; 32]);
            let decoded =
                Base64::decode(text.secret().trim(), key.as_mut_slice()).map_err(|_| InvalidKeys::Length)?;
            if decoded.len() != 32 {
                return Err(InvalidKeys::Length);
            }
            if key.iter().all(|byte| Some(byte) == key.first()) {
                return Err(InvalidKeys::Weak);
            }
            keys.insert(name, key);
        }
        if keys.get(&wire.active).is_none() {
            return Err(InvalidKeys::Active);
        }
        if wire.lost.iter().any(|name| keys.get(name).is_some()) {
            return Err(InvalidKeys::Lost);
        }
        Ok(Self { active: wire.active, keys, lost: wire.lost })
    }

    /// The beginning of every value that is sealed now, in the present form and with the active key.
    pub fn prefix(&self) -> String {
        format!("{FORM}.{}.", self.active)
    }

    /// The keys that only open.
    pub fn retired(&self) -> impl Iterator<Item = &str> {
        self.keys.names().filter(|name| *name != self.active)
    }

    /// The keys that will not come back.
    pub fn lost(&self) -> impl Iterator<Item = &str> {
        self.lost.iter().map(String::as_str)
    }

    /// True if the key that sealed it is here.
    pub fn has_key_of(&self, sealed: &str) -> bool {
        self.keys.get(key_of(sealed)).is_some()
    }

    pub(super) fn active(&self) -> &str {
        &self.active
    }

    pub(super) fn key(&self, name: &str) -> Option<&[u8; 32]> {
        self.keys.get(name).map(|key| &**key)
    }

    /// The vault of one owner, an `Account` or a `Registrar`. Without its salt nothing opens again.
    pub fn vault<'a>(&'a self, owner: &'a str, salt: &'a [u8]) -> Vault<'a> {
        Vault { ring: self, owner, salt, ciphers: Ciphers::default() }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("active", &self.active).finish_non_exhaustive()
    }
}

/// The name of the key of a sealed value; empty if it has none.
pub fn key_of(sealed: &str) -> &str {
    sealed.split('.').nth(1).filter(|name| is_key_name(name)).unwrap_or_default()
}

fn is_key_name(name: &str) -> bool {
    (1..=16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The fault of a value of `MASTER_KEYS`. The message never holds the value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// The active name has no key.
    #[error("the active key is not among the keys")]
    Active,
    /// A name among the lost keys that has a key.
    #[error("a lost key is among the keys")]
    Lost,
    /// Not 32 bytes in base64.
    #[error("a key is not 32 bytes in base64")]
    Length,
    /// A name outside `[a-z0-9]{1,16}`.
    #[error("a key's name is not 1 to 16 small letters and digits")]
    Name,
    /// Not the JSON object that it must be.
    #[error("it is not a JSON object with `active` and `keys`")]
    Syntax,
    /// All bytes equal.
    #[error("a key is not random")]
    Weak,
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: &str = r#"{"active": "k2", "keys": {
        "k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "k2": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="}}"#;

    #[test]
    fn a_key_is_named_by_what_it_sealed() {
        for (sealed, key) in [("v1.k1.a.b", "k1"), ("v9.k2", "k2"), ("", ""), ("v1", ""), ("v1.K%.a.b", "")] {
            assert_eq!(key_of(sealed), key, "{sealed}");
        }
    }

    #[test]
    fn s07_a_bad_ring_is_refused() {
        assert!(KeyRing::parse(RING).is_ok());
        for (json, expected) in [
            ("", InvalidKeys::Syntax),
            (r#"{"active": "k1", "keys": {}}"#, InvalidKeys::Active),
            (r#"{"active": "k1", "keys": {"k1": "AAECAwQFBgcICQoLDA0ODw=="}}"#, InvalidKeys::Length),
            (&RING.replace(r#""keys""#, r#""lost": ["k1"], "keys""#), InvalidKeys::Lost),
            (&RING.replace(r#""keys""#, r#""lost": ["k%"], "keys""#), InvalidKeys::Name),
            (
                r#"{"active": "k1", "keys": {"k1": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}"#,
                InvalidKeys::Weak,
            ),
            (
                r#"{"active": "K1", "keys": {"K1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}"#,
                InvalidKeys::Name,
            ),
        ] {
            assert_eq!(KeyRing::parse(json).err(), Some(expected), "{json}");
        }
        let given_up = KeyRing::parse(&RING.replace(r#""keys""#, r#""lost": ["k0"], "keys""#)).unwrap();
        assert!(given_up.lost().eq(["k0"]) && !given_up.has_key_of("v1.k0.a.b"));
        assert_eq!(format!("{:?}", KeyRing::parse(RING).unwrap()), r#"KeyRing { active: "k2", .. }"#);
    }
}
