pub(crate) mod json;
pub(crate) mod text;

use serde::Serialize;
use worker_client::flow::{Attempt, Finding, Named, Probe, Verdict};

/// Everything that was found out about one host.
#[derive(Serialize)]
pub(crate) struct Report {
    /// The host and port, as A-labels.
    pub(crate) host: String,
    /// What was asked about.
    pub(crate) resource: String,
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    pub(crate) issuer: Option<String>,
    pub(crate) metadata_url: Option<String>,
    pub(crate) about: About,
    pub(crate) findings: Vec<Finding>,
    /// Everything that was asked in vain.
    pub(crate) attempts: Vec<Attempt>,
    /// Whether loopback was allowed.
    pub(crate) allow_private: bool,
}

/// What the host says of itself: untrusted text.
#[derive(Default, Serialize)]
pub(crate) struct About {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) icon: Option<String>,
}

impl Report {
    pub(crate) fn new(named: &Named, probe: Probe, about: About) -> Self {
        Self {
            host: named.host(),
            resource: named.resource(),
            issuer: probe.server.map(|server| server.issuer.to_string()),
            verdict: probe.verdict,
            metadata_url: probe.metadata_url,
            about,
            findings: probe.findings,
            attempts: probe.attempts,
            allow_private: false,
        }
    }

    /// 0 supported; 1 not supported, or a MUST is broken; 3 no answer.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Registrable if self.findings.iter().all(|finding| finding.level != "MUST") => 0,
            Verdict::Unreachable { .. } => 3,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{check::check_with, report};
    use worker_client::flow::{Egress, FetchError};

    #[tokio::test]
    async fn of_every_vector() {
        let (mut text, mut json) = (String::new(), String::new());
        for vector in vectors::all() {
            let fetch = async |request, _| vector.fetch(&request).map_err(|_| FetchError::NoAnswer);
            let report = check_with(&vector.host, &Egress::public(), fetch).await.unwrap();
            text += &report::text::print(&report);
            text += &["exit code ", &report.exit_code().to_string(), "\n\n"].concat();
            json += &report::json::print(&report);
        }
        insta::assert_snapshot!("text", text);
        insta::assert_snapshot!("json", json);
    }

    #[tokio::test]
    async fn of_a_host_that_does_not_answer() {
        let report = check_with("good.example", &Egress::public(), async |_, _| Err(FetchError::NoAnswer))
            .await
            .unwrap();
        assert_eq!(report.exit_code(), 3);
    }

    #[tokio::test]
    async fn l01_no_control_character_reaches_the_terminal() {
        let document =
            "{\"issuer\": \"https://good.example\", \"token_endpoint\": \"\\u001b[2J\\u009b1m\\r\"}";
        let fetch = async |_, _| {
            let response = http::Response::builder().header("content-type", "application/json");
            Ok(response.body(document.as_bytes().to_vec()).unwrap())
        };
        let report = check_with("good.example", &Egress::public(), fetch).await.unwrap();
        let text = report::text::print(&report);
        assert!(text.contains(r"\u001b[2J\u{9b}1m\r"), "shown, as escapes: {text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    }
}
