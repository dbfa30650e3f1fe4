//! The same task for each: the title, the description and the icons of a page.

use std::sync::LazyLock;

use branding::{Branding, Extractor};
use scraper::{Html, Selector};
use url::Url;
use webpage::HTML;

use crate::pages::Page;

/// One who reads a page, and the title that it found.
pub(crate) type Reader = (&'static str, fn(&Page) -> Option<String>);

pub(crate) const READERS: [Reader; 3] = [("branding", branding), ("scraper", scraper), ("webpage", webpage)];

/// As the page arrives, in chunks of 16 KiB.
fn branding(page: &Page) -> Option<String> {
    let mut extractor = Extractor::new(BASE.clone(), Some(page.content_type));
    for chunk in page.bytes.chunks(16 * 1024) {
        extractor.write(chunk);
        if extractor.is_done() {
            break;
        }
    }
    let Branding { title, .. } = extractor.finish();
    title.map(|title| title.as_untrusted_str().to_owned())
}

fn scraper(page: &Page) -> Option<String> {
    let document = Html::parse_document(&String::from_utf8_lossy(&page.bytes));
    let first = |selector, attribute| document.select(selector).find_map(|found| found.attr(attribute));
    let description = first(&SELECTORS.description, "content");
    let icons: Vec<Url> =
        document.select(&SELECTORS.icon).filter_map(|link| BASE.join(link.attr("href")?).ok()).collect();
    std::hint::black_box((description, icons));
    document.select(&SELECTORS.title).next().map(|title| title.text().collect::<String>().trim().to_owned())
}

fn webpage(page: &Page) -> Option<String> {
    let html = String::from_utf8_lossy(&page.bytes).into_owned();
    let html = HTML::from_string(html, Some(BASE.to_string())).ok()?;
    html.title.map(|title| title.trim().to_owned())
}

static BASE: LazyLock<Url> = LazyLock::new(|| Url::parse("https://h.example/").unwrap());
static SELECTORS: LazyLock<Selectors> = LazyLock::new(|| {
    let parse = |selector| Selector::parse(selector).unwrap();
    Selectors {
        title: parse("head > title"),
        description: parse("meta[name=description i][content], meta[property='og:description'][content]"),
        icon: parse("link[rel~=icon i][href], link[rel~=apple-touch-icon i][href]"),
    }
});

struct Selectors {
    title: Selector,
    description: Selector,
    icon: Selector,
}
