//! The vectors of pages.

use branding::{Text, extract};
use serde::Deserialize;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

#[derive(Deserialize)]
struct Page {
    url: Url,
    content_type: String,
    html: String,
}

#[test]
fn pages() {
    for (id, case) in vectors::cases("page") {
        let page: Page = case.input();
        let branding = extract(page.url, Some(&page.content_type), page.html.as_bytes());
        let text = |text: Option<&Text>| text.map(|text| text.as_untrusted_str().to_owned());
        let (title, description) = (branding.title.as_ref(), branding.description.as_ref());
        for (member, expected) in case.expect.as_object().unwrap() {
            let found: Value = match member.as_str() {
                "title" => text(title).into(),
                "name" => text(branding.name.as_ref()).into(),
                "description" => text(description).into(),
                "icon" => branding.icons.first().map(|icon| icon.url.to_string()).into(),
                "title_at_most" => longest(title, expected),
                "description_at_most" => longest(description, expected),
                other => panic!("{id}: there is no {other}"),
            };
            assert_eq!(&found, expected, "{id}: {}", case.note);
        }
    }
}

/// The bound, where a text is there and within it; how long it is, where it is not.
fn longest(text: Option<&Text>, bound: &Value) -> Value {
    let length = text.map_or(0, |text| text.as_untrusted_str().graphemes(true).count());
    let within = length > 0 && bound.as_u64().is_some_and(|bound| length as u64 <= bound);
    if within { bound.clone() } else { length.into() }
}
