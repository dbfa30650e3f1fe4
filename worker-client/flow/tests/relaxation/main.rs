//! Asking for less: which refusal leads to which second request, and which to none.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod authorization;
mod client_authentication;
mod registration;
mod server;
mod tokens;

use login_flow::{Relaxation, Relaxations};

use crate::server::relaxations;

#[test]
fn a_relaxation_has_one_name() {
    for relaxation in Relaxation::ALL {
        assert_eq!(serde_json::to_value(relaxation).unwrap(), relaxation.name());
        assert_eq!(Relaxation::named(relaxation.name()), Some(*relaxation));
    }
    let all: Relaxations = relaxations(&[Relaxation::WithoutResource, Relaxation::ListedGrantTypes]);
    assert_eq!(Relaxations::named(&format!("{} of-a-later-version", all.names())), all);
    assert_eq!(Relaxation::named("of-a-later-version"), None);
}
