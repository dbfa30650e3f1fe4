//! The page vectors: the expected branding is what browsers show, or the correct value where browsers differ.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use branding::{Icon, Text, extract};
use serde::Deserialize;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

#[derive(Deserialize)]
struct Page {
    url: Url,
    content_type: String,
    html: Option<String>,
    /// The bytes of a page that is not UTF-8, one character for each.
    bytes: Option<String>,
}

impl Page {
    fn body(&self) -> Vec<u8> {
        let html = self.html.iter().flat_map(|html| html.bytes());
        let bytes = self.bytes.iter().flat_map(|bytes| bytes.chars());
        html.chain(bytes.map(|c| u8::try_from(c).unwrap())).collect()
    }
}

#[test]
fn pages() {
    for (id, case) in vectors::cases("page") {
        let page: Page = case.input();
        let branding = extract(page.url.clone(), Some(&page.content_type), &page.body());
        let text = |text: Option<&Text>| text.map(|text| text.as_untrusted_str().to_owned());
        let (title, description) = (branding.title.as_ref(), branding.description.as_ref());
        for (member, expected) in case.expect.as_object().unwrap() {
            let found: Value = match member.as_str() {
                "title" => text(title).into(),
                "name" => text(branding.name.as_ref()).into(),
                "description" => text(description).into(),
                "icon" => urls(&branding.icons).first().cloned().into(),
                "icons" => urls(&branding.icons).into(),
                "dark_icons" => urls(&branding.dark_icons).into(),
                "title_at_most" => longest(title, expected),
                "description_at_most" => longest(description, expected),
                other => panic!("{id}: there is no {other}"),
            };
            assert_eq!(&found, expected, "{id}, {member}: {}", case.note);
        }
    }
}

fn urls(icons: &[Icon]) -> Vec<String> {
    icons.iter().map(|icon| icon.url.to_string()).collect()
}

/// True if the text is present and within the bound.
fn longest(text: Option<&Text>, bound: &Value) -> Value {
    let length = text.map_or(0, |text| text.as_untrusted_str().graphemes(true).count());
    let within = length > 0 && bound.as_u64().is_some_and(|bound| length as u64 <= bound);
    if within { bound.clone() } else { length.into() }
}
