//! The client whose identifier is the URL of this app's own metadata: nothing is registered, and nothing stored.

use std::rc::Rc;

use super::{Inner, ObtainClient};
use crate::{
    config::{ClientIdDocuments, Config},
    failure::{Failure, ServerFailure},
};
use login_flow::{Client, ClientAuth};

impl Inner {
    /// The client for a login: pre-registered, registered, or of a client id metadata document, in the order of the
    /// settings.
    pub(super) async fn client(self: Rc<Self>, wanted: ObtainClient) -> Result<Client, Failure> {
        let Some(client) = self.document(&wanted)? else { return self.obtain(wanted).await };
        let is_first = wanted.documents == ClientIdDocuments::Prefer;
        if is_first || wanted.server.registration_endpoint.is_none() {
            return Ok(client);
        }
        match self.obtain(wanted).await {
            Err(Failure::Server(ServerFailure::NotRegistered(_))) => Ok(client),
            other => other,
        }
    }

    /// The client of the document, where the server takes it and this app has no other one there.
    fn document(&self, wanted: &ObtainClient) -> Result<Option<Client>, Failure> {
        let ObtainClient { server, redirect_uri, documents, .. } = wanted;
        let rows = self.rows()?;
        let is_used = server.takes_documents && *documents != ClientIdDocuments::Never;
        if !is_used || rows.config().clients.at(&server.issuer).is_some() {
            return Ok(None);
        }
        // Below the asker's own origin, as the redirection URI is.
        let below = |path| redirect_uri.join(path).map_err(|_| Failure::from(ServerFailure::NoRegistration));
        let (url, redirect_uri) = (below(Config::DOCUMENT)?, below(Config::DOCUMENT_CALLBACK)?);
        let client = Client::preregistered(url.into(), ClientAuth::None, redirect_uri);
        Ok(Some(Client { relaxations: rows.relaxations()?, ..client }))
    }
}
