//! The variables, secrets and bindings of a deployment.

use std::{cell::OnceCell, rc::Rc};

use worker::{Env, js_sys::Reflect};

use crate::config::{Config, Misconfigured};

/// The environment of a Durable Object. It stays as it is for as long as the object does, so it is read once.
pub(crate) struct Deployment {
    pub(crate) env: Env,
    config: OnceCell<Rc<Config>>,
}

impl Deployment {
    pub(crate) fn new(env: Env) -> Self {
        Self { env, config: OnceCell::new() }
    }

    pub(crate) fn config(&self) -> Result<Rc<Config>, Misconfigured> {
        if let Some(config) = self.config.get() {
            return Ok(Rc::clone(config));
        }
        let config = Rc::new(config(&self.env)?);
        Ok(Rc::clone(self.config.get_or_init(|| config)))
    }
}

/// The configuration, from the variables and secrets of the deployment.
pub(crate) fn config(env: &Env) -> Result<Config, Misconfigured> {
    // `Env::var` asks for the name of the type of each value, which takes longer than all the rest.
    Config::read(|name| Reflect::get(env, &name.into()).ok()?.as_string())
}
