//! Branding of a host for the page before login: the title, name, description and icons of its root page.
//!
//! ```text
//!   bytes ──▶ Extractor ──▶ Branding ──┬── title, name, description: Option<Text> ──html()──▶ a page
//!               │                      └── icons: Vec<Icon>, best first
//!               └── is_done(): stop the download                │ fetched by the caller
//!                                                               ▼
//!                                            bytes ──sniff()──▶ Image { format, width, height }
//! ```
//!
//! ```
//! use branding::{Extractor, IconSource, extract};
//! use url::Url;
//!
//! let page = br#"<!doctype html><title>Fish &amp; Chips</title>
//!     <link rel="icon" href="/favicon-32x32.png"><link rel="apple-touch-icon" href="/touch.png">"#;
//! let branding = extract(Url::parse("https://h.example/")?, Some("text/html"), page);
//!
//! let title = branding.title.as_ref().ok_or("no title")?;
//! assert_eq!(title.as_untrusted_str(), "Fish & Chips");
//! assert_eq!(title.html().to_string(), "Fish &amp; Chips");
//! assert_eq!(branding.icons[0].url.as_str(), "https://h.example/touch.png");
//! assert_eq!(branding.icons[2].source, IconSource::Fallback); // /favicon.ico, not in the page
//!
//! // The same while the page arrives:
//! let mut extractor = Extractor::new(Url::parse("https://h.example/")?, Some("text/html"));
//! for chunk in page.chunks(16) {
//!     extractor.write(chunk);
//!     if extractor.is_done() {
//!         break;
//!     }
//! }
//! assert_eq!(extractor.finish(), branding);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! The crate makes no requests and follows no links. It does not decide which hosts an icon may come from: the page
//! chooses every icon URL, and so does its `<base>`; check each URL against your egress policy before fetching it. It
//! does not decode images. The texts are not verified: a page may claim any name, so show the host beside them.
#![forbid(unsafe_code)]

mod charset;
mod extractor;
mod icon;
mod media;
mod page;
mod sniff;
mod sources;
mod text;
mod token;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

pub use extractor::Extractor;
pub use icon::{Icon, IconSize, IconSource};
pub use sniff::{Image, ImageFormat, sniff};
pub use text::{Blank, Text};

/// The presentation of a host. All of it is chosen by the host.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Branding {
    /// The title of the page, at most 80 graphemes.
    #[serde(deserialize_with = "text::deserialize_title")]
    pub title: Option<Text>,
    /// The short name of the site, at most 80 graphemes.
    #[serde(deserialize_with = "text::deserialize_title")]
    pub name: Option<Text>,
    /// The description of the page, at most 200 graphemes.
    pub description: Option<Text>,
    /// The icons for a light background, best first. If one cannot be fetched or is not an image, try the next.
    pub icons: Vec<Icon>,
    /// The icons for a dark background only, best first.
    pub dark_icons: Vec<Icon>,
}

/// Extracts the branding of a complete page; `base` is its final URL, `content_type` its `Content-Type`.
pub fn extract(base: Url, content_type: Option<&str>, html: &[u8]) -> Branding {
    let mut extractor = Extractor::new(base, content_type);
    extractor.write(html);
    extractor.finish()
}
