//! The state of the app: it is configured, and its objects can store what a login ends with.

use super::{answer::Answer, failed::Failed};
use crate::{
    account::SCHEMA_VERSION,
    failure::{Defect, Failure},
    login::Login,
    model::Health,
    platform::rpc,
    registrar::RegistrarRequest,
};

/// The answer of `/health`. The configuration was read when the request came.
pub(super) async fn answer(login: &Login) -> Result<Answer, Failed> {
    for binding in ["ACCOUNT", "REGISTRAR"] {
        login.env.durable_object(binding)?;
    }
    can_seal(login).await?;
    let schema = u32::try_from(SCHEMA_VERSION).map_err(|_| Failure::internal(Defect::Encoding))?;
    Ok(Answer::json(&Health { version: env!("CARGO_PKG_VERSION"), schema })?)
}

/// Fails if the objects have no keys. Those of this deployment have its keys; of another one's, that registrar is asked
/// whose name is no issuer's, and which stores nothing.
pub(super) async fn can_seal(login: &Login) -> Result<(), Failure> {
    match login.config.keys() {
        Ok(_) => Ok(()),
        Err(_) => rpc::call(&login.env, rpc::Object::Registrar, "health", &RegistrarRequest::Health).await,
    }
}
