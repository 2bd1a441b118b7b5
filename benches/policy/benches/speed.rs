//! The policy engine by criterion: `cargo bench --manifest-path benches/policy/Cargo.toml`.
//!
//! The promises are kept by the program in `src/main.rs`, which also measures the memory and the
//! catalogue's first reading; here is how times are spread and how they change.

#[path = "../../../src/policy/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the benchmark asks a part of the engine only"
)]
mod policy;
#[path = "../src/workload.rs"]
mod workload;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use policy::contain::{self, Compiled, Scope};
use policy::rules::NamedPolicy;

fn decide(reference: &[NamedPolicy], candidate: &[NamedPolicy]) -> bool {
    let scope = Scope {
        witnesses: 1,
        ..Scope::default()
    };
    let (granted, allowed) = (Compiled::new(candidate), Compiled::new(reference));
    contain::new_access(&granted, &allowed, &scope).is_contained()
}

fn named(text: &str) -> [NamedPolicy; 1] {
    workload::named(text).unwrap_or_else(|error| panic!("{error}"))
}

fn speed(criterion: &mut Criterion) {
    let reference = named(&workload::allowance());
    let texts = workload::roles();
    criterion.bench_function("1,000 roles against an allowance", |bench| {
        bench.iter(|| {
            texts
                .iter()
                .filter(|text| decide(&reference, &named(text)))
                .count()
        });
    });
    let condition = r#","Condition":{"StringEquals":{"a":"x"}}"#;
    let candidate = named(&workload::hard("abcdefghijklmnopqrs", condition));
    let against = named(&workload::hard("abcdefghijklmnopqr", condition));
    criterion.bench_function("a search made to be hard", |bench| {
        bench.iter(|| decide(black_box(&against), black_box(&candidate)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = speed
}
criterion_main!(benches);
