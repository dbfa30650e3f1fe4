use url::{Host, Url};

use crate::egress::is_within;

/// Whether two URLs belong to one site, as far as can be told without the public suffix list.
///
/// Equal hosts, or one a subdomain of the other, or a common parent of two labels that is not known to be a
/// public suffix. What is not known is another site: the rule fails closed.
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (a.host(), b.host()) {
        (Some(Host::Domain(a)), Some(Host::Domain(b))) => {
            let parent = parent(a).filter(|name| !is_public_suffix(name));
            a == b || below(a, b) || below(b, a) || parent.is_some_and(|name| is_within(b, name))
        }
        (a, b) => a.is_some() && a == b,
    }
}

/// A subdomain of a name that somebody can own.
fn below(name: &str, parent: &str) -> bool {
    parent.contains('.') && !is_public_suffix(parent) && is_within(name, parent)
}

/// The last two labels of a name that has as many.
fn parent(name: &str) -> Option<&str> {
    let (start, _) = name.rmatch_indices('.').nth(1).unwrap_or_default();
    let last_two = name.get(start..)?.trim_start_matches('.');
    last_two.contains('.').then_some(last_two)
}

fn is_public_suffix(name: &str) -> bool {
    let second_level = ["ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"];
    let country = |top: &str| top.len() == 2;
    SHARED.contains(&name)
        || name.split_once('.').is_some_and(|(second, top)| country(top) && second_level.contains(&second))
}

/// Names of two labels under which strangers are neighbours.
const SHARED: &[&str] = &[
    "azurewebsites.net",
    "cloudfront.net",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "railway.app",
    "repl.co",
    "run.app",
    "vercel.app",
    "web.app",
    "workers.dev",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d02_sites() {
        for (a, b, expected) in [
            ("good.example", "good.example", true),
            ("auth.good.example", "good.example", true),
            ("auth.good.example", "api.good.example", true),
            ("good.example", "evil.example", false),
            ("a.workers.dev", "b.workers.dev", false),
            ("x.a.workers.dev", "a.workers.dev", true),
            ("a.co.uk", "b.co.uk", false),
            ("login.a.co.uk", "a.co.uk", true),
            ("good.example", "example", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "good.example", false),
        ] {
            let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
            assert_eq!(same_site(&url(a), &url(b)), expected, "{a} {b}");
        }
    }
}
