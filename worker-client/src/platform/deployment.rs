//! The variables, secrets and bindings of a deployment.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use worker::{
    Env,
    js_sys::Reflect,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
};

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
        let config = config(&self.env)?;
        Ok(Rc::clone(self.config.get_or_init(|| config)))
    }
}

/// The configuration, from the variables and secrets of the deployment. It is read anew when one of them is another than
/// at the last time: a program may pass any environment.
pub(crate) fn config(env: &Env) -> Result<Rc<Config>, Misconfigured> {
    let variables = variables(env, Config::VARIABLES);
    let last = LAST.with_borrow(Option::clone);
    if let Some((_, config)) = last.filter(|(read, _)| *read == variables) {
        return Ok(config);
    }
    // `Env::var` asks for the name of the type of each value, which takes longer than all the rest.
    let config = Rc::new(Config::read(|name| Reflect::get(env, &name.into()).ok()?.as_string())?);
    LAST.set(Some((variables, Rc::clone(&config))));
    Ok(config)
}

thread_local! {
    /// The variables that were read last, and what they say.
    static LAST: RefCell<Option<(String, Rc<Config>)>> = const { RefCell::new(None) };
}

#[wasm_bindgen(inline_js = "
export function variables(env, names) {
  return JSON.stringify(names.split(' ').map((name) => (typeof env[name] === 'string' ? env[name] : null)));
}")]
extern "C" {
    /// The texts among the variables of these names, as one text: a single call of JavaScript.
    fn variables(env: &JsValue, names: &str) -> String;
}
