//! The Worker: routes, the two Durable Objects and the one door to the network. wasm32 only.

mod about;
#[expect(missing_docs, reason = "what the macro exports to JavaScript has no documentation")]
mod account;
mod alarm;
mod authorized;
mod deployment;
mod door;
#[cfg(feature = "entry")]
mod entry;
mod fetch;
mod flights;
mod limits;
mod log;
mod login;
mod object;
mod panic;
mod probe;
#[expect(missing_docs, reason = "what the macro exports to JavaScript has no documentation")]
mod registrar;
mod routes;
mod storage;
mod text;

pub use account::Account;
#[cfg(feature = "entry")]
pub use entry::JsLogin;
pub use login::{Authorization, Login};
pub use registrar::Registrar;
