//! Generated pages of the size and shape of real root pages, identical in every run.
//!
//! Each row of [`SHAPES`] is a kind of site. The shapes vary in what costs time: the number of tags in the head, the
//! amount of script and style between them, and the length of the page after the head, which need not be read.
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "numbers of our own")]

use std::{fmt::Write, iter::repeat_with};

/// A page with the URL and `Content-Type` that a server would send with it.
pub(crate) struct Page {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All pages, one for each shape.
pub(crate) fn pages() -> Vec<Page> {
    SHAPES.iter().enumerate().map(|(seed, shape)| shape.page(seed as u64)).collect()
}

struct Shape {
    name: &'static str,
    content_type: &'static str,
    /// Number of `<meta>` tags that describe the page, besides description and title.
    metas: usize,
    /// Number of style sheets, preloads, alternates and prefetches.
    links: usize,
    icons: usize,
    /// Number of `<script>` tags in the head: with a `src`, and with inline text of this many bytes in all.
    scripts: usize,
    script_bytes: usize,
    style_bytes: usize,
    /// Structured data, `<noscript>`, comments for old browsers.
    extras: usize,
    body_bytes: usize,
}

#[rustfmt::skip]
const SHAPES: [Shape; 24] = [
    Shape { name: "hand-written",         content_type: "text/html",                  metas: 0,  links: 1,   icons: 0,  scripts: 0,  script_bytes: 0,       style_bytes: 600,     extras: 0, body_bytes: 4_000 },
    Shape { name: "single-page app",      content_type: "text/html",                  metas: 4,  links: 4,   icons: 2,  scripts: 2,  script_bytes: 400,     style_bytes: 300,     extras: 1, body_bytes: 300 },
    Shape { name: "API landing page",     content_type: "text/html",                  metas: 6,  links: 5,   icons: 3,  scripts: 3,  script_bytes: 1_200,   style_bytes: 2_000,   extras: 0, body_bytes: 30_000 },
    Shape { name: "login page",           content_type: "text/html; charset=utf-8",   metas: 5,  links: 6,   icons: 2,  scripts: 4,  script_bytes: 3_000,   style_bytes: 1_500,   extras: 1, body_bytes: 12_000 },
    Shape { name: "documentation",        content_type: "text/html; charset=utf-8",   metas: 12, links: 14,  icons: 2,  scripts: 5,  script_bytes: 2_000,   style_bytes: 0,       extras: 1, body_bytes: 60_000 },
    Shape { name: "code forge",           content_type: "text/html; charset=utf-8",   metas: 42, links: 46,  icons: 4,  scripts: 48, script_bytes: 800,     style_bytes: 0,       extras: 0, body_bytes: 240_000 },
    Shape { name: "self-hosted forge",    content_type: "text/html; charset=utf-8",   metas: 18, links: 16,  icons: 3,  scripts: 8,  script_bytes: 4_000,   style_bytes: 2_000,   extras: 1, body_bytes: 50_000 },
    Shape { name: "forum",                content_type: "text/html; charset=utf-8",   metas: 16, links: 26,  icons: 3,  scripts: 22, script_bytes: 1_500,   style_bytes: 5_000,   extras: 1, body_bytes: 120_000 },
    Shape { name: "questions",            content_type: "text/html; charset=utf-8",   metas: 14, links: 10,  icons: 3,  scripts: 9,  script_bytes: 6_000,   style_bytes: 0,       extras: 1, body_bytes: 140_000 },
    Shape { name: "weblog",               content_type: "text/html; charset=UTF-8",   metas: 16, links: 30,  icons: 4,  scripts: 9,  script_bytes: 6_000,   style_bytes: 22_000,  extras: 3, body_bytes: 80_000 },
    Shape { name: "weblog, many plugins", content_type: "text/html; charset=UTF-8",   metas: 20, links: 60,  icons: 4,  scripts: 25, script_bytes: 14_000,  style_bytes: 60_000,  extras: 5, body_bytes: 150_000 },
    Shape { name: "shop",                 content_type: "text/html; charset=utf-8",   metas: 18, links: 34,  icons: 2,  scripts: 20, script_bytes: 26_000,  style_bytes: 12_000,  extras: 3, body_bytes: 300_000 },
    Shape { name: "newspaper",            content_type: "text/html; charset=utf-8",   metas: 30, links: 40,  icons: 8,  scripts: 12, script_bytes: 12_000,  style_bytes: 8_000,   extras: 4, body_bytes: 500_000 },
    Shape { name: "video site",           content_type: "text/html; charset=utf-8",   metas: 14, links: 20,  icons: 5,  scripts: 14, script_bytes: 240_000, style_bytes: 20_000,  extras: 1, body_bytes: 400_000 },
    Shape { name: "encyclopedia",         content_type: "text/html; charset=UTF-8",   metas: 8,  links: 12,  icons: 2,  scripts: 2,  script_bytes: 3_500,   style_bytes: 0,       extras: 0, body_bytes: 90_000 },
    Shape { name: "encyclopedia, portal", content_type: "text/html",                  metas: 5,  links: 6,   icons: 2,  scripts: 1,  script_bytes: 2_000,   style_bytes: 24_000,  extras: 1, body_bytes: 100_000 },
    Shape { name: "progressive web app",  content_type: "text/html; charset=utf-8",   metas: 22, links: 44,  icons: 14, scripts: 6,  script_bytes: 5_000,   style_bytes: 4_000,   extras: 1, body_bytes: 20_000 },
    Shape { name: "server-rendered app",  content_type: "text/html; charset=utf-8",   metas: 16, links: 24,  icons: 3,  scripts: 18, script_bytes: 2_500,   style_bytes: 3_000,   extras: 1, body_bytes: 200_000 },
    Shape { name: "government",           content_type: "text/html; charset=utf-8",   metas: 28, links: 12,  icons: 6,  scripts: 4,  script_bytes: 3_000,   style_bytes: 1_000,   extras: 2, body_bytes: 40_000 },
    Shape { name: "bank",                 content_type: "text/html;charset=UTF-8",    metas: 15, links: 18,  icons: 5,  scripts: 10, script_bytes: 9_000,   style_bytes: 3_000,   extras: 3, body_bytes: 110_000 },
    Shape { name: "Japanese",             content_type: "text/html",                  metas: 12, links: 10,  icons: 2,  scripts: 6,  script_bytes: 4_000,   style_bytes: 1_000,   extras: 1, body_bytes: 40_000 },
    Shape { name: "Russian",              content_type: "text/html; charset=windows-1251", metas: 10, links: 9, icons: 2, scripts: 5, script_bytes: 3_000,   style_bytes: 1_000,   extras: 1, body_bytes: 60_000 },
    Shape { name: "status page",          content_type: "text/html; charset=utf-8",   metas: 10, links: 8,   icons: 3,  scripts: 5,  script_bytes: 2_500,   style_bytes: 16_000,  extras: 1, body_bytes: 35_000 },
    Shape { name: "site builder",         content_type: "text/html;charset=utf-8",    metas: 14, links: 16,  icons: 2,  scripts: 11, script_bytes: 38_000,  style_bytes: 44_000,  extras: 2, body_bytes: 160_000 },
];

impl Shape {
    fn page(&self, seed: u64) -> Page {
        let mut random = Random(seed.wrapping_add(1));
        let mut parts = self.parts(&mut random);
        let title = format!("<title>{} &amp; {}</title>\n", random.words(3), self.name);
        let description =
            format!("<meta name=\"description\" content=\"{}\">\n", random.words(20).replace("and", "&amp;"));
        parts.extend([title, description]);
        random.shuffle(&mut parts);
        let mut html = "<!DOCTYPE html>\n<html lang=\"en\" class=\"no-js\" dir=\"ltr\">\n<head>\n".to_owned();
        if self.name != "hand-written" {
            html += "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        }
        html.extend(parts);
        html += "</head>\n<body class=\"home page\">\n";
        while html.len() < html.find("<body").unwrap_or_default() + self.body_bytes {
            let (class, text) = (random.words(1), random.words(24));
            let _ = writeln!(
                html,
                "<div class=\"{class}\"><h2><a href=\"/{class}\">{class}</a></h2><p>{text}</p></div>"
            );
        }
        html += "</body>\n</html>\n";
        Page { name: self.name, content_type: self.content_type, bytes: self.encode(&html) }
    }

    fn parts(&self, random: &mut Random) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for i in 0..self.metas {
            let (key, name) = METAS[i % METAS.len()];
            let content = random.words(1 + i % 9);
            parts.push(format!("<meta {key}=\"{name}\" content=\"{content}\">\n"));
        }
        for i in 0..self.links {
            let (rel, more) = LINKS[i % LINKS.len()];
            let path = random.token(36);
            parts.push(format!(
                "<link rel=\"{rel}\" href=\"https://assets.h.example/static/{path}\"{more}>\n"
            ));
        }
        for i in 0..self.icons {
            let (rel, sizes, file) = ICONS[i % ICONS.len()];
            let sizes = if sizes.is_empty() { String::new() } else { format!(" sizes=\"{sizes}\"") };
            parts.push(format!("<link rel=\"{rel}\"{sizes} href=\"/assets/{}/{file}\">\n", random.token(8)));
        }
        for i in 0..self.scripts {
            let path = random.token(40);
            let how = ["defer", "async", "type=\"module\""][i % 3];
            parts.push(format!("<script {how} src=\"https://assets.h.example/{path}.js\" crossorigin=\"anonymous\"></script>\n"));
        }
        let inline = (self.script_bytes / 9_000).clamp(1, 6);
        for _ in 0..inline.min(self.script_bytes) {
            parts.push(format!("<script>{}</script>\n", random.script(self.script_bytes / inline)));
        }
        let styles = (self.style_bytes / 7_000).clamp(1, 12);
        for _ in 0..styles.min(self.style_bytes) {
            parts.push(format!("<style>{}</style>\n", random.style(self.style_bytes / styles)));
        }
        for i in 0..self.extras {
            let (start, end) = EXTRAS[i % EXTRAS.len()];
            parts.push(format!("{start}{}{end}\n", random.words(90)));
        }
        parts
    }

    /// Letters of the page's language, if it is not English, and bytes of its charset.
    fn encode(&self, html: &str) -> Vec<u8> {
        let (encoding, words) = match self.name {
            "Japanese" => (encoding_rs::SHIFT_JIS, ["東京", "認証", "接続", "情報"]),
            "Russian" => (encoding_rs::WINDOWS_1251, ["вход", "погода", "новости", "почта"]),
            _ => return html.into(),
        };
        let label = if self.name == "Japanese" { "shift_jis" } else { "windows-1251" };
        let html = html.replacen("charset=\"utf-8\"", &format!("charset=\"{label}\""), 1);
        let html = WORDS
            .iter()
            .zip(words.iter().cycle())
            .skip(4)
            .fold(html, |html, (from, to)| html.replace(&format!(" {from} "), &format!(" {to} ")));
        encoding.encode(&html).0.into_owned()
    }
}

/// Linear congruential generator: identical on every platform; its quality does not matter.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = repeat_with(|| WORDS[self.below(WORDS.len())]).take(count).collect();
        words.join(" ")
    }

    fn token(&mut self, length: usize) -> String {
        repeat_with(|| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789-/"[self.below(38)]))
            .take(length)
            .collect()
    }

    fn script(&mut self, length: usize) -> String {
        let mut script = String::from("(function(w,d){'use strict';");
        while script.len() < length {
            let (a, b) = (self.token(5), self.words(2));
            let _ = write!(
                script,
                "w._{}=w._q||{{a:\"{b}\",n:{}}};if(w.a<3&&d.b>2){{d.write(\"<i>{a}\")}};",
                self.below(99),
                self.below(9_999)
            );
        }
        script + "})(window,document);"
    }

    fn style(&mut self, length: usize) -> String {
        let mut style = String::new();
        while style.len() < length {
            let (class, pixels) = (self.words(1), self.below(400));
            let _ =
                write!(style, ".{class}>a:hover{{margin:0 {pixels}px;color:#{:06x}}}", self.below(0xFF_FFFF));
        }
        style
    }

    fn shuffle(&mut self, parts: &mut [String]) {
        for i in 1..parts.len() {
            parts.swap(i, self.below(i + 1));
        }
    }
}

const METAS: [(&str, &str); 24] = [
    ("property", "og:title"),
    ("property", "og:description"),
    ("property", "og:image"),
    ("property", "og:url"),
    ("property", "og:type"),
    ("property", "og:site_name"),
    ("name", "twitter:card"),
    ("name", "twitter:title"),
    ("name", "twitter:description"),
    ("name", "twitter:image"),
    ("name", "theme-color"),
    ("name", "robots"),
    ("name", "generator"),
    ("name", "application-name"),
    ("http-equiv", "X-UA-Compatible"),
    ("name", "google-site-verification"),
    ("name", "apple-mobile-web-app-title"),
    ("name", "apple-mobile-web-app-capable"),
    ("name", "msapplication-TileColor"),
    ("name", "format-detection"),
    ("property", "og:image:alt"),
    ("property", "og:locale"),
    ("name", "csrf-token"),
    ("name", "dc.title"),
];
const LINKS: [(&str, &str); 8] = [
    ("stylesheet", " media=\"all\""),
    ("preload", " as=\"font\" type=\"font/woff2\" crossorigin"),
    ("dns-prefetch", ""),
    ("modulepreload", " crossorigin"),
    ("stylesheet", " type=\"text/css\" integrity=\"sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K\""),
    ("preconnect", ""),
    ("alternate", " hreflang=\"de\""),
    ("canonical", ""),
];
const ICONS: [(&str, &str, &str); 14] = [
    ("icon", "32x32", "favicon-32x32.png"),
    ("apple-touch-icon", "180x180", "apple-touch-icon.png"),
    ("shortcut icon", "", "favicon.ico"),
    ("icon", "192x192", "icon-192.png"),
    ("icon", "16x16", "favicon-16x16.png"),
    ("mask-icon", "", "safari-pinned-tab.svg"),
    ("icon", "any", "favicon.svg"),
    ("apple-touch-icon", "76x76", "apple-touch-icon-76x76.png"),
    ("apple-touch-icon", "120x120", "apple-touch-icon-120x120.png"),
    ("apple-touch-icon", "152x152", "apple-touch-icon-152x152.png"),
    ("icon", "96x96", "favicon-96x96.png"),
    ("icon", "512x512", "icon-512.png"),
    ("apple-touch-startup-image", "", "splash-640.png"),
    ("apple-touch-startup-image", "", "splash-1242.png"),
];
const EXTRAS: [(&str, &str); 4] = [
    ("<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"name\":\"", "\"}</script>"),
    ("<noscript><style>.js{display:none}</style><img src=\"/pixel.gif\" alt=\"", "\"></noscript>"),
    ("<!--[if lt IE 9]><script src=\"/html5shiv.js\"></script>", "<![endif]-->"),
    ("<script type=\"text/template\"><div><title>No</title>", "</div></script>"),
];
const WORDS: [&str; 32] = [
    "account", "button", "column", "dialog", "and", "fast", "secure", "open", "editor", "server", "browser",
    "people", "projects", "share", "build", "learn", "for", "teams", "with", "your", "own", "data", "in",
    "one", "place", "the", "login", "of", "every", "site", "simple", "host",
];
