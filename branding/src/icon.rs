use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    charset::{Bytewise, Charset},
    media::Scheme,
    sources::Rank,
    token::Tag,
};

/// An icon that a page offers. Whether the URL returns an image is known only after it was fetched: see
/// [`sniff`](crate::sniff()).
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Icon {
    /// The URL of the icon: http or https, and https whenever the page is. The page chose its host.
    pub url: Url,
    /// The source of the icon in the page.
    pub source: IconSource,
    /// The declared size.
    pub size: IconSize,
}

/// The source of an icon in a page.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IconSource {
    /// `<link rel="icon">`
    Icon,
    /// `<link rel="apple-touch-icon">`
    AppleTouchIcon,
    /// No element: browsers request `/favicon.ico` by default.
    Fallback,
}

/// The declared size of an icon.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IconSize {
    /// An SVG, which scales to any size.
    Scalable,
    /// The shorter side, in pixels.
    Side(u32),
    /// The page declares no size.
    Unspecified,
}

/// A `<link>` that is relevant for icons.
#[derive(Debug)]
pub(crate) enum Link {
    Icon {
        href: Bytewise,
        source: IconSource,
        scheme: Scheme,
        is_svg: bool,
        sizes: String,
    },
    /// `href="data:,"`: the page has no icon, and `/favicon.ico` must not be requested.
    NoIcon,
}

impl Link {
    pub(crate) fn read(tag: &Tag) -> Option<Self> {
        let source = source(&tag.keyword("rel")?)?;
        let href = tag.raw("href")?;
        if is_empty_data(&href.keyword()) {
            return Some(Self::NoIcon);
        }
        let media_type = tag.keyword("type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim_ascii();
        let is_shown = essence.is_empty() || TYPES.contains(&essence);
        let scheme = Scheme::of(&tag.keyword("media").unwrap_or_default())?;
        (is_shown && !href.is_blank() && !href.is_cut()).then(|| Self::Icon {
            href: href.clone(),
            source,
            scheme,
            is_svg: essence == SVG,
            sizes: tag.keyword("sizes").unwrap_or_default().into_owned(),
        })
    }
}

/// The icons for a light and for a dark scheme, best first. Among equals, the last one of the page comes first.
pub(crate) fn rank(links: &[Link], page: &Url, base: &Url, charset: &Charset) -> (Vec<Icon>, Vec<Icon>) {
    let mut light = Vec::new();
    let mut dark = Vec::new();
    for link in links.iter().rev() {
        let Link::Icon { href, source, scheme, is_svg, sizes } = link else { continue };
        let Some(url) = resolve(&charset.attribute(href), page, base) else { continue };
        let size = size(&url, *source, *is_svg, sizes);
        let list = if *scheme == Scheme::Light { &mut light } else { &mut dark };
        list.push(Icon { url, source: *source, size });
    }
    if !links.iter().any(|link| matches!(link, Link::NoIcon)) {
        light.extend(fallback(page));
    }
    (in_order(light), in_order(dark))
}

/// True for an http or https URL without user name and password.
pub(crate) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
}

fn in_order(mut icons: Vec<Icon>) -> Vec<Icon> {
    icons.sort_by_key(|icon| match icon.source {
        IconSource::Fallback => Rank::Fallback,
        IconSource::Icon | IconSource::AppleTouchIcon => Rank::from(icon.size),
    });
    let mut distinct: Vec<Icon> = Vec::new();
    for icon in icons {
        if !distinct.iter().any(|better| better.url == icon.url) {
            distinct.push(icon);
        }
    }
    distinct
}

/// The source of an icon by the tokens of `rel`. A mask icon is a monochrome shape and is never taken, whatever the
/// other tokens are.
fn source(rel: &str) -> Option<IconSource> {
    let has = |token| rel.split_ascii_whitespace().any(|t| t == token);
    if has("mask-icon") {
        None
    } else if has("icon") {
        Some(IconSource::Icon)
    } else if has("apple-touch-icon") || has("apple-touch-icon-precomposed") {
        Some(IconSource::AppleTouchIcon)
    } else {
        None
    }
}

/// True for `data:,` in its usual spellings: also `data:;base64,=` and with a media type.
fn is_empty_data(href: &str) -> bool {
    href.strip_prefix("data:")
        .and_then(|data| data.split_once(','))
        .is_some_and(|(_, body)| matches!(body, "" | "="))
}

fn resolve(href: &str, page: &Url, base: &Url) -> Option<Url> {
    let mut url = base.join(href).ok()?;
    if page.scheme() == "https" && url.scheme() == "http" {
        url.set_scheme("https").ok()?;
    }
    (is_web(&url) && url.as_str().len() <= LONGEST_URL).then_some(url)
}

fn fallback(page: &Url) -> Option<Icon> {
    let url = resolve("/favicon.ico", page, page)?;
    Some(Icon { url, source: IconSource::Fallback, size: IconSize::Unspecified })
}

fn size(url: &Url, source: IconSource, is_svg: bool, sizes: &str) -> IconSize {
    if is_svg || url.path().to_ascii_lowercase().ends_with(".svg") {
        return IconSize::Scalable;
    }
    // `any` is not a number, and only an SVG scales to any size.
    let declared = sizes.split_ascii_whitespace().filter_map(side).map(IconSize::Side);
    let apple = (source == IconSource::AppleTouchIcon).then_some(APPLE);
    declared
        .min_by_key(|size| Rank::from(*size))
        .or_else(|| side_in_name(url.path()).or(apple).map(IconSize::Side))
        .unwrap_or(IconSize::Unspecified)
}

/// The shorter side in pixels of a `sizes` token: 120 for `180x120`.
fn side(size: &str) -> Option<u32> {
    let (width, height) = size.split_once('x')?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
    Some(number(width)?.min(number(height)?)).filter(|side| *side > 0)
}

/// The side in pixels by the file name of the URL: 32 for `/favicon-32x32.png`.
fn side_in_name(path: &str) -> Option<u32> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    name.split(|c: char| c != 'x' && !c.is_ascii_digit())
        .filter(|piece| piece.split_once('x').is_some_and(|(width, height)| width == height))
        .find_map(side)
}

const SVG: &str = "image/svg+xml";
/// Media types of images that can be shown. [`sniff`](crate::sniff()) recognises all of them except SVG.
const TYPES: [&str; 12] = [
    SVG,
    "image/gif",
    "image/ico",
    "image/icon",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/vnd.microsoft.icon",
    "image/webp",
    "image/x-icon",
    "image/x-ico",
    "image/x-png",
];
/// Maximum length of an icon's URL, in bytes. A URL of a page can triple in length when it is encoded as ASCII.
const LONGEST_URL: usize = 4096;
/// The side in pixels of an apple-touch-icon without a declared size.
const APPLE: u32 = 180;

#[cfg(test)]
mod tests {
    use IconSource::{AppleTouchIcon as Apple, Icon};

    use super::*;

    #[test]
    fn sizes() {
        let of = |path: &str, source, sizes: &str| {
            size(&Url::parse("https://h.example").unwrap().join(path).unwrap(), source, false, sizes)
        };
        for (path, source, sizes, expected) in [
            ("/i.png", Icon, "32x32", IconSize::Side(32)),
            ("/i.png", Icon, "16x16 192x192 512x512 32x32", IconSize::Side(192)),
            ("/i.png", Icon, "16x16 48x48 32x32", IconSize::Side(48)),
            ("/i.png", Icon, "180x120", IconSize::Side(120)),
            ("/i.png", Icon, "", IconSize::Unspecified),
            ("/i.png", Icon, "0x0", IconSize::Unspecified),
            ("/i.png", Icon, "+1x+1 1 x x1 1x 99999999999x99999999999", IconSize::Unspecified),
            ("/i.ico", Icon, "any", IconSize::Unspecified),
            ("/favicon-96x96.png", Icon, "", IconSize::Side(96)),
            ("/favicon-96x96.png", Icon, "32x32", IconSize::Side(32)),
            ("/96x96/i.png", Icon, "", IconSize::Unspecified),
            ("/i-2x1.png", Icon, "", IconSize::Unspecified),
            ("/a.png", Apple, "", IconSize::Side(180)),
            ("/a-152x152.png", Apple, "", IconSize::Side(152)),
            ("/I.SVG", Icon, "16x16", IconSize::Scalable),
        ] {
            assert_eq!(of(path, source, sizes), expected, "{path} {sizes}");
        }
    }

    #[test]
    fn order_of_sizes() {
        let order = [
            IconSize::Scalable,
            IconSize::Side(128),
            IconSize::Side(180),
            IconSize::Side(1024),
            IconSize::Side(127),
            IconSize::Side(33),
            IconSize::Unspecified,
            IconSize::Side(31),
            IconSize::Side(1025),
            IconSize::Side(4096),
        ];
        let ranks = order.map(Rank::from);
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        assert!(ranks.iter().all(|rank| *rank < Rank::Fallback));
    }
}
