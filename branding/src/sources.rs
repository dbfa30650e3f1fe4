//! The sources of each text in order of precedence, and the order of icons.

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

/// The attributes in which a `<meta>` names the kind of its `content`.
pub(crate) const META_KEYS: [&str; 3] = ["property", "name", "itemprop"];

/// True if any text is taken from a `<meta>` of this name.
pub(crate) fn is_asked(name: &str) -> bool {
    let mut all = TITLE.iter().chain(&NAME).chain(&DESCRIPTION);
    all.any(|source| matches!(source, Source::Meta(asked) if *asked == name))
}

/// The rank of an icon: the variants are in order of preference.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Rank {
    Scalable,
    /// Large enough to be scaled down: the smallest first.
    Enough(u32),
    /// Too small, to be scaled up: the largest first.
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

/// The source of a text in the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    TitleElement,
    Meta(&'static str),
}

/// The side in pixels of the icon that the login page shows, on a screen of double density.
const TARGET: u32 = 128;
const LARGE: u32 = 1024;
/// The assumed side in pixels of an icon without a declared size.
const UNKNOWN: u32 = 32;
