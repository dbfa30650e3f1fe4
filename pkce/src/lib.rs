#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod challenge;
mod method;
mod verifier;

pub use challenge::{CodeChallenge, InvalidChallenge};
pub use method::CodeChallengeMethod;
pub use verifier::{InvalidVerifier, Verifier};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// <https://www.rfc-editor.org/rfc/rfc7636#appendix-B>
    #[test]
    fn appendix_b() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = Verifier::from_entropy(octets);
        assert_eq!(verifier.secret(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn section_4_1_length_and_characters() {
        for (text, expected) in [
            ("a".repeat(42), Some(InvalidVerifier::Length(42))),
            ("a".repeat(43), None),
            ("a".repeat(128), None),
            ("a".repeat(129), Some(InvalidVerifier::Length(129))),
            (format!("{}{}", "a".repeat(42), "~"), None),
            (format!("{}{}", "a".repeat(42), "+"), Some(InvalidVerifier::Character)),
            (format!("{}{}", "a".repeat(42), "é"), Some(InvalidVerifier::Character)),
        ] {
            assert_eq!(Verifier::try_from(text.clone()).err(), expected, "{text}");
        }
    }

    #[test]
    fn section_4_2_challenge() {
        for (text, good) in [
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", true),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false),
            ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMAA", false),
            ("", false),
        ] {
            assert_eq!(CodeChallenge::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Verifier::from_entropy([1; 32])), "Verifier(..)");
    }

    #[test]
    fn methods_are_an_open_set() {
        let methods: Vec<CodeChallengeMethod> = serde_json::from_str(r#"["S256","plain","s256"]"#).unwrap();
        assert_eq!(
            methods,
            [
                CodeChallengeMethod::S256,
                CodeChallengeMethod::Plain,
                CodeChallengeMethod::Other("s256".to_owned())
            ]
        );
        assert_eq!(serde_json::to_string(&methods).unwrap(), r#"["S256","plain","s256"]"#);
    }

    proptest! {
        #[test]
        fn a_challenge_accepts_its_own_verifier_alone(a: [u8; 32], b: [u8; 32]) {
            let challenge = Verifier::from_entropy(a).challenge();
            prop_assert_eq!(challenge.verify(&Verifier::from_entropy(b)), a == b);
            prop_assert!(challenge.verify(&Verifier::from_entropy(a)));
        }

        #[test]
        fn a_challenge_reads_as_it_was_written(a: [u8; 32]) {
            let challenge = Verifier::from_entropy(a).challenge();
            prop_assert_eq!(CodeChallenge::try_from(challenge.as_str().to_owned()), Ok(challenge));
        }

        #[test]
        fn a_stored_verifier_is_the_same(a: [u8; 32]) {
            let verifier = Verifier::from_entropy(a);
            let stored: Verifier = serde_json::from_str(&serde_json::to_string(&verifier).unwrap()).unwrap();
            prop_assert_eq!(stored.secret(), verifier.secret());
        }
    }
}
