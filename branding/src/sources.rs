//! Where each text comes from, the first that is not empty; and how icons are ordered.

use std::cmp::Reverse;

use crate::icon::IconSize;

pub(crate) const TITLE: [Source; 3] =
    [Source::TitleElement, Source::Meta("og:title"), Source::Meta("twitter:title")];

pub(crate) const NAME: [Source; 3] = [
    Source::Meta("og:site_name"),
    Source::Meta("application-name"),
    Source::Meta("apple-mobile-web-app-title"),
];

pub(crate) const DESCRIPTION: [Source; 3] =
    [Source::Meta("description"), Source::Meta("og:description"), Source::Meta("twitter:description")];

/// The attributes in which a `<meta>` names what its `content` is.
pub(crate) const META_KEYS: [&str; 3] = ["property", "name", "itemprop"];

/// Whether any text comes from a `<meta>` of this name.
pub(crate) fn is_asked(name: &str) -> bool {
    let mut all = TITLE.iter().chain(&NAME).chain(&DESCRIPTION);
    all.any(|source| matches!(source, Source::Meta(asked) if *asked == name))
}

/// The place of an icon in the list: what stands first here comes first there.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Rank {
    Scalable,
    /// Scales down: the smallest first.
    Enough(u32),
    /// Scales up: the largest first.
    Small(Reverse<u32>),
    Huge(u32),
    Fallback,
}

impl From<IconSize> for Rank {
    fn from(size: IconSize) -> Self {
        match size {
            IconSize::Scalable => Self::Scalable,
            IconSize::Side(pixels @ TARGET..=LARGE) => Self::Enough(pixels),
            IconSize::Side(pixels @ ..TARGET) => Self::Small(Reverse(pixels)),
            IconSize::Side(pixels) => Self::Huge(pixels),
            IconSize::Unspecified => Self::Small(Reverse(UNKNOWN)),
        }
    }
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    TitleElement,
    Meta(&'static str),
}

/// The side in pixels of the icon that the login page shows, on a screen of double density.
const TARGET: u32 = 128;
const LARGE: u32 = 1024;
/// What an icon of unknown size most likely is.
const UNKNOWN: u32 = 32;
