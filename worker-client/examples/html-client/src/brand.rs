//! The branding of a host, where it lets a page read it.

use base64ct::{Base64, Encoding};
use branding::{Branding, IconSize, ImageFormat, Text, extract, sniff};
use http::header;
use login_flow::{get, is_page};
use serde::Serialize;
use url::Url;

use crate::door::{Limit, Page};

/// The words and the icon of a host's root page: untrusted text.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Brand {
    /// The title of the page, or the name of the site.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// An image of the host's own, as its media type and its bytes in base64.
    pub icon: Option<[String; 2]>,
}

impl Brand {
    /// The branding of the host at a root; empty where the page cannot read it.
    pub async fn of(root: Url, page: &Page<'_>) -> Self {
        let Some(request) = get(&root, "text/html") else { return Self::default() };
        let Ok(response) = page.fetch(request, Limit::Page).await else { return Self::default() };
        if !is_page(&response) {
            return Self::default();
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Branding { title, name, description, icons, .. } =
            extract(root.clone(), content_type, response.body());
        let text = |text: Text| text.as_untrusted_str().to_owned();
        // An icon elsewhere would tell a third party who looks at which host.
        let own =
            icons.iter().filter(|icon| icon.url.origin() == root.origin() && icon.size != IconSize::Scalable);
        let mut icon = None;
        for candidate in own.take(3) {
            icon = image(&candidate.url, page).await;
            if icon.is_some() {
                break;
            }
        }
        Self { title: title.or(name).map(text), description: description.map(text), icon }
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
