//! Faults of RFC 7592.

use super::{Fault, of};
use crate::lab::{answer::Answer, server::RequestKind};
use serde_json::json;

pub(super) const FAULTS: &[Fault] = &[
    of("rfc7592/2/token-required", "shown to anybody", RequestKind::ReadWithoutToken, |a, _, _| {
        a.status = 200;
    }),
    of("rfc7592/2.1/read-status", "203", RequestKind::Read, |a, _, _| a.status = 203),
    of("rfc7592/2.1/read-status", "an update with 202", RequestKind::Update, |a, _, _| a.status = 202),
    of("rfc7592/2.1/read-status", "500", RequestKind::Read, |a, _, _| *a = Answer::nothing(500)),
    of("rfc7592/2.1/read-status", "an update with 404", RequestKind::Update, |a, _, _| {
        *a = Answer::nothing(404);
    }),
    of("rfc7592/3/same-client", "another", RequestKind::Read, |a, _, _| a.set("client_id", json!("another"))),
    of("rfc7592/2.3/delete-status", "200", RequestKind::Delete, |a, _, _| a.status = 200),
    of("rfc7592/2.3/delete-status", "404", RequestKind::Delete, |a, _, _| *a = Answer::nothing(404)),
    of("rfc7592/2.3/delete-status", "500", RequestKind::Delete, |a, _, _| *a = Answer::nothing(500)),
    of("rfc7592/2.1/deleted-client", "404", RequestKind::ReadDeleted, |a, _, _| a.status = 404),
];
