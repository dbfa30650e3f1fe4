//! The runtime: network, clock, entropy, cache, alarm, storage, log, and calls between objects. wasm32 only.
//!
//! The rest of the crate touches the platform in `DurableObject` impls and in the routes' requests and responses alone.

pub(crate) mod alarm;
pub(crate) mod body;
pub(crate) mod cache;
pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod deployment;
pub(crate) mod entropy;
pub(crate) mod fetch;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod panic;
pub(crate) mod pass;
pub(crate) mod promise;
pub(crate) mod response;
pub(crate) mod rpc;
pub(crate) mod sealed;
pub(crate) mod single_flight;
pub(crate) mod storage;
mod tasks;
