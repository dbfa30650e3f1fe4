//! An authorization server without a fault, with an MCP server beside it, and a catalogue of faults: each makes one
//! response violate one requirement. The tests of the checker use it, and `conformance serve` serves it to any client
//! and any other checker.

mod answer;
mod faults;
mod server;

pub use answer::Answer;
pub use faults::{Fault, faults};
pub use server::{Edit, Lab, Methods, RequestKind};
