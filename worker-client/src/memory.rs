//! Values that the isolate remembers: at most so many bytes of them, each until a time that does not move.

use std::{any::Any, rc::Rc};

/// The values, oldest first. Times are milliseconds since 1970.
#[derive(Default)]
pub(crate) struct Memory {
    entries: Vec<Entry>,
    bytes: usize,
}

struct Entry {
    key: String,
    value: Rc<dyn Any>,
    bytes: usize,
    end: i64,
}

impl Memory {
    /// The value of a key, before its end.
    pub(crate) fn get<T: 'static>(&self, key: &str, now: i64) -> Option<Rc<T>> {
        let entry = self.entries.iter().find(|entry| entry.key == key && now < entry.end)?;
        Rc::clone(&entry.value).downcast().ok()
    }

    /// Remembers a value of so many bytes in the place of the one that the key had. What is over goes first, then what is
    /// oldest; a value that would take more than an eighth of the room is not remembered.
    pub(crate) fn insert(&mut self, key: String, value: Rc<dyn Any>, bytes: usize, end: i64, now: i64) {
        self.entries.retain(|entry| entry.key != key && now < entry.end);
        let bytes = bytes.saturating_add(key.len()).saturating_add(OVERHEAD);
        if bytes <= MAX_BYTES / 8 && now < end {
            self.entries.push(Entry { key, value, bytes, end });
        }
        self.bytes = self.entries.iter().map(|entry| entry.bytes).sum();
        let mut surplus = self.bytes.saturating_sub(MAX_BYTES);
        let is_kept = |entry: &Entry| {
            let is_kept = surplus == 0;
            surplus = surplus.saturating_sub(entry.bytes);
            is_kept
        };
        self.entries.retain(is_kept);
    }
}

/// The room for all values together; an isolate has 128 MiB for everything.
const MAX_BYTES: usize = 4 << 20;
/// The room that an entry counts for beside its key and value: a thousand at most are looked through.
const OVERHEAD: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn remember(memory: &mut Memory, key: &str, bytes: usize, end: i64, now: i64) {
        memory.insert(key.to_owned(), Rc::new(key.to_owned()), bytes, end, now);
    }

    fn has(memory: &Memory, key: &str, now: i64) -> bool {
        memory.get::<String>(key, now).is_some_and(|value| *value == key)
    }

    #[test]
    fn a_value_ends_when_it_was_said_to_however_often_it_is_read() {
        let mut memory = Memory::default();
        remember(&mut memory, "a", 1, 60_000, 0);
        assert!((0..60_000).step_by(100).all(|now| has(&memory, "a", now)));
        assert!(!has(&memory, "a", 60_000));
        remember(&mut memory, "over", 1, 60_000, 60_000);
        assert!(!has(&memory, "over", 60_000) && memory.entries.is_empty(), "what is over is not remembered");
    }

    #[test]
    fn a_key_has_one_value_and_a_value_one_type() {
        let mut memory = Memory::default();
        memory.insert("a".to_owned(), Rc::new(1_u8), 1, 10, 0);
        memory.insert("a".to_owned(), Rc::new(2_u8), 1, 10, 0);
        assert_eq!(memory.get::<u8>("a", 0).as_deref(), Some(&2));
        assert_eq!(memory.get::<String>("a", 0), None);
        assert_eq!(memory.get::<u8>("b", 0), None);
        assert_eq!(memory.entries.len(), 1);
    }

    #[test]
    fn the_bytes_are_bounded_and_the_oldest_goes_first() {
        let mut memory = Memory::default();
        let held = |memory: &Memory| memory.entries.iter().map(|entry| entry.bytes).sum::<usize>();
        for number in 0..100 {
            remember(&mut memory, &number.to_string(), 100_000, 10, 0);
            assert!(held(&memory) <= MAX_BYTES, "{number}");
        }
        assert!(has(&memory, "99", 0) && has(&memory, "70", 0) && !has(&memory, "0", 0));
        for number in 0..2000 {
            remember(&mut memory, &number.to_string(), 0, 10, 0);
        }
        assert!(held(&memory) <= MAX_BYTES && memory.entries.len() <= MAX_BYTES / OVERHEAD);
        remember(&mut memory, "large", MAX_BYTES / 8, 10, 0);
        assert!(!has(&memory, "large", 0), "one value does not push out all others");
    }
}
