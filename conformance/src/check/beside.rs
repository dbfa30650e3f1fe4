use login_flow::{Client, ClientAuth, Server};
use rfc7591::{ClientConfiguration, ClientInformation};
use url::Url;

use crate::context::CheckContext;

/// A client that is registered beside the good one, for what shows with it alone.
pub(super) struct ClientBeside {
    /// The client that a login needs.
    pub(super) client: Option<Client>,
    client_id: String,
    configuration: Option<ClientConfiguration>,
    description: &'static str,
}

impl ClientBeside {
    /// The client of a response; `description` names it where it cannot be deleted.
    pub(super) fn of(information: ClientInformation, redirect_uri: Url, description: &'static str) -> Self {
        let method = information.metadata.token_endpoint_auth_method.clone();
        let auth = ClientAuth::new(method, information.client_secret).ok();
        let client_id = information.client_id;
        let client = auth.map(|auth| Client::preregistered(client_id.clone(), auth, redirect_uri));
        Self { client, client_id, configuration: information.configuration, description }
    }

    /// Deletes it where the server offers that.
    pub(super) async fn delete(self, context: &mut CheckContext<'_>, server: &Server) {
        let Self { client_id, configuration, description, .. } = self;
        context.delete_or_leave(server, configuration, &client_id, description).await;
    }
}
