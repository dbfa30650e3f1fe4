//! Tables of inputs and of the results of `encoding_rs` and `idna`, one case a line: `input<TAB>result`.
//!
//! The same program runs on the host with the crates as they are released, and in workerd with their stand-ins:
//! `compare.test.mjs` holds the tables against each other.

mod charsets;
mod domains;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

pub use self::{
    charsets::{decoded, labels, streamed},
    domains::{characters, composed},
};

/// A table by its name.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn table(name: &str) -> String {
    match name {
        "labels" => labels(),
        "decoded" => decoded(),
        "streamed" => streamed(),
        "characters" => characters(),
        "composed" => composed(),
        _ => String::new(),
    }
}
