#![doc = include_str!("../README.md")]

pub mod api;
pub mod browser_headers;
pub mod config;
pub mod cookie;
pub mod failure;
mod memory;
pub mod model;
pub mod pages;
pub mod problem;
pub mod return_to;
pub mod seal;
mod small_map;
pub mod stored;

mod about;
mod account;
#[cfg(feature = "entry")]
mod entry;
mod login;
mod platform;
mod probe;
mod registrar;
mod routes;
mod verdict_form;

pub use account::Account;
#[cfg(feature = "entry")]
pub use entry::Calls;
pub use login::{Authorization, Login};
pub use registrar::Registrar;
