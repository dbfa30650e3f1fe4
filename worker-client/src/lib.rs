//! Log in to any website that supports dynamic client registration, from any Cloudflare Worker.
//!
//! ```text
//!   login_flow   sans-IO: Discover ▶ Register ▶ Login::begin ⋯ Pending::accept ▶ Redeem ▶ Refresh ▶ Revoke
//!    ▲
//!   edge         wasm32: Login ──▶ Account (one Durable Object per user) ──▶ Registrar (one per issuer)
//! ```
//!
//! On the host this crate is what the Worker shows and stores: [`pages`], [`problem`], [`cookie`],
//! [`seal`], [`config`]. For wasm32 it is also `Login`, `Account` and `Registrar`:
//!
//! ```ignore
//! pub use worker_client::{Account, Registrar}; // bound as ACCOUNT and REGISTRAR
//!
//! let login = worker_client::Login::new(&env, "your own name for your user")?;
//! if let Some(answer) = login.handle(&mut request).await {
//!     return Ok(answer); // the page, the login, the callback
//! }
//! let answer = login.fetch(Request::new("https://good.example/api", Method::Get)?).await?; // as that user
//! ```
//!
//! # What it does not do
//!
//! It is no proxy: nothing that a browser sends reaches a host with a token. It reads no ID token and claims no
//! identity. It does not use protected-resource metadata (RFC 9728).

pub mod api;
pub mod config;
pub mod cookie;
pub mod event;
pub mod pages;
pub mod problem;
pub mod return_to;
pub mod seal;

#[cfg(target_arch = "wasm32")]
mod edge;
#[cfg(all(target_arch = "wasm32", feature = "entry"))]
pub use edge::JsLogin;
#[cfg(target_arch = "wasm32")]
pub use edge::{Account, Authorization, Login, Registrar};
