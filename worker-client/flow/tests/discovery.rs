//! The URLs of a metadata search, their order, and the responses that are not followed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{cell::RefCell, collections::BTreeMap};

use http::{Request, Response};
use login_flow::{Discover, Egress, FetchError, LoginTarget, drive};

const WELL_KNOWN: &str = "https://good.example/.well-known/oauth-authorization-server";

/// Searches among hosts with these responses; returns the requested URLs and the issuer that was found. The text of a
/// response is its body, or the location of a redirect.
async fn search(named: &str, answers: &[(&str, u16, &str)]) -> (Vec<String>, Option<String>) {
    let egress = Egress::public();
    let answers: BTreeMap<_, _> =
        answers.iter().map(|(url, status, text)| (*url, (*status, *text))).collect();
    let asked = RefCell::new(Vec::new());
    let fetch = async |request: Request<Vec<u8>>| {
        let url = request.uri().to_string();
        asked.borrow_mut().push(url.clone());
        let (status, text) = answers.get(url.as_str()).copied().unwrap_or((404, ""));
        let response = Response::builder().status(status).header("content-type", "application/json");
        let response =
            if (300..400).contains(&status) { response.header("location", text) } else { response };
        Ok::<_, FetchError>(response.body(text.as_bytes().to_vec()).unwrap())
    };
    let discover = Discover::new(&LoginTarget::parse(named, &egress).unwrap(), egress).unwrap();
    let found = drive(discover, fetch).await.ok().map(|found| found.read.metadata.issuer.to_string());
    (asked.into_inner(), found)
}

#[tokio::test]
async fn rfc_8414_first_then_openid_then_the_origin() {
    let (asked, found) = search("good.example/tenant", &[]).await;
    assert_eq!(
        asked,
        [
            "https://good.example/.well-known/oauth-authorization-server/tenant",
            "https://good.example/.well-known/openid-configuration/tenant",
            "https://good.example/tenant/.well-known/openid-configuration",
            "https://good.example/.well-known/oauth-authorization-server",
            "https://good.example/.well-known/openid-configuration",
        ]
    );
    assert_eq!(found, None);
    let (asked, _) = search("good.example", &[]).await;
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn d07_redirects_stay_at_the_host() {
    let document = r#"{"issuer": "https://good.example"}"#;
    for status in [301, 302, 303, 307, 308] {
        let answers = [(WELL_KNOWN, status, "/meta"), ("https://good.example/meta", 200, document)];
        assert_eq!(
            search("good.example", &answers).await.1.as_deref(),
            Some("https://good.example"),
            "{status}"
        );
    }
    for (status, location) in [
        (302, "https://127.0.0.1/"),
        (302, "http://good.example/meta"),
        (301, "https://evil.example/meta"),
        (302, "https://good.example:8443/meta"),
        (302, "//evil.example/meta"),
        (302, "javascript:alert(1)"),
        (302, ""),
        (300, "/meta"),
        (304, "/meta"),
    ] {
        let answers = [(WELL_KNOWN, status, location), ("https://good.example/meta", 200, document)];
        let (asked, found) = search("good.example", &answers).await;
        assert_eq!(found, None, "{status} {location}");
        assert!(asked.iter().all(|url| url.starts_with("https://good.example/.well-known/")), "{asked:?}");
    }
}

#[tokio::test]
async fn d07_three_redirects_and_no_more() {
    let document = r#"{"issuer": "https://good.example"}"#;
    let hop = |n: u8| format!("https://good.example/{n}");
    let hops = [hop(1), hop(2), hop(3), hop(4)];
    let [one, two, three, four] = hops.each_ref().map(String::as_str);
    let chain = [(WELL_KNOWN, 302, "/1"), (one, 302, "/2"), (two, 302, "/3"), (three, 200, document)];
    assert!(search("good.example", &chain).await.1.is_some());
    let longer = [
        (WELL_KNOWN, 302, "/1"),
        (one, 302, "/2"),
        (two, 302, "/3"),
        (three, 302, "/4"),
        (four, 200, document),
    ];
    let (asked, found) = search("good.example", &longer).await;
    assert_eq!(found, None);
    assert!(!asked.iter().any(|url| url == four));
}

/// D12: the document of the root is not used for a tenant that has a document of its own.
#[tokio::test]
async fn d12_a_published_issuer_gets_no_second_try() {
    let answers = [
        (WELL_KNOWN, 200, r#"{"issuer": "https://as.example/tenant1"}"#),
        (
            "https://as.example/.well-known/oauth-authorization-server",
            200,
            r#"{"issuer": "https://as.example"}"#,
        ),
    ];
    let (asked, found) = search("good.example", &answers).await;
    assert_eq!(found, None);
    assert!(!asked.iter().any(|url| url == "https://as.example/.well-known/oauth-authorization-server"));
    let right = [
        (WELL_KNOWN, 200, r#"{"issuer": "https://as.example/tenant1"}"#),
        (
            "https://as.example/.well-known/oauth-authorization-server/tenant1",
            200,
            r#"{"issuer": "https://as.example/tenant1"}"#,
        ),
    ];
    assert_eq!(search("good.example", &right).await.1.as_deref(), Some("https://as.example/tenant1"));
}

#[tokio::test]
async fn a_pointer_is_followed_once_and_not_into_private_networks() {
    let as_example = "https://as.example/.well-known/oauth-authorization-server";
    let third = "https://third.example/.well-known/oauth-authorization-server";
    let chain = [
        (WELL_KNOWN, 200, r#"{"issuer": "https://as.example"}"#),
        (as_example, 200, r#"{"issuer": "https://third.example"}"#),
        (third, 200, r#"{"issuer": "https://third.example"}"#),
    ];
    let (asked, found) = search("good.example", &chain).await;
    assert_eq!(found, None);
    assert!(!asked.iter().any(|url| url == third), "{asked:?}");
    let private = [(WELL_KNOWN, 200, r#"{"issuer": "https://10.0.0.1"}"#)];
    let (asked, _) = search("good.example", &private).await;
    assert!(asked.iter().all(|url| url.starts_with("https://good.example/")), "{asked:?}");
}
