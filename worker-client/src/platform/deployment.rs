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

use super::limits;
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
    known(env).map(|known| known.config)
}

/// The same for an app that is open to strangers: it does not run without limits.
pub(crate) fn limited_config(env: &Env) -> Result<Rc<Config>, Misconfigured> {
    let known = known(env)?;
    known.missing_limit.map_or(Ok(known.config), |missing| Err(Misconfigured::NoLimit(missing)))
}

/// The settings of the environment.
#[derive(Clone)]
struct Known {
    config: Rc<Config>,
    missing_limit: Option<&'static str>,
}

fn known(env: &Env) -> Result<Known, Misconfigured> {
    let last = LAST.take();
    if last.is_none() {
        watch(&[Config::VARIABLES, &limits::BINDINGS.join(" ")].join(" "));
    }
    let is_as_before = is_as_before(env);
    let known = if let Some(known) = last.filter(|_| is_as_before) {
        known
    } else {
        // `Env::var` asks for the name of the type of each value, which takes longer than all the rest.
        let config = Config::read(|name| Reflect::get(env, &name.into()).ok()?.as_string())?;
        Known { config: Rc::new(config), missing_limit: limits::missing(env) }
    };
    LAST.set(Some(known.clone()));
    Ok(known)
}

thread_local! {
    /// The last settings of the environment.
    static LAST: RefCell<Option<Known>> = const { RefCell::new(None) };
}

#[wasm_bindgen(inline_js = "
let names, values;
export function watch(watched) {
  names = watched.split(' ');
  values = [];
}
export function isAsBefore(env) {
  let isSame = true;
  for (let i = 0; i < names.length; i += 1) {
    const value = env[names[i]];
    if (value === values[i]) continue;
    values[i] = value;
    isSame = false;
  }
  return isSame;
}")]
extern "C" {
    /// Names the variables and bindings that are compared.
    fn watch(names: &str);

    /// True if each of them is what it was at the last time. A single call of JavaScript, which copies none.
    #[wasm_bindgen(js_name = isAsBefore)]
    fn is_as_before(env: &JsValue) -> bool;
}
