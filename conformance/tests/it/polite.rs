//! Requests to a host: with pauses where it asks for them, within a budget, one at a time.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use conformance::{Checker, Failure, Limit, Options, Outcome, Report, Rule, Transport};
use futures_util::future::{LocalBoxFuture, join_all};
use http::{Request, Response};
use tokio::time::Instant;

use crate::lab::{HOST, public};
use conformance::lab::Lab;

/// The lab, behind a door that asks for pauses.
struct Busy {
    lab: Lab,
    status: u16,
    refuses: Cell<u32>,
    retry_after: Option<&'static str>,
    seen: RefCell<Vec<Instant>>,
    inside: Cell<u32>,
    most: Cell<u32>,
}

impl Busy {
    fn new(refuses: u32, retry_after: Option<&'static str>) -> Self {
        let (seen, inside, most) = Default::default();
        let (lab, refuses) = (public(None), Cell::new(refuses));
        Self { lab, status: 429, refuses, retry_after, seen, inside, most }
    }

    async fn check(&self, options: Options) -> Report {
        Checker::new(options).unwrap().check_over(self, HOST).await.unwrap()
    }
}

impl Transport for Busy {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        self.seen.borrow_mut().push(Instant::now());
        Box::pin(async move {
            self.inside.set(self.inside.get().saturating_add(1));
            self.most.set(self.most.get().max(self.inside.get()));
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.inside.set(self.inside.get().saturating_sub(1));
            if request.method() == "POST" && self.refuses.get() > 0 {
                self.refuses.set(self.refuses.get().saturating_sub(1));
                let mut response = Response::builder().status(self.status);
                if let Some(seconds) = self.retry_after {
                    response = response.header("retry-after", seconds);
                }
                return Ok(response.body(b"{\"error\": \"too_many_requests\"}".to_vec()).unwrap());
            }
            self.lab.send(request, limit).await
        })
    }
}

fn registering() -> Options {
    Options::new().with_registration()
}

fn not_tested(report: &Report, rule: Rule) -> &str {
    match report.outcome(rule) {
        Some(Outcome::NotTested { why }) => why,
        other => panic!("{rule:?}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_kept() {
    let busy = Busy::new(1, Some("7"));
    let report = busy.check(registering()).await;
    assert!(report.is_complete() && report.findings.is_empty(), "{report}");
    let seen = busy.seen.borrow();
    let longest = seen.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(longest >= Duration::from_secs(7) && longest < Duration::from_secs(8), "{longest:?}");
}

/// No finding comes of a server that is busy, and no rule passes.
#[tokio::test(start_paused = true)]
async fn a_host_that_asks_again_is_left_alone() {
    for (retry_after, asked) in
        [(None, 1), (Some("7"), 2), (Some("3600"), 1), (Some("soon"), 1), (Some("-1"), 1)]
    {
        let busy = Busy::new(u32::MAX, retry_after);
        let report = busy.check(registering()).await;
        assert_eq!(report.findings, [], "{report}");
        assert!(not_tested(&report, Rule::RegistrationStatus).contains("asks for a pause (429"), "{report}");
        assert_eq!(report.exit_code(), 3, "{report}");
        assert_eq!(busy.seen.borrow().len(), 2 + asked, "{retry_after:?}: and nothing after it");
    }
}

/// 503 with a time is such a wish too, also one that is no number of seconds; without one it is an answer.
#[tokio::test(start_paused = true)]
async fn a_host_that_is_not_available_is_left_alone() {
    for (retry_after, why, asked) in [
        (Some("Wed, 25 Nov 2026 15:00:00 GMT"), "asks for a pause (503", 1),
        (Some("7"), "asks for a pause (503", 2),
        (None, "no client could be registered", 1),
    ] {
        let busy = Busy { status: 503, ..Busy::new(u32::MAX, retry_after) };
        let report = busy.check(registering()).await;
        assert!(not_tested(&report, Rule::RegistrationStatus).contains(why), "{report}");
        assert_eq!(busy.seen.borrow().len(), 2 + asked, "{retry_after:?}");
    }
}

#[tokio::test]
async fn a_budget_is_kept() {
    for budget in 0..12 {
        let mut options = registering();
        options.budget = budget;
        let busy = Busy::new(0, None);
        let report = busy.check(options).await;
        assert_eq!(u32::try_from(busy.seen.borrow().len()).unwrap(), budget);
        assert_eq!(report.extent.requests, budget);
        assert_eq!(report.findings, [], "{report}");
        if budget > 3 {
            assert!(not_tested(&report, Rule::ContentTypeRequired).contains("budget"), "{report}");
            assert_eq!(report.left_behind.len(), 1, "it names the client that it could not delete: {report}");
        }
    }
}

#[tokio::test]
async fn one_request_at_a_time_for_each_host() {
    let busy = Busy::new(0, None);
    let checker = Checker::new(Options::new()).unwrap();
    let checks = (0..20).map(|_| checker.check_over(&busy, HOST));
    for report in join_all(checks).await {
        assert_eq!(report.unwrap().exit_code(), 0);
    }
    assert_eq!((busy.seen.borrow().len(), busy.most.get()), (40, 1));
}
