//! The smallest Rust Worker that lets its users log in to any host.
#![cfg(target_arch = "wasm32")]

use worker::{Context, Env, Request, Response, Result, event};
use worker_client::Login;
pub use worker_client::{Account, Registrar};

#[event(fetch)]
async fn main(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    // Your program knows its users; this one stands behind Cloudflare Access.
    let Some(user) = request.headers().get("cf-access-authenticated-user-email")? else {
        return Response::error("Sign in first", 401);
    };
    let login = Login::new(&env, &user)?;
    if let Some(answer) = login.handle(&mut request).await {
        return Ok(answer);
    }
    let query = request.url()?;
    match query.query_pairs().find(|(name, _)| name == "url") {
        Some((_, url)) => Ok(login.proxy(&request, Request::new(&url, worker::Method::Get)?).await),
        None => Response::ok("Try /connect/"),
    }
}
