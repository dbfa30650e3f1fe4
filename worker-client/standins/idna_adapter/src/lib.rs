//! The Unicode back end of the crate `idna` where a Worker is built: the [URL] parser of the platform. `build.sh` patches
//! it in, at the seam that the authors of `idna` made for other back ends.
//!
//! The tables of the back end that `idna` has by default are 49 KB of the compressed artefact. A Worker has the same
//! tables in its platform, behind `URL`. Without the patch a Worker works too, and is larger.
//!
//! # Differences from the default back end
//!
//! A domain that both accept has the same A-labels. What the platform accepts is what its `fetch` accepts, so that a
//! domain cannot be read in two ways:
//!
//! - The version of Unicode is that of the platform. Characters that are not assigned are refused.
//! - The rules for right-to-left domains ([RFC 5893]) are checked as far as the platform does: it accepts a right-to-left
//!   letter after a left-to-right one.
//! - A joiner is accepted after a joiner, and a mark that is new in Unicode at the start of a label.
//! - A-labels that decode to what begins with `xn--` are refused.
//! - What is not valid becomes U+FFFD as a whole, and not only the character that is wrong: `idna::domain_to_unicode`
//!   shows less of a domain that is in error.
//!
//! The tests beside this crate hold it against the default back end on 1,186,000 domains, in workerd.
//!
//! [RFC 5893]: https://www.rfc-editor.org/rfc/rfc5893#section-2
//! [URL]: https://url.spec.whatwg.org/#idna

mod bidi;
mod joining;
mod punycode;

use web_sys::Url;

pub use self::{
    bidi::{
        BidiClass, BidiClassMask, FIRST_BC_MASK, LAST_LTR_MASK, LAST_RTL_MASK, MIDDLE_LTR_MASK,
        MIDDLE_RTL_MASK, RTL_MASK,
    },
    joining::{JoiningType, JoiningTypeMask, LEFT_OR_DUAL_JOINING_MASK, RIGHT_OR_DUAL_JOINING_MASK},
};

/// The tables of Unicode, as far as `idna` reads them.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Adapter;

impl Adapter {
    /// The tables of the platform.
    pub const fn new() -> Self {
        Self
    }

    /// The rule for joiners is checked in the mapping: each may stand where it stands.
    pub fn is_virama(&self, _: char) -> bool {
        true
    }

    /// The rule for the first character of a label is checked in the mapping: none is a mark.
    pub fn is_mark(&self, _: char) -> bool {
        false
    }

    /// No character counts as right-to-left: see [`BidiClass`].
    pub fn bidi_class(&self, _: char) -> BidiClass {
        BidiClass
    }

    /// Not asked for: [`Self::is_virama`] comes first.
    pub fn joining_type(&self, _: char) -> JoiningType {
        JoiningType
    }

    /// The characters as a domain has them, U+FFFD if no domain has them.
    pub fn map_normalize<'a>(
        &'a self,
        characters: impl Iterator<Item = char> + 'a,
    ) -> impl Iterator<Item = char> + 'a {
        mapped(&characters.collect::<String>()).into_iter()
    }

    /// The characters of a label that was written as an A-label, U+FFFD if they are not as a domain has them.
    pub fn normalize_validate<'a>(
        &'a self,
        characters: impl Iterator<Item = char> + 'a,
    ) -> impl Iterator<Item = char> + 'a {
        let label: String = characters.collect();
        let mapped = mapped(&label);
        let is_same = mapped.iter().copied().eq(label.chars());
        if is_same { mapped } else { WRONG.to_vec() }.into_iter()
    }
}

/// The U-labels of a part of a domain.
fn mapped(part: &str) -> Vec<char> {
    if part.is_ascii() {
        return part.chars().map(|character| character.to_ascii_lowercase()).collect();
    }
    hostname(part).and_then(|ascii| unicode(&ascii)).unwrap_or_else(|| WRONG.to_vec())
}

/// The A-labels of a part of a domain, unless it is not valid.
fn hostname(part: &str) -> Option<String> {
    // An ASCII character that ends a host in a URL does not reach the parser.
    if part.bytes().any(is_forbidden) {
        return None;
    }
    // The last label is a letter, so that no part is an IPv4 address.
    let url = Url::new(&format!("https://{part}.a/")).ok()?;
    url.hostname().strip_suffix(".a").map(str::to_owned)
}

fn unicode(domain: &str) -> Option<Vec<char>> {
    let mut characters = Vec::new();
    for (index, label) in domain.split('.').enumerate() {
        if index > 0 {
            characters.push('.');
        }
        match label.strip_prefix("xn--") {
            Some(encoded) => characters.extend(punycode::decode(encoded)?),
            None => characters.extend(label.chars()),
        }
    }
    Some(characters)
}

/// The [forbidden domain code points] that are ASCII.
///
/// [forbidden domain code points]: https://url.spec.whatwg.org/#forbidden-domain-code-point
fn is_forbidden(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || br"%#/:<>?@[\]^`{|}".contains(&byte)
}

/// `idna` counts this character as an error.
const WRONG: [char; 1] = [char::REPLACEMENT_CHARACTER];
