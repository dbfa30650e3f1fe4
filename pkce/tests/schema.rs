//! The published schemas, as files.

use schemars::{JsonSchema, schema_for};

fn publish<T: JsonSchema>(name: &str) {
    insta::with_settings!({ snapshot_path => "../schema", prepend_module_to_snapshot => false, omit_expression => true }, {
        let schema = serde_json::to_string_pretty(&schema_for!(T)).unwrap_or_default() + "\n";
        insta::assert_binary_snapshot!(&format!("{name}.json"), schema.into_bytes());
    });
}

#[test]
fn code_verifier() {
    publish::<rfc7636::Verifier>("code_verifier");
}

#[test]
fn code_challenge() {
    publish::<rfc7636::CodeChallenge>("code_challenge");
}

#[test]
fn code_challenge_method() {
    publish::<rfc7636::CodeChallengeMethod>("code_challenge_method");
}
