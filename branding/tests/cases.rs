//! Pages and what a browser would show of them. `bytes` is a page that is not UTF-8, one byte for each character.

use branding::{Text, extract};
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    html: Option<String>,
    bytes: Option<String>,
    content_type: String,
    title: Option<String>,
    site: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    #[serde(default)]
    why: String,
}

impl Case {
    fn page(&self) -> Vec<u8> {
        let html = self.html.iter().flat_map(|html| html.bytes());
        let bytes = self.bytes.iter().flat_map(|bytes| bytes.chars()).filter_map(|c| u8::try_from(c).ok());
        html.chain(bytes).collect()
    }
}

#[test]
fn every_case() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let url = Url::parse("https://h.example/").unwrap();
    for case in &cases {
        let branding = extract(url.clone(), Some(&case.content_type), &case.page());
        let context = format!("{} {}", case.name, case.why);
        assert_eq!(text(branding.title.as_ref()), case.title, "title: {context}");
        if case.site.is_some() {
            assert_eq!(text(branding.name.as_ref()), case.site, "name: {context}");
        }
        assert_eq!(text(branding.description.as_ref()), case.description, "description: {context}");
        let icon = branding.icons.first().map(|icon| icon.url.to_string());
        assert_eq!(icon, case.icon, "icon: {context}");
    }
    assert!(cases.len() >= 81);
}

fn text(text: Option<&Text>) -> Option<String> {
    text.map(|text| text.as_untrusted_str().to_owned())
}
