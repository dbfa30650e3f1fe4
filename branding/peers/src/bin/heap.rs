//! The most that is allocated at once while a page is read, for each page; prints JSON.

use dhat::{Alloc, HeapStats, Profiler};
use pages::{Page, pages};
use readers::READERS;
use serde_json::{Value, json};

#[path = "../../../benches/pages.rs"]
mod pages;
#[path = "../readers.rs"]
mod readers;

#[global_allocator]
static ALLOCATOR: Alloc = Alloc;

fn main() {
    let pages = pages();
    let of = |read: fn(&Page) -> Option<String>| -> Vec<Value> {
        let measure = |page: &Page| {
            let profiler = Profiler::builder().testing().build();
            let title = read(page);
            let bytes = HeapStats::get().max_bytes;
            drop(profiler);
            drop(title);
            json!({ "page": page.name, "bytes": bytes })
        };
        pages.iter().map(measure).collect()
    };
    let readers: Vec<Value> =
        READERS.iter().map(|(name, read)| json!({ "name": name, "pages": of(*read) })).collect();
    println!("{}", json!(readers));
}
