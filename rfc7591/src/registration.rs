use http::{HeaderValue, Method, Request, Response, header};

use crate::{
    BearerToken, ClientInformation, ClientMetadata, Endpoint, RegistrationError, context::Context,
    registration_error::error_response,
};

/// A client registration request and the reader of its response ([§3.1], [§3.2]).
///
/// [§3.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.1
/// [§3.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2
#[derive(Clone, Debug)]
pub struct Registration {
    endpoint: Endpoint,
    metadata: ClientMetadata,
    initial_access_token: Option<BearerToken>,
}

impl Registration {
    /// Open registration at a `registration_endpoint`.
    pub fn new(endpoint: Endpoint, metadata: ClientMetadata) -> Self {
        Self { endpoint, metadata, initial_access_token: None }
    }

    /// Protected registration: the initial access token goes along as a bearer token ([§3]).
    ///
    /// [§3]: https://www.rfc-editor.org/rfc/rfc7591#section-3
    pub fn with_initial_access_token(self, token: BearerToken) -> Self {
        Self { initial_access_token: Some(token), ..self }
    }

    /// The POST of [§3.1]. Send it without following redirects.
    ///
    /// [§3.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.1
    pub fn request(&self) -> Request<Vec<u8>> {
        let mut request = request(Method::POST, &self.endpoint, self.initial_access_token.as_ref());
        set_json(&mut request, &self.metadata);
        request
    }

    /// Reads the response and compares it with the request ([§3.2.1], [§3.2.2]).
    ///
    /// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    pub fn receive(self, response: &Response<Vec<u8>>) -> Result<ClientInformation, RegistrationError> {
        // §3.2.2 asks for a 400; some servers send the error with 200.
        if !matches!(response.status().as_u16(), 200 | 201) || error_response(response).is_some() {
            return Err(RegistrationError::receive(response));
        }
        Context::Registration { endpoint: &self.endpoint, asked: &self.metadata }.receive(response)
    }
}

/// A request that asks for JSON, with a bearer token if there is one.
pub(crate) fn request(method: Method, endpoint: &Endpoint, token: Option<&BearerToken>) -> Request<Vec<u8>> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = endpoint.uri();
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = token {
        headers.insert(header::AUTHORIZATION, token.authorization());
    }
    request
}

#[expect(clippy::expect_used, reason = "texts under names that are texts: JSON can say all of it")]
pub(crate) fn set_json(request: &mut Request<Vec<u8>>, body: &ClientMetadata) {
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *request.body_mut() = serde_json::to_vec(body).expect("metadata is JSON");
}
