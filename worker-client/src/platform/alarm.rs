//! The one alarm of an object, scheduled for the earliest of the things that fall due.

use std::cell::Cell;

use worker::{
    js_sys::Promise,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    worker_sys::DurableObjectState,
};

use super::{
    clock::{now, seconds},
    promise::settled,
};
use crate::failure::Failure;

/// The alarm of an object.
#[derive(Debug)]
pub(crate) struct Alarm {
    object: JsValue,
    /// Its time, as far as this incarnation of the object knows.
    time: Cell<Option<i64>>,
}

impl Alarm {
    pub(crate) fn of(object: &DurableObjectState) -> Self {
        Self { object: AsRef::<JsValue>::as_ref(object).clone(), time: Cell::default() }
    }

    /// Schedules the alarm at that second of 1970, unless it is scheduled earlier.
    ///
    /// If no `await` lies between the write of the rows and this call, both are one write.
    pub(crate) async fn schedule_at(&self, second: Option<i64>) -> Result<(), Failure> {
        let Some(second) = second else { return Ok(()) };
        let is_sooner = self.time.get().is_none_or(|set| second < set);
        if is_sooner {
            self.time.set(Some(second));
            // One that is due is nothing to wait for.
            let wait = u32::try_from(second.saturating_sub(seconds(now()))).unwrap_or_default();
            let set = set_alarm(&self.object, wait).map_err(worker::Error::from)?;
            settled(&set).await.map_err(worker::Error::from)?;
        }
        Ok(())
    }

    /// Notes that the alarm fired: none is scheduled now.
    pub(crate) fn mark_fired(&self) {
        self.time.set(None);
    }
}

#[wasm_bindgen(inline_js = "
export const setAlarm = ({ storage }, wait) => storage.setAlarm(Date.now() + wait * 1000);")]
extern "C" {
    /// Schedules the alarm of an object in that many seconds. A single call of JavaScript.
    #[wasm_bindgen(catch, js_name = setAlarm)]
    fn set_alarm(object: &JsValue, wait: u32) -> Result<Promise, JsValue>;
}

/// Seconds after which an object that stores anything wakes at the latest, so that a change of keys reaches its rows.
pub(crate) const LONGEST_SLEEP: i64 = 2_592_000;
