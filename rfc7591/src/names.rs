//! Registered names of client metadata.

use crate::open_enum::open_enum;

open_enum! {
    /// `token_endpoint_auth_method` ([§2], registry of [§4.2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    /// [§4.2]: https://www.rfc-editor.org/rfc/rfc7591#section-4.2
    pub enum AuthMethod {
        /// HTTP Basic, RFC 6749 §2.3.1.
        ClientSecretBasic = "client_secret_basic",
        /// A JWT signed with the secret, OpenID Connect Core 1.0 §9.
        ClientSecretJwt = "client_secret_jwt",
        /// The secret in the request body, RFC 6749 §2.3.1.
        ClientSecretPost = "client_secret_post",
        /// A public client, RFC 6749 §2.1.
        None = "none",
        /// A JWT signed with the client's private key, OpenID Connect Core 1.0 §9.
        PrivateKeyJwt = "private_key_jwt",
        /// Mutual TLS with a self-signed certificate, RFC 8705 §2.2.
        SelfSignedTlsClientAuth = "self_signed_tls_client_auth",
        /// Mutual TLS with a certificate of an authority, RFC 8705 §2.1.
        TlsClientAuth = "tls_client_auth",
    }
}

open_enum! {
    /// `grant_types` ([§2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    pub enum GrantType {
        /// RFC 6749 §4.1.
        AuthorizationCode = "authorization_code",
        /// RFC 6749 §4.4.
        ClientCredentials = "client_credentials",
        /// RFC 8628 §3.4.
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
        /// RFC 6749 §4.2.
        Implicit = "implicit",
        /// RFC 7523 §2.1.
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        /// RFC 6749 §4.3.
        Password = "password",
        /// RFC 6749 §6.
        RefreshToken = "refresh_token",
        /// RFC 7522 §2.1.
        Saml2Bearer = "urn:ietf:params:oauth:grant-type:saml2-bearer",
        /// RFC 8693 §2.1.
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange",
    }
}

open_enum! {
    /// `response_types` ([§2]).
    ///
    /// [§2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
    pub enum ResponseType {
        /// RFC 6749 §4.1.
        Code = "code",
        /// RFC 6749 §4.2.
        Token = "token",
    }
}

open_enum! {
    /// `application_type`, OpenID Connect Dynamic Client Registration 1.0 §2.
    pub enum ApplicationType {
        /// An application on a device, with loopback or private-use redirection URIs.
        Native = "native",
        /// An application on a web server, with https redirection URIs.
        Web = "web",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_open_sets() {
        let read: Vec<GrantType> = serde_json::from_str(r#"["refresh_token", "urn:x"]"#).unwrap();
        assert_eq!(read, [GrantType::RefreshToken, GrantType::Other("urn:x".to_owned())]);
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"["refresh_token","urn:x"]"#);
        assert_eq!(serde_json::to_string(&AuthMethod::None).unwrap(), r#""none""#);
    }
}
