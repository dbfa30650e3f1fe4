use http::{Method, Request, Response, StatusCode};

use crate::{
    ClientConfiguration, ClientInformation, ClientMetadata, Endpoint, InvalidEndpoint, RegistrationError,
    Secret, Violation,
    context::Context,
    registration::{request, set_json},
};

impl ClientConfiguration {
    /// The request for the client as it is registered ([RFC 7592 §2.1]).
    ///
    /// [RFC 7592 §2.1]: https://www.rfc-editor.org/rfc/rfc7592#section-2.1
    pub fn read(self) -> ReadClient {
        ReadClient(self)
    }

    /// The request to replace the client's metadata ([RFC 7592 §2.2]): the server resets what is left out.
    ///
    /// A client with a secret sends the secret along; it cannot choose another one.
    ///
    /// [RFC 7592 §2.2]: https://www.rfc-editor.org/rfc/rfc7592#section-2.2
    pub fn update(
        self,
        client_id: String,
        client_secret: Option<Secret>,
        metadata: ClientMetadata,
    ) -> UpdateClient {
        UpdateClient { configuration: self, client_id, client_secret, metadata }
    }

    /// The request to delete the client ([RFC 7592 §2.3]).
    ///
    /// [RFC 7592 §2.3]: https://www.rfc-editor.org/rfc/rfc7592#section-2.3
    pub fn delete(self) -> DeleteClient {
        DeleteClient(self)
    }

    /// The endpoint of a published `registration_client_uri`, and whether it is a fully qualified URL as RFC 7592 §3
    /// asks: some servers send a reference that is relative to the registration endpoint.
    pub(crate) fn resolve(text: &str, base: &Endpoint) -> (Option<Endpoint>, bool) {
        match text.parse() {
            Ok(endpoint) => (Some(endpoint), true),
            Err(InvalidEndpoint::NotAUrl) => {
                (base.url().join(text).ok().and_then(|url| url.try_into().ok()), false)
            }
            Err(_) => (None, false),
        }
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
        request(Method::GET, self.0.endpoint(), Some(&self.0.registration_access_token))
    }

    /// Reads the response. A new access token in it replaces the one that was used.
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<ClientInformation, RegistrationError> {
        if !response.status().is_success() {
            return Err(RegistrationError::receive(response));
        }
        Context::Read { configuration: &self.0 }.receive(response)
    }
}

/// The client update request ([RFC 7592 §2.2]).
///
/// [RFC 7592 §2.2]: https://www.rfc-editor.org/rfc/rfc7592#section-2.2
#[derive(Clone, Debug)]
pub struct UpdateClient {
    configuration: ClientConfiguration,
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
        let token = &self.configuration.registration_access_token;
        let mut request = request(Method::PUT, self.configuration.endpoint(), Some(token));
        set_json(&mut request, &metadata);
        request
    }

    /// Reads the response and compares it with the request. A new access token in it replaces the one that was used.
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<ClientInformation, RegistrationError> {
        if !response.status().is_success() {
            return Err(RegistrationError::receive(response));
        }
        Context::Update { configuration: &self.configuration, asked: &self.metadata }.receive(response)
    }
}

/// The members that RFC 7592 §2.2 keeps out of an update, and the secret, which only [`ClientConfiguration::update`]
/// adds.
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
        request(Method::DELETE, self.0.endpoint(), Some(&self.0.registration_access_token))
    }

    /// Reads the response. If the client is gone, these are the requirements that the response breaks.
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
