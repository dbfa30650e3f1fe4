//! Properties of every metadata document.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::Uri;
use proptest::prelude::*;
use rfc8414::{Endpoint, Issuer, Metadata, Violation, audit};
use serde_json::{Value, json};

const ISSUER: &str = "https://server.example.com";

fn issuer() -> Issuer {
    ISSUER.parse().unwrap()
}

/// Members as servers write them, well and badly.
fn member() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "issuer",
        "token_endpoint",
        "jwks_uri",
        "scopes_supported",
        "grant_types_supported",
        "code_challenge_methods_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "require_signed_request_object",
        "mtls_endpoint_aliases",
        "op_tos_uri",
        "op_tos_uri#de",
        "x",
    ]);
    let values = prop::sample::select(vec![
        r#""https://server.example.com""#,
        r#""https://server.example.com/""#,
        r#""https://other.example""#,
        r#""http://server.example.com/t""#,
        r#"["authorization_code", "S256", "none", "private_key_jwt"]"#,
        r#"["a", 7]"#,
        "[7]",
        "[]",
        "null",
        "7",
        "-1.5e3",
        "true",
        r#"{"y": [1]}"#,
        r#""\u0022 \ud83d\ude00""#,
    ]);
    (names, values).prop_map(|(name, value)| format!(r#""{name}": {value}"#))
}

fn document() -> impl Strategy<Value = String> {
    let issuer = prop::sample::select(vec![
        r#""issuer": "https://server.example.com""#,
        r#""issuer": "https://server.example.com/""#,
        r#""issuer": "https://other.example""#,
        r#""issuer": "http://server.example.com""#,
        r#""issuer": null"#,
        r#""x": 1"#,
    ]);
    (issuer, prop::collection::vec(member(), 0..6)).prop_map(|(issuer, members)| {
        format!("{{{}}}", [vec![issuer.to_owned()], members].concat().join(", "))
    })
}

proptest! {
    #[test]
    fn receives_exactly_what_no_fatal_violation_forbids(json in document()) {
        let fatal = audit(&issuer(), json.as_bytes()).iter().any(Violation::is_fatal);
        prop_assert_eq!(Metadata::read(&issuer(), json.as_bytes()).is_err(), fatal);
    }

    #[test]
    fn what_is_written_reads_the_same(json in document()) {
        if let Ok(read) = Metadata::read(&issuer(), json.as_bytes()) {
            let written = serde_json::to_vec(&read.metadata).unwrap();
            prop_assert_eq!(&serde_json::from_slice::<Metadata>(&written).unwrap(), &read.metadata);
            // Every member that is written was there before.
            let original: Value = serde_json::from_str(&json).unwrap();
            let written: Value = serde_json::from_slice(&written).unwrap();
            for name in written.as_object().unwrap().keys() {
                prop_assert!(original.get(name).is_some(), "{}", name);
            }
        }
    }

    /// All but entries of lists that cannot be read.
    #[test]
    fn a_document_is_written_back_as_it_came(json in document()) {
        let document: Value = serde_json::from_str(&json).unwrap();
        let Ok(metadata) = serde_json::from_value::<Metadata>(document.clone()) else { return Ok(()) };
        let written = serde_json::to_value(&metadata).unwrap();
        for (name, value) in document.as_object().unwrap() {
            if let (Some(came), Some(written)) = (value.as_array(), written[name].as_array()) {
                prop_assert!(written.iter().all(|entry| came.contains(entry)));
            } else {
                prop_assert_eq!(value, &written[name]);
            }
        }
    }

    /// As text, because §3.3 and RFC 9700 §4.1.3 compare URLs as text.
    #[test]
    fn a_url_is_written_back_as_it_came(
        origin in prop::sample::select(vec![
            "https://a.example", "https://A.example", "https://a.example:443", "https://b\u{fc}cher.example",
            "http://127.1", "http://localhost:080", "HTTPS://a.example",
        ]),
        path in "(/[ -~é]{0,12})?",
    ) {
        let url = format!("{origin}{path}");
        if let Ok(endpoint) = url.parse::<Endpoint>() {
            let document = json!({"issuer": ISSUER, "token_endpoint": url, "op_tos_uri": url, "x": url});
            let metadata: Metadata = serde_json::from_value(document.clone()).unwrap();
            prop_assert_eq!(metadata.token_endpoint.as_ref(), Some(&endpoint));
            prop_assert_eq!(serde_json::to_value(&metadata).unwrap(), document);
        }
        if let Ok(issuer) = url.parse::<Issuer>() {
            let metadata = Metadata::new(issuer.clone());
            let document = json!({"issuer": url});
            prop_assert_eq!(serde_json::to_value(&metadata).unwrap(), document.clone());
            prop_assert_eq!(serde_json::from_value::<Metadata>(document).unwrap(), metadata);
        }
    }

    #[test]
    fn the_order_of_members_changes_nothing(members in prop::collection::btree_map("[a-z_]{1,8}", "[a-z]{0,4}", 0..6)) {
        let document = |members: &mut dyn Iterator<Item = (&String, &String)>| {
            let members: Vec<_> = members.map(|(name, value)| format!(r#""{name}": "{value}""#)).collect();
            let issuer = r#""issuer": "https://server.example.com""#.to_owned();
            format!("{{{}}}", [vec![issuer], members].concat().join(", "))
        };
        let one = Metadata::read(&issuer(), document(&mut members.iter()).as_bytes());
        let other = Metadata::read(&issuer(), document(&mut members.iter().rev()).as_bytes());
        prop_assert_eq!(one.map(|read| read.metadata), other.map(|read| read.metadata));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = audit(&issuer(), &bytes);
    }

    #[test]
    fn every_well_known_url_is_a_request_target(text in "https://as\\.example[!-~]{0,24}") {
        if let Ok(issuer) = Issuer::try_from(text) {
            prop_assert_eq!(Issuer::try_from(issuer.as_str()).unwrap(), issuer.clone());
            for well_known in issuer.well_knowns() {
                prop_assert!(issuer.metadata_url(*well_known).as_str().parse::<Uri>().is_ok());
            }
        }
    }
}

#[test]
fn codes_are_stable() {
    insta::assert_debug_snapshot!(Violation::CODES);
}
