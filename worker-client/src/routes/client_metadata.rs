use super::{answer::Answer, failed::Failed};
use crate::{
    config::{ClientIdDocuments, Config},
    failure::UserFailure,
};
use login_flow::client_id_document;

/// The client id metadata document: what a registration would say.
pub(super) fn answer(config: &Config) -> Result<Answer, Failed> {
    let redirect_uri = config.url(&format!("/callback/{}", Config::DOCUMENT_CALLBACK));
    let client_id = config.url("/client-metadata.json");
    if config.documents == ClientIdDocuments::Never {
        return Err(UserFailure::NotFound.into());
    }
    Ok(Answer::json(&client_id_document(&client_id, &redirect_uri, &config.client_name))?.kept())
}
