//! The invariants of every parser of untrusted bytes. The fuzz targets run them with coverage; `tests/bytes.rs` runs
//! them on stable Rust, with the seeds and inputs near them.

use http::{HeaderMap, HeaderValue, Response, header};
use login_flow::{
    AuthorizationRequest, BearerChallenge, Client, Egress, Exchange, LoginTarget, Register, RequestedScope,
    Server, State, Tokens, Turn, same_site,
};
use pkce::Verifier;
use rfc8414::{Issuer, Metadata};
use url::{Host, Url};
use worker_client::{cookie::SessionCookie, return_to::return_to};

const ISSUER: &str = "https://good.example";
const CALLBACK: &str = "https://app.example/callback/x";

/// RFC 8414 metadata, and the server that a login takes from it.
pub(crate) fn metadata(bytes: &[u8]) {
    let issuer = Issuer::try_from(ISSUER.to_owned()).expect("an issuer");
    let Ok(read) = Metadata::read(&issuer, bytes) else { return };
    assert!(read.metadata.issuer == issuer || read.metadata.issuer.differs_by_slash(&issuer));
    let Ok(server) = Server::new(read.metadata, &egress(), false) else { return };
    let urls = [&server.authorization_endpoint, &server.token_endpoint];
    for endpoint in urls.into_iter().chain(&server.registration_endpoint).chain(&server.revocation_endpoint) {
        is_public(&endpoint.url());
    }
    if !server.sends_iss {
        assert!(same_site(&server.authorization_endpoint.url(), &server.token_endpoint.url()));
    }
    assert!(server.scopes.len() <= 32 && server.scopes.iter().all(|scope| scope.len() <= 100));
    // The values kept from a document do not lead to another host.
    let register = Register::new(&server, url(CALLBACK), "app").expect("a server that registers");
    drop(register.request());
}

/// A response of the registration endpoint, and the authorization request that follows.
pub(crate) fn registration(bytes: &[u8]) {
    let register = Register::new(&server(), url(CALLBACK), "app").expect("a server that registers");
    let Ok(Turn::Done(client)) = register.receive(&answer(201, bytes)) else { return };
    assert!(!client.client_id.is_empty());
    assert_eq!(client.redirect_uri, url(CALLBACK));
    let (url, _) = login(client.clone());
    let given = |name: &str| {
        url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (given("client_id"), given("redirect_uri")),
        (vec![client.client_id], vec![CALLBACK.to_owned()])
    );
    assert_eq!(url.origin().ascii_serialization(), ISSUER);
}

/// A response of the token endpoint: tokens fit a header, lifetimes are at most ten years.
pub(crate) fn token(bytes: &[u8]) {
    let status = if bytes.first().is_some_and(|byte| byte % 8 == 0) { 400 } else { 200 };
    match Tokens::receive(&answer(status, bytes)) {
        Ok(tokens) => {
            assert_eq!(status, 200);
            let bearer = format!("Bearer {}", tokens.access_token.secret());
            assert!(HeaderValue::try_from(bearer).is_ok());
            assert!(tokens.expires_in.is_none_or(|time| time.as_secs() <= 315_360_000));
            let now = std::time::UNIX_EPOCH;
            tokens.are_due(now, now);
        }
        Err(error) => assert!(error.to_string().len() < 300),
    }
}

/// A `WWW-Authenticate` header.
pub(crate) fn www_authenticate(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(header::WWW_AUTHENTICATE, value);
    let Some(challenge) = BearerChallenge::read(&headers) else { return };
    for text in [&challenge.error, &challenge.scope, &challenge.resource_metadata].into_iter().flatten() {
        assert!(text.len() <= 1024 && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
    }
}

/// A `Cookie` header.
pub(crate) fn cookie(bytes: &[u8]) {
    let Some(cookie) = SessionCookie::read(bytes) else { return };
    assert_eq!(cookie.account().len(), 22);
    let set = cookie.set();
    let pair = set.split(';').next().unwrap_or_default();
    assert!(bytes.windows(pair.len()).any(|window| window == pair.as_bytes()));
    let again = SessionCookie::read(pair.as_bytes()).expect("what it sets it reads");
    assert_eq!((again.account(), again.digest()), (cookie.account(), cookie.digest()));
    assert!(SessionCookie::read(&[bytes, b"; ", pair.as_bytes()].concat()).is_none(), "twice");
}

/// The query of a callback: without the `state` of the request it is rejected.
pub(crate) fn callback(bytes: &[u8]) {
    let Ok(query) = std::str::from_utf8(bytes) else { return };
    let state = State::from_entropy([1; 32]);
    let mut callback = url(CALLBACK);
    callback.set_query(Some(&query.replace("STATE", state.as_str())));
    let given: Vec<_> = callback.query_pairs().filter(|(name, _)| name == "state").collect();
    let is_genuine = matches!(&given[..], [(_, value)] if value == state.as_str());
    let (_, pending) = login(client());
    if pending.accept(&callback).is_ok() {
        assert!(is_genuine);
        assert_eq!(callback.query_pairs().filter(|(name, _)| name == "code").count(), 1);
        assert!(
            callback
                .query_pairs()
                .filter(|(name, _)| name == "iss")
                .all(|(_, iss)| iss.is_empty() || iss == ISSUER)
        );
    }
}

/// The input of a person: an accepted one is public and canonical, and parsing it again gives the same target.
pub(crate) fn host_input(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(target) = LoginTarget::parse(text, &egress()) else { return };
    is_public(target.url());
    assert!(target.url().query().is_none() && target.url().fragment().is_none());
    let again = LoginTarget::parse(&target.resource(), &egress()).expect("what it names it reads");
    assert_eq!((again.resource(), again.host()), (target.resource(), target.host()));
    assert!(target.host().is_ascii() && !target.host().ends_with('.'));
}

/// A return path: it is within the app's own origin, or rejected.
pub(crate) fn return_path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let origin = url("https://app.example");
    let Some(back) = return_to(text, &origin) else { return };
    assert_eq!(back.origin(), origin.origin());
    assert!(HeaderValue::try_from(back.as_str()).is_ok());
    assert_eq!(Url::parse(back.as_str()).map(|url| url.origin()), Ok(origin.origin()));
}

/// A root page.
pub(crate) fn html(bytes: &[u8]) {
    let content_type = match bytes.first().map(|byte| byte % 4) {
        Some(0) => Some("text/html; charset=utf-16le"),
        Some(1) => Some("text/html; charset=windows-1252"),
        Some(2) => Some("text/html; charset=utf-7"),
        _ => None,
    };
    let page = url("https://good.example/");
    let branding = branding::extract(page, content_type, bytes);
    for text in [&branding.title, &branding.description].into_iter().flatten() {
        let text = text.as_untrusted_str();
        assert!(!text.trim().is_empty() && text.len() < 4096);
        assert!(
            !text.chars().any(|c| c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'))
        );
    }
    assert!(branding.icons.len() < 100);
    assert!(branding.icons.iter().all(|icon| matches!(icon.url.scheme(), "https" | "http")));
}

/// An icon.
pub(crate) fn icon(bytes: &[u8]) {
    let Some(image) = branding::sniff(bytes) else { return };
    assert!(image.width > 0 && image.height > 0);
    assert!(image.format.media_type().starts_with("image/") && !image.format.media_type().contains("svg"));
    assert!(!bytes.trim_ascii_start().starts_with(b"<"));
}

fn is_public(url: &Url) {
    assert_eq!(url.scheme(), "https");
    assert!(url.username().is_empty() && url.password().is_none());
    let Some(Host::Domain(name)) = url.host() else { panic!("{url}") };
    assert!(name.contains('.') && name != "app.example", "{url}");
    for private in ["localhost", "local", "internal", "home.arpa", "onion", "test", "invalid"] {
        let is_within = name == private || name.ends_with(&format!(".{private}"));
        assert!(!is_within, "{url}");
    }
    assert!(url.port().is_none_or(|port| port >= 1024), "{url}");
}

fn egress() -> Egress {
    Egress::public().except(&url("https://app.example"))
}

fn server() -> Server {
    let json = br#"{"issuer": "https://good.example", "authorization_endpoint": "https://good.example/authorize",
        "token_endpoint": "https://good.example/token", "registration_endpoint": "https://good.example/register",
        "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"]}"#;
    let issuer = Issuer::try_from(ISSUER.to_owned()).expect("an issuer");
    Server::new(Metadata::read(&issuer, json).expect("a document").metadata, &egress(), false)
        .expect("a server")
}

fn client() -> Client {
    let register = Register::new(&server(), url(CALLBACK), "app").expect("a server that registers");
    match register.receive(&answer(201, br#"{"client_id": "id"}"#)) {
        Ok(Turn::Done(client)) => client,
        other => panic!("{other:?}"),
    }
}

fn login(client: Client) -> (Url, login_flow::Pending) {
    let login = AuthorizationRequest::new(server(), client, ISSUER.to_owned(), RequestedScope::Named(None));
    login.begin(State::from_entropy([1; 32]), Verifier::from_entropy([2; 32]))
}

fn answer(status: u16, body: &[u8]) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.to_vec()).expect("an answer")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}
