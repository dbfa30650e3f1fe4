//! The platform: `fetch` of the page, which a browser limits to what CORS allows, and what the page stores.

use std::cell::RefCell;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use login_flow::{Blocked, Egress, Fault, Faulty, FetchError};
use url::Url;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The functions that the script gives: a `fetch` without credentials, referrer, cache or redirects, and what it stores.
    #[derive(Debug)]
    pub type Platform;

    /// Sends a request. It rejects with one of the words that [`Unanswered::named`] reads.
    #[wasm_bindgen(method, catch)]
    async fn send(
        this: &Platform,
        method: &str,
        url: &str,
        headers: Vec<String>,
        body: Vec<u8>,
        limit: u32,
    ) -> Result<JsValue, JsValue>;

    /// Takes the login of a `state` digest out of the store; false if it was taken before.
    #[wasm_bindgen(method, catch)]
    async fn spend(this: &Platform, digest: &str) -> Result<JsValue, JsValue>;

    /// The elements that the browser's parser finds in the head of a page, as pairs: `title`, the name of a
    /// `<meta>`, or `icon`, and the text.
    #[wasm_bindgen(method)]
    pub fn head(this: &Platform, html: Vec<u8>, content_type: &str, url: &str) -> Vec<String>;

    type Answer;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Answer) -> Vec<u8>;
}

/// The largest body of a kind of response, counted after decompression.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the kinds that there are")]
pub enum Limit {
    /// A JSON document, or an icon.
    Document,
    /// A page, or the answer to a request as the user.
    Page,
}

/// The reason why a request of the page has no response that it can read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle both")]
pub enum Unanswered {
    /// As in the Worker.
    #[error("{0}")]
    Fetch(FetchError),
    /// The server redirects, and a page is not told where.
    #[error("{0} leads elsewhere, and a page is not told where")]
    Redirected(Url),
    /// The server is there, and does not allow this page to read the answer.
    #[error("the answer of {0} cannot be read from this page")]
    Unreadable(Url),
}

impl Unanswered {
    fn named(word: &str, url: &Url) -> Self {
        match word {
            "redirected" => Self::Redirected(url.clone()),
            "unreadable" => Self::Unreadable(url.clone()),
            "too-large" => Self::Fetch(FetchError::TooLarge),
            _ => Self::Fetch(FetchError::NoAnswer),
        }
    }
}

impl Faulty for Unanswered {
    fn fault(&self) -> Fault {
        match self {
            Self::Fetch(error) => error.fault(),
            Self::Redirected(_) | Self::Unreadable(_) => Fault::Refused,
        }
    }
}

/// The page that asks: its redirection URI, its egress policy, and the way out.
#[derive(Debug)]
pub struct Page<'a> {
    pub(crate) platform: &'a Platform,
    /// The URL of the page, to which authorization responses come back.
    pub redirect_uri: Url,
    /// Where requests may go: public hosts over https, except the page's own.
    pub egress: Egress,
    unreadable: RefCell<Vec<Unanswered>>,
}

impl<'a> Page<'a> {
    /// The page at a URL, whose query and fragment do not count.
    pub fn new(url: &str, platform: &'a Platform) -> Option<Self> {
        let mut redirect_uri = Url::parse(url).ok()?;
        redirect_uri.set_query(None);
        redirect_uri.set_fragment(None);
        let egress = Egress::public().except(&redirect_uri);
        Some(Self { platform, redirect_uri, egress, unreadable: RefCell::default() })
    }

    /// The origin of the page, as browsers send it.
    pub fn origin(&self) -> String {
        self.redirect_uri.origin().ascii_serialization()
    }

    /// Sends a request where the egress policy allows it.
    pub async fn fetch(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> Result<Response<Vec<u8>>, Unanswered> {
        let blocked = |why| Unanswered::Fetch(FetchError::Blocked(why));
        let url = Url::parse(&request.uri().to_string()).map_err(|_| blocked(Blocked::NotPublic))?;
        self.egress.judge(&url).map_err(blocked)?;
        let method = request.method().as_str().to_owned();
        let pairs = request.headers().iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
        let headers = pairs.flat_map(|(name, value)| [name.as_str().to_owned(), value.to_owned()]).collect();
        let limit = match limit {
            Limit::Document => 64 << 10,
            Limit::Page => 512 << 10,
        };
        let answer = self.platform.send(&method, url.as_str(), headers, request.into_body(), limit).await;
        let answer = answer.map_err(|word| Unanswered::named(&word.as_string().unwrap_or_default(), &url))?;
        read(answer.unchecked_ref()).ok_or(Unanswered::Fetch(FetchError::NoAnswer))
    }

    /// Sends a request of a search, which goes on where one answer cannot be read: the host denies it to this page.
    pub async fn search(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        match self.fetch(request, Limit::Document).await {
            Ok(response) => Ok(response),
            Err(Unanswered::Fetch(error)) => Err(error),
            Err(unreadable) => {
                self.unreadable.borrow_mut().push(unreadable);
                let mut denied = Response::new(Vec::new());
                *denied.status_mut() = StatusCode::FORBIDDEN;
                Ok(denied)
            }
        }
    }

    /// The answers of a search that could not be read.
    pub fn into_unreadable(self) -> Vec<Unanswered> {
        self.unreadable.into_inner()
    }

    /// Takes the login of a `state` digest out of the store, before its code is sent; false if it was taken before.
    pub async fn spend(&self, digest: &str) -> bool {
        self.platform.spend(digest).await.is_ok_and(|spent| spent.is_truthy())
    }
}

fn read(answer: &Answer) -> Option<Response<Vec<u8>>> {
    let mut response = Response::new(answer.body());
    *response.status_mut() = StatusCode::from_u16(answer.status()).ok()?;
    for pair in answer.headers().chunks_exact(2) {
        let [name, value] = pair else { continue };
        let known = HEADERS.iter().find(|known| known.as_str() == name);
        let (Some(known), Ok(value)) = (known, HeaderValue::try_from(value)) else { continue };
        response.headers_mut().append(known.clone(), value);
    }
    Some(response)
}

/// The headers that the flow reads, as far as CORS lets a page read them; browsers write names in lower case.
static HEADERS: [HeaderName; 5] =
    [header::CONTENT_TYPE, header::DATE, header::LOCATION, header::RETRY_AFTER, header::WWW_AUTHENTICATE];
