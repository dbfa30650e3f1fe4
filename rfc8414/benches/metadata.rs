//! Reading the metadata documents of real servers, beside `Value` of `serde_json`.
//!
//! Each figure is the time for all documents once; the throughput is in documents.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rfc8414::{Issuer, Metadata};
use serde_json::Value;

/// The full documents of servers on the internet, each for the issuer that it names.
fn documents() -> Vec<(Issuer, Vec<u8>)> {
    let full = vectors::recorded().filter(|recorded| !recorded.partial);
    let documents = full.filter_map(|recorded| {
        let body = recorded.response.body()?;
        let document: Value = serde_json::from_slice(&body).ok()?;
        let issuer = document.get("issuer")?.as_str().filter(|issuer| issuer.starts_with("https:"))?;
        let issuer = Issuer::try_from(issuer).ok()?;
        Metadata::read(&issuer, &body).is_ok().then_some((issuer, body))
    });
    documents.collect()
}

fn benches(criterion: &mut Criterion) {
    let documents = documents();
    let mut group = criterion.benchmark_group("rfc8414");
    group.throughput(Throughput::Elements(documents.len().try_into().unwrap_or_default()));
    group.bench_function("value", |bencher| {
        bencher.iter(|| {
            for (_, json) in &documents {
                let _ = black_box(serde_json::from_slice::<Value>(black_box(json)));
            }
        });
    });
    group.bench_function("typed read", |bencher| {
        bencher.iter(|| {
            for (_, json) in &documents {
                let text = str::from_utf8(black_box(json));
                let _ = black_box(text.map(serde_json::from_str::<Metadata>));
            }
        });
    });
    group.bench_function("read and audit", |bencher| {
        bencher.iter(|| {
            for (issuer, json) in &documents {
                let _ = black_box(Metadata::read(issuer, black_box(json)));
            }
        });
    });
    group.finish();
}

criterion_group!(metadata, benches);
criterion_main!(metadata);
