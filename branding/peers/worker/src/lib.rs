//! The crate behind four functions and one buffer: no binding generator, nothing but what it costs itself.

use std::{mem::take, sync::Mutex};

use branding::Extractor;
use url::Url;

/// Room for what comes in, and then for what goes out.
static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static EXTRACTOR: Mutex<Option<Extractor>> = Mutex::new(None);

/// Where the next `length` bytes go.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(length: usize) -> *mut u8 {
    let mut buffer = BUFFER.lock().unwrap();
    buffer.resize(length, 0);
    buffer.as_mut_ptr()
}

/// Begins a page of which the buffer holds the `Content-Type`.
#[unsafe(no_mangle)]
pub extern "C" fn start() {
    let buffer = BUFFER.lock().unwrap();
    let base = Url::parse("https://h.example/").unwrap();
    *EXTRACTOR.lock().unwrap() = Some(Extractor::new(base, str::from_utf8(&buffer).ok()));
}

/// Takes the part of the page that the buffer holds; whether that is enough.
#[unsafe(no_mangle)]
pub extern "C" fn write() -> bool {
    let mut extractor = EXTRACTOR.lock().unwrap();
    let extractor = extractor.as_mut().unwrap();
    extractor.write(&BUFFER.lock().unwrap());
    extractor.is_done()
}

/// How many bytes of JSON the buffer holds now.
#[unsafe(no_mangle)]
pub extern "C" fn finish() -> usize {
    let branding = take(&mut *EXTRACTOR.lock().unwrap()).unwrap().finish();
    let mut buffer = BUFFER.lock().unwrap();
    *buffer = serde_json::to_vec(&branding).unwrap();
    buffer.len()
}
