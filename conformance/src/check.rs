//! The check of one host: a phase after the other, each only as far as it was asked for.

mod browser;
mod confidential;
pub(crate) mod login;
pub(crate) mod management;
pub(crate) mod mcp;
mod metadata;
pub(crate) mod refusals;
pub(crate) mod registration;

use branding::{Branding, extract};
use http::{HeaderValue, header};
use login_flow::{InvalidHost, LoginTarget, get};

use crate::{
    About, Attempt, Finding, LeftBehind, Limit, Options, Person, Phase, Report, Transport, Verdict,
    ledger::Ledger,
    secrets::Secrets,
    session::{Lanes, Session},
    text::{MAX_EVIDENCE, bounded},
};

pub(crate) async fn check(
    host: &str,
    options: &Options,
    transport: &dyn Transport,
    lanes: &Lanes,
    person: Option<&dyn Person>,
) -> Result<Report, InvalidHost> {
    let egress = options.egress();
    let named = LoginTarget::parse(host, &egress)?;
    let session = Session::new(transport, lanes, &egress, options.budget, options.within);
    let (ledger, left, secrets) = Default::default();
    let mut work = Work { session: &session, options, named: &named, person, ledger, left, secrets };
    if let Some(token) = &options.initial_access_token {
        work.secrets.keep(token.secret());
    }
    let probe = metadata::read(&mut work).await;
    let about = about(&work).await.unwrap_or_default();
    let is_open = mcp::ask(&mut work).await;
    registration::register(&mut work, probe.server.as_ref()).await;
    let verdict = match Verdict::of(&probe) {
        verdict if is_open && verdict != Verdict::Registrable => Verdict::Open,
        Verdict::Unreachable { why } => {
            let detail = session.failure().map(|failure| bounded(&failure.to_string(), MAX_EVIDENCE));
            Verdict::Unreachable { why: detail.unwrap_or(why) }
        }
        verdict => verdict,
    };
    let (checks, findings) = work.ledger.finish();
    let mut report = Report {
        host: named.host(),
        resource: named.resource(),
        issuer: probe.server.map(|server| server.issuer.to_string()),
        verdict,
        metadata_url: probe.metadata_url,
        about,
        findings,
        checks,
        attempts: probe.attempts.iter().map(attempt).collect(),
        left_behind: work.left,
        asked: options.asked(session.total()),
    };
    work.secrets.redact(&mut report);
    Ok(report)
}

/// What the phases share.
struct Work<'a> {
    session: &'a Session<'a>,
    options: &'a Options,
    named: &'a LoginTarget,
    person: Option<&'a dyn Person>,
    ledger: Ledger,
    left: Vec<LeftBehind>,
    secrets: Secrets,
}

impl Work<'_> {
    /// Notes that a requirement is broken.
    fn broken(&mut self, id: &'static str, evidence: &str, remedy: &str) {
        if let Some(finding) = Finding::of(id, evidence, remedy) {
            self.ledger.broken(finding);
        }
    }

    /// Notes what violations of RFC 7591 and RFC 7592 were seen.
    fn violations(&mut self, violations: &[rfc7591::Violation]) {
        for violation in violations {
            self.ledger.broken(violation.into());
        }
    }

    /// Gives up a phase.
    fn give_up(&mut self, phase: Phase, why: &str) {
        self.ledger.rest_untested(phase, why);
    }
}

impl From<&rfc7591::Violation> for Finding {
    fn from(violation: &rfc7591::Violation) -> Self {
        let rule = crate::Rule::of(violation.code());
        Self {
            id: violation.code().to_owned(),
            level: crate::Level::parse(violation.level().as_str()).unwrap_or(crate::Level::Note),
            section: violation.section().to_owned(),
            actor: rule.map_or(login_flow::Actor::AuthorizationServer, |rule| rule.actor),
            evidence: bounded(&violation.to_string(), MAX_EVIDENCE),
            remedy: registration::remedy(violation).to_owned(),
        }
    }
}

fn attempt(attempt: &login_flow::Attempt) -> Attempt {
    let outcome = bounded(&attempt.outcome.to_string(), MAX_EVIDENCE);
    Attempt { url: bounded(&attempt.url, 2048), outcome }
}

/// What the root page says of the host; a page that redirects or fails says nothing.
async fn about(work: &Work<'_>) -> Option<About> {
    let mut request = get(&work.named.root(), "text/html")?;
    if !(work.options.mcp || work.options.register || work.options.login) {
        // The last request of a check that reads only.
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let page = work.session.send(request, Limit::Page).await.ok();
    let page = page.filter(|page| page.status().as_u16() == 200)?;
    let content_type = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Branding { title, description, icons, .. } = extract(work.named.root(), content_type, page.body());
    let text = |text: branding::Text| text.as_untrusted_str().to_owned();
    Some(About {
        title: title.map(text),
        description: description.map(text),
        icon: icons.first().map(|icon| icon.url.to_string()).filter(|url| url.len() <= 2048),
    })
}
