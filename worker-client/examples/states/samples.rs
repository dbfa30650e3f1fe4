//! Every state of every page, with what a host can do to it: for the eyes, for the snapshots, and for the browser test.

// Tests include this file from elsewhere.
#[path = "samples/confirm.rs"]
pub(crate) mod confirm;
#[path = "samples/hostile.rs"]
pub(crate) mod hostile;
#[path = "samples/problem.rs"]
pub(crate) mod problem;
#[path = "samples/start_page.rs"]
pub(crate) mod start_page;

use std::error::Error;

use worker_client::pages::{self, FormTarget};

pub(crate) use problem::failures;

use confirm::confirm_pages;
use start_page::homes;

/// One page as it is sent.
#[derive(Debug)]
pub(crate) struct State {
    /// Names its file.
    pub(crate) name: String,
    /// The page.
    pub(crate) html: String,
    /// Its `Content-Security-Policy`.
    pub(crate) policy: String,
}

/// The icon that samples have.
pub(crate) const ICON: &[u8] = include_bytes!("icon.png");

/// Every state.
pub(crate) fn states() -> Result<Vec<State>, Box<dyn Error>> {
    let mut states = homes()?;
    states.extend(confirm_pages()?);
    for (name, failed) in failures() {
        states.push(page(name, failed.page()?));
    }
    Ok(states)
}

fn page(name: &str, html: String) -> State {
    let forms = if name.starts_with("confirm") { FormTarget::LeadsAway } else { FormTarget::OwnOrigin };
    State { name: name.to_owned(), html, policy: pages::content_security_policy(forms) }
}
