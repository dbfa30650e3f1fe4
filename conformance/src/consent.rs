use futures_util::future::LocalBoxFuture;
use url::Url;

/// A way to consent to a login where the server asks a person.
pub trait ConsentHandler {
    /// Opens the authorization request in a user agent; the authorization response, or `None` if there is none.
    fn visit(&self, url: &Url) -> LocalBoxFuture<'_, Option<Url>>;
}
