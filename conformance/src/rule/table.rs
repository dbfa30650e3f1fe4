use login_flow::{Actor, Level};

use super::{clause::Clause, phase::Phase, rules::rules};

rules! {
    MetadataPublished: Metadata, Must, AuthorizationServer, "mcp/discovery/metadata",
        "Metadata is published at a well-known URL of the issuer.",
        "MCP" = "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#server-metadata-discovery";
    MetadataStatus: Metadata, Must, AuthorizationServer, "rfc8414/3.2/status-200",
        "The document is answered with 200.",
        "RFC 8414 §3.2" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2";
    MetadataContentType: Metadata, Must, AuthorizationServer, "rfc8414/3.2/content-type",
        "The content type of the document is `application/json`.",
        "RFC 8414 §3.2" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2";
    MetadataObject: Metadata, Must, AuthorizationServer, "rfc8414/3.2/json-object",
        "The document is one JSON object.",
        "RFC 8414 §3.2" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2";
    MetadataRepeatedMember: Metadata, Should, AuthorizationServer, "rfc8414/3.2/repeated-member",
        "Each member is there once (RFC 8259 §4). A client that finds an endpoint, the issuer or the \
         challenge methods twice uses none of the document.",
        "RFC 8414 §3.2" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2";
    MetadataEmptyMember: Metadata, Must, AuthorizationServer, "rfc8414/3.2/empty-member",
        "A member without a value is left out: neither an empty list nor `null`.",
        "RFC 8414 §3.2" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2";
    IssuerIdentical: Metadata, Must, AuthorizationServer, "rfc8414/3.3/issuer-identical",
        "`issuer` is identical, as text, to the issuer whose well-known URL was asked. This profile uses a \
         document that differs in one slash at the end, with its own text as the issuer, and no other.",
        "RFC 8414 §3.3" = "https://www.rfc-editor.org/rfc/rfc8414#section-3.3";
    IssuerUrl: Metadata, Must, AuthorizationServer, "rfc8414/2/issuer-url",
        "`issuer` is an https URL without a query or fragment.",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    MetadataRequiredMember: Metadata, Must, AuthorizationServer, "rfc8414/2/required-member",
        "`issuer`, `response_types_supported`, and the endpoints that its grants use are there.",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    MetadataMalformedMember: Metadata, Must, AuthorizationServer, "rfc8414/2/malformed-member",
        "Each member is of its type. A client treats one that is not as absent.",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    EndpointUrl: Metadata, Must, AuthorizationServer, "rfc8414/2/endpoint-url",
        "An endpoint is an https URL without a fragment (RFC 6749 §3.1, §3.2).",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    AlgorithmNone: Metadata, Must, AuthorizationServer, "rfc8414/2/alg-none",
        "No list of signature algorithms for client authentication contains `none`.",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    AlgorithmsRequired: Metadata, Must, AuthorizationServer, "rfc8414/2/alg-values-required",
        "A list of signature algorithms is there if an authentication method signs.",
        "RFC 8414 §2" = "https://www.rfc-editor.org/rfc/rfc8414#section-2";
    RegistrationEndpoint: Metadata, Should, AuthorizationServer, "mcp/registration/endpoint",
        "`registration_endpoint` is there.",
        "MCP" = "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#dynamic-client-registration";
    S256Advertised: Metadata, Must, AuthorizationServer, "mcp/pkce/s256-advertised",
        "`code_challenge_methods_supported` lists `S256`. A client refuses a server that does not say so.",
        "MCP" = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#authorization-code-protection";
    IssAdvertised: Metadata, Note, AuthorizationServer, "rfc9207/3/iss-advertised",
        "`authorization_response_iss_parameter_supported` is true.",
        "RFC 9207 §3" = "https://www.rfc-editor.org/rfc/rfc9207#section-3";
    ImplicitListed: Metadata, Note, AuthorizationServer, "rfc9700/2.1.2/implicit-listed",
        "No response type issues an access token at the authorization endpoint, and the grant type `implicit` is not \
         listed without one that issues an ID token.",
        "RFC 9700 §2.1.2" = "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2";
    PasswordListed: Metadata, Should, AuthorizationServer, "rfc9700/2.4/password-listed",
        "The grant type `password` is not listed.",
        "RFC 9700 §2.4" = "https://www.rfc-editor.org/rfc/rfc9700#section-2.4";
    RegistrationStatus: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/status-201",
        "A registration is answered with 201.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RegistrationContentType: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/content-type",
        "The content type of the response is `application/json`.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RegistrationObject: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/json-object",
        "The response is one JSON object.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RegistrationRepeatedMember: Registration, Should, AuthorizationServer, "rfc7591/3.2.1/repeated-member",
        "Each member is there once (RFC 8259 §4). A client that finds the identifier or the secret twice uses \
         neither.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RegistrationMalformedMember: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/malformed-member",
        "Each member is of its type.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    ClientId: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/client-id",
        "`client_id` is there, of 1 to 2048 visible characters.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    SecretExpiry: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/secret-expiry",
        "`client_secret_expires_at` is there with a `client_secret`; 0 where it never ends.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    ExpiryWithoutSecret: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/expiry-without-secret",
        "`client_secret_expires_at` is there with a `client_secret` alone.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    MetadataReturned: Registration, Must, AuthorizationServer, "rfc7591/3.2.1/metadata-returned",
        "The registered redirection URIs are in the response, as is all registered metadata.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    MemberLeftOut: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/member-left-out",
        "Each requested member that RFC 7591 defines is in the response. Of one that is not, a client cannot tell if \
         it was registered or ignored.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    AuthMethodSubstituted: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/auth-method-substituted",
        "The authentication method is the one that was asked for. A client uses the one that was registered.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    SecretForPublicClient: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/secret-for-public-client",
        "A client that authenticates with `none` is issued no secret.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RedirectUriDropped: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/redirect-uri-dropped",
        "Each redirection URI that was asked for is registered.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RedirectUriAdded: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/redirect-uri-added",
        "No redirection URI is registered that was not asked for. A client does not use a registration that \
         sends codes elsewhere.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    GrantTypeRemoved: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/grant-type-removed",
        "Each grant type that was asked for is registered.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    ResponseTypeRemoved: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/response-type-removed",
        "Each response type that was asked for is registered.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    ScopeChanged: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/scope-changed",
        "The scope is the one that was asked for.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    ValueReplaced: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/value-replaced",
        "Any other registered value is the one that was asked for.",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    MetadataAccepted: Registration, Note, AuthorizationServer, "rfc7591/2/metadata-accepted",
        "A registration with both grant types of a login, and with the scope that it needs, is not refused.",
        "RFC 7591 §2" = "https://www.rfc-editor.org/rfc/rfc7591#section-2";
    MixedRedirectUris: Registration, Note, AuthorizationServer, "rfc7591/2/mixed-redirect-uris",
        "A client can register an https redirection URI beside one of loopback.",
        "RFC 7591 §2" = "https://www.rfc-editor.org/rfc/rfc7591#section-2";
    RegistrationErrorStatus: Refusals, Must, AuthorizationServer, "rfc7591/3.2.2/error-status",
        "A registration error is answered with 400.",
        "RFC 7591 §3.2.2" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2";
    RegistrationErrorObject: Refusals, Must, AuthorizationServer, "rfc7591/3.2.2/error-object",
        "The body of a registration error is a JSON object with `error`.",
        "RFC 7591 §3.2.2" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2";
    RegistrationErrorContentType: Refusals, Must, AuthorizationServer, "rfc7591/3.2.2/content-type",
        "The content type of a registration error is `application/json`.",
        "RFC 7591 §3.2.2" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2";
    OpenRegistration: Registration, Should, AuthorizationServer, "rfc7591/3/open-registration",
        "A good registration without an initial access token is accepted.",
        "RFC 7591 §3" = "https://www.rfc-editor.org/rfc/rfc7591#section-3";
    RegistrationNoStore: Registration, Note, AuthorizationServer, "rfc7591/3.2.1/no-store",
        "The response, which may hold a secret, is not to be stored by caches (`Cache-Control: no-store`).",
        "RFC 7591 §3.2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1";
    RedirectUrisRequired: Refusals, Must, AuthorizationServer, "rfc7591/5/redirect-uris-required",
        "A client of a redirect-based grant is not registered without redirection URIs.",
        "RFC 7591 §5" = "https://www.rfc-editor.org/rfc/rfc7591#section-5";
    RedirectUriScript: Refusals, Must, AuthorizationServer, "rfc7591/5/redirect-uri-script",
        "A redirection URI that runs a script (`javascript:`) is not registered.",
        "RFC 7591 §5" = "https://www.rfc-editor.org/rfc/rfc7591#section-5";
    RedirectUriCleartext: Refusals, Must, AuthorizationServer, "rfc7591/5/redirect-uri-cleartext",
        "A redirection URI of a remote site without TLS is not registered.",
        "RFC 7591 §5" = "https://www.rfc-editor.org/rfc/rfc7591#section-5";
    RedirectUriFragment: Refusals, Must, AuthorizationServer, "rfc6749/3.1.2/redirect-uri-fragment",
        "A redirection URI with a fragment is not registered.",
        "RFC 6749 §3.1.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2";
    RedirectUriAbsolute: Refusals, Must, AuthorizationServer, "rfc6749/3.1.2/redirect-uri-absolute",
        "A redirection URI that is not absolute is not registered.",
        "RFC 6749 §3.1.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2";
    MetadataTypes: Refusals, Note, AuthorizationServer, "rfc7591/2/metadata-types",
        "A request with a member of the wrong type is refused.",
        "RFC 7591 §2" = "https://www.rfc-editor.org/rfc/rfc7591#section-2";
    AuthMethodUnsupported: Refusals, Note, AuthorizationServer, "rfc7591/2/auth-method-unsupported",
        "An authentication method that the server does not support is refused or replaced.",
        "RFC 7591 §2" = "https://www.rfc-editor.org/rfc/rfc7591#section-2";
    GrantResponseConsistent: Refusals, Should, AuthorizationServer, "rfc7591/2.1/grant-response-consistent",
        "A client cannot register `response_types` that contradict its `grant_types`.",
        "RFC 7591 §2.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-2.1";
    JsonRequired: Refusals, Note, AuthorizationServer, "rfc7591/3.1/json-required",
        "A request whose body is not JSON is refused.",
        "RFC 7591 §3.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.1";
    ObjectRequired: Refusals, Note, AuthorizationServer, "rfc7591/3.1/object-required",
        "A request whose body is JSON and no object is refused.",
        "RFC 7591 §3.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.1";
    ContentTypeRequired: Refusals, Note, AuthorizationServer, "rfc7591/3.1/content-type-required",
        "A request that does not say that it is `application/json` is refused; a page of another site can \
         send one.",
        "RFC 7591 §3.1" = "https://www.rfc-editor.org/rfc/rfc7591#section-3.1";
    ClientError: Refusals, Should, AuthorizationServer, "rfc9110/15.5/client-error",
        "A request that is at fault is answered with a status of the 4xx class.",
        "RFC 9110 §15.5" = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5";
    ManagementPair: Registration, Must, AuthorizationServer, "rfc7592/3/management-pair",
        "`registration_client_uri` and `registration_access_token` come together.",
        "RFC 7592 §3" = "https://www.rfc-editor.org/rfc/rfc7592#section-3";
    RegistrationClientUri: Registration, Must, AuthorizationServer, "rfc7592/3/registration-client-uri",
        "`registration_client_uri` is a fully qualified https URL.",
        "RFC 7592 §3" = "https://www.rfc-editor.org/rfc/rfc7592#section-3";
    ReadStatus: Management, Must, AuthorizationServer, "rfc7592/2.1/read-status",
        "A read or an update is answered with 200.",
        "RFC 7592 §2.1" = "https://www.rfc-editor.org/rfc/rfc7592#section-2.1";
    DeleteStatus: Management, Must, AuthorizationServer, "rfc7592/2.3/delete-status",
        "A delete is answered with 204.",
        "RFC 7592 §2.3" = "https://www.rfc-editor.org/rfc/rfc7592#section-2.3";
    RegistrationTokenRequired: Management, Must, AuthorizationServer, "rfc7592/2/token-required",
        "The client configuration endpoint rejects requests without a valid registration access token.",
        "RFC 7592 §2" = "https://www.rfc-editor.org/rfc/rfc7592#section-2";
    SameClient: Management, Must, AuthorizationServer, "rfc7592/3/same-client",
        "A read or an update is answered with the client that it is about.",
        "RFC 7592 §3" = "https://www.rfc-editor.org/rfc/rfc7592#section-3";
    DeletedClient: Management, Must, AuthorizationServer, "rfc7592/2.1/deleted-client",
        "A request for a client that was deleted is answered with 401.",
        "RFC 7592 §2.1" = "https://www.rfc-editor.org/rfc/rfc7592#section-2.1";
    VerifierChecked: Login, Must, AuthorizationServer, "rfc7636/4.6/verify",
        "A code is redeemed with its own verifier alone.",
        "RFC 7636 §4.6" = "https://www.rfc-editor.org/rfc/rfc7636#section-4.6";
    PkceRequired: Login, Should, AuthorizationServer, "mcp/pkce/required",
        "A public client gets no token without PKCE: an authorization request without a code challenge is refused, \
         or the token request that follows.",
        "MCP" = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#authorization-code-protection";
    UnlistedMethod: Login, Must, AuthorizationServer, "rfc7636/4.4.1/unlisted-method",
        "A code challenge method that the metadata does not list is refused.",
        "RFC 7636 §4.4.1" = "https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1";
    ResourceAccepted: Login, Note, AuthorizationServer, "rfc8707/2/resource-accepted",
        "The `resource` that a login is for is not refused.",
        "RFC 8707 §2" = "https://www.rfc-editor.org/rfc/rfc8707#section-2";
    ScopeAccepted: Login, Note, AuthorizationServer, "rfc6749/3.3/scope-accepted",
        "The scope that a client chooses by the metadata is not refused, or that it sends none.",
        "RFC 6749 §3.3" = "https://www.rfc-editor.org/rfc/rfc6749#section-3.3";
    MethodAccepted: Login, Note, AuthorizationServer, "rfc7591/2/method-accepted",
        "A client is authenticated by the method that was registered.",
        "RFC 7591 §2" = "https://www.rfc-editor.org/rfc/rfc7591#section-2";
    UnknownResource: Login, Note, AuthorizationServer, "rfc8707/2/unknown-resource",
        "A `resource` that the server does not know is refused.",
        "RFC 8707 §2" = "https://www.rfc-editor.org/rfc/rfc8707#section-2";
    UnregisteredRedirect: Login, Must, AuthorizationServer, "rfc6749/3.1.2.4/unregistered-redirect",
        "The authorization endpoint redirects to no redirection URI that the client did not register.",
        "RFC 6749 §3.1.2.4" = "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.4";
    StateReturned: Login, Must, AuthorizationServer, "rfc6749/4.1.2/state-returned",
        "The response has the `state` of the request, unchanged.",
        "RFC 6749 §4.1.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2";
    IssSent: Login, Must, AuthorizationServer, "rfc9207/2/iss-sent",
        "A response has `iss` where that is advertised, and any `iss` is identical to the issuer.",
        "RFC 9207 §2" = "https://www.rfc-editor.org/rfc/rfc9207#section-2";
    TokenResponse: Login, Must, AuthorizationServer, "rfc6749/5.1/token-answer",
        "An access token response is a JSON object with `access_token` and `token_type`.",
        "RFC 6749 §5.1" = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1";
    TokenForm: Login, Must, AuthorizationServer, "rfc6749/5.1/form",
        "An access token response has status 200 and the content type `application/json`, and its members are of \
         their types.",
        "RFC 6749 §5.1" = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1";
    ClientIdWithBasic: Login, Note, AuthorizationServer, "rfc6749/4.1.3/client-id-with-basic",
        "HTTP Basic identifies the client: `client_id` in the form is not required beside it. A client sends it \
         nevertheless.",
        "RFC 6749 §4.1.3" = "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3";
    CodeOnce: Login, Must, AuthorizationServer, "rfc6749/4.1.2/code-once",
        "A code is good for one token request.",
        "RFC 6749 §4.1.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2";
    RedirectUriIdentical: Login, Must, AuthorizationServer, "rfc6749/4.1.3/redirect-uri-identical",
        "A code is redeemed with the `redirect_uri` of its authorization request alone.",
        "RFC 6749 §4.1.3" = "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3";
    TokenNoStore: Login, Must, AuthorizationServer, "rfc6749/5.1/no-store",
        "An access token response says `Cache-Control: no-store`.",
        "RFC 6749 §5.1" = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1";
    TokenErrorResponse: Login, Must, AuthorizationServer, "rfc6749/5.2/error-answer",
        "A token request that is refused is answered with 400, or 401 for a client that does not \
         authenticate, and a JSON object with `error`.",
        "RFC 6749 §5.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    TokenErrorContentType: Login, Must, AuthorizationServer, "rfc6749/5.2/content-type",
        "The content type of a token error is `application/json`.",
        "RFC 6749 §5.2" = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2";
    RefreshGranted: Login, Must, AuthorizationServer, "rfc6749/6/refresh",
        "A refresh token that was issued is good for new tokens.",
        "RFC 6749 §6" = "https://www.rfc-editor.org/rfc/rfc6749#section-6";
    RefreshRotated: Login, Must, AuthorizationServer, "rfc9700/4.14.2/refresh-rotation",
        "The refresh token of a public client is replaced when it is used, and refused when it is used again.",
        "RFC 9700 §4.14.2" = "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2";
    RevocationStatus: Login, Must, AuthorizationServer, "rfc7009/2.2/revocation-status",
        "A revocation is answered with 200.",
        "RFC 7009 §2.2" = "https://www.rfc-editor.org/rfc/rfc7009#section-2.2";
    BearerChallenge: Mcp, Must, Host, "rfc6750/3/challenge",
        "A request without a token is answered with 401 and a `WWW-Authenticate` challenge.",
        "RFC 6750 §3" = "https://www.rfc-editor.org/rfc/rfc6750#section-3";
    TokenAccepted: Login, Must, Host, "rfc6750/2.1/token-accepted",
        "A request with the access token that was issued for the resource is not answered with 401.",
        "RFC 6750 §2.1" = "https://www.rfc-editor.org/rfc/rfc6750#section-2.1";
    DamagedToken: Login, Must, Host, "rfc6750/3.1/damaged-token",
        "A request with a damaged access token is answered with 401 and a Bearer challenge.",
        "RFC 6750 §3.1" = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1";
    ResourceMetadataObject: ResourceMetadata, Must, Host, "rfc9728/3.2/json-object",
        "Protected resource metadata is one JSON object, as `application/json`.",
        "RFC 9728 §3.2" = "https://www.rfc-editor.org/rfc/rfc9728#section-3.2";
    ResourceCovers: ResourceMetadata, Must, Host, "rfc9728/3.3/resource-covers",
        "`resource` is the named URL, or one of its origin whose path is above it by whole segments.",
        "RFC 9728 §3.3" = "https://www.rfc-editor.org/rfc/rfc9728#section-3.3";
    AuthorizationServersNamed: ResourceMetadata, Must, Host, "mcp/resource-metadata/authorization-servers",
        "`authorization_servers` names an issuer that a client may ask: a public https URL.",
        "MCP" = "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#authorization-server-location";
}
