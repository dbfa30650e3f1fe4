//! Bodies of this app's own parts, as text.

use worker::{Response, ResponseBody, web_sys};

use super::promise::settled;

/// The whole body, which the platform reads in one piece: [`Response::text`] asks it for one chunk after another.
///
/// For responses of objects and of the cache. Bodies of other parties are read up to a limit, in `fetch.rs`.
pub(crate) async fn text(response: &Response) -> worker::Result<String> {
    let ResponseBody::Stream(stream) = response.body() else { return Ok(String::new()) };
    let response = web_sys::Response::new_with_opt_readable_stream(Some(stream))?;
    let text = settled(&response.text()?).await?;
    text.as_string().ok_or_else(|| worker::Error::RustError("a body is not text".to_owned()))
}
