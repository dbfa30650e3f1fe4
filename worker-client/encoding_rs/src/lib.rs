//! Stands in for the crate of the same name where a Worker is built: `build.sh` patches it in.
//!
//! Its tables of Chinese, Japanese and Korean are a fifth of the artefact, and `lol_html` links them whatever it is
//! asked to read. A Worker has the same tables in its platform, behind `TextDecoder`: both are the [Encoding] standard.
//! Without the patch a Worker does the same, and is larger.
//!
//! [Encoding]: https://encoding.spec.whatwg.org/

mod decoder;
mod encoder;
mod encoding;

pub use self::{
    decoder::{CoderResult, Decoder},
    encoder::Encoder,
    encoding::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED},
};
