use serde::{Deserialize, Serialize};

use crate::config::Misconfigured;

/// A failure for which the operator of this app must act.
///
/// The cause of a failure is for the log of the place where it occurred: it does not travel to the caller.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum AppFailure {
    /// A defect of this app, or of the platform that it runs on.
    #[error("something went wrong in this app")]
    Internal {
        /// The defect.
        #[serde(skip)]
        defect: Defect,
    },
    /// The platform ended an object in the middle of a request; the rows that it had stored are kept.
    #[error("this app was interrupted")]
    Interrupted {
        /// The error of the platform, which names no value.
        #[serde(skip)]
        cause: Option<Box<str>>,
    },
    /// A setting of the deployment is missing or wrong.
    #[error("this app is not configured")]
    Misconfigured {
        /// The setting.
        #[serde(skip)]
        cause: Option<Misconfigured>,
    },
    /// The stored rows are of a later version of this package: reading them could destroy them.
    #[error("the stored rows were written by a newer version of this app")]
    NewerRows,
}

/// A defect: an operation that cannot fail as long as this app and its platform are sound.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Defect {
    /// A value could not be written as JSON.
    Encoding,
    /// The defect was logged where it occurred.
    #[default]
    Logged,
    /// A panic, with its message if that is a constant: a formatted one may hold what the panic was about.
    Panic(Option<&'static str>),
    /// An error of the platform. Its errors name bindings, tables and limits, never values.
    Platform(Box<str>),
    /// A request or an answer between this app's own parts that cannot be read.
    Protocol,
    /// A stored row that cannot be read.
    Row,
    /// A value could not be sealed.
    Seal,
    /// A page could not be written.
    Template,
    /// A probe without a server and without a reason.
    Verdict,
}
