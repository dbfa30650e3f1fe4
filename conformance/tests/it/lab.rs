//! A server without a fault, and faults.

pub(crate) mod answer;
pub(crate) mod faults;
pub(crate) mod server;
