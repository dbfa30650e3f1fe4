//! The cost of PKCE for a login, a verifier and its challenge, and for the server that checks them.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rfc7636::Verifier;

fn benches(criterion: &mut Criterion) {
    criterion.bench_function("pkce/verifier and challenge", |bencher| {
        bencher.iter(|| Verifier::from_entropy(black_box([7; 32])).challenge());
    });
    let verifier = Verifier::from_entropy([7; 32]);
    let challenge = verifier.challenge();
    criterion
        .bench_function("pkce/verify", |bencher| bencher.iter(|| challenge.verify(black_box(&verifier))));
}

criterion_group!(pkce, benches);
criterion_main!(pkce);
