//! The server without a fault at a name, with at most one fault.

use conformance::lab::{Edit, Lab, Methods, RequestKind};

pub(crate) const HOST: &str = "https://as.example";

/// A server with a fault, or without.
pub(crate) fn lab(methods: Methods, fault: Option<(RequestKind, Edit)>) -> Lab {
    Lab::new(HOST, methods, fault.into_iter().collect())
}

/// A server of public clients.
pub(crate) fn public(fault: Option<(RequestKind, Edit)>) -> Lab {
    lab(Methods::Public, fault)
}
