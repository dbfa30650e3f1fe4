use std::time::Duration;

use login_flow::Tokens;
use rfc7591::Secret;
use serde::{Deserialize, Serialize};

/// The tokens of a connection. Sealed, with the client and the server that they belong to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, clippy::exhaustive_structs, reason = "the members of `Tokens`, as they are stored")]
pub struct StoredTokens {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub expires_in: Option<Duration>,
    pub scope: Option<String>,
}

impl From<Tokens> for StoredTokens {
    fn from(Tokens { access_token, refresh_token, expires_in, scope }: Tokens) -> Self {
        Self { access_token, refresh_token, expires_in, scope }
    }
}

impl From<StoredTokens> for Tokens {
    fn from(StoredTokens { access_token, refresh_token, expires_in, scope }: StoredTokens) -> Self {
        Self { access_token, refresh_token, expires_in, scope }
    }
}
