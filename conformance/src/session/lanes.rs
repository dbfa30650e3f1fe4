use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use tokio::sync::Semaphore;

/// One request at a time for each host, whatever number of checks leads to it.
#[derive(Debug, Default)]
pub(crate) struct Lanes(RefCell<BTreeMap<String, Rc<Semaphore>>>);

impl Lanes {
    pub(super) async fn one_at_a_time<T>(&self, host: &str, sent: impl Future<Output = T>) -> T {
        // Dropped last: the order is that of the declarations, backwards.
        let _leave = Leave { lanes: self, host };
        let lane = {
            let mut lanes = self.0.borrow_mut();
            Rc::clone(lanes.entry(host.to_owned()).or_insert_with(|| Rc::new(Semaphore::new(1))))
        };
        // The semaphore is never closed.
        let _permit = lane.acquire().await;
        sent.await
    }
}

/// Closes the lane behind whoever was the last in it, also when a check is given up.
struct Leave<'a> {
    lanes: &'a Lanes,
    host: &'a str,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut lanes = self.lanes.0.borrow_mut();
        if lanes.get(self.host).is_some_and(|lane| Rc::strong_count(lane) == 1) {
            lanes.remove(self.host);
        }
    }
}
