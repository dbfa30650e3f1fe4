//! Stands in for the crate of the same name where a Worker is built: `build.sh` patches it in.
//!
//! The tables of that crate are 137 KB of the compressed artefact, and `lol_html` links them whatever it is asked to
//! read. A Worker has the same tables in its platform, behind `TextDecoder`: both are the [Encoding] standard. Without the
//! patch a Worker works too, and is larger.
//!
//! # Differences from the crate
//!
//! Labels mean the same charsets and bytes the same text: the tests beside this crate hold the two against each other on
//! 353,000 inputs, in workerd. But:
//!
//! - Only what `lol_html` and `branding` call is here.
//! - [`Encoding::name`] is in lower case.
//! - U+FFFD counts as an error where the text itself has it.
//! - [`Encoder`] writes nothing, and [`Encoding::encode`] does not change the charset: `lol_html` compares ASCII names
//!   with it, and rewrites nothing.
//! - A decoder takes all of its input, keeps what has no room, and never reports the middle of a character.
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
