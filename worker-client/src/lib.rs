//! Log in to any website that supports dynamic client registration, from any Cloudflare Worker.
pub mod config;
pub mod cookie;
pub mod flow;
pub mod pages;
pub mod problem;
pub mod seal;

#[cfg(target_arch = "wasm32")]
mod edge;
#[cfg(all(target_arch = "wasm32", feature = "entry"))]
pub use edge::JsLogin;
#[cfg(target_arch = "wasm32")]
pub use edge::{Account, Authorization, Login, Probed, Registrar};
