//! The routes as `OpenAPI` 3.1: one row an operation, and the schemas of the types that answer.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use worker_client::{
    model::{Connection, Health, Probed, Receipt},
    problem::Problem,
};

/// Every operation: method, path, what it does, its parameters, and what it answers with.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "get",
        path: "/",
        id: "home",
        says: "The start page.",
        query: &["notice"],
        answers: Answers::Page,
    },
    Operation {
        method: "get",
        path: "/style.css",
        id: "style",
        says: "The style sheet.",
        query: &[],
        answers: Answers::Text("text/css"),
    },
    Operation {
        method: "get",
        path: "/script.js",
        id: "script",
        says: "What makes the pages say that they wait.",
        query: &[],
        answers: Answers::Text("text/javascript"),
    },
    Operation {
        method: "get",
        path: "/login",
        id: "confirm",
        says: "Asks the host, shows who it is, asks the person.",
        query: &["url", "scope", "label", "return_to"],
        answers: Answers::Page,
    },
    Operation {
        method: "post",
        path: "/login",
        id: "begin",
        says: "Begins the login, and leads to the authorization server.",
        query: &[],
        answers: Answers::Redirect(Some("LoginRequest")),
    },
    Operation {
        method: "get",
        path: "/callback/{issuer}",
        id: "callback",
        says: "The authorization response (RFC 6749 §4.1.2, RFC 9207).",
        query: &["code", "state", "iss", "error"],
        answers: Answers::Redirect(None),
    },
    Operation {
        method: "get",
        path: "/client-metadata.json",
        id: "clientMetadata",
        says: "The client id metadata document, for authorization servers; none in development.",
        query: &[],
        answers: Answers::Text("application/json"),
    },
    Operation {
        method: "get",
        path: "/probe",
        id: "probe",
        says: "The verdict on a host or URL: if and how a person can log in to it.",
        query: &["url"],
        answers: Answers::Json("Probed"),
    },
    Operation {
        method: "get",
        path: "/connections",
        id: "connections",
        says: "Where the user is connected to.",
        query: &[],
        answers: Answers::List("Connection"),
    },
    Operation {
        method: "delete",
        path: "/connections/{id}",
        id: "disconnect",
        says: "Ends a connection.",
        query: &[],
        answers: Answers::Json("Receipt"),
    },
    Operation {
        method: "post",
        path: "/connections/{id}/disconnect",
        id: "disconnectForm",
        says: "The same, for pages without JavaScript.",
        query: &[],
        answers: Answers::Redirect(None),
    },
    Operation {
        method: "post",
        path: "/logout",
        id: "logout",
        says: "Ends the session; where a cookie tells users apart, also its connections and what is stored of them.",
        query: &[],
        answers: Answers::Redirect(None),
    },
    Operation {
        method: "get",
        path: "/icon/{id}",
        id: "icon",
        says: "The icon of a connection.",
        query: &[],
        answers: Answers::Text("image/*"),
    },
    Operation {
        method: "get",
        path: "/health",
        id: "health",
        says: "The state of the configuration: 200 if the app is configured.",
        query: &[],
        answers: Answers::Json("Health"),
    },
    Operation {
        method: "get",
        path: "/openapi.json",
        id: "openapi",
        says: "This document.",
        query: &[],
        answers: Answers::Text("application/json"),
    },
];

pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    id: &'static str,
    says: &'static str,
    query: &'static [&'static str],
    answers: Answers,
}

enum Answers {
    Json(&'static str),
    List(&'static str),
    Page,
    /// 303, and what is posted.
    Redirect(Option<&'static str>),
    Text(&'static str),
}

pub(crate) fn openapi() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.to_owned(), described(operation));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "worker-client",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Log in to any website that supports dynamic client registration.",
        },
        "servers": [{ "url": "{origin}" }],
        "paths": paths,
        "components": { "schemas": schemas() },
    })
}

fn described(operation: &Operation) -> Value {
    let placeholders = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str, place: &str| {
        let required =
            place == "path" || (operation.path == "/login" || operation.path == "/probe") && name == "url";
        json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } })
    };
    let parameters: Vec<Value> = placeholders
        .map(|name| parameter(name, "path"))
        .chain(operation.query.iter().map(|name| parameter(name, "query")))
        .collect();
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |kind: &str, schema: Value| json!({ "description": "Done.", "content": { kind: { "schema": schema } } });
    let (status, answer) = match operation.answers {
        Answers::Json(name) => ("200", content("application/json", schema(name))),
        Answers::List(name) => {
            ("200", content("application/json", json!({ "type": "array", "items": schema(name) })))
        }
        Answers::Page => ("200", content("text/html", json!({ "type": "string" }))),
        Answers::Text(kind) => ("200", content(kind, json!({ "type": "string" }))),
        Answers::Redirect(_) => ("303", json!({ "description": "Done; `Location` says where to go on." })),
    };
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.says,
        "parameters": parameters,
        "responses": {
            status: answer,
            "default": {
                "description": "What went wrong, who must act, and what to do next.",
                "content": { "application/problem+json": { "schema": schema("Problem") } },
            },
        },
    });
    if let (Answers::Redirect(Some(posted)), Some(described)) =
        (&operation.answers, described.as_object_mut())
    {
        let media = json!({ "schema": schema(posted) });
        let content = json!({ "application/x-www-form-urlencoded": media, "application/json": media });
        described.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    described
}

fn schemas() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .for_serialize()
        .into_generator();
    generator.subschema_for::<Connection>();
    generator.subschema_for::<Health>();
    generator.subschema_for::<Probed>();
    generator.subschema_for::<Problem>();
    generator.subschema_for::<Receipt>();
    let mut schemas = generator.take_definitions(true);
    let text = |says: &str| json!({ "type": "string", "description": says });
    let login_request = json!({
        "type": "object",
        "required": ["url"],
        "properties": {
            "url": text("A host or an https URL."),
            "scope": text("What to ask for in particular; the server decides without it."),
            "label": text("The user's own name for the connection, which stands beside one without."),
            "return_to": text("The path of a page on the app's own origin to bring the person back to."),
            "cross_site_hosts": text("The hosts that the question before the login names as another site's, if it does: whoever sends it has agreed."),
        },
    });
    schemas.insert("LoginRequest".to_owned(), login_request);
    Value::Object(schemas)
}
