//! Hostile pages: parsing ends, and everything before the trap is still found.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use branding::{Branding, Extractor, extract};
use proptest::prelude::*;
use url::Url;

#[path = "../benches/traps.rs"]
mod traps;

const GOOD: &str = "<title>Good</title><link rel=icon href=/good.png>";

#[test]
fn what_stands_before_a_trap_is_found() {
    for (name, page) in traps::traps(GOOD) {
        let branding = read(&page);
        assert_eq!(branding.title.unwrap().as_untrusted_str(), "Good", "{name}");
        assert!(branding.icons.iter().any(|icon| icon.url.path() == "/good.png"), "{name}");
        assert!(branding.icons.len() <= 65, "{name}");
        assert!(
            branding.description.is_none_or(|text| text.as_untrusted_str().chars().count() <= 200),
            "{name}"
        );
    }
}

#[test]
fn what_stands_beyond_the_cap_is_not_read() {
    let page = |before: usize| format!("{}{GOOD}", " ".repeat(before));
    assert!(read(&page(512 * 1024 - GOOD.len())).title.is_some());
    assert_eq!(read(&page(512 * 1024)).title, None);
    assert_eq!(Extractor::MAX_BYTES, 512 * 1024);
}

#[test]
fn what_stands_behind_a_tag_that_does_not_end_is_not_read() {
    let page = |length| format!("<meta name=x content='{}'>{GOOD}", "x".repeat(length));
    assert!(read(&page(100 * 1024)).title.is_some());
    assert_eq!(read(&page(300 * 1024)).title, None);
}

#[test]
fn what_stands_behind_thousands_of_tags_is_not_read() {
    assert!(read(&format!("{}{GOOD}", "<meta>".repeat(4_000))).title.is_some());
    assert_eq!(read(&format!("{}{GOOD}", "<meta>".repeat(5_000))).title, None);
    let bold = format!("<title>{}</title><meta name=description content=D>", "<b>".repeat(1_500));
    assert!(read(&bold).description.is_some());
    let bold = format!("<title>{}</title><meta name=description content=D>", "<b>".repeat(5_000));
    assert_eq!(read(&bold).description, None);
}

#[test]
fn hoards_are_cut() {
    let links: Vec<String> = (0..300).map(|i| format!("<link rel=icon href=/{i}>")).collect();
    assert_eq!(read(&links.concat()).icons.len(), 65, "64 and the fallback");

    let invisible = "<meta name=description content='&#8203;'>";
    let visible = "<meta name=description content=D>";
    assert!(read(&format!("{}{visible}", invisible.repeat(7))).description.is_some());
    assert_eq!(read(&format!("{}{visible}", invisible.repeat(8))).description, None);

    let link = |length| format!("<link rel=icon href=/{}>", "x".repeat(length));
    assert_eq!(read(&link(4000)).icons.len(), 2);
    assert_eq!(read(&link(4100)).icons.len(), 1, "the fallback alone: a URL must not be cut");
    assert_eq!(read("<link rel=icon href=/éé>").icons.len(), 2);
    assert_eq!(
        read(&format!("<link rel=icon href=/{}>", "é".repeat(1_000))).icons.len(),
        1,
        "6,000 bytes of it"
    );
}

#[test]
fn long_texts_are_cut() {
    let long = "é".repeat(300_000);
    for page in [format!("<title>{long}"), format!("<meta property=og:title content='{long}")] {
        let title = read(&(page.clone() + "'>")).title;
        if page.starts_with("<title") {
            assert_eq!(title.unwrap().as_untrusted_str(), "é".repeat(79) + "…");
        } else {
            assert_eq!(title, None, "the tag is longer than the tokenizer may keep");
        }
    }
    let shorter = format!("<meta property=og:title content='x{}'>", "é".repeat(30_000));
    assert_eq!(read(&shorter).title.unwrap().as_untrusted_str(), format!("x{}…", "é".repeat(78)));
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_answer(page in page(), cuts: Vec<prop::sample::Index>, content_type in content_type()) {
        let whole = extract(base(), content_type, &page);
        prop_assert_eq!(whole, in_chunks(content_type, &page, &cuts));
    }

    #[test]
    fn any_bytes_in_any_chunking(page: Vec<u8>, cuts: Vec<prop::sample::Index>, content_type in content_type()) {
        let whole = extract(base(), content_type, &page);
        prop_assert_eq!(whole, in_chunks(content_type, &page, &cuts));
    }

    #[test]
    fn survives_storage(page in page()) {
        let branding = extract(base(), None, &page);
        let json = serde_json::to_string(&branding).unwrap();
        prop_assert_eq!(serde_json::from_str::<Branding>(&json).unwrap(), branding);
    }

    #[test]
    fn icons_are_of_the_web_and_distinct(page in page()) {
        let icons = extract(base(), None, &page).icons;
        for (i, icon) in icons.iter().enumerate() {
            prop_assert_eq!(icon.url.scheme(), "https");
            prop_assert!(icons[..i].iter().all(|better| better.url != icon.url));
        }
    }
}

#[test]
fn long_pages_in_small_chunks() {
    let page = format!(
        "<meta charset=utf-8>{}{GOOD}<!-- {} --></head>",
        "<meta a=b>".repeat(3_000),
        "é".repeat(20_000)
    );
    let one_write = read(&page);
    assert_eq!(one_write.title.as_ref().unwrap().as_untrusted_str(), "Good");
    for size in [1, 7, 4095, 4096, 4097, 60_000] {
        let mut extractor = Extractor::new(base(), None);
        page.as_bytes().chunks(size).for_each(|chunk| extractor.write(chunk));
        assert_eq!(extractor.finish(), one_write, "{size}");
    }
}

fn in_chunks(content_type: Option<&str>, page: &[u8], cuts: &[prop::sample::Index]) -> Branding {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(page.len().saturating_add(1))).collect();
    cuts.sort_unstable();
    let mut extractor = Extractor::new(base(), content_type);
    let mut start = 0;
    for cut in cuts.into_iter().chain([page.len()]) {
        extractor.write(page.get(start..cut).unwrap());
        start = cut;
    }
    extractor.finish()
}

/// Parts of pages in any order, some of them malformed, in total longer than a block.
fn page() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"<title>",
        b"T\xE9",
        b"</title>",
        b"<svg>",
        b"</svg>",
        b"<math>",
        b"<mi>",
        b"<template>",
        b"</template>",
        b"<head>",
        b"</head>",
        b"<body>",
        b"<base href=/app/>",
        b"<base href='https://evil.example/'>",
        b"<meta charset=latin1>",
        b"<meta charset=utf-8>",
        b"<meta charset=iso-2022-jp>",
        b"<meta name=description content='",
        b"'>",
        b"\"",
        b"&amp;",
        b"&#8203;",
        b"<link rel=icon href=",
        b"/i.png>",
        b"http://x.example/1>",
        b"data:,>",
        b" sizes=32x32 ",
        b" media=dark ",
        b"<!--",
        b"-->",
        b"<script>",
        b"</script>",
        b"<noscript>",
        b"</p>",
        b"<font color=x>",
        b"\xEF\xBB\xBF",
        b"\xFF\xFE",
        b"\xFE\xFF",
        b"\0",
        b"<![CDATA[",
        b"]]>",
        b"<plaintext>",
        b"<foreignObject>",
        b"<annotation-xml encoding='text/html'>",
        b"</annotation-xml>",
        b"</foreignObject>",
        b"<select>",
        b"<table>",
        b"<frameset>",
        b"\x1B$B",
        b"<",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => any::<Vec<u8>>(),
        1 => (0..5000_usize).prop_map(|length| vec![b' '; length]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn content_type() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("text/html"),
        Some("text/html; charset=utf-8"),
        Some("text/html; charset=shift_jis"),
        Some("text/html; charset=utf-16le"),
        Some("text/html; charset=iso-2022-jp"),
        Some("text/html; charset=utf-7"),
    ])
}

fn read(page: &str) -> Branding {
    extract(base(), None, page.as_bytes())
}

fn base() -> Url {
    Url::parse("https://h.example/").unwrap()
}
