use http::{Method, Request, Response, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{
    ClientInformation, ClientMetadata, RegistrationError, Secret, Violation,
    information::Question,
    registration::{request, set_json},
};

/// Where a registered client is managed, and the token that this takes ([RFC 7592 §3]).
///
/// Store it sealed: whoever holds the token can change or delete the client. Send it nowhere but to that URL, and
/// judge first whether the URL belongs to the server that the client was registered with.
///
/// [RFC 7592 §3]: https://www.rfc-editor.org/rfc/rfc7592#section-3
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientConfiguration {
    #[serde(with = "as_text")]
    registration_client_uri: Uri,
    /// The registration access token.
    pub registration_access_token: Secret,
}

impl ClientConfiguration {
    /// From a client configuration endpoint and its token.
    pub fn new(registration_client_uri: Uri, registration_access_token: Secret) -> Self {
        Self { registration_client_uri, registration_access_token }
    }

    /// The client configuration endpoint, `registration_client_uri`.
    pub fn uri(&self) -> &Uri {
        &self.registration_client_uri
    }

    /// Asks for the client as it is registered ([RFC 7592 §2.1]).
    ///
    /// [RFC 7592 §2.1]: https://www.rfc-editor.org/rfc/rfc7592#section-2.1
    pub fn read(self) -> ReadClient {
        ReadClient(self)
    }

    /// Replaces the client's metadata ([RFC 7592 §2.2]): what is left out is reset by the server.
    ///
    /// A client with a secret sends it along; it cannot choose another one.
    ///
    /// [RFC 7592 §2.2]: https://www.rfc-editor.org/rfc/rfc7592#section-2.2
    pub fn update(
        self,
        client_id: String,
        client_secret: Option<Secret>,
        metadata: ClientMetadata,
    ) -> UpdateClient {
        UpdateClient { management: self, client_id, client_secret, metadata }
    }

    /// Deletes the client ([RFC 7592 §2.3]).
    ///
    /// [RFC 7592 §2.3]: https://www.rfc-editor.org/rfc/rfc7592#section-2.3
    pub fn delete(self) -> DeleteClient {
        DeleteClient(self)
    }

    /// A published `registration_client_uri` as a request target, and whether it is what RFC 7592 §3 asks for: some
    /// servers send a reference that is relative to the registration endpoint.
    pub(crate) fn resolve(text: &str, endpoint: &Uri) -> (Option<Uri>, bool) {
        let absolute = Url::parse(text);
        let qualified = absolute.as_ref().is_ok_and(is_fit);
        let url = absolute.or_else(|_| Url::parse(&endpoint.to_string()).and_then(|base| base.join(text)));
        let uri = url.ok().filter(is_fit).and_then(|url| url.as_str().parse().ok());
        (uri, qualified)
    }
}

/// Whether a token can be sent there: nobody reads along, and nothing in the URL misleads.
fn is_fit(url: &Url) -> bool {
    is_secure(url) && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

/// Whether nobody on the network can read along: https, or http that stays on this machine.
#[doc(hidden)]
pub fn is_secure(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// The client read request ([RFC 7592 §2.1]).
///
/// [RFC 7592 §2.1]: https://www.rfc-editor.org/rfc/rfc7592#section-2.1
#[derive(Clone, Debug)]
pub struct ReadClient(ClientConfiguration);

impl ReadClient {
    /// The GET. Send it without following redirects.
    pub fn request(&self) -> Request<Vec<u8>> {
        request(Method::GET, self.0.uri(), Some(&self.0.registration_access_token))
    }

    /// Reads the answer. A new access token in it replaces the one that was used.
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<ClientInformation, RegistrationError> {
        if !response.status().is_success() {
            return Err(RegistrationError::receive(response));
        }
        Question::Read { management: &self.0 }.answered(response)
    }
}

/// The client update request ([RFC 7592 §2.2]).
///
/// [RFC 7592 §2.2]: https://www.rfc-editor.org/rfc/rfc7592#section-2.2
#[derive(Clone, Debug)]
pub struct UpdateClient {
    management: ClientConfiguration,
    client_id: String,
    client_secret: Option<Secret>,
    metadata: ClientMetadata,
}

impl UpdateClient {
    /// The PUT. Send it without following redirects.
    ///
    /// §2.2: the request MUST include `client_id` and MUST NOT include the members by which the client is managed
    /// or its times, so that they are left out even if the metadata holds them.
    pub fn request(&self) -> Request<Vec<u8>> {
        let mut metadata = self.metadata.clone();
        for member in OF_THE_SERVER {
            metadata.additional.remove(*member);
        }
        metadata.additional.insert("client_id".to_owned(), self.client_id.as_str().into());
        if let Some(secret) = &self.client_secret {
            metadata.additional.insert("client_secret".to_owned(), secret.secret().into());
        }
        let token = &self.management.registration_access_token;
        let mut request = request(Method::PUT, self.management.uri(), Some(token));
        set_json(&mut request, &metadata);
        request
    }

    /// Reads the answer and compares it with the request. A new access token in it replaces the one that was used.
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<ClientInformation, RegistrationError> {
        if !response.status().is_success() {
            return Err(RegistrationError::receive(response));
        }
        Question::Update { management: &self.management, asked: &self.metadata }.answered(response)
    }
}

/// What RFC 7592 §2.2 keeps out of an update, and a secret that only [`ClientConfiguration::update`] may name.
const OF_THE_SERVER: &[&str] = &[
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

/// The client delete request ([RFC 7592 §2.3]).
///
/// [RFC 7592 §2.3]: https://www.rfc-editor.org/rfc/rfc7592#section-2.3
#[derive(Clone, Debug)]
pub struct DeleteClient(ClientConfiguration);

impl DeleteClient {
    /// The DELETE. Send it without following redirects.
    pub fn request(&self) -> Request<Vec<u8>> {
        request(Method::DELETE, self.0.uri(), Some(&self.0.registration_access_token))
    }

    /// Reads the answer: what it breaks, when the client is gone.
    ///
    /// §2.3: 405 says that the server cannot delete; 401 that it knows no such client, or not this token.
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<Vec<Violation>, RegistrationError> {
        match response.status() {
            StatusCode::NO_CONTENT => Ok(Vec::new()),
            status if status.is_success() => Ok(vec![Violation::DeleteStatus(status.as_u16())]),
            _ => Err(RegistrationError::receive(response)),
        }
    }
}

mod as_text {
    use http::Uri;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(uri: &Uri, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(uri)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uri, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
