//! The branding of a host, where it lets a page read it. The browser parses the page of the host; `branding` has a parser
//! of its own for where there is none, and is a third of this module with it.

use base64ct::{Base64, Encoding};
use branding::{ImageFormat, sniff};
use http::{StatusCode, header};
use login_flow::{Quotation, get};
use serde::Serialize;
use url::Url;

use crate::platform::{Limit, Page};

/// The words and the icon of a host's root page: untrusted text.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Brand {
    /// The title of the page, or the name of the site.
    pub title: Option<Quotation>,
    /// The description.
    pub description: Option<Quotation>,
    /// An image of the host's own, as its media type and its bytes in base64.
    pub icon: Option<[String; 2]>,
}

impl Brand {
    /// The branding of the host at a root; empty where the page cannot read it.
    pub async fn of(root: Url, page: &Page<'_>) -> Self {
        let Some(request) = get(&root, "text/html") else { return Self::default() };
        let Ok(response) = page.fetch(request, Limit::Page).await else { return Self::default() };
        if response.status() != StatusCode::OK {
            return Self::default();
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let head =
            page.platform.head(response.body().clone(), content_type.unwrap_or_default(), root.as_str());
        let texts = |kind: &str| {
            let kind = kind.to_owned();
            head.chunks_exact(2).filter_map(move |pair| match pair {
                [found, text] if *found == kind => Some(text.as_str()),
                _ => None,
            })
        };
        let first = |kinds: &[&str]| kinds.iter().flat_map(|kind| texts(kind)).find_map(Quotation::of);
        // An icon elsewhere would tell a third party who looks at which host.
        let icons = texts("icon").filter_map(|url| Url::parse(url).ok());
        let fallback = root.join("/favicon.ico").ok();
        let mut icon = None;
        for candidate in icons.chain(fallback).filter(|url| url.origin() == root.origin()).take(3) {
            icon = image(&candidate, page).await;
            if icon.is_some() {
                break;
            }
        }
        let title = first(&["title", "og:title", "twitter:title", "og:site_name", "application-name"]);
        let description = first(&["description", "og:description", "twitter:description"]);
        Self { title, description, icon }
    }
}

/// An image of moderate size, known by its bytes.
async fn image(url: &Url, page: &Page<'_>) -> Option<[String; 2]> {
    let response = page.fetch(get(url, "image/*")?, Limit::Document).await.ok()?;
    let image = sniff(response.body())
        .filter(|image| image.width.max(image.height) <= MAX_SIDE && image.format != ImageFormat::Gif)?;
    let bytes = Base64::encode_string(response.body());
    (response.status().as_u16() == 200).then(|| [image.format.media_type().to_owned(), bytes])
}

const MAX_SIDE: u32 = 1024;
