//! The description of the routes is of these routes: each of them, and none beside.

#[path = "../examples/openapi/document.rs"]
mod document;

use document::{OPERATIONS, openapi};
use worker_client::api::{NoRoute, OPENAPI, Route};

#[test]
fn what_is_served_is_what_is_generated() {
    let generated = serde_json::to_string(&openapi()).unwrap() + "\n";
    assert_eq!(generated, OPENAPI, "`cargo run -p worker-client --example openapi` prints it");
}

#[test]
fn every_operation_is_a_route_of_its_own() {
    let mut routes = Vec::new();
    for operation in OPERATIONS {
        let path = operation.path.replace("{id}", "x").replace("{issuer}", "x");
        let method = operation.method.to_ascii_uppercase();
        let route = Route::of(&method, &path).map(|route| format!("{route:?}"));
        assert!(route.is_ok(), "{method} {path}");
        assert!(!routes.contains(&route), "{method} {path} is another one");
        routes.push(route);
        assert_eq!(Route::of("PATCH", &path), Err(NoRoute::Method), "{path}");
    }
    // A route more, and this says that nobody described it.
    let described = |route: Route| match route {
        Route::Begin
        | Route::Callback
        | Route::ClientMetadata
        | Route::Confirm
        | Route::Connections
        | Route::Disconnect(_)
        | Route::DisconnectForm(_)
        | Route::Health
        | Route::Home
        | Route::Icon(_)
        | Route::Logout
        | Route::OpenApi
        | Route::Probe
        | Route::Script
        | Route::Style => 15,
    };
    assert_eq!(routes.len(), described(Route::Home));
}
