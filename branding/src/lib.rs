#![doc = include_str!("../README.md")]
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
