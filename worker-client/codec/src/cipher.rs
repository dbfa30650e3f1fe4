//! AES-256-GCM (NIST SP 800-38D) under keys that HKDF (RFC 5869) makes.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// AES-256-GCM under one key (NIST SP 800-38D). The key has no way out.
pub struct Cipher(Aes256Gcm);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").finish_non_exhaustive()
    }
}

impl Cipher {
    /// The cipher under the key that HKDF-SHA-256 (RFC 5869) makes of a master key for one purpose, which `info` names.
    pub fn derive(master: &[u8], salt: &[u8], info: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), master).expand(info, key.as_mut_slice()).ok()?;
        Aes256Gcm::new_from_slice(key.as_slice()).ok().map(Self)
    }

    /// The ciphertext and its tag. A nonce is used once under a key. `None` for a text that is longer than the standard allows.
    pub fn seal(&self, nonce: [u8; 12], associated_data: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        self.0.encrypt(&nonce.into(), Payload { msg: plain, aad: associated_data }).ok()
    }

    /// The plaintext, if this key sealed it with that nonce and associated data.
    pub fn open(&self, nonce: [u8; 12], associated_data: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let plain = self.0.decrypt(&nonce.into(), Payload { msg: sealed, aad: associated_data });
        plain.ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(master: u8, salt: &[u8], info: &[u8]) -> Cipher {
        Cipher::derive(&[master; 32], salt, info).unwrap()
    }

    /// Sealed by Node's `hkdfSync` and `createCipheriv`.
    const SEALED: [u8; 21] =
        [42, 131, 88, 99, 197, 195, 159, 99, 52, 236, 95, 69, 160, 229, 23, 33, 52, 39, 229, 118, 49];

    #[test]
    fn another_implementation_seals_the_same() {
        let cipher = cipher(1, b"salt", b"info");
        assert_eq!(cipher.seal([2; 12], b"place", b"plain").unwrap(), SEALED);
        assert_eq!(cipher.open([2; 12], b"place", &SEALED).unwrap().as_slice(), b"plain");
    }

    #[test]
    fn what_is_changed_does_not_open() {
        let key = || cipher(1, b"salt", b"info");
        assert!(key().open([2; 12], b"place", &SEALED).is_some(), "the control");
        for (what, cipher, nonce, place) in [
            ("another master key", cipher(2, b"salt", b"info"), 2, "place"),
            ("another salt", cipher(1, b"other", b"info"), 2, "place"),
            ("another purpose", cipher(1, b"salt", b"other"), 2, "place"),
            ("another nonce", key(), 3, "place"),
            ("another place", key(), 2, "other"),
        ] {
            assert!(cipher.open([nonce; 12], place.as_bytes(), &SEALED).is_none(), "{what}");
        }
        for at in 0..SEALED.len() {
            let mut changed = SEALED;
            changed[at] ^= 1;
            assert!(key().open([2; 12], b"place", &changed).is_none(), "byte {at}");
        }
        assert!(key().open([2; 12], b"place", &SEALED[..15]).is_none(), "shorter than a tag");
    }
}
