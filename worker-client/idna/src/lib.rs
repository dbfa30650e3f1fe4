//! Stands in for the crate of the same name where a Worker is built: `build.sh` patches it in.
//!
//! Its tables of Unicode are a tenth of the artefact. A Worker has the same tables in its platform, behind `URL`: both
//! are the [URL] standard, and what is judged here and what the platform asks can no longer be read in two ways.
//! Without the patch a Worker does the same, and is larger.
//!
//! [URL]: https://url.spec.whatwg.org/#idna

use std::{borrow::Cow, error::Error, fmt};

use web_sys::Url;

/// The domain as A-labels, in lower case (domain to ASCII of the URL standard, not strict).
pub fn domain_to_ascii_from_cow(domain: Cow<'_, [u8]>, _deny: AsciiDenyList) -> Result<Cow<'_, str>, Errors> {
    let domain = match domain {
        Cow::Borrowed(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| Errors)?),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).map_err(|_| Errors)?),
    };
    // Nothing that could end a host in a URL reaches the platform's parser.
    if domain.bytes().any(is_forbidden) {
        return Err(Errors);
    }
    let is_plain = |label: &str| {
        let prefix = label.as_bytes().get(..4);
        label.is_ascii() && !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))
    };
    if !domain.split('.').all(is_plain) {
        let url = Url::new(&format!("https://{domain}/")).map_err(|_| Errors)?;
        return Ok(Cow::Owned(url.hostname()));
    }
    if domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(Cow::Owned(domain.to_ascii_lowercase()));
    }
    Ok(domain)
}

/// Nothing in a Worker shows a domain otherwise than as A-labels: it stays as it is, and that is an error.
pub fn domain_to_unicode(domain: &str) -> (String, Result<(), Errors>) {
    (domain.to_owned(), Err(Errors))
}

/// The forbidden domain code points of the URL standard.
fn is_forbidden(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || br"%#/:<>?@[\]^`{|}".contains(&byte)
}

/// Which ASCII characters a domain may not hold: those of the URL standard, always.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsciiDenyList;

impl AsciiDenyList {
    /// The forbidden domain code points of the URL standard.
    pub const URL: Self = Self;
}

/// The domain is none.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Errors;

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a domain")
    }
}

impl Error for Errors {}
