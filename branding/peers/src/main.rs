//! Writes the pages to a folder for the peers in JavaScript, and measures those in Rust; prints JSON.

use std::{env, fs, hint::black_box, path::Path, time::Instant};

use pages::{Page, pages};
use readers::{READERS, Reader};
use serde_json::{Value, json};

#[path = "../../benches/pages.rs"]
mod pages;
mod readers;
#[path = "../../benches/traps.rs"]
mod traps;

fn main() {
    let folder = env::args().nth(1).expect("a folder for the pages");
    let pages = pages();
    let described: Vec<Value> = pages.iter().enumerate().map(|(i, page)| write(&folder, i, page)).collect();
    fs::write(Path::new(&folder).join("pages.json"), json!(described).to_string()).unwrap();
    let readers: Vec<Value> = READERS.iter().map(|reader| measure(reader, &pages)).collect();
    let traps: Vec<Value> = traps::traps("").into_iter().map(|trap| spring(READERS[0], trap)).collect();
    println!("{}", json!({ "readers": readers, "traps": traps }));
}

fn write(folder: &str, i: usize, page: &Page) -> Value {
    let file = format!("{i}.html");
    fs::write(Path::new(folder).join(&file), &page.bytes).unwrap();
    json!({ "name": page.name, "content_type": page.content_type, "file": file, "bytes": page.bytes.len() })
}

/// The least of the rounds for each page, in microseconds: whatever else the machine does only adds.
fn measure((name, read): &Reader, pages: &[Page]) -> Value {
    let titles: Vec<_> = pages.iter().map(read).collect();
    let start = Instant::now();
    pages.iter().for_each(|page| drop(black_box(read(page))));
    // About a second in all.
    let rounds = (1_000_000 / start.elapsed().as_micros().max(1)).clamp(5, 1_000);
    let mut least = vec![f64::MAX; pages.len()];
    for _ in 0..rounds {
        for (page, least) in pages.iter().zip(&mut least) {
            *least = least.min(time(*read, page));
        }
    }
    json!({ "name": name, "microseconds": least, "titles": titles })
}

/// The least of a few rounds on a page that is made to take time.
fn spring((_, read): Reader, (name, html): (&'static str, String)) -> Value {
    let page = Page { name, content_type: "text/html", bytes: html.into_bytes() };
    json!({ "name": name, "microseconds": (0..5).map(|_| time(read, &page)).fold(f64::MAX, f64::min) })
}

/// In microseconds.
fn time(read: fn(&Page) -> Option<String>, page: &Page) -> f64 {
    let start = Instant::now();
    black_box(read(black_box(page)));
    start.elapsed().as_secs_f64() * 1e6
}
