//! The vectors of verifiers and challenges.

use rfc7636::{CodeChallenge, Verifier};
use serde::Deserialize;

#[derive(Deserialize)]
struct Input {
    verifier: String,
    #[serde(default)]
    challenge: String,
}

#[test]
fn verifiers() {
    for (id, case) in vectors::cases("verifier") {
        let input: Input = case.input();
        let valid = Verifier::try_from(input.verifier).is_ok();
        assert_eq!(valid, case.expect["valid"], "{id}: {}", case.note);
    }
}

#[test]
fn challenges() {
    for (id, case) in vectors::cases("challenge") {
        let input: Input = case.input();
        // A verifier that is none belongs to no challenge; nor does a challenge that is none to any verifier.
        let pair = Verifier::try_from(input.verifier).ok().zip(CodeChallenge::try_from(input.challenge).ok());
        let matches = pair.is_some_and(|(verifier, challenge)| challenge.verify(&verifier));
        assert_eq!(matches, case.expect["matches"], "{id}: {}", case.note);
    }
}
