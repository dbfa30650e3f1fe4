//! A Worker that lets its users log in to any host.

use worker::{Context, Env, Method, Request, Response, event};
pub use worker_client::{Account, Registrar};
use worker_client::{Login, failure::Failure};

#[event(fetch)]
async fn main(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    // A failure becomes the response that says what happened, who must act and what to do next.
    Ok(answer(request, &env).await.unwrap_or_else(Response::from))
}

async fn answer(mut request: Request, env: &Env) -> Result<Response, Failure> {
    let Some(user) = user_of(&request, env)? else {
        return Ok(Response::error("Sign in first", 401)?);
    };
    let login = Login::new(env, &user)?;
    if let Some(answer) = login.handle(&mut request).await {
        return Ok(answer);
    }
    let query = request.url()?;
    match query.query_pairs().find(|(name, _)| name == "url") {
        Some((_, url)) => Ok(login.proxy(&request, Request::new(&url, Method::Get)?).await),
        None => Ok(Response::ok("Try /connect/")?),
    }
}

/// Your own name for your user: this one stands behind Cloudflare Access. On your machine it is that of `.dev.vars`.
fn user_of(request: &Request, env: &Env) -> worker::Result<Option<String>> {
    let user = request.headers().get("cf-access-authenticated-user-email")?;
    Ok(user.or_else(|| env.var("DEV_USER").ok().map(|user| user.to_string())))
}
