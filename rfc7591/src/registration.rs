use http::{Request, Response, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    AuthMethod, ClientMetadata, ClientSecret, Expiry, GrantType, Members, NotAnObject, Refusal, Secret,
    Violation,
};

/// A client registration request and the reader of its answer ([§3.1], [§3.2]).
///
/// [§3.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.1
/// [§3.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2
#[derive(Clone, Debug)]
pub struct Registration {
    endpoint: Uri,
    metadata: ClientMetadata,
    initial_access_token: Option<Secret>,
}

impl Registration {
    /// Open registration at a `registration_endpoint`.
    pub fn new(endpoint: Uri, metadata: ClientMetadata) -> Self {
        Self { endpoint, metadata, initial_access_token: None }
    }

    /// Protected registration: the initial access token goes along as a bearer token ([§3]).
    ///
    /// [§3]: https://www.rfc-editor.org/rfc/rfc7591#section-3
    pub fn with_initial_access_token(self, token: Secret) -> Self {
        Self { initial_access_token: Some(token), ..self }
    }

    /// The POST of [§3.1]. Send it without following redirects.
    ///
    /// [§3.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.1
    pub fn request(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(serde_json::to_vec(&self.metadata).unwrap_or_default());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.endpoint.clone();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
        let bearer = self.initial_access_token.as_ref().map(|token| format!("Bearer {}", token.secret()));
        if let Some(mut value) = bearer.and_then(|text| header::HeaderValue::try_from(text).ok()) {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        request
    }

    /// Reads the answer and compares it with the request ([§3.2.1], [§3.2.2]).
    ///
    /// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<Registered, Rejected> {
        match response.status() {
            StatusCode::CREATED | StatusCode::OK => {
                let read = Members::from_slice(response.body()).map_err(Rejected::NotAnObject)?;
                // §3.2.2 asks for a 400; some servers send the error with 200.
                if let Some(refusal) = Refusal::from_members(&read) {
                    return Err(Rejected::Refused(refusal));
                }
                Registered::read(read, &self.metadata, response.status())
            }
            status => Err(Members::from_slice(response.body())
                .ok()
                .and_then(|read| Refusal::from_members(&read))
                .map_or(Rejected::Status(status), Rejected::Refused)),
        }
    }
}

/// A client information response ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Registered {
    /// The client identifier: 1 to 2,048 visible characters (RFC 6749 Appendix A.1).
    pub client_id: String,
    /// The client secret, when one was issued.
    pub client_secret: Option<ClientSecret>,
    /// Where the client can be read, updated and deleted later (RFC 7592 §3).
    pub management: Option<Management>,
    /// The metadata as registered, which may differ from what was asked.
    pub metadata: ClientMetadata,
    /// What the answer breaks or changes.
    pub violations: Vec<Violation>,
}

impl Registered {
    fn read(mut read: Members, asked: &ClientMetadata, status: StatusCode) -> Result<Self, Rejected> {
        if read.repeated.contains("client_id") || read.repeated.contains("client_secret") {
            return Err(Rejected::ClientId);
        }
        let mut violations = Vec::new();
        if status != StatusCode::CREATED {
            violations.push(Violation::Status(status.as_u16()));
        }
        let client_id = read.text("client_id").filter(|id| is_client_id(id)).ok_or(Rejected::ClientId)?;
        let secret = read.text("client_secret").filter(|secret| !secret.is_empty());
        let expires = Expiry::from_wire(read.seconds("client_secret_expires_at"));
        let uri = read.text("registration_client_uri");
        let token = read.text("registration_access_token");
        if secret.is_some() && expires == Expiry::NotSaid {
            violations.push(Violation::SecretWithoutExpiry);
        }
        let metadata = ClientMetadata::take_from(&mut read);
        violations.extend(read.repeated.into_iter().map(Violation::Repeated));
        violations.extend(read.unreadable.into_iter().map(Violation::Malformed));
        violations.extend(changes(asked, &metadata));
        Ok(Self {
            client_id,
            client_secret: secret.map(|secret| ClientSecret { secret: Secret::new(secret), expires }),
            management: uri.zip(token).map(|(registration_client_uri, token)| Management {
                registration_client_uri,
                registration_access_token: Secret::new(token),
            }),
            metadata,
            violations,
        })
    }
}

/// What the server changed of the members that a login depends on.
fn changes(asked: &ClientMetadata, answered: &ClientMetadata) -> Vec<Violation> {
    let changed = |member, asked: String, answered: String| {
        (asked != answered).then_some(Violation::Changed { member, asked, answered })
    };
    let method =
        |metadata: &ClientMetadata| metadata.token_endpoint_auth_method.as_ref().map(AuthMethod::to_string);
    let grants = |metadata: &ClientMetadata| {
        let mut names: Vec<_> = metadata.grant_types().iter().map(GrantType::to_string).collect();
        names.sort();
        names.join(" ")
    };
    let uris = |metadata: &ClientMetadata| {
        metadata.redirect_uris.iter().map(Url::as_str).collect::<Vec<_>>().join(" ")
    };
    [
        method(asked).zip(method(answered)).and_then(|(a, b)| changed("token_endpoint_auth_method", a, b)),
        answered.grant_types.as_ref().and_then(|_| changed("grant_types", grants(asked), grants(answered))),
        (!answered.redirect_uris.is_empty())
            .then(|| changed("redirect_uris", uris(asked), uris(answered)))
            .flatten(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// RFC 6749 Appendix A.1: `client-id = *VSCHAR`, `VSCHAR = %x20-7E`; never empty here, and bounded.
fn is_client_id(id: &str) -> bool {
    (1..=2048).contains(&id.len()) && id.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

/// Where a registered client is managed ([RFC 7592 §3]).
///
/// [RFC 7592 §3]: https://www.rfc-editor.org/rfc/rfc7592#section-3
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Management {
    /// The client configuration endpoint, as published; some servers send a relative reference.
    pub registration_client_uri: String,
    /// The token it asks for.
    pub registration_access_token: Secret,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// The answer has no `client_id` that can be used.
    #[error("the answer has no usable `client_id`")]
    ClientId,
    /// The answer is a success without a JSON object.
    #[error(transparent)]
    NotAnObject(NotAnObject),
    /// The server refused in the words of §3.2.2.
    #[error("the server refused the registration: {}", .0.error)]
    Refused(Refusal),
    /// Any other status, with whatever body.
    #[error("the server answered the registration with {0}")]
    Status(StatusCode),
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn registration() -> Registration {
        let mut metadata = ClientMetadata::public("https://client.example.org/callback".parse().unwrap());
        metadata.token_endpoint_auth_method = Some(AuthMethod::None);
        Registration::new("https://server.example.com/register".parse().unwrap(), metadata)
    }

    fn answer(status: u16, body: &str) -> Result<Registered, Rejected> {
        registration().receive(&Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap())
    }

    /// <https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1>, whose timestamps need 64 bits.
    #[test]
    #[expect(clippy::duration_suboptimal_units, reason = "the number of the RFC")]
    fn section_3_2_1_example() {
        let registered = answer(
            201,
            r#"{"client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d",
                "client_id_issued_at": 2893256800, "client_secret_expires_at": 2893276800,
                "redirect_uris": ["https://client.example.org/callback"],
                "grant_types": ["authorization_code", "refresh_token"],
                "client_name#ja-Jpan-JP": "クライアント名", "token_endpoint_auth_method": "client_secret_basic"}"#,
        )
        .unwrap();
        let secret = registered.client_secret.unwrap();
        assert_eq!(secret.secret.secret(), "cf136dc3c1fc93f31185e5885805d");
        assert_eq!(secret.expires, Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_secs(2_893_276_800)));
        assert_eq!(registered.metadata.additional["client_name#ja-Jpan-JP"], "クライアント名");
        assert_eq!(
            registered.violations,
            [Violation::Changed {
                member: "token_endpoint_auth_method",
                asked: "none".to_owned(),
                answered: "client_secret_basic".to_owned()
            }]
        );
    }

    /// <https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2>, both examples, and what other servers send.
    #[test]
    fn section_3_2_2_errors() {
        for (status, body, expected) in [
            (400, r#"{"error": "invalid_redirect_uri"}"#, "invalid_redirect_uri"),
            (
                400,
                r#"{"error": "invalid_client_metadata", "error_description": "x"}"#,
                "invalid_client_metadata",
            ),
            (200, r#"{"error": "invalid_client_metadata"}"#, "invalid_client_metadata"),
            (403, r#"{"error": "own_code"}"#, "own_code"),
        ] {
            let Err(Rejected::Refused(refusal)) = answer(status, body) else { panic!("{status} {body}") };
            assert_eq!(refusal.error.as_str(), expected);
        }
        for status in [307, 400, 403, 500] {
            assert!(matches!(answer(status, "<html>"), Err(Rejected::Status(s)) if s == status), "{status}");
        }
    }

    #[test]
    fn a_client_id_is_visible_text() {
        for bad in [
            "{}",
            r#"{"client_id": null}"#,
            r#"{"client_id": 7}"#,
            r#"{"client_id": ""}"#,
            r#"{"client_id": "a\nb"}"#,
            r#"{"client_id": "a", "client_id": "b"}"#,
        ] {
            assert!(matches!(answer(201, bad), Err(Rejected::ClientId)), "{bad}");
        }
        assert!(matches!(answer(201, "[]"), Err(Rejected::NotAnObject(_))));
        assert_eq!(answer(201, r#"{"client_id": "a"}"#).unwrap().client_id, "a");
    }

    #[test]
    fn timestamps_of_every_kind() {
        for (wire, expected) in [
            ("0", Expiry::Never),
            (r#""0""#, Expiry::Never),
            ("null", Expiry::NotSaid),
            ("true", Expiry::NotSaid),
            ("-5", Expiry::NotSaid),
            ("1.0", Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_secs(1))),
            ("18446744073709551615", Expiry::Never),
        ] {
            let body =
                format!(r#"{{"client_id": "a", "client_secret": "s", "client_secret_expires_at": {wire}}}"#);
            let registered = answer(200, &body).unwrap();
            assert_eq!(registered.client_secret.unwrap().expires, expected, "{wire}");
            let said = !registered.violations.contains(&Violation::SecretWithoutExpiry);
            assert_eq!(said, expected != Expiry::NotSaid, "{wire}");
            assert!(registered.violations.contains(&Violation::Status(200)));
        }
    }

    #[test]
    fn the_request_is_what_section_3_1_shows() {
        let request = registration().with_initial_access_token(Secret::new("ey23f2".to_owned())).request();
        assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer ey23f2");
        insta::assert_snapshot!(String::from_utf8_lossy(request.body()), @r#"{"redirect_uris":["https://client.example.org/callback"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],"response_types":["code"]}"#);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", answer(201, r#"{"client_id": "a", "client_secret": "canary"}"#).unwrap());
        assert!(shown.contains("Secret(..)") && !shown.contains("canary"));
    }
}
