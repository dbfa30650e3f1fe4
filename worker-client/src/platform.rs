//! The runtime: network, clock, entropy, cache, alarm, storage, log, and calls between objects. wasm32 only.
//!
//! Nothing else in this crate touches them, but for the `DurableObject` impls and the routes' requests and responses.

pub(crate) mod alarm;
pub(crate) mod body;
pub(crate) mod cache;
pub(crate) mod clock;
pub(crate) mod deployment;
pub(crate) mod entropy;
pub(crate) mod fetch;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod panic;
pub(crate) mod rpc;
pub(crate) mod single_flight;
pub(crate) mod storage;
