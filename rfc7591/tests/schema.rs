//! The published schemas, as files.

use schemars::{JsonSchema, schema_for};

fn publish<T: JsonSchema>(name: &str) {
    insta::with_settings!({ snapshot_path => "../schema", prepend_module_to_snapshot => false, omit_expression => true }, {
        let schema = serde_json::to_string_pretty(&schema_for!(T)).unwrap_or_default() + "\n";
        insta::assert_binary_snapshot!(&format!("{name}.json"), schema.into_bytes());
    });
}

#[test]
fn client_metadata() {
    publish::<rfc7591::ClientMetadata>("client_metadata");
}

#[test]
fn client_information_response() {
    publish::<rfc7591::ClientInformation>("client_information_response");
}

#[test]
fn client_registration_error_response() {
    publish::<rfc7591::ErrorResponse>("client_registration_error_response");
}
