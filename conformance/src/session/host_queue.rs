use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use tokio::sync::Semaphore;

/// The queue of each host: one request at a time, however many checks lead to it.
#[derive(Debug, Default)]
pub(crate) struct HostQueue(RefCell<BTreeMap<String, Rc<Semaphore>>>);

impl HostQueue {
    pub(super) async fn one_at_a_time<T>(&self, host: &str, sent: impl Future<Output = T>) -> T {
        // Dropped last: the order is that of the declarations, backwards.
        let _leave = Leave { queue: self, host };
        let turn = {
            let mut hosts = self.0.borrow_mut();
            Rc::clone(hosts.entry(host.to_owned()).or_insert_with(|| Rc::new(Semaphore::new(1))))
        };
        // The semaphore is never closed.
        let _permit = turn.acquire().await;
        sent.await
    }
}

/// A guard that removes the queue of a host behind the last request in it, also when a check is given up.
struct Leave<'a> {
    queue: &'a HostQueue,
    host: &'a str,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut hosts = self.queue.0.borrow_mut();
        if hosts.get(self.host).is_some_and(|turn| Rc::strong_count(turn) == 1) {
            hosts.remove(self.host);
        }
    }
}
