use std::sync::LazyLock;

use url::{Host, Url};

/// True if two URLs belong to one site: equal hosts, or one registrable domain by the Public Suffix List, including its
/// private section.
///
/// A host without a registrable domain, such as an address, is a site of its own.
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (a.host(), b.host()) {
        (Some(Host::Domain(a)), Some(Host::Domain(b))) => {
            let site = registrable_domain(a);
            a == b || (site.is_some() && site == registrable_domain(b))
        }
        (a, b) => a.is_some() && a == b,
    }
}

/// The registrable domain of a name: its public suffix and one more label; `None` if the name is itself a public
/// suffix.
fn registrable_domain(name: &str) -> Option<&str> {
    let suffix = suffix_labels(name);
    let (start, _) = name.rmatch_indices('.').nth(suffix).unwrap_or_default();
    let domain = name.get(start..)?.trim_start_matches('.');
    (domain.split('.').count() > suffix).then_some(domain)
}

/// The number of labels of a name's public suffix: the longest matching rule decides, an exception removes one label,
/// and a name without a rule has a suffix of one label.
fn suffix_labels(name: &str) -> usize {
    let mut names = name.rsplit('.');
    let (mut labels, mut count) = (1, 1);
    let Some(mut table) = names.next().and_then(top_level) else { return labels };
    for label in names {
        if find(table, count, &format!("!{label}")).is_some() {
            return count;
        }
        let (listed, any) = (find(table, count, label), find(table, count, "*"));
        count = count.saturating_add(1);
        if [listed, any].iter().flatten().any(|found| found.is_rule) {
            labels = count;
        }
        let Some(found) = listed else { return labels };
        table = found.children;
    }
    labels
}

/// A label of the table.
#[derive(Clone, Copy)]
struct Found<'a> {
    is_rule: bool,
    /// The lines below it.
    children: &'a str,
}

/// The label at this depth, among the children of one parent. Each line of a table begins with its line feed.
fn find<'a>(table: &'a str, depth: usize, label: &str) -> Option<Found<'a>> {
    let line = format!("\n{}{label}", "\t".repeat(depth));
    table.match_indices(&line).find_map(|(at, line)| {
        let rest = table.get(at.saturating_add(line.len())..)?;
        let (is_rule, rest) = match rest.strip_prefix('/') {
            Some(rest) => (false, rest),
            None => (true, rest),
        };
        (rest.is_empty() || rest.starts_with('\n')).then(|| Found { is_rule, children: below(rest, depth) })
    })
}

/// The lines that are indented further than this depth, up to the first that is not.
fn below(table: &str, depth: usize) -> &str {
    let deeper = format!("\n{}", "\t".repeat(depth.saturating_add(1)));
    let is_end = |at: &usize| table.get(*at..).is_some_and(|rest| !rest.starts_with(&deeper));
    let end = table.match_indices('\n').map(|(at, _)| at).find(is_end);
    table.get(..end.unwrap_or(table.len())).unwrap_or_default()
}

/// The lines below a top-level domain.
fn top_level(label: &str) -> Option<&'static str> {
    let at = TOP_LEVEL.binary_search_by_key(&label, |(name, _)| *name).ok()?;
    TOP_LEVEL.get(at).map(|(_, children)| *children)
}

/// The top-level domains that have rules, in the order of their bytes, each with the lines below it.
static TOP_LEVEL: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut rest = include_str!("public_suffixes.txt").trim_end();
    let mut list = Vec::new();
    while !rest.is_empty() {
        let line = rest.trim_start_matches('\n');
        let (name, after) = line.split_at(line.find('\n').unwrap_or(line.len()));
        let children = below(after, 0);
        rest = after.get(children.len()..).unwrap_or_default();
        list.push((name, children));
    }
    list
});

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf, process::Command};

    use super::*;

    #[test]
    fn d02_sites() {
        for (a, b, expected) in [
            ("good.example", "good.example", true),
            ("auth.good.example", "good.example", true),
            ("auth.good.example", "api.good.example", true),
            ("good.example", "evil.example", false),
            ("good.example", "example", false),
            ("a.b.good.example", "evil.example", false),
            // The ICANN section: suffixes of two labels and more, a wildcard, an exception.
            ("a.co.uk", "b.co.uk", false),
            ("login.a.co.uk", "a.co.uk", true),
            ("a.me.uk", "b.me.uk", false),
            ("a.x.ck", "b.x.ck", false),
            ("a.www.ck", "b.www.ck", true),
            ("a.city.kawasaki.jp", "b.city.kawasaki.jp", true),
            ("a.other.kawasaki.jp", "b.other.kawasaki.jp", false),
            // The private section.
            ("a.workers.dev", "b.workers.dev", false),
            ("x.a.workers.dev", "a.workers.dev", true),
            ("a.workers.dev", "workers.dev", false),
            ("a.deno.dev", "b.deno.dev", false),
            ("a.trycloudflare.com", "b.trycloudflare.com", false),
            ("a.appspot.com", "b.appspot.com", false),
            ("a.hf.space", "b.hf.space", false),
            ("a.s3.amazonaws.com", "b.s3.amazonaws.com", false),
            ("a.github.io", "b.github.io", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "good.example", false),
            ("localhost", "localhost", true),
        ] {
            let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
            assert_eq!(same_site(&url(a), &url(b)), expected, "{a} {b}");
            assert_eq!(same_site(&url(b), &url(a)), expected, "{b} {a}");
        }
    }

    /// Every rule of the list in `psl`, and names around it, give the result of `psl`.
    #[test]
    fn every_rule_as_psl_reads_it() {
        let metadata = Command::new(env!("CARGO")).args(["metadata", "--format-version=1"]).output().unwrap();
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let psl = packages.iter().find(|package| package["name"] == "psl").unwrap();
        let folder = PathBuf::from(psl["manifest_path"].as_str().unwrap());
        let rules = fs::read_to_string(folder.with_file_name("data/rules.txt")).unwrap();
        let (mut sites, mut differences) = (0, Vec::<String>::new());
        for rule in rules.lines().filter(|rule| !rule.is_empty()) {
            let name = rule.trim_start_matches(['!', '*', '.']);
            for name in ["", "a.", "a.b.", "a.b.c."].map(|labels| format!("{labels}{name}")) {
                let host = |name: &str| {
                    Url::parse(&format!("https://{name}/")).unwrap().host_str().unwrap().to_owned()
                };
                // `psl` has names in Unicode, a URL has them as A-labels.
                let expected = psl::domain_str(&name).map(host);
                if registrable_domain(&host(&name)) != expected.as_deref() {
                    differences.push(name);
                }
                sites += 1;
            }
        }
        assert!(sites > 40_000, "{sites}");
        // `psl` ignores a wildcard if a longer rule has the same label: `*.run.app` beside `*.mtls.run.app`. A name
        // that the wildcard makes a public suffix has no registrable domain here.
        for name in &differences {
            let (_, parent) = name.split_once('.').unwrap();
            assert!(rules.lines().any(|rule| rule == format!("*.{parent}")), "{name}");
            assert_eq!(registrable_domain(name), None, "{name}");
        }
        assert!(differences.len() < 40, "{differences:?}");
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(TOP_LEVEL.is_sorted(), "binary search needs the order of bytes");
        assert!(TOP_LEVEL.len() > 300, "{}", TOP_LEVEL.len());
    }
}
