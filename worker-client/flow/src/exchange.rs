use http::{Request, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Blocked;

/// One step of the protocol: a request, and the reader of its response, which consumes the step.
pub trait Exchange: Sized {
    /// The result of the step.
    type Output;
    /// The error with which the step can end.
    type Error;

    /// The request to send next, without following redirects.
    fn request(&self) -> Request<Vec<u8>>;

    /// Reads the response.
    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, Self::Error>;

    /// Continues after a request without a response. By default the step ends with the error of the transport.
    fn unanswered<F>(self, error: F) -> Result<Turn<Self>, DriveError<Self::Error, F>> {
        Err(DriveError::Fetch(error))
    }
}

/// The state of a step after a response.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum Turn<E: Exchange> {
    /// The step continues with another request.
    Again(E),
    /// The step is complete.
    Done(E::Output),
}

/// Sends the requests of an exchange until it is complete.
pub async fn drive<E: Exchange, F>(
    mut exchange: E,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, F>,
) -> Result<E::Output, DriveError<E::Error, F>> {
    loop {
        let turn = match fetch(exchange.request()).await {
            Ok(response) => exchange.receive(&response).map_err(DriveError::Protocol)?,
            Err(error) => exchange.unanswered(error)?,
        };
        match turn {
            Turn::Again(next) => exchange = next,
            Turn::Done(output) => return Ok(output),
        }
    }
}

/// The error of a step: in transport, or in the response.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum DriveError<P, F> {
    /// There was no response.
    #[error(transparent)]
    Fetch(F),
    /// The response does not allow the step to continue.
    #[error(transparent)]
    Protocol(P),
}

/// The reason why a request has no response, the same for the Worker and the command line.
///
/// The reasons are coarse on purpose: finer ones would allow port scans through this app.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FetchError {
    /// The egress policy blocks the request; nothing was sent.
    #[error("{0}")]
    Blocked(Blocked),
    /// The response has a content coding whose decompressed size cannot be bounded.
    #[error("the answer's content encoding is not supported")]
    Encoding,
    /// The host name cannot be resolved, or the connection was refused, closed early or timed out.
    #[error("the host could not be reached in time")]
    NoAnswer,
    /// The body is larger than the limit for its kind.
    #[error("the answer is too large")]
    TooLarge,
}
