//! The requests that a server must refuse, each with the condition under which it has registered one all the same.

use http::{HeaderValue, Method, Request, header};
use login_flow::Server;
use rfc7591::AuthMethod;
use rfc8414::Endpoint;
use serde_json::{Map, Value, json};

use crate::rule::Rule;

/// A registration that a server must refuse.
pub(crate) struct Wrong {
    /// The stable name.
    pub(crate) name: &'static str,
    /// The rule that its registration violates.
    pub(super) rule: Rule,
    /// The mistake, for evidence.
    pub(super) description: &'static str,
    /// The advice to the operator of the server.
    pub(super) remedy: &'static str,
    /// The request; `None` where it would be no mistake at this server.
    pub(super) request: fn(&Map<String, Value>, &Server) -> Option<WrongBody>,
    /// The test whether the mistake is registered: a server may replace the value instead of refusing the request.
    pub(super) is_registered: fn(&Map<String, Value>) -> bool,
}

impl Wrong {
    /// Every one of them.
    pub(crate) fn all() -> &'static [Self] {
        WRONG
    }
}

/// The body of a wrong registration, with its content type.
pub(crate) struct WrongBody {
    content_type: &'static str,
    body: Vec<u8>,
}

impl WrongBody {
    fn with(good: &Map<String, Value>, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        let mut members = good.clone();
        change(&mut members);
        Self { content_type: "application/json", body: Value::Object(members).to_string().into_bytes() }
    }

    fn redirecting(good: &Map<String, Value>, uri: &str) -> Self {
        Self::with(good, |members| drop(members.insert("redirect_uris".to_owned(), json!([uri]))))
    }

    /// A registration of a redirection URI as an `application_type`: of some servers the type decides what is refused.
    fn redirecting_as(good: &Map<String, Value>, uri: &str, application_type: &str) -> Self {
        Self::with(good, |members| {
            members.insert("redirect_uris".to_owned(), json!([uri]));
            members.insert("application_type".to_owned(), json!(application_type));
        })
    }

    /// A registration with an authentication method that the server does not list.
    fn unlisted(good: &Map<String, Value>, server: &Server, method: &AuthMethod) -> Option<Self> {
        if server.auth_methods.contains(method) {
            return None;
        }
        let method = Value::String(method.to_string());
        Some(Self::with(good, |members| {
            drop(members.insert("token_endpoint_auth_method".to_owned(), method));
        }))
    }

    pub(super) fn into_http(self, registration: &Endpoint) -> Request<Vec<u8>> {
        let mut request = Request::new(self.body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = registration.uri();
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        request
    }
}

fn has_method(registered: &Map<String, Value>, method: &str) -> bool {
    registered.get("token_endpoint_auth_method").is_some_and(|registered| registered == method)
}

/// Returns `true` if a redirection URI is registered that meets a condition, or the response states none.
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
        rule: Rule::RedirectUrisRequired,
        description: "a client without `redirect_uris`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| Some(WrongBody::with(good, |members| drop(members.remove("redirect_uris")))),
        is_registered: has_no_uri,
    },
    Wrong {
        name: "empty-redirect-uris",
        rule: Rule::RedirectUrisRequired,
        description: "a client with an empty list of `redirect_uris`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| {
            Some(WrongBody::with(good, |members| drop(members.insert("redirect_uris".to_owned(), json!([])))))
        },
        is_registered: has_no_uri,
    },
    Wrong {
        name: "javascript-redirect-uri",
        rule: Rule::RedirectUriScript,
        description: "the redirection URI `javascript:alert(1)`",
        remedy: "refuse redirection URIs that run in the browser: javascript, data, vbscript",
        request: |good, _| Some(WrongBody::redirecting(good, "javascript:alert(1)")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with("javascript:")),
    },
    Wrong {
        name: "cleartext-redirect-uri",
        rule: Rule::RedirectUriCleartext,
        description: "the redirection URI `http://client.example/callback` of a web client",
        remedy: "refuse http redirection URIs but those of loopback",
        request: |good, _| Some(WrongBody::redirecting_as(good, "http://client.example/callback", "web")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with("http://client.example")),
    },
    Wrong {
        name: "cleartext-redirect-uri-native",
        rule: Rule::RedirectUriCleartext,
        description: "the redirection URI `http://client.example/callback` of a native client",
        remedy: "refuse http redirection URIs but those of loopback",
        request: |good, _| Some(WrongBody::redirecting_as(good, "http://client.example/callback", "native")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with("http://client.example")),
    },
    Wrong {
        name: "fragment-redirect-uri",
        rule: Rule::RedirectUriFragment,
        description: "a redirection URI with a fragment",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| {
            Some(WrongBody::redirecting_as(good, "https://client.example/callback#fragment", "web"))
        },
        is_registered: |registered| has_uri(registered, |uri| uri.contains('#')),
    },
    Wrong {
        name: "relative-redirect-uri",
        rule: Rule::RedirectUriAbsolute,
        description: "the redirection URI `/callback`",
        remedy: "refuse it with invalid_redirect_uri",
        request: |good, _| Some(WrongBody::redirecting(good, "/callback")),
        is_registered: |registered| has_uri(registered, |uri| uri.starts_with('/')),
    },
    Wrong {
        name: "redirect-uris-text",
        rule: Rule::MetadataTypes,
        description: "a text for `redirect_uris`",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            let uris = json!("https://client.example/callback");
            Some(WrongBody::with(good, |members| drop(members.insert("redirect_uris".to_owned(), uris))))
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "grant-types-number",
        rule: Rule::MetadataTypes,
        description: "a number for `grant_types`",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            Some(WrongBody::with(good, |members| drop(members.insert("grant_types".to_owned(), json!(7)))))
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "contradictory-grant-types",
        rule: Rule::GrantResponseConsistent,
        description: "the response type `code` without the grant type `authorization_code`",
        remedy: "refuse it with invalid_client_metadata, or replace one of the two",
        request: |good, _| {
            Some(WrongBody::with(good, |members| {
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
        rule: Rule::AuthMethodUnsupported,
        description: "an unknown `token_endpoint_auth_method`",
        remedy: "refuse it with invalid_client_metadata, or register one that is supported",
        request: |good, _| {
            let method = json!(UNKNOWN_METHOD);
            Some(WrongBody::with(good, |members| {
                drop(members.insert("token_endpoint_auth_method".to_owned(), method));
            }))
        },
        is_registered: |registered| has_method(registered, UNKNOWN_METHOD),
    },
    Wrong {
        name: "unlisted-basic",
        rule: Rule::AuthMethodUnsupported,
        description: "the method `client_secret_basic` that the metadata does not list",
        remedy: "refuse it with invalid_client_metadata, register one that is listed, or list it",
        request: |good, server| WrongBody::unlisted(good, server, &AuthMethod::ClientSecretBasic),
        is_registered: |registered| has_method(registered, "client_secret_basic"),
    },
    Wrong {
        name: "unlisted-none",
        rule: Rule::AuthMethodUnsupported,
        description: "the method `none` that the metadata does not list",
        remedy: "refuse it with invalid_client_metadata, register one that is listed, or list it",
        request: |good, server| WrongBody::unlisted(good, server, &AuthMethod::None),
        is_registered: |registered| has_method(registered, "none"),
    },
    Wrong {
        name: "broken-json",
        rule: Rule::JsonRequired,
        description: "a body that is no JSON",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            let mut sent = WrongBody::with(good, |_| {});
            sent.body.pop();
            Some(sent)
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "json-array",
        rule: Rule::ObjectRequired,
        description: "a body that is a JSON array",
        remedy: "refuse it with invalid_client_metadata",
        request: |good, _| {
            let body = json!([good]).to_string().into_bytes();
            Some(WrongBody { body, ..WrongBody::with(good, |_| {}) })
        },
        is_registered: |_| true,
    },
    Wrong {
        name: "text-plain",
        rule: Rule::ContentTypeRequired,
        description: "a request as `text/plain`",
        remedy: "refuse it with 415 or 400",
        request: |good, _| Some(WrongBody { content_type: "text/plain", ..WrongBody::with(good, |_| {}) }),
        is_registered: |_| true,
    },
];

const UNKNOWN_METHOD: &str = "urn:example:no-such-method";
