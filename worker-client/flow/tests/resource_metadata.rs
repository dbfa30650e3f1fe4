//! Protected resource metadata as a strategy of discovery (RFC 9728).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{cell::RefCell, collections::BTreeMap};

use http::{Method, Request, Response};
use login_flow::{
    Egress, FetchError, LoginTarget, Probe, ResourceMetadata, UnauthenticatedRequests, Verdict,
    probe_resource, resource_metadata_urls, takes_documents,
};
use rfc8414::{Issuer, Metadata};
use serde_json::{Value, json};

const CHALLENGE: &str = "Bearer resource_metadata=\"https://mcp.example/custom\", scope=\"a b\"";
const PATH: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
const ROOT: &str = "https://mcp.example/.well-known/oauth-protected-resource";

fn target(text: &str) -> LoginTarget {
    LoginTarget::parse(text, &Egress::public()).unwrap()
}

/// Hosts made of the answers to some URLs, `POST …` among them; `null` is no answer.
struct Hosts {
    answers: BTreeMap<String, Value>,
    seen: RefCell<Vec<String>>,
}

impl Hosts {
    fn new(answers: &[(&str, Value)]) -> Self {
        let answers = answers.iter().map(|(url, answer)| ((*url).to_owned(), answer.clone())).collect();
        Self { answers, seen: RefCell::default() }
    }

    fn fetch(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let method = if request.method() == Method::POST { "POST " } else { "" };
        let url = format!("{method}{}", request.uri());
        self.seen.borrow_mut().push(url.clone());
        let (status, header, body) = match self.answers.get(&url) {
            None => (404, "", Vec::new()),
            Some(Value::Null) => return Err(FetchError::NoAnswer),
            Some(Value::String(challenge)) => (401, challenge.as_str(), Vec::new()),
            Some(Value::Number(status)) => (status.as_u64().unwrap().try_into().unwrap(), "", Vec::new()),
            Some(document) => (200, "", document.to_string().into_bytes()),
        };
        let response = Response::builder().status(status).header("content-type", "application/json");
        Ok(response.header("www-authenticate", header).body(body).unwrap())
    }

    async fn follow(&self) -> Probe {
        self.follow_by(UnauthenticatedRequests::GetThenPing).await
    }

    async fn follow_by(&self, requests: UnauthenticatedRequests) -> Probe {
        let fetch = async |request| self.fetch(&request);
        let target = target("https://mcp.example/mcp");
        probe_resource(&target, &Egress::public(), requests, |_| false, fetch).await
    }

    /// The hosts other than the resource that were asked.
    fn others(&self) -> Vec<String> {
        let seen = self.seen.borrow();
        let hosts = seen.iter().filter_map(|url| url.split('/').nth(2).map(str::to_owned));
        let mut hosts: Vec<String> = hosts.filter(|host| host != "mcp.example").collect();
        hosts.dedup();
        hosts
    }
}

fn document(resource: &str, servers: &[&str]) -> Value {
    json!({"resource": resource, "authorization_servers": servers, "scopes_supported": ["c", "d"]})
}

fn server(issuer: &str) -> (String, Value) {
    let at = |path: &str| format!("{issuer}{path}");
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "registration_endpoint": at("/register"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "protected_resources": ["https://mcp.example/mcp"],
    });
    (at("/.well-known/oauth-authorization-server"), metadata)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn well_known_urls() {
    for (named, expected) in [
        ("https://mcp.example/mcp", vec![PATH, ROOT]),
        ("https://mcp.example/mcp/", vec![PATH, ROOT]),
        ("https://mcp.example", vec![ROOT]),
        ("mcp.example:8443", vec!["https://mcp.example:8443/.well-known/oauth-protected-resource"]),
    ] {
        let urls: Vec<String> =
            resource_metadata_urls(&target(named)).iter().map(ToString::to_string).collect();
        assert_eq!(urls, expected, "{named}");
    }
}

#[test]
fn d21_which_documents_are_those_of_the_resource() {
    let named = target("https://mcp.example/a/mcp");
    let issuer = &["https://as.example"][..];
    let covers = "rfc9728/3.3/resource-covers";
    let servers = "mcp/resource-metadata/authorization-servers";
    for (body, expected) in [
        (document("https://mcp.example/a/mcp", issuer).to_string(), None),
        (document("https://mcp.example/a/mcp/", issuer).to_string(), None),
        (document("https://mcp.example/a", issuer).to_string(), None),
        (document("https://mcp.example", issuer).to_string(), None),
        (document("https://mcp.example/", issuer).to_string(), None),
        (document("https://mcp.example/a/mc", issuer).to_string(), Some(covers)),
        (document("https://mcp.example/a/mcp/tools", issuer).to_string(), Some(covers)),
        (document("https://mcp.example/a?x=1", issuer).to_string(), Some(covers)),
        (document("https://mcp.example/a#x", issuer).to_string(), Some(covers)),
        (document("http://mcp.example/a/mcp", issuer).to_string(), Some(covers)),
        (document("https://mcp.example:8443/", issuer).to_string(), Some(covers)),
        (document("https://victim.example/mcp", issuer).to_string(), Some(covers)),
        (json!({"authorization_servers": issuer}).to_string(), Some(covers)),
        (json!({"resource": 1, "authorization_servers": issuer}).to_string(), Some(covers)),
        (document("https://mcp.example", &[]).to_string(), Some(servers)),
        (document("https://mcp.example", &["as.example", "http://as.example"]).to_string(), Some(servers)),
        (
            document("https://mcp.example", &["https://127.0.0.1", "https://as.local"]).to_string(),
            Some(servers),
        ),
        (json!({"resource": "https://mcp.example", "authorization_servers": "x"}).to_string(), Some(servers)),
        ("[]".to_owned(), Some("rfc9728/3.2/json-object")),
        ("{".to_owned(), Some("rfc9728/3.2/json-object")),
    ] {
        let read = ResourceMetadata::read(&named, &Egress::public(), body.as_bytes());
        assert_eq!(read.as_ref().err().map(|finding| &*finding.id), expected, "{body}");
        if let Ok(read) = read {
            assert_eq!(read.authorization_servers[0].as_str(), "https://as.example");
            assert_eq!(read.scope.as_deref(), Some("c d"));
        }
    }
}

#[test]
fn where_the_document_is() {
    let (url, metadata) = server("https://as.example");
    let prm = document("https://mcp.example/mcp", &["https://as.example"]);
    let other = CHALLENGE.replace("mcp.example", "evil.example");
    let mcp = "https://mcp.example/mcp";
    for (answers, scope) in [
        // Named by the challenge to a GET, or to a POST alone, which the well-known URLs do not precede.
        (
            vec![(mcp, json!(CHALLENGE)), ("https://mcp.example/custom", prm.clone()), (PATH, json!({}))],
            "a b",
        ),
        (
            vec![
                ("POST https://mcp.example/mcp", json!(CHALLENGE)),
                ("https://mcp.example/custom", prm.clone()),
            ],
            "a b",
        ),
        // Named by none, or at another origin, which is not asked.
        (vec![(PATH, prm.clone())], "c d"),
        (vec![(mcp, Value::Null), (ROOT, prm.clone())], "c d"),
        (vec![(mcp, json!(other)), (PATH, prm.clone())], "a b"),
    ] {
        let hosts = Hosts::new(&[answers.clone(), vec![(&*url, metadata.clone())]].concat());
        let probe = run(hosts.follow());
        assert_eq!(probe.verdict, Verdict::Registrable, "{answers:?}");
        let resource = probe.resource.unwrap();
        assert_eq!((&*resource.resource, resource.scope.as_deref()), (mcp, Some(scope)), "{answers:?}");
        assert!(resource.is_listed);
        assert_eq!(hosts.others(), ["as.example"], "{answers:?}");
    }
}

#[test]
fn the_named_url_is_asked_once_by_each_method() {
    let (url, metadata) = server("https://as.example");
    let named = [(PATH, document("https://mcp.example/mcp", &["https://as.example"])), (&*url, metadata)];
    for (requests, answers, methods) in [
        (UnauthenticatedRequests::GetThenPing, &named[..], "GET POST"),
        (UnauthenticatedRequests::GetThenPing, &[], "GET POST"),
        (UnauthenticatedRequests::Get, &named[..], "GET"),
        (UnauthenticatedRequests::Get, &[], "GET"),
    ] {
        let hosts = Hosts::new(answers);
        let probe = run(hosts.follow_by(requests));
        assert_eq!(probe.server.is_some(), !answers.is_empty(), "{requests:?}");
        let seen = hosts.seen.borrow();
        let sent = seen.iter().filter_map(|sent| match sent.strip_suffix("https://mcp.example/mcp") {
            Some("") => Some("GET"),
            other => other.map(str::trim),
        });
        assert_eq!(sent.collect::<Vec<_>>().join(" "), methods, "{requests:?} {answers:?}");
    }
}

#[test]
fn which_server_is_used() {
    let good = server("https://as.example");
    let (own, other) = (server("https://mcp.example"), server("https://evil.example"));
    let at_good = |metadata: &Value| (good.0.clone(), metadata.clone());
    let mut bare = good.1.clone();
    bare.as_object_mut().unwrap().remove("registration_endpoint");
    let silent = (good.0.clone(), Value::Null);
    let registrable = "registrable";
    for (servers, answers, verdict, issuer) in [
        (vec!["https://as.example"], vec![good.clone()], registrable, "https://as.example"),
        // In their order, the first that can be used.
        (
            vec!["https://none.example", "https://as.example"],
            vec![good.clone()],
            registrable,
            "https://as.example",
        ),
        (
            vec!["https://evil.example", "https://as.example"],
            vec![good.clone(), other.clone()],
            registrable,
            "https://evil.example",
        ),
        // At their own issuer identifier alone: no pointer is followed, and no origin tried in its place.
        (vec!["https://as.example"], vec![at_good(&other.1), other.clone()], "unusable", ""),
        (vec!["https://as.example/tenant"], vec![good.clone()], "no_metadata", ""),
        (vec!["https://as.example"], vec![at_good(&bare)], "no_registration", ""),
        (vec!["https://as.example"], vec![silent.clone()], "unreachable", ""),
        (vec!["https://as.example"], vec![(good.0.clone(), json!(503))], "unreachable", ""),
        (vec!["https://127.0.0.1"], vec![], "unusable", ""),
        // The host itself, where what it names cannot be used.
        (vec!["https://127.0.0.1"], vec![own.clone()], registrable, "https://mcp.example"),
        (vec!["https://as.example"], vec![at_good(&bare), own.clone()], registrable, "https://mcp.example"),
        (vec!["https://as.example"], vec![silent, own.clone()], "unreachable", ""),
    ] {
        let prm = (PATH.to_owned(), document("https://mcp.example/mcp", &servers));
        let answers: Vec<(&str, Value)> =
            answers.iter().chain([&prm]).map(|(url, answer)| (url.as_str(), answer.clone())).collect();
        let probe = run(Hosts::new(&answers).follow());
        assert_eq!(probe.verdict.name(), verdict, "{servers:?} {answers:?}");
        let used = probe.server.map(|server| server.issuer.to_string());
        assert_eq!(used.unwrap_or_default(), issuer, "{servers:?} {answers:?}");
    }
}

#[test]
fn d29_which_server_lists_the_resource() {
    for (listed, is_listed) in [
        (json!(["https://mcp.example/mcp"]), true),
        (json!(["https://other.example", "https://mcp.example/mcp"]), true),
        (json!(["https://mcp.example", "https://other.example/mcp"]), false),
        (json!([]), false),
        (Value::Null, false),
    ] {
        let (url, mut metadata) = server("https://as.example");
        metadata["protected_resources"] = listed.clone();
        let prm = document("https://mcp.example/mcp", &["https://as.example"]);
        let probe = run(Hosts::new(&[(PATH, prm), (&url, metadata)]).follow());
        assert_eq!(probe.resource.map(|resource| resource.is_listed), Some(is_listed), "{listed}");
    }
}

#[test]
fn c09_which_server_takes_client_id_documents() {
    let (takes, iss) =
        ("client_id_metadata_document_supported", "authorization_response_iss_parameter_supported");
    for (members, is_taken) in [
        (json!({takes: true, iss: true}), true),
        (json!({takes: true}), false),
        (json!({takes: true, iss: false}), false),
        (json!({iss: true}), false),
        (json!({takes: false, iss: true}), false),
    ] {
        let (_, mut metadata) = server("https://as.example");
        metadata.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let issuer = Issuer::try_from("https://as.example".to_owned()).unwrap();
        let read = Metadata::read(&issuer, metadata.to_string().as_bytes()).unwrap();
        assert_eq!(takes_documents(&read.metadata), is_taken, "{members}");
    }
}

#[test]
fn d23_no_more_than_three_servers_are_asked() {
    let names: Vec<String> = (0..10).map(|n| format!("https://as{n}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hosts = Hosts::new(&[(PATH, document("https://mcp.example", &names))]);
    assert_eq!(run(hosts.follow()).verdict, Verdict::NoMetadata);
    assert_eq!(hosts.others(), ["as0.example", "as1.example", "as2.example"]);
}

#[test]
fn a_host_that_does_not_say_now_is_unreachable() {
    let own = server("https://mcp.example");
    for answer in [json!(503), json!(429), Value::Null] {
        let hosts = Hosts::new(&[(PATH, answer), (&*own.0, own.1.clone())]);
        assert_eq!(run(hosts.follow()).verdict.name(), "unreachable");
    }
    let hosts = Hosts::new(&[(PATH, json!(403)), (&*own.0, own.1.clone())]);
    assert_eq!(run(hosts.follow()).verdict, Verdict::Registrable);
}
