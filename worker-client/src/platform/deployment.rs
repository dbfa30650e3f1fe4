//! The variables, secrets and bindings of a deployment.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use worker::{
    Env,
    js_sys::{Function, Reflect},
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
    config_numbered(|| env.clone(), settings_of(env))
}

/// The configuration of an environment whose settings have that number. The environment is asked for where they are not those
/// of the last time.
pub(crate) fn config_numbered(env: impl FnOnce() -> Env, settings: u32) -> Result<Rc<Config>, Misconfigured> {
    known(env, settings).map(|known| known.config)
}

/// The same for an app that is open to strangers: it does not run without limits.
pub(crate) fn limited_config(env: &Env) -> Result<Rc<Config>, Misconfigured> {
    limited_config_numbered(env, settings_of(env))
}

pub(crate) fn limited_config_numbered(env: &Env, settings: u32) -> Result<Rc<Config>, Misconfigured> {
    let known = known(|| env.clone(), settings)?;
    known.missing_limit.map_or(Ok(known.config), |missing| Err(Misconfigured::NoLimit(missing)))
}

/// The function that numbers the settings of an environment, for what asks from JavaScript.
#[cfg(feature = "entry")]
pub(crate) fn numbering() -> Function {
    NUMBERING.with(Function::clone)
}

fn settings_of(env: &Env) -> u32 {
    NUMBERING.with(|_| settings(env))
}

/// The settings of the environment.
#[derive(Clone)]
struct Known {
    settings: u32,
    config: Rc<Config>,
    missing_limit: Option<&'static str>,
}

fn known(env: impl FnOnce() -> Env, settings: u32) -> Result<Known, Misconfigured> {
    let last = LAST.with_borrow(|last| last.clone().filter(|last| last.settings == settings));
    if let Some(known) = last {
        return Ok(known);
    }
    let env = env();
    // `Env::var` asks for the name of the type of each value, which takes longer than all the rest.
    let config = Config::read(|name| Reflect::get(&env, &name.into()).ok()?.as_string())?;
    let known = Known { settings, config: Rc::new(config), missing_limit: limits::missing(&env) };
    LAST.set(Some(known.clone()));
    Ok(known)
}

thread_local! {
    /// The last settings of the environment.
    static LAST: RefCell<Option<Known>> = const { RefCell::new(None) };
    static NUMBERING: Function = numbered_by(&[Config::VARIABLES, &limits::BINDINGS.join(" ")].join(" "));
}

#[wasm_bindgen(inline_js = "
let names;
let values = [];
let number = 0;
export function settings(env) {
  let isSame = true;
  for (let i = 0; i < names.length; i += 1) {
    const value = env[names[i]];
    if (value === values[i]) continue;
    values[i] = value;
    isSame = false;
  }
  if (!isSame) number += 1;
  return number;
}
export function numberedBy(watched) {
  names = watched.split(' ');
  return settings;
}")]
extern "C" {
    /// The number of the settings of an environment: the last one if each of them is what it was at the last time. A single
    /// call of JavaScript, which copies none.
    fn settings(env: &JsValue) -> u32;

    /// Names the variables and bindings that are settings; [`settings`] as a function.
    #[wasm_bindgen(js_name = numberedBy)]
    fn numbered_by(names: &str) -> Function;
}
