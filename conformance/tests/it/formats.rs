//! Every format: of reports that a person would read, and of a host that tries to break out of each.

use crate::lab::{HOST, public};
use conformance::lab::{Edit, RequestKind};
use conformance::{
    Checker, Document, Options, Report, html, json, junit, markdown, sarif, summary, terminal,
};
use login_flow::{Blocked, InvalidHost};
use serde_json::{Value, json};

async fn report_with(fault: Option<(RequestKind, Edit)>) -> Report {
    let options = Options::new().with_mcp().with_registration().with_login();
    let lab = public(fault);
    let mut report = Checker::new(options).unwrap().check_over(&lab, HOST).await.unwrap();
    stamp(&mut report);
    report
}

/// The circumstances of another day and version, so that what is printed stays the same.
fn stamp(report: &mut Report) {
    report.date = Some("2026-11-27".to_owned());
    report.version = Some("1.2.3".to_owned());
    report.duration_ms = report.duration_ms.map(|_| 1_234);
}

/// A good host, one with findings of each level, and one that is none.
async fn reports() -> Vec<Report> {
    let worse: Edit = |answer, lab, request| {
        let asked = serde_json::from_slice(request.body()).unwrap();
        *answer = lab.registered(asked);
        answer.remove("registration_access_token");
    };
    let missing: Edit = |answer, _, _| answer.status = 404;
    let mut reports = Vec::new();
    for fault in [
        None,
        Some((RequestKind::Wrong("javascript-redirect-uri"), worse)),
        Some((RequestKind::Wrong("contradictory-grant-types"), worse)),
        Some((RequestKind::Metadata, missing)),
    ] {
        reports.push(report_with(fault).await);
    }
    let mut refused = Report::not_asked("127.0.0.1", InvalidHost::Blocked(Blocked::Address));
    stamp(&mut refused);
    reports.push(refused);
    reports
}

#[tokio::test]
async fn snapshots() {
    let reports = reports().await;
    let text: String = reports.iter().map(|report| terminal::print(report, false)).collect();
    insta::assert_snapshot!("text", text);
    let colour: String = reports.iter().map(|report| terminal::print(report, true)).collect();
    insta::assert_snapshot!("colour", colour.replace('\u{1b}', "ESC"));
    let lines: String = reports.iter().map(|report| json::print(report).unwrap()).collect();
    insta::assert_snapshot!("json", lines);
    let pages: Vec<String> = reports.iter().map(summary::print).collect();
    insta::assert_snapshot!("summary", pages.join("\n"));
    insta::assert_snapshot!("markdown", markdown::print(&reports));
    let junit = junit::print(&reports).unwrap();
    insta::assert_snapshot!("junit", junit);
    insta::assert_snapshot!("sarif", sarif::print(&reports).unwrap());
    insta::assert_snapshot!("html", html::print(&reports).unwrap());
}

/// A document that is put together part by part is the same as one of reports that are held.
#[tokio::test]
async fn documents_without_holding_reports() {
    let reports = reports().await;
    for (document, expected) in [
        (Document::html(), html::print(&reports).unwrap()),
        (Document::junit(), junit::print(&reports).unwrap()),
        (Document::sarif(), sarif::print(&reports).unwrap()),
    ] {
        let mut document = document.unwrap();
        for report in &reports {
            document.add(report).unwrap();
        }
        let mut written = Vec::new();
        document.write(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}

#[test]
fn the_published_schema() {
    let schema = serde_json::to_string_pretty(&json::schema()).unwrap() + "\n";
    assert_eq!(schema, include_str!("../../report.schema.json"), "`conformance schema` prints it");
}

#[tokio::test]
async fn a_line_of_json_is_the_report() {
    for report in reports().await {
        assert_eq!(serde_json::from_str::<Report>(&json::print(&report).unwrap()).unwrap(), report);
    }
}

/// The texts of threats L01 and L08, in every place where a host can put one.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\rcleared\u{9b}1m]]>--><script>alert(1)</script>|`a`\n## <img src=x onerror=alert(1)>\u{202e}\"'&amp;##[error]x ##VSO[task.complete]y ##teamcity[z]\u{fffe}\u{ffff}";

async fn hostile() -> Vec<Report> {
    let metadata: Edit = |answer, _, _| {
        answer.set("scopes_supported", json!({HOSTILE: HOSTILE}));
        answer.set("introspection_endpoint", json!(HOSTILE));
        answer.set("service_documentation", json!(HOSTILE));
    };
    let issuer: Edit = |answer, _, _| answer.set("issuer", json!(format!("https://as.example/{HOSTILE}")));
    let page: Edit = |answer, _, _| {
        let escaped = HOSTILE.replace('<', "&lt;");
        answer.text = Some(format!("<title>{escaped}</title><meta name=description content='{HOSTILE}'>"));
    };
    let refused: Edit = |answer, _, _| {
        answer.status = 400;
        answer.body = json!({"error": HOSTILE, "error_description": HOSTILE});
    };
    let registered: Edit = |answer, _, _| {
        answer.set("client_name", json!(HOSTILE));
        answer.set("registration_client_uri", json!(HOSTILE));
    };
    let left: Edit = |answer, lab, request| {
        let asked = serde_json::from_slice(request.body()).unwrap();
        *answer = lab.registered(asked);
        answer.set("client_id", json!(HOSTILE));
        answer.remove("registration_access_token");
    };
    // A line of a file of hosts is a stranger's too.
    let invalid = || InvalidHost::Blocked(Blocked::Address);
    let mut reports: Vec<Report> = ["::error::named", " ::error::named", "##[error]named"]
        .map(|name| Report::not_asked(name, invalid()))
        .into();
    for (kind, edit) in [
        (RequestKind::Metadata, metadata),
        (RequestKind::Metadata, issuer),
        (RequestKind::Page, page),
        (RequestKind::Register, refused),
        (RequestKind::Register, registered),
        (RequestKind::Wrong("no-redirect-uris"), left),
    ] {
        reports.push(report_with(Some((kind, edit))).await);
    }
    assert!(
        reports.iter().any(|report| report.left_behind.iter().any(|left| left.client_id.contains("script")))
    );
    assert!(
        reports.iter().any(|report| report.findings.iter().any(|finding| finding.evidence.contains("52;c")))
    );
    reports
}

/// Every format of some reports.
fn printed(reports: &[Report]) -> [String; 7] {
    [
        reports.iter().map(summary::print).collect(),
        reports.iter().map(|report| terminal::print(report, false)).collect(),
        reports.iter().map(|report| json::print(report).unwrap()).collect(),
        markdown::print(reports),
        junit::print(reports).unwrap(),
        sarif::print(reports).unwrap(),
        html::print(reports).unwrap(),
    ]
}

#[tokio::test]
async fn l01_no_format_lets_an_escape_through() {
    let reports = hostile().await;
    for text in &printed(&reports) {
        let bad = text.chars().find(|c| c.is_control() && *c != '\n' || matches!(c, '\u{202a}'..='\u{202e}'));
        assert_eq!(bad, None, "{text}");
        assert!(text.contains("52;c"), "it is shown, as text");
    }
    // In colour every escape is ours.
    let colour: String = reports.iter().map(|report| terminal::print(report, true)).collect();
    for escape in colour.split('\u{1b}').skip(1) {
        let ours = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[36m", "[1;31m"];
        assert!(ours.iter().any(|code| escape.starts_with(code)), "{escape}");
    }
}

/// A runner of CI reads commands from the output: `##[…]` and `##vso[…]` anywhere in a line, `::…::` at its start.
#[tokio::test]
async fn l08_no_format_gives_a_runner_a_command() {
    for text in printed(&hostile().await) {
        let text = text.to_lowercase();
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!text.contains(command), "{command}: {text}");
        }
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
        assert!(text.contains("[error]x") && text.contains("error::named"), "it is shown, as text: {text}");
    }
}

#[tokio::test]
async fn l08_json_and_sarif_are_json() {
    let reports = hostile().await;
    for report in &reports {
        assert_eq!(serde_json::from_str::<Report>(&json::print(report).unwrap()).unwrap(), *report);
    }
    let log: Value = serde_json::from_str(&sarif::print(&reports).unwrap()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), reports.iter().map(|report| report.findings.len()).sum::<usize>());
}

#[tokio::test]
async fn l08_junit_is_xml() {
    let reports = hostile().await;
    let printed = junit::print(&reports).unwrap();
    let document = roxmltree::Document::parse(&printed).unwrap();
    let names: std::collections::BTreeSet<&str> = document
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|node| node.tag_name().name())
        .collect();
    assert_eq!(
        names,
        ["failure", "skipped", "system-out", "testcase", "testsuite", "testsuites"].into_iter().collect()
    );
    assert_eq!(document.root_element().children().filter(roxmltree::Node::is_element).count(), reports.len());
}

#[tokio::test]
async fn l08_markdown_has_its_own_structure_alone() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let reports = hostile().await;
    let printed = markdown::print(&reports);
    let (mut headings, mut rows) = (0, 0);
    for event in Parser::new_ext(&printed, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(Tag::TableRow) => rows += 1,
            Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::Html(_) | Event::InlineHtml(_) => {
                assert!(!printed.is_empty(), "no HTML, no image: {event:?}");
                assert_eq!(format!("{event:?}"), "");
            }
            _ => {}
        }
    }
    assert_eq!(headings, reports.len());
    assert_eq!(rows, reports.iter().map(|report| report.findings.len()).sum::<usize>());
}

#[tokio::test]
async fn l08_html_has_its_own_elements_alone() {
    use html5gum::{Token, Tokenizer};
    let hostile = html::print(&hostile().await).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for token in Tokenizer::new(&hostile) {
        let Token::StartTag(tag) = token.unwrap() else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        assert!(!tag.attributes.keys().any(|name| name.starts_with(b"on")), "{tag:?}");
        assert!(!tag.attributes.contains_key(&b"src"[..]), "nothing is loaded: {tag:?}");
        let link = tag.attributes.get(&b"href"[..]).map(|value| String::from_utf8_lossy(value).into_owned());
        assert!(link.is_none_or(|link| link.starts_with("http")), "{tag:?}");
        seen.insert(name);
    }
    for element in ["script", "object", "iframe", "form", "base", "link", "img"] {
        assert!(!seen.contains(element), "{element}");
    }
    assert!(seen.contains("article"));
}

/// The parts of a page by which a browser would load something.
fn loads(html: &str) -> Vec<String> {
    use html5gum::{Token, Tokenizer};
    let elements =
        ["link", "script", "img", "iframe", "object", "embed", "base", "video", "audio", "source", "image"];
    let attributes = ["src", "srcset", "data", "background", "poster", "ping", "http-equiv"];
    let mut found = Vec::new();
    let styles = ["url(", "@import", "@font-face", "image-set(", "src("];
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let policy = tag.attributes.get(&b"content"[..]).is_some_and(|value| {
                    value.starts_with(b"default-src 'none'; style-src 'unsafe-inline';")
                });
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute).into_owned();
                    let value = String::from_utf8_lossy(value).to_lowercase();
                    let is_ours = attribute == "http-equiv" && value == "content-security-policy" && policy;
                    let is_style = attribute == "style" && styles.iter().any(|style| value.contains(style));
                    if is_style || attributes.contains(&&*attribute) && !is_ours {
                        found.push(format!("{name} {attribute}"));
                    }
                }
                if elements.contains(&&*name) {
                    found.push(name);
                }
            }
            // The only text with meaning to a browser is that of `style`; any other is searched all the same.
            Token::String(text) => {
                let text = String::from_utf8_lossy(&text).to_lowercase();
                found.extend(
                    styles.iter().filter(|style| text.contains(**style)).map(|style| (*style).to_owned()),
                );
            }
            _ => {}
        }
    }
    found
}

#[tokio::test]
async fn html_loads_nothing() {
    for (broken, expected) in [
        ("<img srcset=a.png>", "img srcset"),
        ("<link rel=stylesheet href=https://a.example/a.css>", "link"),
        ("<style>p { background: URL(https://a.example/a.png) }</style>", "url("),
        ("<p style='background: url(a.png)'>", "p style"),
        ("<style>@import 'https://a.example/a.css';</style>", "@import"),
        ("<meta http-equiv=refresh content='0;url=https://a.example'>", "meta http-equiv"),
        ("<table background=a.png>", "table background"),
    ] {
        assert!(loads(broken).iter().any(|found| found == expected), "the control: {broken}");
    }
    let page = html::print(&reports().await).unwrap();
    assert_eq!(loads(&page), [""; 0]);
    assert!(page.contains("Content-Security-Policy"), "and a browser is told to load nothing");
}

/// A report of a program that did not know a member is read, and says what it knows.
#[test]
fn a_report_of_an_earlier_version_is_read() {
    let report = Report::not_asked("127.0.0.1", InvalidHost::Blocked(Blocked::Address));
    let mut stored = serde_json::to_value(&report).unwrap();
    for member in ["date", "version", "options", "duration_ms"] {
        stored.as_object_mut().unwrap().remove(member);
    }
    stored["extent"] =
        json!({"mcp": false, "register": true, "login": false, "allow_private": true, "requests": 7});
    let read: Report = serde_json::from_value(stored).unwrap();
    assert!(read.extent.allow_loopback && !read.extent.proxy && read.extent.register);
    assert_eq!(
        (read.circumstances(), &*report.circumstances()),
        (String::new(), &*format!("checked with conformance {}: 0 requests", env!("CARGO_PKG_VERSION")))
    );
}
