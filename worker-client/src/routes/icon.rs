//! The icon of a connection.

use base64ct::{Base64, Encoding};

use super::{answer::Answer, failed::Failed};
use crate::{
    account::AccountRequest,
    failure::{Defect, Failure, UserFailure},
    login::Login,
};

/// Bytes that were recognised as an image when they came, from our own origin.
pub(super) async fn answer(login: &Login, id: String) -> Result<Answer, Failed> {
    let url: Option<String> = login.call(AccountRequest::Icon { id }).await?;
    let parts = url.as_deref().and_then(|url| url.strip_prefix("data:")?.split_once(";base64,"));
    let (kind, text) = parts.ok_or(UserFailure::NotFound)?;
    Ok(Answer::of(Base64::decode_vec(text).map_err(|_| Failure::internal(Defect::Row))?, kind))
}
