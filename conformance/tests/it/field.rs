//! The failures of hosts as they were met in the field, at the command line: the verdict, the party, and the words.

use conformance::{Checker, Failure, Limit, Options, Report, Transport, lab::Lab};
use futures_util::future::LocalBoxFuture;
use http::{HeaderValue, Request, Response, header};

use crate::lab::{HOST, public};

/// The answer to one request, or `None` for that of the server without a fault.
type Odd = fn(&Request<Vec<u8>>) -> Option<Response<Vec<u8>>>;

/// The server without a fault, behind something that answers in its place.
struct Front {
    lab: Lab,
    odd: Odd,
}

impl Transport for Front {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        match (self.odd)(&request) {
            Some(response) => Box::pin(async { Ok(response) }),
            None => self.lab.send(request, limit),
        }
    }
}

async fn check(options: Options, odd: Odd) -> Report {
    let front = Front { lab: public(None), odd };
    Checker::new(options).unwrap().check_over(&front, HOST).await.unwrap()
}

fn answer(status: u16, name: &'static str, value: &str, body: &str) -> Response<Vec<u8>> {
    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    Response::builder().status(status).header(name, value).body(body.as_bytes().to_vec()).unwrap()
}

fn is_metadata(request: &Request<Vec<u8>>) -> bool {
    request.uri().path().starts_with("/.well-known/")
}

fn is_registration(request: &Request<Vec<u8>>) -> bool {
    request.method() == "POST" && String::from_utf8_lossy(request.body()).contains("redirect_uris")
}

#[tokio::test]
async fn a_failed_or_refused_is_not_missing() {
    let all_503: Odd = |_| Some(answer(503, "content-type", "text/html", "<h1>Sorry</h1>"));
    let one_503: Odd = |request| {
        if request.uri().path().ends_with("oauth-authorization-server") {
            Some(answer(503, "x-a", "b", ""))
        } else {
            Some(answer(404, "x-a", "b", ""))
        }
    };
    let all_500: Odd = |_| Some(answer(500, "content-type", "application/json", r#"{"error": "x"}"#));
    let all_429: Odd = |_| Some(answer(429, "retry-after", "120", ""));
    let waf_403: Odd = |_| Some(answer(403, "content-type", "text/html", "<h1>Denied</h1>"));
    let all_451: Odd = |_| Some(answer(451, "x-a", "b", ""));
    let notice: Odd = |request| {
        is_metadata(request).then(|| answer(200, "content-type", "application/json", "\nNotice: x\n{}"))
    };
    let sold: Odd =
        |request| is_metadata(request).then(|| answer(301, "location", "https://other.example/", ""));
    let not_ascii: Odd =
        |request| is_metadata(request).then(|| answer(302, "location", "https://other.example/é", ""));
    let nothing: Odd = |_| Some(answer(404, "x-a", "b", ""));
    for (id, odd, verdict, exit, text) in [
        ("all-503", all_503, "unreachable", 3, "503"),
        ("one-503", one_503, "unreachable", 3, "503"),
        ("all-500", all_500, "unreachable", 3, "500"),
        ("all-429", all_429, "unreachable", 3, "a pause (429 Too Many Requests) of 120 seconds"),
        ("waf-403", waf_403, "closed", 1, "refuses to be asked (403)"),
        ("all-451", all_451, "closed", 1, "refuses to be asked (451)"),
        ("json-after-notice", notice, "unreadable", 1, "cannot be read"),
        ("apex-www, elsewhere", sold, "no_metadata", 1, "redirects to https://other.example/"),
        ("location-not-ascii", not_ascii, "no_metadata", 1, "redirects to https://other.example/%C3%A9"),
        ("nothing there", nothing, "no_metadata", 1, "publishes no metadata"),
    ] {
        let report = check(Options::new(), odd).await;
        assert_eq!((report.verdict.name(), report.exit_code()), (verdict, exit), "{id}: {report}");
        assert!(report.to_string().contains(text), "{id}: {report}");
    }
    // A later document still makes a positive verdict.
    let later: Odd = |request| {
        let is_first = request.uri().path().ends_with("oauth-authorization-server");
        is_first.then(|| answer(503, "x-a", "b", ""))
    };
    let report = check(Options::new(), later).await;
    assert_ne!(report.verdict.name(), "no_metadata", "{report}");
    assert_eq!(check(Options::new(), |_| None).await.verdict.name(), "registrable", "the control");
}

#[tokio::test]
async fn c_a_refused_registration_is_told_in_the_words_of_the_server() {
    let elsewhere: Odd =
        |request| is_registration(request).then(|| answer(301, "location", "https://other.example/r", ""));
    let policy: Odd = |request| {
        let body = r#"{"error": "insufficient_scope", "error_description": "Policy 'Trusted Hosts' rejected request"}"#;
        is_registration(request).then(|| answer(403, "content-type", "application/json", body))
    };
    let plain: Odd =
        |request| is_registration(request).then(|| answer(403, "content-type", "text/plain", "Ask us first"));
    let detail: Odd = |request| {
        let body = r#"{"detail": "Registration is closed"}"#;
        is_registration(request).then(|| answer(400, "content-type", "application/json", body))
    };
    let page: Odd = |request| {
        is_registration(request).then(|| answer(404, "content-type", "text/html", "<p>Nothing</p>"))
    };
    for (id, odd, text) in [
        ("register-301", elsewhere, "leads to “https://other.example/r”"),
        ("trusted-hosts-403", policy, "says “Policy 'Trusted Hosts' rejected request”"),
        ("register-plain-403", plain, "says “Ask us first”"),
        ("register-detail-400", detail, "says “Registration is closed”"),
        ("register-404", page, "404"),
    ] {
        let report = check(Options::new().with_registration(), odd).await;
        let finding = report.findings.iter().find(|finding| finding.evidence.contains(text));
        let finding = finding.unwrap_or_else(|| panic!("{id}: {report}"));
        assert!(!finding.remedy.contains("initial access token"), "{id}: {report}");
        assert!(!finding.evidence.contains("<p>"), "{id}: {report}");
    }
    let unauthorised: Odd =
        |request| is_registration(request).then(|| answer(401, "www-authenticate", "Bearer", ""));
    let report = check(Options::new().with_registration(), unauthorised).await;
    assert!(report.to_string().contains("initial access token"), "the control: {report}");
}

#[tokio::test(start_paused = true)]
async fn register_429_says_for_how_long() {
    let seconds: Odd =
        |request| is_registration(request).then(|| answer(429, "retry-after", "120", "Too many requests"));
    let date: Odd = |request| {
        let response = answer(503, "retry-after", "Sun, 06 Nov 1994 08:51:37 GMT", "");
        let (mut parts, body) = response.into_parts();
        parts.headers.insert(header::DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        is_registration(request).then(|| Response::from_parts(parts, body))
    };
    let undated: Odd = |request| {
        let response = answer(503, "retry-after", "Sun, 06 Nov 2094 08:51:37 GMT", "");
        is_registration(request).then_some(response)
    };
    for (odd, text) in [
        (seconds, "asks for a pause (429 Too Many Requests) of 120 seconds"),
        (date, "asks for a pause (503 Service Unavailable) of 120 seconds"),
        (undated, "asks for a pause (503 Service Unavailable)"),
    ] {
        let report = check(Options::new().with_registration(), odd).await;
        assert_eq!(report.exit_code(), 3, "{report}");
        assert_eq!(report.findings, [], "no finding comes of a server that is busy: {report}");
        assert!(report.to_string().contains(text), "{report}");
    }
}

#[tokio::test]
async fn location_not_ascii_is_read_as_browsers_do() {
    let denied: Odd = |request| {
        let query = url::form_urlencoded::parse(request.uri().query()?.as_bytes());
        let value =
            |name: &str| query.clone().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let (redirect_uri, state) = (value("redirect_uri")?, value("state")?);
        let location = format!(
            "{redirect_uri}?error=access_denied&error_description=pas autorisé&state={state}&iss={HOST}"
        );
        Some(answer(302, "location", &location, ""))
    };
    let report = check(Options::new().with_login(), denied).await;
    assert!(report.to_string().contains("the authorization server answered access_denied"), "{report}");
}
