//! Peak heap memory while a page is read: ordinary pages, and pages that are designed to use more.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use branding::{Branding, Extractor};
use dhat::{Alloc, HeapStats, Profiler};
use url::Url;

#[path = "../benches/pages.rs"]
mod pages;
#[path = "../benches/traps.rs"]
mod traps;

#[global_allocator]
static ALLOCATOR: Alloc = Alloc;

/// The only test in this file, because the heap of the whole process is measured.
#[test]
fn heap() {
    for page in pages::pages() {
        let (branding, bytes) = read(page.content_type, &page.bytes);
        assert!(branding.title.is_some(), "{} is read", page.name);
        assert!((4 * 1024..64 * 1024).contains(&bytes), "{}: {bytes} bytes", page.name);
    }
    for (name, page) in traps::traps("") {
        let (_, bytes) = read("text/html", page.as_bytes());
        assert!((4 * 1024..1024 * 1024).contains(&bytes), "{name}: {bytes} bytes");
    }
}

/// Peak number of allocated bytes while a page arrives in chunks.
fn read(content_type: &str, page: &[u8]) -> (Branding, usize) {
    let base = Url::parse("https://h.example/").unwrap();
    let profiler = Profiler::builder().testing().build();
    let mut extractor = Extractor::new(base, Some(content_type));
    page.chunks(16 * 1024).for_each(|chunk| extractor.write(chunk));
    let branding = extractor.finish();
    let bytes = HeapStats::get().max_bytes;
    drop(profiler);
    (branding, bytes)
}
