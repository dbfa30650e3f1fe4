//! Benchmark of `Extractor`: a root page that arrives in chunks of 16 KiB.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::{hint::black_box, time::Duration};

use branding::{Branding, Extractor};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use url::Url;

#[path = "pages.rs"]
mod pages;
#[path = "traps.rs"]
mod traps;

fn read(base: &Url, content_type: &str, page: &[u8]) -> Branding {
    let mut extractor = Extractor::new(base.clone(), Some(content_type));
    for chunk in page.chunks(16 * 1024) {
        extractor.write(chunk);
        if extractor.is_done() {
            break;
        }
    }
    extractor.finish()
}

fn benches(criterion: &mut Criterion) {
    let base: Url = "https://h.example/".parse().unwrap();
    let pages = pages::pages();
    let mut group = criterion.benchmark_group("branding");
    group.measurement_time(Duration::from_secs(3)).throughput(Throughput::Elements(pages.len() as u64));
    group.bench_function("all pages", |bencher| {
        bencher.iter(|| {
            pages
                .iter()
                .map(|page| read(&base, page.content_type, black_box(&page.bytes)).icons.len())
                .sum::<usize>()
        });
    });
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(1));
    for page in &pages {
        group.bench_function(page.name, |bencher| {
            bencher.iter(|| read(&base, page.content_type, black_box(&page.bytes)));
        });
    }
    group.sample_size(10);
    for (name, page) in traps::traps("") {
        let name = format!("trap: {name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| read(&base, "text/html", black_box(page.as_bytes())));
        });
    }
}

criterion_group!(extract, benches);
criterion_main!(extract);
