use http::{Request, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Blocked;

/// One step of the protocol: a request, and the reader of its answer, which is spent by reading.
pub trait Exchange: Sized {
    /// What the step ends with.
    type Output;
    /// Why it can end without.
    type Error;

    /// The request to send next, without following redirects.
    fn request(&self) -> Request<Vec<u8>>;

    /// Reads its answer.
    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, Self::Error>;
}

/// What an answer leads to.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum Turn<E: Exchange> {
    /// There is another request to send.
    Again(E),
    /// The step is done.
    Done(E::Output),
}

/// Sends what the exchange asks for until it is done.
pub async fn drive<E: Exchange, F>(
    mut exchange: E,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, F>,
) -> Result<E::Output, DriveError<E::Error, F>> {
    loop {
        let response = fetch(exchange.request()).await.map_err(DriveError::Fetch)?;
        match exchange.receive(&response).map_err(DriveError::Protocol)? {
            Turn::Again(next) => exchange = next,
            Turn::Done(output) => return Ok(output),
        }
    }
}

/// Why a step failed: on the way, or by what was answered.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum DriveError<P, F> {
    /// There was no answer.
    #[error(transparent)]
    Fetch(F),
    /// The answer was not one to go on with.
    #[error(transparent)]
    Protocol(P),
}

/// Why a request has no answer. Both doors of the project, the Worker's and the command line's, say it so.
///
/// The cause is coarse on purpose: a finer one would let strangers scan ports through us.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FetchError {
    /// The egress policy forbids the request; nothing was sent.
    #[error("{0}")]
    Blocked(Blocked),
    /// The answer is compressed in a way that cannot be bounded.
    #[error("the answer's content encoding is not supported")]
    Encoding,
    /// The host cannot be found, refuses the connection, breaks it off, or took too long.
    #[error("the host could not be reached in time")]
    NoAnswer,
    /// The body is larger than the bound for its kind.
    #[error("the answer is too large")]
    TooLarge,
}
