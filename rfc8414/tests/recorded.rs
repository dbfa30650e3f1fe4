//! The metadata of real servers: each document is read, and a snapshot shows the diagnostics of each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rfc8414::{Issuer, Metadata, Violation};
use serde_json::Value;
use url::Url;
use vectors::Recorded;

/// The issuer whose well-known URL was asked; where that is not known, the one that the document names.
fn asked(recorded: &Recorded, body: &[u8]) -> Issuer {
    let from_url = recorded.url.as_deref().and_then(|url| {
        let mut url = Url::parse(url).ok()?;
        let path = url.path().to_owned();
        let suffixes = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
        let (before, after) = suffixes.iter().find_map(|suffix| path.split_once(suffix))?;
        url.set_path(&format!("{before}{after}"));
        url.set_query(None);
        Issuer::try_from(url.as_str().trim_end_matches('/')).ok()
    });
    let published = || {
        let document: Value = serde_json::from_slice(body).ok()?;
        Issuer::try_from(document.get("issuer")?.as_str()?).ok()
    };
    from_url.or_else(published).unwrap_or_else(|| Issuer::try_from("https://unknown.example").unwrap())
}

fn line(violation: &Violation) -> String {
    let text: String = violation.to_string().chars().take(120).collect();
    let fatal = if violation.is_fatal() { "!" } else { "" };
    format!("  {fatal}{} {text}\n", violation.code())
}

#[test]
fn every_document() {
    let mut told = String::new();
    for recorded in vectors::recorded().filter(|recorded| !recorded.name.starts_with("registration/")) {
        let Some(body) = recorded.response.body() else { continue };
        let partial = if recorded.partial { ", in part" } else { "" };
        let issuer = asked(&recorded, &body);
        let (verdict, violations) = match Metadata::read(&issuer, &body) {
            Ok(read) => ("can be used".to_owned(), read.violations),
            Err(refused) => match refused.pointer() {
                Some(pointer) => (format!("points to {pointer}"), refused.violations),
                None => ("refused".to_owned(), refused.violations),
            },
        };
        told.extend([recorded.name.as_str(), partial, ": ", &verdict, "\n"]);
        // A member that is missing in a part may be there in the whole.
        let known =
            |violation: &&Violation| !(recorded.partial && matches!(violation, Violation::Missing(_)));
        told.extend(violations.iter().filter(known).map(line));
    }
    insta::assert_snapshot!(told);
}

/// A document that is asked of the issuer it names, and is refused all the same.
#[test]
fn whole_documents_that_no_login_can_use() {
    let refused = vectors::recorded().filter_map(|recorded| {
        let body = recorded.response.body().filter(|_| !recorded.partial)?;
        let document: Value = serde_json::from_slice(&body).ok()?;
        let named = document.get("issuer")?.as_str()?;
        let issuer = Issuer::try_from(named).unwrap_or_else(|_| asked(&recorded, &body));
        let refused = Metadata::read(&issuer, &body).err()?;
        Some(recorded.name + "\n" + &refused.violations.iter().map(line).collect::<String>())
    });
    insta::assert_snapshot!(refused.collect::<String>());
}
