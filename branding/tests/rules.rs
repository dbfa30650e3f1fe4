//! One test for each extraction rule; each rejected input has an accepted neighbour.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use branding::{Branding, Icon, IconSize, IconSource, extract};
use url::Url;

const PAGE: &str = "https://h.example/";

#[test]
fn title_falls_back() {
    let og = "<meta property=og:title content=OG>";
    let twitter = "<meta name=twitter:title content=TW>";
    for (page, expected) in [
        (format!("{twitter}{og}<title>T</title>"), Some("T")),
        (format!("{twitter}{og}<title> \n </title><title>Second</title>"), Some("OG")),
        (format!("{twitter}{og}<title></title><title>Second</title>"), Some("OG")),
        (format!("{twitter}{og}<title>&#8203;</title>"), Some("OG")),
        (format!("{twitter}{og}"), Some("OG")),
        (format!("<meta property=og:title content=' '>{twitter}"), Some("TW")),
        (format!("<meta property=og:title content='&#8203;'>{og}"), Some("OG")),
        (format!("{og}<meta property=og:title content=Later>"), Some("OG")),
        ("<meta property=og:title value=OG>".to_owned(), None),
        ("<title>".to_owned(), None),
        ("<title>Left open".to_owned(), Some("Left open")),
        (String::new(), None),
    ] {
        assert_eq!(title(&page).as_deref(), expected, "{page}");
    }
}

#[test]
fn title_of_the_document_only() {
    for (page, expected) in [
        ("<title>T</title>", Some("T")),
        ("<svg><title>Bad</title></svg>", None),
        ("<svg><g><title>Bad</title></g></svg><title>T</title>", Some("T")),
        ("<svg/><title>T</title>", Some("T")),
        ("<math><mi><title>Bad</title></mi></math><title>T</title>", Some("T")),
        ("<template><title>Bad</title></template><title>T</title>", Some("T")),
        ("<template><template></template><title>Bad</title></template><title>T</title>", Some("T")),
        ("<script>'<title>Bad</title>'</script><title>T</title>", Some("T")),
        ("<!-- <title>Bad</title> --><title>T</title>", Some("T")),
        ("<noscript><title>Bad</title></noscript><title>T</title>", Some("T")),
        ("<style><title>Bad</title></style><title>T</title>", Some("T")),
        ("<textarea><title>Bad</title></textarea><title>T</title>", Some("T")),
        ("<select><xmp></xmp></select><title>T</title>", Some("T")),
        ("<table><textarea></textarea></table><title>T</title>", Some("T")),
        ("<TITLE lang=en>T</TITLE >", Some("T")),
    ] {
        assert_eq!(title(page).as_deref(), expected, "{page}");
    }
}

#[test]
fn name_and_description_fall_back() {
    let site = "<meta property=og:site_name content=Site>";
    let app = "<meta name=application-name content=App>";
    let apple = "<meta name=apple-mobile-web-app-title content=Apple>";
    for (page, expected) in [
        (format!("{apple}{app}{site}"), "Site"),
        (format!("{apple}{app}"), "App"),
        (apple.to_owned(), "Apple"),
    ] {
        assert_eq!(read(&page).name.unwrap().as_untrusted_str(), expected);
    }
    let plain = "<meta itemprop=Description content=Plain>";
    let og = "<meta name=' OG:description ' content=OG>";
    let twitter = "<meta property=twitter:description content=TW>";
    for (page, expected) in [
        (format!("{twitter}{og}{plain}"), "Plain"),
        (format!("{twitter}{og}"), "OG"),
        (twitter.to_owned(), "TW"),
    ] {
        assert_eq!(read(&page).description.unwrap().as_untrusted_str(), expected);
    }
    assert_eq!(read("<template><meta name=description content=Bad></template>").description, None);
}

#[test]
fn links_that_are_icons() {
    for (link, taken) in [
        ("rel=icon href=i.png", true),
        ("rel='alternate icon' href=i.png", true),
        ("rel=apple-touch-icon-precomposed href=i.png", true),
        ("rel='&#105;con' href=i.png", true),
        ("rel=icon href='  i.png\n'", true),
        ("rel=icon type=' IMAGE/PNG; x=y' href=i.png", true),
        ("rel=icon type='' href=i.png", true),
        ("rel=icon media='(prefers-color-scheme: light)' href=i.png", true),
        ("rel=mask-icon href=i.png", false),
        ("rel='mask-icon icon' href=i.png", false),
        ("rel=fluid-icon href=i.png", false),
        ("rel=apple-touch-startup-image href=i.png", false),
        ("rel=icon href=''", false),
        ("rel=icon href=' '", false),
        ("rel=icon type=image/tiff href=i.png", false),
        ("rel=icon media=print href=i.png", false),
        ("rel=icon href=javascript:alert(1)", false),
        ("rel=icon href=data:image/png;base64,AAAA", false),
        ("rel=icon href=blob:https://h.example/1", false),
        ("rel=icon href=https://user@h.example/i.png", false),
        ("rel=icon href=https://", false),
        ("href=i.png", false),
    ] {
        let icons = read(&format!("<link {link}>")).icons;
        let expected: &[&str] = if taken {
            &["https://h.example/i.png", "https://h.example/favicon.ico"]
        } else {
            &["https://h.example/favicon.ico"]
        };
        assert_eq!(urls(&icons), expected, "{link}");
    }
    for meta in
        ["<meta property=og:image content=/i.png>", "<meta name=msapplication-TileImage content=/i.png>"]
    {
        assert_eq!(urls(&read(meta).icons), ["https://h.example/favicon.ico"]);
    }
    assert_eq!(urls(&read("<svg><link rel=icon href=i.png></svg>").icons), ["https://h.example/favicon.ico"]);
}

#[test]
fn icons_best_first() {
    let page = "
        <link rel=icon sizes=16x16 href=16>
        <link rel=icon href=unknown>
        <link rel=icon sizes=any href=any.ico>
        <link rel=icon sizes=48x48 href=48>
        <link rel=icon sizes=2048x2048 href=2048>
        <link rel=icon sizes=512x512 href=512>
        <link rel=icon sizes=192x192 href=192>
        <link rel=apple-touch-icon href=apple>
        <link rel=icon sizes=192x192 href=last-of-equals>
        <link rel=icon href=x.svg>
        <link rel=icon sizes=1x1 href=16>";
    let icons = read(page).icons;
    let names: Vec<&str> = icons.iter().filter_map(|icon| icon.url.path().strip_prefix('/')).collect();
    let expected = [
        "x.svg",
        "apple",
        "last-of-equals",
        "192",
        "512",
        "48",
        "any.ico",
        "unknown",
        "16",
        "2048",
        "favicon.ico",
    ];
    assert_eq!(names, expected);
    assert_eq!((icons[1].source, icons[1].size), (IconSource::AppleTouchIcon, IconSize::Side(180)));
    assert_eq!((icons[10].source, icons[10].size), (IconSource::Fallback, IconSize::Unspecified));
}

#[test]
fn dark_icons_are_kept_apart() {
    let page = "<link rel=icon href=/d.png media='(prefers-color-scheme: dark)'><link rel=icon href=/l.png>";
    let branding = read(page);
    assert_eq!(urls(&branding.icons), ["https://h.example/l.png", "https://h.example/favicon.ico"]);
    assert_eq!(urls(&branding.dark_icons), ["https://h.example/d.png"]);
}

#[test]
fn fallback() {
    for (link, expected) in [
        ("", &["https://h.example/favicon.ico"][..]),
        ("<link rel=icon href=/favicon.ico>", &["https://h.example/favicon.ico"]),
        ("<link rel=icon href='data:,'>", &[]),
        ("<link rel=icon href=data:;base64,=>", &[]),
        ("<link rel='shortcut icon' href=' DATA:image/x-icon, '>", &[]),
        ("<link rel=icon href='data:,'><link rel=icon href=/i.png>", &["https://h.example/i.png"]),
        ("<link rel=icon href=data:image/png;base64,AAAA>", &["https://h.example/favicon.ico"]),
        ("<link rel=preload href='data:,'>", &["https://h.example/favicon.ico"]),
    ] {
        assert_eq!(urls(&read(link).icons), expected, "{link}");
    }
    assert_eq!(read("<link rel=icon href=/favicon.ico>").icons[0].source, IconSource::Icon);
}

#[test]
fn http_is_tried_as_https_on_an_https_page() {
    let page = "<link rel=icon href=http://cdn.example/i.png>";
    assert_eq!(read(page).icons[0].url.as_str(), "https://cdn.example/i.png");
    let on_http = extract(url("http://h.example/"), None, page.as_bytes());
    assert_eq!(urls(&on_http.icons), ["http://cdn.example/i.png", "http://h.example/favicon.ico"]);
}

#[test]
fn base() {
    let link = "<link rel=icon href=i.png>";
    for (base, expected) in [
        ("", "https://h.example/dir/i.png"),
        ("<base href=/app/>", "https://h.example/app/i.png"),
        ("<base target=_blank><base href=/app/>", "https://h.example/app/i.png"),
        ("<base href=/app/><base href=/other/>", "https://h.example/app/i.png"),
        ("<base href=//cdn.example/>", "https://cdn.example/i.png"),
        ("<base href=http://cdn.example/>", "https://cdn.example/i.png"),
        ("<base href=data:text/html,x>", "https://h.example/dir/i.png"),
        ("<base href=javascript:x>", "https://h.example/dir/i.png"),
        ("<base href=https://>", "https://h.example/dir/i.png"),
        ("<template><base href=/app/></template>", "https://h.example/dir/i.png"),
    ] {
        let icons =
            extract(url("https://h.example/dir/page"), None, format!("{link}{base}").as_bytes()).icons;
        // The fallback is resolved against the URL of the page, not against its base.
        assert_eq!(urls(&icons), [expected, "https://h.example/favicon.ico"], "{base}");
    }
}

#[test]
fn charsets() {
    let cafe_1252 = b"<title>Caf\xE9</title>".as_slice();
    let cafe_utf8 = "<title>Café</title>".as_bytes();
    let utf16 =
        |html: &str, swap: fn(u16) -> [u8; 2]| html.encode_utf16().flat_map(swap).collect::<Vec<u8>>();
    let le = utf16("\u{FEFF}<title>Café</title>", u16::to_le_bytes);
    let be = utf16("\u{FEFF}<title>Café</title>", u16::to_be_bytes);
    let no_mark = utf16("<title>Café</title>", u16::to_le_bytes);
    let marked = [b"\xEF\xBB\xBF", cafe_utf8].concat();
    let late = [cafe_1252, b"<meta charset=windows-1252>"].concat();
    let wrong_first = [b"<meta charset=nonsense><meta charset=latin1>", cafe_1252].concat();
    let meta_utf16 = [b"<meta charset=utf-16>", cafe_utf8].concat();
    let twice = [b"<meta charset=utf-8><meta charset=latin1>", cafe_utf8].concat();
    let content = [b"<meta http-equiv=refresh content='0;charset=latin1'>", cafe_utf8].concat();
    let user_defined = [b"<meta charset=x-user-defined>", cafe_1252].concat();
    let mark_within = [&[b' '; 4096], b"\xFF\xFE".as_slice(), cafe_utf8].concat();
    for (content_type, page, expected) in [
        (None, cafe_utf8, "Café"),
        (None, cafe_1252, "Café"),
        (None, &le, "Café"),
        (None, &be, "Café"),
        (Some("text/html; charset=utf-16le"), &no_mark, "Café"),
        (Some("text/html; charset=utf-8"), &le, "Café"),
        (Some("text/html; charset=latin1"), &marked, "Café"),
        (Some("text/html; charset=latin1"), cafe_utf8, "CafÃ©"),
        (Some("text/html; charset=utf-8"), cafe_1252, "Caf\u{FFFD}"),
        (Some("text/html; charset=iso-2022-jp"), b"<title>\x1B$BF|K\\\x1B(B</title>", "日本"),
        (None, &late, "Café"),
        (Some("text/html; charset=utf-8"), &late, "Caf\u{FFFD}"),
        (None, &wrong_first, "Café"),
        (None, &meta_utf16, "Café"),
        (None, &twice, "Café"),
        (None, &user_defined, "Café"),
        (None, &mark_within, "Café"),
        (None, &content, "Café"),
        (Some("text/html; charset=utf-7"), b"<title>+ADw-script+AD4-</title>", "+ADw-script+AD4-"),
        (None, b"<title>&#xe9;&eacute;&eacute</title>", "ééé"),
    ] {
        let title = extract(url(PAGE), content_type, page).title.unwrap();
        assert_eq!(title.as_untrusted_str(), expected, "{content_type:?} {page:x?}");
    }
}

#[test]
fn charset_of_attributes() {
    let page = |text: &str| format!("<meta property=og:title content='{text}'>");
    // lol_html decodes an attribute by a byte order mark at its start.
    for (text, expected) in [("Café", "Café"), ("\u{FEFF}Café", "Café"), ("\u{FEFF}日本", "日本")] {
        assert_eq!(title(&page(text)).as_deref(), Some(expected));
    }
    let marked = page("\u{FEFF}Café");
    let declared = extract(url(PAGE), Some("text/html; charset=shift_jis"), marked.as_bytes());
    assert_eq!(declared.title.unwrap().as_untrusted_str(), "Café");
    assert_eq!(read("<link rel=icon href=/é.png>").icons[0].url.path(), "/%C3%A9.png");
}

#[test]
fn entities_are_decoded_once() {
    for (page, expected) in [
        ("<title>&lt;b&gt;</title>", "<b>"),
        ("<title>&amp;lt;b&amp;gt;</title>", "&lt;b&gt;"),
        ("<title>&amp;amp;</title>", "&amp;"),
        ("<meta property=og:title content='&amp;lt;&lt;'>", "&lt;<"),
        ("<meta property=og:title content='a&copy=b &copy;'>", "a&copy=b ©"),
        ("<title>a&copy=b</title>", "a©=b"),
    ] {
        assert_eq!(title(page).as_deref(), Some(expected), "{page}");
    }
}

#[test]
fn as_json() {
    let page = "<title>T</title><meta name=description content=D><meta property=og:site_name content=N>
        <link rel=apple-touch-icon href=/a.png><link rel=icon href=/x.svg media='(prefers-color-scheme: dark)'>";
    let branding = read(page);
    insta::assert_json_snapshot!(branding, @r#"
    {
      "title": "T",
      "name": "N",
      "description": "D",
      "icons": [
        {
          "url": "https://h.example/a.png",
          "source": "apple_touch_icon",
          "size": {
            "side": 180
          }
        },
        {
          "url": "https://h.example/favicon.ico",
          "source": "fallback",
          "size": "unspecified"
        }
      ],
      "dark_icons": [
        {
          "url": "https://h.example/x.svg",
          "source": "icon",
          "size": "scalable"
        }
      ]
    }
    "#);
    let json = serde_json::to_string(&branding).unwrap();
    assert_eq!(serde_json::from_str::<Branding>(&json).unwrap(), branding);
    assert_eq!(serde_json::from_str::<Branding>("{}").unwrap(), Branding::default());
}

#[test]
fn a_store_cannot_dirty_it() {
    let long = "x".repeat(300);
    let json = format!(r#"{{"title": "{long}", "name": "Goo\u202Egle", "description": "{long}"}}"#);
    let branding: Branding = serde_json::from_str(&json).unwrap();
    assert_eq!(branding.title.unwrap().as_untrusted_str().chars().count(), 80);
    assert_eq!(branding.name.unwrap().as_untrusted_str(), "Google");
    assert_eq!(branding.description.unwrap().as_untrusted_str().chars().count(), 200);
    assert!(serde_json::from_str::<Branding>(r#"{"description": "\u202E"}"#).is_err());
}

fn read(page: &str) -> Branding {
    extract(url(PAGE), None, page.as_bytes())
}

fn title(page: &str) -> Option<String> {
    read(page).title.map(|title| title.as_untrusted_str().to_owned())
}

fn urls(icons: &[Icon]) -> Vec<&str> {
    icons.iter().map(|icon| icon.url.as_str()).collect()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}
