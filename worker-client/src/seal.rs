//! Secrets at rest: AES-256-GCM under a key per owner, bound to the place where they lie.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hkdf::Hkdf;
use rfc7591::Secret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::small_map::SmallMap;

/// The master keys, `MASTER_KEYS`: `{"active": "k2", "keys": {"k1": "<32 bytes, base64>", "k2": "…"}}`.
///
/// Any of them opens; the active one seals.
pub struct KeyRing {
    active: String,
    keys: SmallMap<Zeroizing<[u8; 32]>>,
}

impl KeyRing {
    /// Reads the configured value and refuses every key that protects nothing.
    pub fn parse(json: &str) -> Result<Self, InvalidKeys> {
        #[derive(Deserialize)]
        struct Wire {
            active: String,
            keys: SmallMap<Secret>,
        }
        let wire: Wire = crate::json::read(json).map_err(|_| InvalidKeys::Syntax)?;
        let mut keys = SmallMap::default();
        for (name, text) in wire.keys {
            let is_name = (1..=16).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            if !is_name {
                return Err(InvalidKeys::Name);
            }
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
        Ok(Self { active: wire.active, keys })
    }

    /// True if it was sealed with the key that seals now.
    pub fn is_active(&self, sealed: &str) -> bool {
        sealed.split('.').nth(1) == Some(&self.active)
    }

    /// The vault of one owner, an `Account` or a `Registrar`. Without its salt nothing opens again.
    pub fn vault<'a>(&'a self, owner: &'a str, salt: &'a [u8]) -> Vault<'a> {
        Vault { ring: self, owner, salt }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("active", &self.active).finish_non_exhaustive()
    }
}

/// Seals and opens what one owner stores.
#[derive(Debug)]
pub struct Vault<'a> {
    ring: &'a KeyRing,
    owner: &'a str,
    salt: &'a [u8],
}

impl Vault<'_> {
    /// `v1.<key>.<nonce>.<ciphertext and tag>`. The nonce is 96 fresh random bits (SP 800-38D §8.2.2).
    pub fn seal<T: Serialize>(&self, nonce: [u8; 12], place: Place<'_>, value: &T) -> Option<String> {
        let plain = Zeroizing::new(serde_json::to_vec(value).ok()?);
        let kid = &self.ring.active;
        let payload = Payload { msg: &plain, aad: &self.associated_data(kid, place) };
        let sealed = self.cipher(kid)?.encrypt(&nonce.into(), payload).ok()?;
        let [nonce, sealed] = [&nonce[..], &sealed].map(Base64UrlUnpadded::encode_string);
        Some(format!("v1.{kid}.{nonce}.{sealed}"))
    }

    /// Opens what was sealed for this very place.
    pub fn open<T: DeserializeOwned>(&self, place: Place<'_>, sealed: &str) -> Result<T, Unsealable> {
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(kid), Some(nonce), Some(sealed), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Unsealable);
        };
        let nonce = Base64UrlUnpadded::decode_vec(nonce).ok().and_then(|n| <[u8; 12]>::try_from(n).ok());
        let sealed = Base64UrlUnpadded::decode_vec(sealed).map_err(|_| Unsealable)?;
        let payload = Payload { msg: &sealed, aad: &self.associated_data(kid, place) };
        let cipher = self.cipher(kid).ok_or(Unsealable)?;
        let plain = cipher.decrypt(&nonce.ok_or(Unsealable)?.into(), payload).map_err(|_| Unsealable)?;
        let plain = Zeroizing::new(plain);
        // As text, which is how everything is read here: each kind of reader is code of its own for each type.
        crate::json::read(str::from_utf8(&plain).map_err(|_| Unsealable)?).map_err(|_| Unsealable)
    }

    fn cipher(&self, kid: &str) -> Option<Aes256Gcm> {
        let master = self.ring.keys.get(kid)?;
        let mut key = Zeroizing::new([0; 32]);
        let info = format!("v1|seal|{}", self.owner);
        Hkdf::<Sha256>::new(Some(self.salt), master.as_slice())
            .expand(info.as_bytes(), key.as_mut_slice())
            .ok()?;
        Aes256Gcm::new_from_slice(key.as_slice()).ok()
    }

    /// Length before text, so that no two places have the same bytes.
    fn associated_data(&self, kid: &str, place: Place<'_>) -> Vec<u8> {
        let parts = ["v1", kid, self.owner, place.issuer, place.field, place.row];
        parts.iter().flat_map(|part| format!("{}:{part}", part.len()).into_bytes()).collect()
    }
}

/// The place of a sealed value: moved elsewhere it does not open.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the coordinates of a value")]
pub struct Place<'a> {
    /// The issuer that it belongs to.
    pub issuer: &'a str,
    /// Kind of the value.
    pub field: &'a str,
    /// The row's key.
    pub row: &'a str,
}

/// The value was sealed for another place or key, or was tampered with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a stored secret cannot be opened")]
#[expect(clippy::exhaustive_structs, reason = "nothing more is told on purpose")]
pub struct Unsealable;

/// The fault of a value of `MASTER_KEYS`. The message never holds the value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// The active name has no key.
    #[error("the active key is not among the keys")]
    Active,
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

    const PLACE: Place<'_> = Place { issuer: "https://as.example", field: "tokens", row: "1" };

    #[test]
    fn s05_s06_opens_in_its_place_alone() {
        let ring = KeyRing::parse(RING).unwrap();
        let vault = ring.vault("ann", &[7; 32]);
        let sealed = vault.seal([9; 12], PLACE, &"canary").unwrap();
        assert!(sealed.starts_with("v1.k2.") && !sealed.contains("canary"));
        assert_eq!(vault.open::<String>(PLACE, &sealed).as_deref(), Ok("canary"));
        let elsewhere = [
            ring.vault("bob", &[7; 32]).open::<String>(PLACE, &sealed),
            ring.vault("ann", &[8; 32]).open(PLACE, &sealed),
            vault.open(Place { issuer: "https://evil.example", ..PLACE }, &sealed),
            vault.open(Place { field: "client", ..PLACE }, &sealed),
            vault.open(Place { row: "2", ..PLACE }, &sealed),
            vault.open(PLACE, &sealed.replace("v1.k2.", "v1.k1.")),
            vault.open(PLACE, &sealed.replace("v1.k2.", "v1.k3.")),
            vault.open(PLACE, &format!("{sealed}A")),
            vault.open(PLACE, ""),
        ];
        assert!(elsewhere.iter().all(Result::is_err), "{elsewhere:?}");
    }

    #[test]
    fn s08_an_older_key_still_opens() {
        let old = KeyRing::parse(&RING.replace(r#""active": "k2""#, r#""active": "k1""#)).unwrap();
        let sealed = old.vault("ann", &[7; 32]).seal([9; 12], PLACE, &1).unwrap();
        let ring = KeyRing::parse(RING).unwrap();
        assert_eq!(ring.vault("ann", &[7; 32]).open(PLACE, &sealed), Ok(1));
        assert!(old.is_active(&sealed) && !ring.is_active(&sealed));
    }

    #[test]
    fn s07_a_bad_ring_is_refused() {
        assert!(KeyRing::parse(RING).is_ok());
        for (json, expected) in [
            ("", InvalidKeys::Syntax),
            (r#"{"active": "k1", "keys": {}}"#, InvalidKeys::Active),
            (r#"{"active": "k1", "keys": {"k1": "AAECAwQFBgcICQoLDA0ODw=="}}"#, InvalidKeys::Length),
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
        assert_eq!(format!("{:?}", KeyRing::parse(RING).unwrap()), r#"KeyRing { active: "k2", .. }"#);
    }
}
