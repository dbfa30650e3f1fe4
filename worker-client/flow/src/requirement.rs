use rfc8414::Level;

/// A requirement of SPEC.md that binds this client, or that it places on a host beyond RFC 8414 and RFC 7591.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// The stable id.
    pub id: &'static str,
    /// The level.
    pub level: Level,
    /// Its source, as a link.
    pub section: &'static str,
}

impl Requirement {
    const fn must(id: &'static str, section: &'static str) -> Self {
        Self { id, level: Level::Must, section }
    }

    const fn should(id: &'static str, section: &'static str) -> Self {
        Self { id, level: Level::Should, section }
    }
}

macro_rules! requirements {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)+) => {
        impl Requirement {
            $($(#[$doc])* pub const $name: Self = $value;)+

            /// All requirements, including those of the branding.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

requirements! {
    /// The metadata of a protected resource names an authorization server.
    AUTHORIZATION_SERVERS = Self::must("mcp/resource-metadata/authorization-servers", MCP_RESOURCE_METADATA);
    /// The client sends an `application_type` that matches its redirection URI.
    APPLICATION_TYPE = Self::must("mcp/registration/application-type", MCP_APPLICATION_TYPE);
    /// The access token is sent in the `Authorization` header, to its resource only.
    AUTHORIZATION_HEADER = Self::must("rfc6750/2.1/authorization-header", "https://www.rfc-editor.org/rfc/rfc6750#section-2.1");
    /// The title, name, description and icons are taken from the page in a fixed order, cleaned and bounded.
    BRANDING_DESCRIPTION = Self::should("branding/description/order", HTML_META);
    /// See [`BRANDING_DESCRIPTION`](Self::BRANDING_DESCRIPTION).
    BRANDING_ICON = Self::should("branding/icon/order", HTML_ICON);
    /// An icon is an http(s) URL, resolved against the page's base.
    BRANDING_ICON_URL = Self::must("branding/icon/url", HTML_BASE);
    /// See [`BRANDING_DESCRIPTION`](Self::BRANDING_DESCRIPTION).
    BRANDING_NAME = Self::should("branding/name/order", HTML_META);
    /// See [`BRANDING_DESCRIPTION`](Self::BRANDING_DESCRIPTION).
    BRANDING_TITLE = Self::should("branding/title/order", HTML_TITLE);
    /// Text of a host is shown without control characters and bidirectional controls.
    BRANDING_TEXT_CLEANED = Self::must("branding/text/cleaned", UNICODE_BIDI);
    /// Text of a host is limited in length.
    BRANDING_TEXT_BOUNDED = Self::must("branding/text/bounded", UNICODE_GRAPHEMES);
    /// An authorization response that is not an error has exactly one code.
    CODE = Self::must("rfc6749/4.1.2/code", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2");
    /// The server verifies the code verifier.
    CODE_VERIFIED = Self::must("rfc7636/4.6/verify", "https://www.rfc-editor.org/rfc/rfc7636#section-4.6");
    /// Requests go to public hosts over https only.
    EGRESS = Self::must("security/egress/public-https", "https://www.rfc-editor.org/rfc/rfc8414#section-6.1");
    /// The query of the authorization endpoint is kept.
    ENDPOINT_QUERY = Self::must("rfc6749/3.1/endpoint-query", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1");
    /// The metadata advertises the `iss` parameter of authorization responses.
    ISS_ADVERTISED = Self { level: Level::Note, ..Self::must("rfc9207/3/iss-advertised", "https://www.rfc-editor.org/rfc/rfc9207#section-3") };
    /// The `iss` of an authorization response is the issuer of the request.
    ISS_IDENTICAL = Self::must("rfc9207/2.4/iss-identical", "https://www.rfc-editor.org/rfc/rfc9207#section-2.4");
    /// An authorization response has `iss` if the metadata advertises it.
    ISS_REQUIRED = Self::must("rfc9207/2.4/iss-required", "https://www.rfc-editor.org/rfc/rfc9207#section-2.4");
    /// Credentials and tokens are sent only to the issuer that issued them.
    ISSUER_BOUND = Self::must("mcp/security/issuer-bound", MCP_SECURITY);
    /// The host has authorization server metadata.
    METADATA = Self::must("mcp/discovery/metadata", MCP_DISCOVERY);
    /// A server whose endpoints are on two sites sends `iss`; otherwise a mix-up attack cannot be detected.
    MIX_UP = Self::must("rfc9700/4.4.2/mix-up", "https://www.rfc-editor.org/rfc/rfc9700#section-4.4.2");
    /// OpenID Connect Discovery is requested if RFC 8414 metadata is not found.
    OPENID = Self { level: Level::May, ..Self::must("rfc8414/5/openid-compatibility", "https://www.rfc-editor.org/rfc/rfc8414#section-5") };
    /// A parameter is not repeated.
    PARAMETER_ONCE = Self::must("rfc6749/3.1/parameter-once", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1");
    /// Redirects of a metadata request stay within its origin, at most three times.
    REDIRECT = Self::must("security/redirect/origin", "https://www.rfc-editor.org/rfc/rfc8414#section-6.2");
    /// The client registers its redirection URIs.
    REDIRECT_URIS = Self::must("rfc7591/2/redirect-uris", "https://www.rfc-editor.org/rfc/rfc7591#section-2");
    /// The metadata has a registration endpoint.
    REGISTRATION_ENDPOINT = Self::should("mcp/registration/endpoint", MCP_REGISTRATION);
    /// A registration request is a POST of JSON.
    REGISTRATION_REQUEST = Self::must("rfc7591/3.1/request", "https://www.rfc-editor.org/rfc/rfc7591#section-3.1");
    /// Requests have a `resource` parameter.
    RESOURCE = Self::must("rfc8707/2/resource", "https://www.rfc-editor.org/rfc/rfc8707#section-2");
    /// The `resource` of protected resource metadata is the named URL, or covers it.
    RESOURCE_COVERS = Self::must("rfc9728/3.3/resource-covers", "https://www.rfc-editor.org/rfc/rfc9728#section-3.3");
    /// Protected resource metadata is a JSON object.
    RESOURCE_METADATA = Self::must("rfc9728/3.2/json-object", "https://www.rfc-editor.org/rfc/rfc9728#section-3.2");
    /// The code challenge method is S256.
    S256 = Self::must("rfc7636/4.2/s256", "https://www.rfc-editor.org/rfc/rfc7636#section-4.2");
    /// The metadata lists S256.
    S256_ADVERTISED = Self::must("mcp/pkce/s256-advertised", MCP_PKCE);
    /// The `state` of an authorization response is that of the request.
    STATE = Self::must("rfc6749/10.12/state", "https://www.rfc-editor.org/rfc/rfc6749#section-10.12");
    /// An access token response has an access token and its type.
    TOKEN_ANSWER = Self::must("rfc6749/5.1/token-answer", "https://www.rfc-editor.org/rfc/rfc6749#section-5.1");
    /// An access token of an unknown type is not used.
    TOKEN_TYPE = Self::must("rfc6749/7.1/token-type", "https://www.rfc-editor.org/rfc/rfc6749#section-7.1");
    /// An update request has the client identifier, and none of the members that the server assigns.
    UPDATE_REQUEST = Self::must("rfc7592/2.2/update-request", "https://www.rfc-editor.org/rfc/rfc7592#section-2.2");
    /// A code verifier has 43 to 128 unreserved characters.
    VERIFIER = Self::must("rfc7636/4.1/verifier", "https://www.rfc-editor.org/rfc/rfc7636#section-4.1");
    /// The well-known path is inserted between the host and the path of the issuer.
    WELL_KNOWN_URL = Self::must("rfc8414/3.1/well-known-url", "https://www.rfc-editor.org/rfc/rfc8414#section-3.1");
}

const HTML_BASE: &str = "https://html.spec.whatwg.org/multipage/semantics.html#the-base-element";
const HTML_ICON: &str = "https://html.spec.whatwg.org/multipage/links.html#rel-icon";
const HTML_META: &str = "https://html.spec.whatwg.org/multipage/semantics.html#standard-metadata-names";
const HTML_TITLE: &str = "https://html.spec.whatwg.org/multipage/semantics.html#the-title-element";
const MCP_APPLICATION_TYPE: &str = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/client-registration#application-type-and-redirect-uri-constraints";
const MCP_DISCOVERY: &str =
    "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#server-metadata-discovery";
const MCP_PKCE: &str = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#authorization-code-protection";
const MCP_REGISTRATION: &str = "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#dynamic-client-registration";
const MCP_RESOURCE_METADATA: &str = "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization#authorization-server-location";
const MCP_SECURITY: &str =
    "https://modelcontextprotocol.io/specification/2025-06-18/basic/security_best_practices";
const UNICODE_BIDI: &str = "https://www.unicode.org/reports/tr9/";
const UNICODE_GRAPHEMES: &str = "https://www.unicode.org/reports/tr29/";
