//! Every vector of a host leads to its verdict and its findings.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use login_flow::{Egress, FetchError, LoginTarget, Probe, UnauthenticatedRequests, Verdict, probe};
use vectors::Vector;

async fn probe_vector(vector: &Vector) -> Probe {
    probe_knowing(vector, "").await
}

/// Probes as an app with a pre-registered client at the issuer `known`.
async fn probe_knowing(vector: &Vector, known: &str) -> Probe {
    let egress = Egress::public();
    let target = LoginTarget::parse(&vector.host, &egress).unwrap();
    probe(
        &target,
        &egress,
        UnauthenticatedRequests::Get,
        |metadata| metadata.issuer.as_str() == known,
        async |request| vector.fetch(&request).map_err(|_| FetchError::NoAnswer),
    )
    .await
}

fn name(verdict: &Verdict) -> String {
    serde_json::to_value(verdict).unwrap()["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn of_every_vector() {
    for vector in vectors::all() {
        let probe = probe_vector(&vector).await;
        let mut findings: Vec<_> = probe.findings.iter().map(|finding| finding.id.as_ref()).collect();
        findings.sort_unstable();
        assert_eq!(
            (name(&probe.verdict), findings),
            (vector.verdict.clone(), vector.findings.iter().map(String::as_str).collect()),
            "{}: {:?}",
            vector.note,
            probe.verdict
        );
        assert_eq!(probe.server.is_some(), vector.verdict == "registrable", "{}", vector.note);
    }
}

#[tokio::test]
async fn a_client_made_by_hand_needs_no_registration_and_all_the_rest() {
    let vector = |verdict| vectors::all().find(|vector| vector.verdict == verdict).unwrap();
    let silent = vector("no_registration");
    let known = probe_knowing(&silent, "https://as.example").await;
    assert_eq!(known.verdict, Verdict::Registrable, "{}", silent.note);
    assert_eq!(known.server.unwrap().registration_endpoint, None);
    let elsewhere = probe_knowing(&silent, "https://as.example/other").await;
    assert_eq!(elsewhere.verdict, Verdict::NoRegistration);
    let unusable = probe_knowing(&vector("unusable"), "https://as.example").await;
    assert_eq!(name(&unusable.verdict), "unusable");
}

#[tokio::test]
async fn say_why() {
    let mut reasons = String::new();
    for vector in vectors::all().filter(|vector| vector.verdict != "registrable") {
        let verdict = probe_vector(&vector).await.verdict;
        let why = verdict.why().map(|why| format!("  {why}\n")).unwrap_or_default();
        let typed = serde_json::to_string(&verdict).unwrap();
        assert_eq!(serde_json::from_str::<Verdict>(&typed).unwrap(), verdict, "it is stored and read back");
        reasons.extend([vector.note.as_str(), "\n  ", &typed, "\n", &why]);
    }
    insta::assert_snapshot!(reasons);
}

/// D01: no member of a document of another issuer is used.
#[tokio::test]
async fn d01_a_pointer_is_followed_and_its_document_is_not_used() {
    let vector = vectors::all().find(|vector| vector.host == "https://docs.example").unwrap();
    let server = probe_vector(&vector).await.server.unwrap();
    assert_eq!(server.issuer.as_str(), "https://as.example");
    assert_eq!(server.token_endpoint.url().as_str(), "https://as.example/token");
}
