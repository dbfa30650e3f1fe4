//! Secrets at rest: AES-256-GCM under a key per owner, bound to the place where they lie and to their use.

mod keys;

use std::{cell::RefCell, rc::Rc};

use login_codec::{
    Cipher,
    base64url::{decode, encode},
    json,
};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

pub use self::keys::{InvalidKeys, KeyRing, key_of};

/// Seals and opens what one owner stores.
#[derive(Debug)]
pub struct Vault<'a> {
    ring: &'a KeyRing,
    owner: &'a str,
    salt: &'a [u8],
    ciphers: Ciphers,
}

/// The ciphers that one owner's keys made, each by the id of its master key: to derive one takes longer than to open a
/// value. They are those of one owner and salt, and end with the incarnation of the object.
#[derive(Clone, Default)]
pub struct Ciphers(Rc<RefCell<Vec<Derived>>>);

/// The id of a master key, and the cipher that it made.
type Derived = (String, Rc<Cipher>);

impl std::fmt::Debug for Ciphers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ciphers").finish_non_exhaustive()
    }
}

impl Vault<'_> {
    /// The same vault, with ciphers that were derived for its owner and salt before.
    #[must_use]
    pub fn with(self, ciphers: &Ciphers) -> Self {
        Self { ciphers: ciphers.clone(), ..self }
    }

    /// `v2.<key>.<nonce>.<ciphertext and tag>`. The nonce is 96 fresh random bits (SP 800-38D §8.2.2).
    pub fn seal<T: Serialize>(&self, nonce: [u8; 12], place: Place<'_>, value: &T) -> Option<String> {
        self.encrypt(nonce, place, Zeroizing::new(json::write(value).ok()?).as_bytes())
    }

    /// Opens what was sealed for this very place.
    pub fn open<T: DeserializeOwned>(&self, place: Place<'_>, sealed: &str) -> Result<T, Unsealable> {
        let plain = self.decrypt(place, sealed)?;
        // As text, which is how everything is read here: each kind of reader is code of its own for each type.
        json::read(str::from_utf8(&plain).map_err(|_| Unsealable)?).map_err(|_| Unsealable)
    }

    /// Seals with the active key, in the present form, what an earlier key or form sealed.
    pub fn reseal(&self, nonce: [u8; 12], place: Place<'_>, sealed: &str) -> Result<String, Unsealable> {
        self.encrypt(nonce, place, &self.decrypt(place, sealed)?).ok_or(Unsealable)
    }

    fn encrypt(&self, nonce: [u8; 12], place: Place<'_>, plain: &[u8]) -> Option<String> {
        let kid = self.ring.active();
        let associated = self.associated_data(FORM, kid, place)?;
        let sealed = self.cipher(kid)?.seal(nonce, &associated, plain)?;
        Some([FORM, kid, &encode(&nonce), &encode(&sealed)].join("."))
    }

    fn decrypt(&self, place: Place<'_>, sealed: &str) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let mut parts = sealed.split('.');
        let (Some(form), Some(kid), Some(nonce), Some(sealed), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Unsealable);
        };
        let nonce = decode(nonce).and_then(|nonce| nonce.try_into().ok()).ok_or(Unsealable)?;
        let sealed = decode(sealed).ok_or(Unsealable)?;
        let associated = self.associated_data(form, kid, place).ok_or(Unsealable)?;
        self.cipher(kid).and_then(|cipher| cipher.open(nonce, &associated, &sealed)).ok_or(Unsealable)
    }

    fn cipher(&self, kid: &str) -> Option<Rc<Cipher>> {
        let master = self.ring.key(kid)?;
        if let Some((_, cipher)) = self.ciphers.0.borrow().iter().find(|(of, _)| of == kid) {
            return Some(Rc::clone(cipher));
        }
        let info = format!("v1|seal|{}", self.owner);
        let cipher = Rc::new(Cipher::derive(master.as_slice(), self.salt, info.as_bytes())?);
        self.ciphers.0.borrow_mut().push((kid.to_owned(), Rc::clone(&cipher)));
        Some(cipher)
    }

    /// Length before text, so that no two places have the same bytes. The first form did not bind the use.
    fn associated_data(&self, form: &str, kid: &str, place: Place<'_>) -> Option<Vec<u8>> {
        let [first, second] = place.used_for;
        let parts = [form, kid, self.owner, place.issuer, place.field, place.row, first, second];
        let parts = match form {
            FIRST_FORM => parts.get(..6)?,
            FORM => &parts,
            _ => return None,
        };
        let mut data = String::new();
        for part in parts {
            data.extend([part.len().to_string().as_str(), ":", part]);
        }
        Some(data.into_bytes())
    }
}

/// The place of a sealed value and its use: moved elsewhere, or put to another use, it does not open.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the coordinates of a value")]
pub struct Place<'a> {
    /// The issuer that it belongs to.
    pub issuer: &'a str,
    /// Kind of the value.
    pub field: &'a str,
    /// The row's key.
    pub row: &'a str,
    /// Other columns of the row, by which the value is put to use.
    pub used_for: [&'a str; 2],
}

/// The value was sealed for another place or key, or was tampered with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a stored secret cannot be opened")]
#[expect(clippy::exhaustive_structs, reason = "nothing more is told on purpose")]
pub struct Unsealable;

const FORM: &str = "v2";
const FIRST_FORM: &str = "v1";

#[cfg(test)]
mod tests {
    use super::*;

    const RING: &str = r#"{"active": "k2", "keys": {
        "k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "k2": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="}}"#;

    const PLACE: Place<'_> = Place {
        issuer: "https://as.example",
        field: "tokens",
        row: "1",
        used_for: ["https://good.example", "work"],
    };

    /// Sealed by the code of the first form: the vault of `ann`, and in `PLACE` without its use.
    const FIRST: &str = "v1.k2.CQkJCQkJCQkJCQkJ.GLEI3italekgL7Q-tsQEcd8QbC5tXO5Y";

    #[test]
    fn s05_s06_opens_in_its_place_alone() {
        let ring = KeyRing::parse(RING).unwrap();
        let vault = ring.vault("ann", &[7; 32]);
        let sealed = vault.seal([9; 12], PLACE, &"canary").unwrap();
        assert!(sealed.starts_with(&ring.prefix()) && !sealed.contains("canary"));
        assert_eq!(vault.open::<String>(PLACE, &sealed).as_deref(), Ok("canary"));
        let elsewhere = [
            ring.vault("bob", &[7; 32]).open::<String>(PLACE, &sealed),
            ring.vault("ann", &[8; 32]).open(PLACE, &sealed),
            vault.open(Place { issuer: "https://evil.example", ..PLACE }, &sealed),
            vault.open(Place { field: "client", ..PLACE }, &sealed),
            vault.open(Place { row: "2", ..PLACE }, &sealed),
            vault.open(Place { used_for: ["https://evil.example", "work"], ..PLACE }, &sealed),
            vault.open(Place { used_for: ["https://good.example", ""], ..PLACE }, &sealed),
            vault.open(Place { used_for: ["work", "https://good.example"], ..PLACE }, &sealed),
            vault.open(PLACE, &sealed.replace("v2.k2.", "v2.k1.")),
            vault.open(PLACE, &sealed.replace("v2.k2.", "v2.k3.")),
            vault.open(PLACE, &sealed.replace("v2.k2.", "v1.k2.")),
            vault.open(PLACE, &sealed.replace("v2.k2.", "v3.k2.")),
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
        assert!(sealed.starts_with(&old.prefix()) && !sealed.starts_with(&ring.prefix()));
        assert!(ring.has_key_of(&sealed) && ring.retired().eq(["k1"]));
        let anew = ring.vault("ann", &[7; 32]).reseal([8; 12], PLACE, &sealed).unwrap();
        assert!(anew.starts_with(&ring.prefix()));
        assert_eq!(ring.vault("ann", &[7; 32]).open(PLACE, &anew), Ok(1));
    }

    #[test]
    fn s06_the_first_form_opens_and_is_sealed_anew_with_its_use() {
        let ring = KeyRing::parse(RING).unwrap();
        let vault = ring.vault("ann", &[7; 32]);
        assert_eq!(vault.open::<String>(PLACE, FIRST).as_deref(), Ok("canary"));
        assert!(vault.open::<String>(Place { row: "2", ..PLACE }, FIRST).is_err());
        let anew = vault.reseal([8; 12], PLACE, FIRST).unwrap();
        assert_eq!(vault.open::<String>(PLACE, &anew).as_deref(), Ok("canary"));
        assert!(vault.open::<String>(Place { used_for: ["", ""], ..PLACE }, &anew).is_err());
        assert!(vault.reseal([8; 12], Place { row: "2", ..PLACE }, FIRST).is_err());
    }

    #[test]
    fn a_cipher_is_derived_once_for_each_key() {
        let ring = KeyRing::parse(RING).unwrap();
        let ciphers = Ciphers::default();
        let vault = || ring.vault("ann", &[7; 32]).with(&ciphers);
        let sealed = vault().seal([9; 12], PLACE, &"canary").unwrap();
        for _ in 0..2 {
            assert_eq!(vault().open::<String>(PLACE, &sealed).as_deref(), Ok("canary"));
            assert!(vault().open::<String>(PLACE, &sealed.replace("v2.k2.", "v2.k1.")).is_err());
            assert!(vault().open::<String>(PLACE, &sealed.replace("v2.k2.", "v2.k3.")).is_err());
        }
        let derived: Vec<String> = ciphers.0.borrow().iter().map(|(kid, _)| kid.clone()).collect();
        assert_eq!(derived, ["k2", "k1"]);
        assert_eq!(ring.vault("ann", &[7; 32]).open::<String>(PLACE, &sealed).as_deref(), Ok("canary"));
    }
}
