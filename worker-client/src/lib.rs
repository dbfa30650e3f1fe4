//! Log in to any website that supports dynamic client registration, from any Cloudflare Worker.
//!
//! ```text
//!   login_flow   sans-IO: Discover ▶ Register ▶ AuthorizationRequest::begin
//!    ▲                    ⋯ Pending::accept ▶ CodeExchange ▶ Refresh ▶ Revoke
//!    ▲
//!   wasm32       Login ──▶ Account (one Durable Object per user) ──▶ Registrar (one per issuer); all ──▶ platform
//! ```
//!
//! On the host this crate is what the Worker shows and stores: [`model`], [`pages`], [`problem`],
//! [`cookie`], [`seal`], [`config`]. For wasm32 it is also `Login`, `Account` and `Registrar`:
//!
//! ```ignore
//! pub use worker_client::{Account, Registrar}; // bound as ACCOUNT and REGISTRAR
//!
//! let login = worker_client::Login::new(&env, "your own name for your user")?;
//! if let Some(answer) = login.handle(&mut request).await {
//!     return Ok(answer); // the page, the login, the callback
//! }
//! let answer = login.fetch(Request::new("https://good.example/api", Method::Get)?).await?; // as that user
//! let shown = login.proxy(&request, Request::new("https://good.example/api", Method::Get)?).await; // for their browser
//! ```
//!
//! # What it does not do
//!
//! None of its routes is a proxy: only the program around it sends requests to a host. It reads no ID token and claims
//! no identity. It uses protected resource metadata (RFC 9728) only if `RESOURCE_METADATA` says so.

pub mod api;
pub mod browser_headers;
pub mod config;
pub mod cookie;
pub mod failure;
mod json;
#[cfg(any(target_arch = "wasm32", test))]
mod memory;
pub mod model;
pub mod pages;
pub mod problem;
pub mod return_to;
pub mod seal;
mod small_map;
pub mod stored;

#[cfg(target_arch = "wasm32")]
mod about;
#[cfg(target_arch = "wasm32")]
mod account;
#[cfg(all(target_arch = "wasm32", feature = "entry"))]
mod entry;
#[cfg(target_arch = "wasm32")]
mod login;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod probe;
#[cfg(target_arch = "wasm32")]
mod registrar;
#[cfg(target_arch = "wasm32")]
mod routes;
#[cfg(any(target_arch = "wasm32", test))]
mod verdict_form;

#[cfg(target_arch = "wasm32")]
pub use account::Account;
#[cfg(all(target_arch = "wasm32", feature = "entry"))]
pub use entry::JsLogin;
#[cfg(target_arch = "wasm32")]
pub use login::{Authorization, Login};
#[cfg(target_arch = "wasm32")]
pub use registrar::Registrar;
