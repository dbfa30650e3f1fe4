use std::{fmt, rc::Rc};

use crate::{
    check::{CheckError, check},
    consent::ConsentHandler,
    follow::{Followed, named_servers},
    http_client::{HttpClient, HttpClientError},
    options::Options,
    report::Report,
    session::{HostQueue, Session, Transport},
    text::with_actor,
};

/// A checker of hosts, live or over another transport.
#[derive(Clone)]
pub struct Checker {
    options: Options,
    http_client: HttpClient,
    queue: Rc<HostQueue>,
    consent: Option<Rc<dyn ConsentHandler>>,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Checker {
    /// Sets up TLS.
    pub fn new(options: Options) -> Result<Self, HttpClientError> {
        let http_client = HttpClient::new(&options)?;
        Ok(Self { options, http_client, queue: Rc::default(), consent: None })
    }

    /// Adds a handler for the servers that ask a person for consent.
    pub fn with_consent_handler(self, consent: Rc<dyn ConsentHandler>) -> Self {
        Self { consent: Some(consent), ..self }
    }

    /// The transport of live checks.
    pub fn http_client(&self) -> &HttpClient {
        &self.http_client
    }

    /// Checks one host or URL.
    pub async fn check(&self, host: &str) -> Result<Report, CheckError> {
        self.check_over(&self.http_client, host).await
    }

    /// Checks one host or URL over another transport: a recording, or a server in this program.
    pub async fn check_over(&self, transport: &dyn Transport, host: &str) -> Result<Report, CheckError> {
        check(host, &self.options, transport, &self.queue, self.consent.as_deref()).await
    }

    /// Checks the authorization servers that the protected resource metadata of a host names (RFC 9728), for a host
    /// whose verdict points to it; at most three, and each with the host as the resource of the login. The report of the
    /// host then names them, and says why one is not checked.
    pub async fn follow(&self, report: &mut Report) -> Vec<Result<Report, CheckError>> {
        let egress = self.options.egress();
        let session = Session::new(&self.http_client, &self.queue, &egress, &self.options);
        let Followed { servers, not_followed } = named_servers(&session, &egress, report).await;
        report.authorization_servers = servers;
        report.not_followed = not_followed.map(|why| with_actor(why.to_string(), why.actor()));
        let mut options = Options { mcp: false, ..self.options.clone() };
        options.resource = Some(report.resource.clone());
        let (transport, consent) = (&self.http_client, self.consent.as_deref());
        let mut reports = Vec::new();
        for server in &report.authorization_servers {
            reports.push(check(server, &options, transport, &self.queue, consent).await);
        }
        reports
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hundreds of checks run at the same time, and most of them only read.
    #[test]
    fn a_check_that_reads_takes_little_memory() {
        let checker = Checker::new(Options::new()).unwrap();
        let size = size_of_val(&checker.check("good.example"));
        assert!(size <= 8 << 10, "{size}");
    }
}
