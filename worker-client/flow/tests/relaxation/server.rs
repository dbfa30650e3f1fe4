//! A server, its answers, and the exchanges with it.

use std::cell::RefCell;

use http::{Request, Response};
use login_flow::{
    AuthorizationRequest, AuthorizationResponseError, Client, DriveError, Egress, Exchange, FetchError,
    Register, Relaxation, Relaxations, RequestedScope, Server, State, drive,
};
use pkce::Verifier;
use serde_json::{Value, json};
use url::Url;

pub(crate) const CALLBACK: &str = "https://app.example/callback/x";
pub(crate) const RESOURCE: &str = "https://as.example/mcp";
pub(crate) const TOKENS: &str = r#"{"access_token": "a", "token_type": "Bearer", "refresh_token": "r"}"#;

pub(crate) fn server(members: &Value) -> Server {
    let mut metadata = json!({
        "issuer": "https://as.example",
        "authorization_endpoint": "https://as.example/authorize",
        "token_endpoint": "https://as.example/token",
        "registration_endpoint": "https://as.example/register",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
    });
    metadata.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let issuer = "https://as.example".parse().unwrap();
    let response = answer(200, &metadata.to_string());
    let metadata = rfc8414::Metadata::receive(&issuer, &response).unwrap().metadata;
    Server::new(metadata, &Egress::public(), false).unwrap()
}

pub(crate) fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.as_bytes().to_vec()).unwrap()
}

pub(crate) fn error(code: &str) -> Response<Vec<u8>> {
    answer(400, &json!({ "error": code }).to_string())
}

/// The outcome of an exchange, and the requests that it sent.
pub(crate) type Driven<E> = (Result<<E as Exchange>::Output, <E as Exchange>::Error>, Vec<Request<Vec<u8>>>);

/// Drives an exchange against these answers.
pub(crate) fn exchange<E: Exchange>(exchange: E, answers: &[Response<Vec<u8>>]) -> Driven<E> {
    let sent = RefCell::new(Vec::new());
    let outcome = block_on(drive(exchange, async |request| {
        let answer = answers.get(sent.borrow().len()).cloned().ok_or(FetchError::NoAnswer);
        sent.borrow_mut().push(request);
        answer
    }));
    let outcome = outcome.map_err(|error| match error {
        DriveError::Protocol(error) => error,
        DriveError::Fetch(_) => panic!("one request more than there are answers"),
    });
    (outcome, sent.into_inner())
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn body(request: &Request<Vec<u8>>) -> String {
    String::from_utf8(request.body().clone()).unwrap()
}

/// A parameter of a form or of a query.
pub(crate) fn parameter(form: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into())
}

pub(crate) fn register(server: &Server, registered: &str) -> Client {
    let register = Register::new(server, CALLBACK.parse().unwrap(), "app.example").unwrap();
    exchange(register, &[answer(201, registered)]).0.unwrap()
}

pub(crate) fn login(server: &Server, client: Client, scope: RequestedScope) -> AuthorizationRequest {
    AuthorizationRequest::new(server.clone(), client, RESOURCE.to_owned(), scope)
}

pub(crate) fn begin(login: AuthorizationRequest) -> (Url, login_flow::Pending) {
    login.begin(State::from_entropy([1; 32]), Verifier::from_entropy([2; 32]))
}

pub(crate) fn callback(query: &str) -> Url {
    let state = State::from_entropy([1; 32]);
    format!("{CALLBACK}?{query}&state={}", state.as_str()).parse().unwrap()
}

pub(crate) fn refusal(login: AuthorizationRequest, code: &str) -> AuthorizationResponseError {
    begin(login).1.accept(&callback(&format!("error={code}"))).unwrap_err()
}

pub(crate) fn code(login: AuthorizationRequest) -> login_flow::CodeExchange {
    begin(login).1.accept(&callback("code=c")).unwrap()
}

pub(crate) fn relaxations(list: &[Relaxation]) -> Relaxations {
    list.iter().copied().collect()
}

pub(crate) const NAMED: fn(&str) -> RequestedScope = |scope| RequestedScope::Named(Some(scope.to_owned()));
