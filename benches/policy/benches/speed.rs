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

fn decide(allowed: &Compiled<'_>, candidate: &[NamedPolicy]) -> bool {
    let scope = Scope {
        witnesses: 1,
        ..Scope::default()
    };
    contain::new_access(&Compiled::new(candidate), allowed, &scope).is_contained()
}

fn named(text: &str) -> [NamedPolicy; 1] {
    workload::named(text).unwrap_or_else(|error| panic!("{error}"))
}

fn speed(criterion: &mut Criterion) {
    let reference = named(&workload::allowance());
    // Once, as a check does.
    let allowed = Compiled::new(&reference);
    let texts = workload::roles();
    criterion.bench_function("1,000 roles against an allowance", |bench| {
        bench.iter(|| texts.iter().filter(|text| decide(&allowed, &named(text))).count());
    });
    let condition = r#","Condition":{"StringEquals":{"a":"x"}}"#;
    let candidate = named(&workload::hard("abcdefghijklmnopqrs", condition));
    let against = named(&workload::hard("abcdefghijklmnopqr", condition));
    let against = Compiled::new(&against);
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
