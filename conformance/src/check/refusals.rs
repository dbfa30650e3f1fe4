//! Registrations that a server is to refuse, each beside a good one that it has accepted.

use http::{HeaderValue, Method, Request, Response, header};
use rfc7591::{AuthMethod, ClientMetadata, Management, Registration, Rejected};
use serde_json::{Map, Value, json};
use worker_client::flow::Server;

use super::{Work, management, registration::leave};
use crate::{Finding, Limit, Phase};

/// Sends each, notes what is registered all the same, and deletes it.
pub(super) async fn ask(work: &mut Work<'_>, server: &Server, good: &ClientMetadata) {
    let Ok(Value::Object(good)) = serde_json::to_value(good) else { return };
    for wrong in WRONG {
        let Some(sent) = (wrong.request)(&good, server) else { continue };
        let mut request = sent.into_http(server);
        if let Some(token) = &work.options.initial_access_token
            && let Ok(value) = HeaderValue::try_from(format!("Bearer {}", token.secret()))
        {
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = match work.session.send(request, Limit::Json).await {
            Ok(response) => response,
            Err(failure) => {
                work.give_up(Phase::Refusals, &failure.to_string());
                return;
            }
        };
        note(work, wrong, &response);
        clean_up(work, server, wrong, &response).await;
    }
    work.give_up(Phase::Refusals, "no request was refused");
}

fn note(work: &mut Work<'_>, wrong: &Wrong, response: &Response<Vec<u8>>) {
    let findings = judge(wrong, response);
    let is_refused = !response.status().is_success();
    for finding in &findings {
        work.ledger.broken(finding.clone());
    }
    let about_registration = findings.iter().any(|finding| finding.id == wrong.id);
    if !about_registration && !work.ledger.is_broken(wrong.id) {
        work.ledger.kept(wrong.id);
    }
    if is_refused {
        work.ledger.kept(CLIENT_ERROR);
    }
    if response.status().as_u16() == 400 {
        work.ledger.kept("rfc7591/3.2.2/error-object");
        work.ledger.kept("rfc7591/3.2.2/error-status");
    }
}

/// What the answer to a wrong request breaks.
pub(crate) fn judge(wrong: &Wrong, response: &Response<Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if response.status().is_server_error() {
        let evidence = format!("{} is answered with {}", wrong.what, response.status());
        findings.extend(Finding::of(CLIENT_ERROR, &evidence, "answer a wrong request with 400"));
    }
    match answer(response) {
        Ok(registered) if (wrong.is_registered)(&registered) => {
            let evidence = format!("{} is registered, answered with {}", wrong.what, response.status());
            findings.extend(Finding::of(wrong.id, &evidence, wrong.remedy));
        }
        Ok(_) => {}
        Err(rejected) => {
            for violation in rejected.violations() {
                let mut finding = Finding::from(violation);
                finding.evidence = format!("{}: {}", wrong.what, finding.evidence);
                let is_about_errors = finding.id.starts_with("rfc7591/3.2.2/");
                findings.extend(is_about_errors.then_some(finding));
            }
        }
    }
    findings
}

/// The client information of an answer, when it names a client, however well.
fn answer(response: &Response<Vec<u8>>) -> Result<Map<String, Value>, Rejected> {
    let body = serde_json::from_slice::<Value>(response.body()).ok();
    let object = body.and_then(|body| body.as_object().cloned()).unwrap_or_default();
    if response.status().is_success() && object.get("client_id").is_some_and(Value::is_string) {
        return Ok(object);
    }
    let endpoint = http::Uri::from_static("https://host.invalid/register");
    match Registration::new(endpoint, ClientMetadata::default()).receive(response) {
        Ok(_) => Ok(object),
        Err(rejected) => Err(rejected),
    }
}

/// Deletes what should not have been registered, where that is offered.
async fn clean_up(work: &mut Work<'_>, server: &Server, wrong: &Wrong, response: &Response<Vec<u8>>) {
    let Ok(registered) = answer(response) else { return };
    let text = |name: &str| registered.get(name).and_then(Value::as_str);
    let Some(client_id) = text("client_id") else { return };
    let uri = text("registration_client_uri").and_then(|uri| uri.parse().ok());
    let token = text("registration_access_token").map(|token| rfc7591::Secret::new(token.to_owned()));
    let deleted = match uri.zip(token) {
        Some((uri, token)) => management::delete(work, server, Management::new(uri, token)).await,
        None => Err("the server offers no management (RFC 7592)".to_owned()),
    };
    if let Err(why) = deleted {
        leave(work, client_id, &format!("{}; {why}", wrong.what));
    }
}

/// A request that a server is to refuse.
pub(crate) struct Wrong {
    /// Its name, stable.
    pub(crate) name: &'static str,
    id: &'static str,
    what: &'static str,
    remedy: &'static str,
    /// What to send; nothing where it would be no mistake at this server.
    request: fn(&Map<String, Value>, &Server) -> Option<Sent>,
    /// Whether what was wrong is registered: a server may replace it instead of refusing.
    is_registered: fn(&Map<String, Value>) -> bool,
}

impl Wrong {
    /// Every one.
    pub(crate) fn all() -> &'static [Self] {
        WRONG
    }
}

struct Sent {
    content_type: &'static str,
    body: Vec<u8>,
}

impl Sent {
    fn with(good: &Map<String, Value>, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        let mut members = good.clone();
        change(&mut members);
        Self { content_type: "application/json", body: Value::Object(members).to_string().into_bytes() }
    }

    fn redirecting(good: &Map<String, Value>, uri: &str) -> Self {
        Self::with(good, |members| drop(members.insert("redirect_uris".to_owned(), json!([uri]))))
    }

    /// With an authentication method that the server does not list.
    fn unlisted(good: &Map<String, Value>, server: &Server, method: AuthMethod) -> Option<Self> {
        if server.auth_methods.contains(&method) {
            return None;
        }
        let method = serde_json::to_value(method).ok()?;
        Some(Self::with(good, |members| {
            drop(members.insert("token_endpoint_auth_method".to_owned(), method))
        }))
    }

    fn into_http(self, server: &Server) -> Request<Vec<u8>> {
        let mut request = Request::new(self.body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = server.registration_endpoint.uri();
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        request
    }
}

fn has_method(registered: &Map<String, Value>, method: &str) -> bool {
    registered.get("token_endpoint_auth_method").is_some_and(|registered| registered == method)
}

/// Whether a redirection URI is registered that meets a condition, or none is told at all.
fn has_uri(registered: &Map<String, Value>, is_wrong: fn(&str) -> bool) -> bool {
    let uris = registered.get("redirect_uris").and_then(Value::as_array);
    uris.is_none_or(|uris| uris.iter().filter_map(Value::as_str).any(is_wrong))
}

fn has_no_uri(registered: &Map<String, Value>) -> bool {
    let uris = registered.get("redirect_uris").and_then(Value::as_array);
    uris.is_none_or(Vec::is_empty)
}

fn names(registered: &Map<String, Value>, list: &str, value: &str) -> bool {
    let values = registered.get(list).and_then(Value::as_array);
    values.is_some_and(|values| values.iter().any(|entry| entry == value))
}

const WRONG: &[Wrong] = &[
    Wrong {
        name: "no-redirect-uris",
        id: "rfc7591/5/redirect-uris-required",
        what: "a client without `redirect_uris`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| Some(Sent::with(good, |members| drop(members.remove("redirect_uris")))),
        is_registered: has_no_uri,
    },
    Wrong {
        name: "empty-redirect-uris",
        id: "rfc7591/5/redirect-uris-required",
        what: "a client with an empty list of `redirect_uris`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| {
            Some(Sent::with(good, |members| drop(members.insert("redirect_uris".to_owned(), json!([])))))
        },
        is_registered: has_no_uri,
    },
    Wrong {
        name: "javascript-redirect-uri",
        id: "rfc7591/5/redirect-uri-script",
        what: "the redirection URI `javascript:alert(1)`",
        remedy: "refuse redirection URIs that run in the browser: javascript, data, vbscript",
        request: |good, _| Some(Sent::redirecting(good, "javascript:alert(1)")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with("javascript:")),
    },
    Wrong {
        name: "cleartext-redirect-uri",
        id: "rfc7591/5/redirect-uri-cleartext",
        what: "the redirection URI `http://client.example/callback`",
        remedy: "refuse http redirection URIs but those of loopback",
        request: |good, _| Some(Sent::redirecting(good, "http://client.example/callback")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with("http://client.example")),
    },
    Wrong {
        name: "fragment-redirect-uri",
        id: "rfc6749/3.1.2/redirect-uri-fragment",
        what: "a redirection URI with a fragment",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| Some(Sent::redirecting(good, "https://client.example/callback#fragment")),
        is_registered: |registered| has_uri(registered, |uri| uri.contains('#')),
    },
    Wrong {
        name: "relative-redirect-uri",
        id: "rfc6749/3.1.2/redirect-uri-absolute",
        what: "the redirection URI `/callback`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| Some(Sent::redirecting(good, "/callback")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with('/')),
    },
    Wrong {
        name: "redirect-uris-text",
        id: "rfc7591/2/metadata-types",
        what: "a text for `redirect_uris`",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            let uris = json!("https://client.example/callback");
            Some(Sent::with(good, |members| drop(members.insert("redirect_uris".to_owned(), uris))))
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "grant-types-number",
        id: "rfc7591/2/metadata-types",
        what: "a number for `grant_types`",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            Some(Sent::with(good, |members| drop(members.insert("grant_types".to_owned(), json!(7)))))
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "contradictory-grant-types",
        id: "rfc7591/2.1/grant-response-consistent",
        what: "the response type `code` without the grant type `authorization_code`",
        remedy: "refuse it with invalid_client_metadata, or replace one of the two",
        request: |good, _| {
            Some(Sent::with(good, |members| {
                members.insert("grant_types".to_owned(), json!(["client_credentials"]));
                members.insert("response_types".to_owned(), json!(["code"]));
            }))
        },
        is_registered: |registered| {
            registered.contains_key("grant_types")
                && !names(registered, "grant_types", "authorization_code")
                && names(registered, "response_types", "code")
        },
    },
    Wrong {
        name: "unsupported-auth-method",
        id: "rfc7591/2/auth-method-unsupported",
        what: "an unknown `token_endpoint_auth_method`",
        remedy: "refuse it with invalid_client_metadata, or register one that is supported",
        request: |good, _| {
            let method = json!(UNKNOWN_METHOD);
            Some(Sent::with(good, |members| {
                drop(members.insert("token_endpoint_auth_method".to_owned(), method));
            }))
        },
        is_registered: |registered| has_method(registered, UNKNOWN_METHOD),
    },
    Wrong {
        name: "unlisted-basic",
        id: "rfc7591/2/auth-method-unsupported",
        what: "the method `client_secret_basic` that the metadata does not list",
        remedy: "refuse it with invalid_client_metadata, register one that is listed, or list it",
        request: |good, server| Sent::unlisted(good, server, AuthMethod::ClientSecretBasic),
        is_registered: |registered| has_method(registered, "client_secret_basic"),
    },
    Wrong {
        name: "unlisted-none",
        id: "rfc7591/2/auth-method-unsupported",
        what: "the method `none` that the metadata does not list",
        remedy: "refuse it with invalid_client_metadata, register one that is listed, or list it",
        request: |good, server| Sent::unlisted(good, server, AuthMethod::None),
        is_registered: |registered| has_method(registered, "none"),
    },
    Wrong {
        name: "broken-json",
        id: "rfc7591/3.1/json-required",
        what: "a body that is no JSON",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            let mut sent = Sent::with(good, |_| {});
            sent.body.pop();
            Some(sent)
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "text-plain",
        id: "rfc7591/3.1/content-type-required",
        what: "a request as `text/plain`",
        remedy: "refuse it with 415 or 400",
        request: |good, _| Some(Sent { content_type: "text/plain", ..Sent::with(good, |_| {}) }),
        is_registered: |_| true,
    },
];

const CLIENT_ERROR: &str = "rfc9110/15.5/client-error";
const UNKNOWN_METHOD: &str = "urn:example:no-such-method";
