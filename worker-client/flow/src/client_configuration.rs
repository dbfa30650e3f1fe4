use http::{Request, Response};
use rfc7591::{DeleteClient, UpdateClient};
use url::Url;

use crate::{Client, Exchange, FailedResponse, RegisterError, Server, Step, Turn, register::asked};

/// An update of a registered client to the current name of this app (RFC 7592 §2.2).
#[derive(Clone, Debug)]
pub struct Update {
    update: UpdateClient,
    redirect_uri: Url,
}

impl Update {
    /// `None` if the server that registered the client has no client configuration endpoint for it.
    pub fn new(server: &Server, client: Client, client_name: &str) -> Option<Self> {
        let management = client.managed_by(server)?;
        let mut metadata = asked(&client.redirect_uri, client_name);
        metadata.token_endpoint_auth_method = Some(client.auth.method());
        let secret = client.auth.secret().cloned();
        let update = management.update(client.client_id, secret, metadata);
        Some(Self { update, redirect_uri: client.redirect_uri })
    }
}

impl Exchange for Update {
    type Output = Client;
    type Error = RegisterError;

    fn request(&self) -> Request<Vec<u8>> {
        self.update.request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, RegisterError> {
        let received = self.update.receive(response);
        let updated =
            received.map_err(|error| RegisterError::of(error, Step::ClientConfiguration, response))?;
        Client::receive(updated, self.redirect_uri).map(Turn::Done)
    }
}

/// The deletion of an unused client (RFC 7592 §2.3).
#[derive(Clone, Debug)]
pub struct Unregister(DeleteClient);

impl Unregister {
    /// `None` if the server that registered the client has no client configuration endpoint for it.
    pub fn new(server: &Server, client: &Client) -> Option<Self> {
        Some(Self(client.managed_by(server)?.delete()))
    }
}

impl Exchange for Unregister {
    type Output = ();
    type Error = FailedResponse;

    fn request(&self) -> Request<Vec<u8>> {
        self.0.request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, FailedResponse> {
        // Violations in the response matter only to a checker; the client is deleted in either case.
        let received = self.0.receive(response).map(|_violations| Turn::Done(()));
        received.map_err(|_| FailedResponse::read(Step::ClientConfiguration, response))
    }
}
