use http::{Request, Response};
use rfc7591::{DeleteClient, UpdateClient};

use crate::{
    Client, Exchange, FailedResponse, RegisterError, Server, Step, Turn, register::asked, scope::union,
};

/// An update of a registered client to the current name of this app and the scope of a login (RFC 7592 §2.2).
#[derive(Clone, Debug)]
pub struct Update {
    request: UpdateClient,
    scope: Option<String>,
    client: Client,
}

impl Update {
    /// An update for logins with this scope; `None` if the server that registered the client has no client
    /// configuration endpoint for it.
    pub fn new(server: &Server, client: Client, client_name: &str, scope: Option<&str>) -> Option<Self> {
        let configuration = client.managed_by(server)?;
        let scope = union(client.scope.as_deref().into_iter().chain(scope));
        let mut metadata = asked(server, &client.redirect_uri, client_name, &scope, &client.relaxations);
        metadata.token_endpoint_auth_method = Some(client.auth.method());
        let secret = client.auth.secret().cloned();
        let scope = metadata.scope.clone();
        let request = configuration.update(client.client_id.clone(), secret, metadata);
        Some(Self { request, scope, client })
    }
}

impl Exchange for Update {
    type Output = Client;
    type Error = RegisterError;

    fn request(&self) -> Request<Vec<u8>> {
        self.request.request()
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, RegisterError> {
        let Self { request, scope, client } = self;
        let Client { redirect_uri, relaxations, is_proven, .. } = client;
        let received = request.receive(response);
        let received =
            received.map_err(|error| RegisterError::of(error, Step::ClientConfiguration, response))?;
        let updated = Client::receive(received, redirect_uri, scope.as_deref(), relaxations)?;
        Ok(Turn::Done(Client { is_proven, ..updated }))
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
