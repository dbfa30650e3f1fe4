//! The Worker: routes, the two Durable Objects and the one door to the network. wasm32 only.

mod about;
mod account;
mod door;
#[cfg(feature = "entry")]
mod entry;
mod fetch;
mod login;
mod object;
mod registrar;
mod routes;
mod salt;

pub use account::Account;
pub use login::{Authorization, Login, Probed};
pub use registrar::Registrar;
