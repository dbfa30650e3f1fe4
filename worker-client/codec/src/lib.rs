#![doc = include_str!("../README.md")]

pub mod base64url;
mod cipher;
pub mod json;
mod word;

pub use cipher::Cipher;
