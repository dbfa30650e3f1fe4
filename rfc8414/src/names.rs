//! Registered names of metadata that no other crate of ours defines.

use crate::open_enum::open_enum;

open_enum! {
    /// A signature algorithm: `alg` of RFC 7518 §3.1, RFC 8037 §3.1 and RFC 9864 §2.2.
    pub enum SigningAlgorithm {
        /// `EdDSA` with the Ed25519 curve.
        Ed25519 = "Ed25519",
        /// `EdDSA` with a curve that the key names.
        EdDsa = "EdDSA",
        /// ECDSA with P-256 and SHA-256.
        Es256 = "ES256",
        /// ECDSA with secp256k1 and SHA-256 (RFC 8812 §3.2).
        Es256K = "ES256K",
        /// ECDSA with P-384 and SHA-384.
        Es384 = "ES384",
        /// ECDSA with P-521 and SHA-512.
        Es512 = "ES512",
        /// HMAC with SHA-256.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
        /// No signature.
        None = "none",
        /// RSASSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// RSASSA-PSS with SHA-384.
        Ps384 = "PS384",
        /// RSASSA-PSS with SHA-512.
        Ps512 = "PS512",
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        Rs384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        Rs512 = "RS512",
    }
}

open_enum! {
    /// The way to return an authorization response: `response_mode` of OAuth 2.0 Multiple Response Type Encoding
    /// Practices §2.1.
    pub enum ResponseMode {
        /// In a form that the browser posts.
        FormPost = "form_post",
        /// In the fragment of the redirection URI.
        Fragment = "fragment",
        /// In the query of the redirection URI.
        Query = "query",
    }
}

open_enum! {
    /// A subject identifier type, OpenID Connect Core 1.0 §8.
    pub enum SubjectType {
        /// Another identifier for each client.
        Pairwise = "pairwise",
        /// The same identifier for all clients.
        Public = "public",
    }
}

open_enum! {
    /// A claim: OpenID Connect Core 1.0 §2 and §5.1, Front-Channel Logout 1.0 §3.
    pub enum Claim {
        /// Authentication context class of the login.
        Acr = "acr",
        /// Preferred postal address.
        Address = "address",
        /// Authentication methods of the login.
        Amr = "amr",
        /// The audience of an ID token.
        Aud = "aud",
        /// The time when the user authenticated.
        AuthTime = "auth_time",
        /// The party an ID token was issued to.
        Azp = "azp",
        /// Birthday.
        Birthdate = "birthdate",
        /// Email address.
        Email = "email",
        /// `true` if the one before is verified.
        EmailVerified = "email_verified",
        /// The time when an ID token expires.
        Exp = "exp",
        /// Surname.
        FamilyName = "family_name",
        /// Gender.
        Gender = "gender",
        /// Given name.
        GivenName = "given_name",
        /// The time when an ID token was issued.
        Iat = "iat",
        /// The issuer of an ID token.
        Iss = "iss",
        /// Language and region.
        Locale = "locale",
        /// Middle name.
        MiddleName = "middle_name",
        /// Full name.
        Name = "name",
        /// Casual name.
        Nickname = "nickname",
        /// The value that ties an ID token to its request.
        Nonce = "nonce",
        /// Phone number.
        PhoneNumber = "phone_number",
        /// `true` if the one before is verified.
        PhoneNumberVerified = "phone_number_verified",
        /// URL of a picture.
        Picture = "picture",
        /// Name that the user wants to be called by.
        PreferredUsername = "preferred_username",
        /// URL of a profile page.
        Profile = "profile",
        /// Session identifier.
        Sid = "sid",
        /// Subject identifier.
        Sub = "sub",
        /// The time when the claims were last changed.
        UpdatedAt = "updated_at",
        /// URL of a web page.
        Website = "website",
        /// Time zone.
        Zoneinfo = "zoneinfo",
    }
}

open_enum! {
    /// A key management algorithm: `alg` of RFC 7518 §4.1.
    pub enum KeyManagementAlgorithm {
        /// AES-GCM key wrapping with a 128-bit key.
        A128GcmKw = "A128GCMKW",
        /// Key wrapping with a 128-bit key.
        A128Kw = "A128KW",
        /// AES-GCM key wrapping with a 192-bit key.
        A192GcmKw = "A192GCMKW",
        /// Key wrapping with a 192-bit key.
        A192Kw = "A192KW",
        /// AES-GCM key wrapping with a 256-bit key.
        A256GcmKw = "A256GCMKW",
        /// Key wrapping with a 256-bit key.
        A256Kw = "A256KW",
        /// The shared key itself.
        Dir = "dir",
        /// Elliptic curve key agreement.
        EcdhEs = "ECDH-ES",
        /// The same with 128-bit key wrapping.
        EcdhEsA128Kw = "ECDH-ES+A128KW",
        /// The same with 192-bit key wrapping.
        EcdhEsA192Kw = "ECDH-ES+A192KW",
        /// The same with 256-bit key wrapping.
        EcdhEsA256Kw = "ECDH-ES+A256KW",
        /// RSAES-PKCS1-v1_5.
        Rsa15 = "RSA1_5",
        /// RSAES-OAEP.
        RsaOaep = "RSA-OAEP",
        /// RSAES-OAEP with SHA-256.
        RsaOaep256 = "RSA-OAEP-256",
    }
}

open_enum! {
    /// A content encryption algorithm: `enc` of RFC 7518 §5.1.
    pub enum ContentEncryptionAlgorithm {
        /// AES-CBC with HMAC, 128 bits.
        A128CbcHs256 = "A128CBC-HS256",
        /// AES-GCM, 128 bits.
        A128Gcm = "A128GCM",
        /// AES-CBC with HMAC, 192 bits.
        A192CbcHs384 = "A192CBC-HS384",
        /// AES-GCM, 192 bits.
        A192Gcm = "A192GCM",
        /// AES-CBC with HMAC, 256 bits.
        A256CbcHs512 = "A256CBC-HS512",
        /// AES-GCM, 256 bits.
        A256Gcm = "A256GCM",
    }
}
