//! Log in to any website that supports dynamic client registration, from any Cloudflare Worker.
pub mod config;
pub mod cookie;
pub mod flow;
pub mod pages;
pub mod problem;
pub mod seal;

#[cfg(target_arch = "wasm32")]
mod edge;
#[cfg(target_arch = "wasm32")]
pub use edge::{Account, Authorization, Login, Probed, Registrar};
