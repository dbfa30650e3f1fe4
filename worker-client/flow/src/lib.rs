//! The login as a sequence of exchanges, without sockets, clocks or random number generators.
//!
//! A step creates its request and reads the response; [`drive`] alternates the two over any `fetch`. The Worker, the
//! command line and the tests differ only in that function.

mod authorize;
mod bearer_challenge;
mod client;
mod client_auth;
mod client_configuration;
mod code_exchange;
mod discover;
mod egress;
mod exchange;
mod failed_response;
mod fault;
mod finding;
mod get;
mod login_target;
mod page;
mod probe;
mod quotation;
mod refresh;
mod register;
mod relaxation;
mod requirement;
mod resource;
mod retry_after;
mod revoke;
mod scope;
mod server;
mod site;
mod token;
mod token_error;
mod token_request;
mod verdict;

pub use authorize::{AuthorizationRequest, AuthorizationResponseError, Pace, Pending, State, digest};
pub use bearer_challenge::BearerChallenge;
pub use client::Client;
pub use client_auth::ClientAuth;
pub use client_configuration::{Unregister, Update};
pub use code_exchange::{CodeExchange, Issued, NotIssued};
pub use discover::{Attempt, Discover, Discovered, NotFound, Outcome};
pub use egress::{Blocked, Egress};
pub use exchange::{DriveError, Exchange, FetchError, Turn, drive};
pub use failed_response::{FailedResponse, location};
pub use fault::{Fault, Faulty, Step};
pub use finding::{Actor, Finding};
pub use get::get;
pub use login_target::{InvalidHost, LoginTarget, authority};
pub use page::{is_page, is_transient};
pub use probe::{Probe, challenge_scope, probe};
pub use quotation::Quotation;
pub use refresh::Refresh;
pub use register::{Register, RegisterError};
pub use relaxation::{Relaxation, Relaxations};
pub use requirement::Requirement;
pub use resource::covers;
pub use retry_after::RetryAfter;
pub use revoke::{Revoke, TokenKind};
pub use rfc8414::Level;
pub use scope::{RequestedScope, has_scope_value, scope_values};
pub use server::{Mechanism, Server, Unusable};
pub use site::same_site;
pub use token::Tokens;
pub use token_error::TokenError;
pub use verdict::{Unreachable, Verdict};
