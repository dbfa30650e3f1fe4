use login_flow::{Actor, Level};

use super::clause::Clause;

/// The clauses of SPEC.md that bind the client: none is checked, and a verdict may name one.
pub const CLIENT_CLAUSES: &[Clause] = &[
    Clause {
        id: "rfc8414/3.1/well-known-url",
        level: Level::Must,
        actor: Actor::Client,
        text: "`/.well-known/oauth-authorization-server` goes between the host and the path of the issuer, whose \
               slash at the end is removed first.",
        source: "RFC 8414 §3.1",
        section: "https://www.rfc-editor.org/rfc/rfc8414#section-3.1",
    },
    Clause {
        id: "rfc8414/5/openid-compatibility",
        level: Level::May,
        actor: Actor::Client,
        text: "Where there is no such document, `/.well-known/openid-configuration` is asked for in the same way, \
               then after the path.",
        source: "RFC 8414 §5",
        section: "https://www.rfc-editor.org/rfc/rfc8414#section-5",
    },
    Clause {
        id: "rfc7591/3.1/request",
        level: Level::Must,
        actor: Actor::Client,
        text: "A registration is a POST of the client metadata as `application/json`, over TLS.",
        source: "RFC 7591 §3.1",
        section: "https://www.rfc-editor.org/rfc/rfc7591#section-3.1",
    },
    Clause {
        id: "rfc7591/2/redirect-uris",
        level: Level::Must,
        actor: Actor::Client,
        text: "A registration names the redirection URIs that codes may be sent to.",
        source: "RFC 7591 §2",
        section: "https://www.rfc-editor.org/rfc/rfc7591#section-2",
    },
    Clause {
        id: "mcp/registration/application-type",
        level: Level::Must,
        actor: Actor::Client,
        text: "A registration names an `application_type` that fits the redirection URIs: `web` with https, `native` \
               with a loopback address.",
        source: "MCP",
        section: "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/client-registration#application-type-and-redirect-uri-constraints",
    },
    Clause {
        id: "rfc7592/2.2/update-request",
        level: Level::Must,
        actor: Actor::Client,
        text: "An update carries `client_id` and all metadata, and none of the members that are the server's own.",
        source: "RFC 7592 §2.2",
        section: "https://www.rfc-editor.org/rfc/rfc7592#section-2.2",
    },
    Clause {
        id: "rfc6749/3.1/endpoint-query",
        level: Level::Must,
        actor: Actor::Client,
        text: "The query of the authorization endpoint is retained.",
        source: "RFC 6749 §3.1",
        section: "https://www.rfc-editor.org/rfc/rfc6749#section-3.1",
    },
    Clause {
        id: "rfc6749/3.1/parameter-once",
        level: Level::Must,
        actor: Actor::Client,
        text: "A parameter of the request or response is there once; one that the client does not know does not \
               count.",
        source: "RFC 6749 §3.1",
        section: "https://www.rfc-editor.org/rfc/rfc6749#section-3.1",
    },
    Clause {
        id: "rfc7636/4.1/verifier",
        level: Level::Must,
        actor: Actor::Client,
        text: "A code verifier is of 43 to 128 unreserved characters, from a cryptographic generator.",
        source: "RFC 7636 §4.1",
        section: "https://www.rfc-editor.org/rfc/rfc7636#section-4.1",
    },
    Clause {
        id: "rfc7636/4.2/s256",
        level: Level::Must,
        actor: Actor::Client,
        text: "The code challenge is made by `S256`, never by `plain`.",
        source: "RFC 7636 §4.2",
        section: "https://www.rfc-editor.org/rfc/rfc7636#section-4.2",
    },
    Clause {
        id: "rfc8707/2/resource",
        level: Level::Must,
        actor: Actor::Client,
        text: "`resource` names what the token is for, in the authorization request and in the token request.",
        source: "RFC 8707 §2",
        section: "https://www.rfc-editor.org/rfc/rfc8707#section-2",
    },
    Clause {
        id: "rfc6749/10.12/state",
        level: Level::Must,
        actor: Actor::Client,
        text: "A response whose `state` is not the one that this browser session sent is refused.",
        source: "RFC 6749 §10.12",
        section: "https://www.rfc-editor.org/rfc/rfc6749#section-10.12",
    },
    Clause {
        id: "rfc9207/2.4/iss-identical",
        level: Level::Must,
        actor: Actor::Client,
        text: "A response whose `iss` is not identical to the issuer, as text, is refused, whether it is advertised \
               or not, and nothing of its error is shown.",
        source: "RFC 9207 §2.4",
        section: "https://www.rfc-editor.org/rfc/rfc9207#section-2.4",
    },
    Clause {
        id: "rfc9207/2.4/iss-required",
        level: Level::Must,
        actor: Actor::Client,
        text: "A response without `iss` is refused where it is advertised.",
        source: "RFC 9207 §2.4",
        section: "https://www.rfc-editor.org/rfc/rfc9207#section-2.4",
    },
    Clause {
        id: "rfc9700/4.4.2/mix-up",
        level: Level::Must,
        actor: Actor::Client,
        text: "A server that asks for consent at another site than the one that issues tokens, and does not send \
               `iss`, is refused. Hosts are of one site if they are equal, one is below the other, or both are \
               below a name that one party owns.",
        source: "RFC 9700 §4.4.2",
        section: "https://www.rfc-editor.org/rfc/rfc9700#section-4.4.2",
    },
    Clause {
        id: "rfc6749/4.1.2/code",
        level: Level::Must,
        actor: Actor::Client,
        text: "A response has one code or an error; one that has both is neither, and does not end the login.",
        source: "RFC 6749 §4.1.2",
        section: "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2",
    },
    Clause {
        id: "rfc6749/7.1/token-type",
        level: Level::Must,
        actor: Actor::Client,
        text: "A token of a type that the client does not know is not used.",
        source: "RFC 6749 §7.1",
        section: "https://www.rfc-editor.org/rfc/rfc6749#section-7.1",
    },
    Clause {
        id: "rfc6750/2.1/authorization-header",
        level: Level::Must,
        actor: Actor::Client,
        text: "A token goes in the `Authorization` header as `Bearer`, to the resource it is for and what lies \
               below its path, and never across a redirect.",
        source: "RFC 6750 §2.1",
        section: "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    },
    Clause {
        id: "mcp/security/issuer-bound",
        level: Level::Must,
        actor: Actor::Client,
        text: "Credentials and tokens are kept with their issuer and its endpoints, and go nowhere else, whatever \
               is published later: another issuer, token endpoint or registration endpoint needs another \
               registration.",
        source: "MCP",
        section: "https://modelcontextprotocol.io/specification/2025-06-18/basic/security_best_practices",
    },
    Clause {
        id: "branding/title/order",
        level: Level::Should,
        actor: Actor::Client,
        text: "The title is the page's `<title>`, else `og:title`, else `twitter:title`.",
        source: "HTML",
        section: "https://html.spec.whatwg.org/multipage/semantics.html#the-title-element",
    },
    Clause {
        id: "branding/name/order",
        level: Level::Should,
        actor: Actor::Client,
        text: "The short name is `og:site_name`, else `application-name`, else `apple-mobile-web-app-title`.",
        source: "HTML",
        section: "https://html.spec.whatwg.org/multipage/semantics.html#standard-metadata-names",
    },
    Clause {
        id: "branding/description/order",
        level: Level::Should,
        actor: Actor::Client,
        text: "The description is `description`, else `og:description`, else `twitter:description`.",
        source: "HTML",
        section: "https://html.spec.whatwg.org/multipage/semantics.html#standard-metadata-names",
    },
    Clause {
        id: "branding/icon/order",
        level: Level::Should,
        actor: Actor::Client,
        text: "Icons are SVG first, then those of 128 to 1024 pixels from the smallest, then the smaller ones from \
               the largest, then the larger ones; the last of equals; last `/favicon.ico`, unless the page has \
               `data:,` as its icon.",
        source: "HTML",
        section: "https://html.spec.whatwg.org/multipage/links.html#rel-icon",
    },
    Clause {
        id: "branding/icon/url",
        level: Level::Must,
        actor: Actor::Client,
        text: "An icon is an http(s) URL, resolved against the page's base, and https on an https page.",
        source: "HTML",
        section: "https://html.spec.whatwg.org/multipage/semantics.html#the-base-element",
    },
    Clause {
        id: "branding/text/cleaned",
        level: Level::Must,
        actor: Actor::Client,
        text: "Text of a host is decoded once, and control characters, bidirectional controls and zero-width \
               characters are removed.",
        source: "Unicode TR 9",
        section: "https://www.unicode.org/reports/tr9/",
    },
    Clause {
        id: "branding/text/bounded",
        level: Level::Must,
        actor: Actor::Client,
        text: "Text of a host is cut between graphemes: a description after 200 of them, any other text after 80.",
        source: "Unicode TR 29",
        section: "https://www.unicode.org/reports/tr29/",
    },
    Clause {
        id: "security/egress/public-https",
        level: Level::Must,
        actor: Actor::Client,
        text: "A client that fetches what strangers name asks public host names over https alone, and judges every \
               URL of a document or a redirect anew: no address, no single label, no special-use name (RFC 6761), \
               no user name, no port below 1024 but 443.",
        source: "RFC 8414 §6.1",
        section: "https://www.rfc-editor.org/rfc/rfc8414#section-6.1",
    },
    Clause {
        id: "security/redirect/origin",
        level: Level::Must,
        actor: Actor::Client,
        text: "Metadata may be redirected within its origin, three times at most. No other request follows a \
               redirect with a secret.",
        source: "RFC 8414 §6.2",
        section: "https://www.rfc-editor.org/rfc/rfc8414#section-6.2",
    },
];
