use std::{
    env, fs,
    io::{Read, stdin},
    path::Path,
    time::Duration,
};

use conformance::{Options, Preset, Proxy};

use super::{
    arguments::{Check, ProxyArgument},
    usage::Usage,
};

/// The extent of a check, by its arguments.
pub(super) fn options(check: &Check) -> Result<Options, Usage> {
    let mut options = Options::new();
    options.allow_loopback = check.allow_loopback;
    options.mcp = check.mcp;
    options.resource_metadata = check.resource_metadata;
    options.cors.clone_from(&check.cors);
    options.register = check.register;
    options.login = check.login;
    options.clients = clients(&check.clients)?;
    options.scope.clone_from(&check.scope);
    options.budget = check.budget;
    options.proxy = proxy(check.proxy.as_ref())?;
    options.user_agent.clone_from(&check.user_agent);
    if let Some(uri) = &check.redirect_uri {
        options.redirect_uri = uri.clone();
    }
    // A person takes longer than a server.
    let usual = if check.login { 300 } else { 60 };
    options.within = Duration::from_secs(check.deadline.unwrap_or(usual));
    options.initial_access_token = check.initial_access_token.as_deref().map(bearer_token).transpose()?;
    options.authorities =
        check.ca.as_deref().map(|path| fs::read(path).map_err(|error| Usage::at(path, error))).transpose()?;
    Ok(options)
}

/// The presets of some names.
fn clients(names: &[String]) -> Result<Vec<Preset>, Usage> {
    if names.iter().any(|name| name == "all") {
        return Ok(Preset::all());
    }
    let preset =
        |name: &String| Preset::named(name).ok_or_else(|| Usage::of(format!("--as {name}: no such client")));
    names.iter().map(preset).collect()
}

/// Reads a token from a file or a pipe, never from the arguments, which every process of the machine can read.
fn bearer_token(path: &Path) -> Result<rfc7591::BearerToken, Usage> {
    let at = |error| Usage::at(path, error);
    let mut text = String::new();
    if path == Path::new("-") {
        stdin().take(MAX_SECRET).read_to_string(&mut text).map_err(at)?;
    } else {
        fs::File::open(path).map_err(at)?.take(MAX_SECRET).read_to_string(&mut text).map_err(at)?;
    }
    text.trim().parse().map_err(|invalid: rfc7591::InvalidBearerToken| Usage::at(path, invalid))
}

/// The proxy of the usual environment variables, for hosts that are asked over https.
pub(super) fn environment_proxy() -> Option<String> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

/// The proxy that was asked for.
fn proxy(argument: Option<&ProxyArgument>) -> Result<Option<Proxy>, Usage> {
    match argument {
        None => Ok(None),
        Some(ProxyArgument::Url(proxy)) => Ok(Some(proxy.clone())),
        Some(ProxyArgument::OfEnvironment) => {
            let text = environment_proxy();
            let text = text.ok_or_else(|| Usage::of("--proxy: HTTPS_PROXY and ALL_PROXY are not set"))?;
            text.parse()
                .map(Some)
                .map_err(|invalid| Usage::of(format!("--proxy: the environment has {invalid}")))
        }
    }
}

const MAX_SECRET: u64 = 16 << 10;
