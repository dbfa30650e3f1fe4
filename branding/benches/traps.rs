//! Pages that are designed to cost time or memory, or to stop the parser early.

const MIB: usize = 1024 * 1024;

/// All traps, each after the same start of a page.
pub(crate) fn traps(start: &str) -> Vec<(&'static str, String)> {
    [
        ("nested div", "<div>".repeat(MIB / 5)),
        ("nested div, then stray paragraphs", "<div>".repeat(40_000) + &"</p>".repeat(MIB / 4)),
        ("nested svg", "<svg>".repeat(MIB / 5)),
        ("svg and its way out", "<svg><p>".repeat(MIB / 8)),
        ("nested template", "<template>".repeat(MIB / 10)),
        ("one attribute", format!("<meta name=description content='{}'>", "x".repeat(MIB))),
        ("250,000 attributes", format!("<meta {}>", "a ".repeat(250_000))),
        ("250,000 attributes that say nothing", format!("<div {}>", "a ".repeat(250_000))),
        ("as many attributes as are read", format!("<meta {}>", "a ".repeat(4_500)).repeat(100)),
        ("250,000 attributes that matter", format!("<link {}>", "rel=icon ".repeat(50_000))),
        ("50,000 links", "<link rel=icon href=x>".repeat(50_000)),
        ("links to distinct icons", links()),
        ("50,000 descriptions", "<meta name=description content=' '>".repeat(30_000)),
        (
            "long descriptions",
            format!("<meta name=description content='{}'>", "&#8203;".repeat(600)).repeat(200),
        ),
        ("titles", "<title>".repeat(MIB / 7)),
        ("an open title", format!("<svg><title>{}", "&".repeat(MIB))),
        ("an open comment", format!("<!--{}", "-".repeat(MIB))),
        ("an open tag", "<link ".to_owned() + &"<".repeat(MIB)),
        ("charsets", format!("<meta http-equiv=content-type content='{}'>", "charset".repeat(MIB / 8))),
        ("sizes", format!("<link rel=icon href=/x sizes='{}'>", "1x1 ".repeat(MIB / 5))),
        ("many sizes", format!("<link rel=icon href=/x sizes='{}'>", "1x1 ".repeat(1_000)).repeat(120)),
        ("media", format!("<link rel=icon href=/x media='{}'>", "not, ".repeat(800)).repeat(120)),
        ("nul", "\0".repeat(MIB)),
    ]
    .map(|(name, trap)| (name, format!("{start}{trap}")))
    .into()
}

fn links() -> String {
    let link = |i| format!("<link rel=icon sizes=1x1 href='/{}{i}'>", "é".repeat(1_000));
    (0..250).map(link).collect::<Vec<_>>().concat()
}
