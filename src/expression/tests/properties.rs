//! Limits, and what holds of every text and of every well-typed expression.

use proptest::prelude::*;
use proptest::sample::select;

use super::{compile, mistakes, resource};

/// A stack overflow would end the whole run, so the limits are tried out on the small stack of a test.
#[test]
fn depth_and_length_are_limited() {
    type Shape = fn(usize) -> String;
    let shapes: [Shape; 9] = [
        |n| format!("self.count{} > 0", "+1".repeat(n)),
        |n| format!("{}self.enabled{}", "(".repeat(n), ")".repeat(n)),
        |n| format!("{}self.enabled{}", "!(".repeat(n), ")".repeat(n)),
        |n| format!("{}self.enabled{}", "[1].exists(x, ".repeat(n), ")".repeat(n)),
        |n| format!("{}self.enabled", "self.enabled ? true : ".repeat(n)),
        |n| format!("{}self.enabled", "!".repeat(2 * n)),
        |n| format!("self.enabled{}", " && self.enabled".repeat(n)),
        |n| format!("self.enabled{}", ".a".repeat(n)),
        |n| "(".repeat(n),
    ];
    for shape in shapes {
        for n in (1..=26).chain([100, 180, 1_900, 5_000]) {
            match compile(&shape(n)) {
                Ok(expression) => assert!(expression.evaluate(&resource()).is_ok(), "{expression}"),
                Err(flaws) => assert_eq!(flaws.len(), 1, "{}", shape(n)),
            }
        }
    }
    assert!(compile(&shapes[0](12)).is_ok() && compile(&shapes[3](6)).is_ok());
    assert_eq!(
        mistakes(&shapes[1](21)),
        "\nbad-expression at column 1: the expression is nested too deeply [split it over several checks]"
    );
}

/// Expressions of one type each, which are always accepted.
fn condition() -> impl Strategy<Value = String> {
    let number = select(vec![
        "self.count",
        "1",
        "-7",
        "size(self.blocks)",
        "self.routes[0].ports[1]",
    ])
    .prop_map(str::to_owned)
    .prop_recursive(2, 8, 2, |inner| {
        (inner.clone(), select(vec!["+", "-", "*", "/", "%"]), inner)
            .prop_map(|(one, sign, other)| format!("({one} {sign} {other})"))
    });
    let text = select(vec![
        "self.state",
        "'ä'",
        "self.tags['Team']",
        "self.routes[0].state",
        "self.blocks[3]",
    ])
    .prop_map(str::to_owned)
    .prop_recursive(2, 8, 2, |inner| {
        (inner.clone(), inner).prop_map(|(one, other)| format!("({one} + {other})"))
    });
    let comparison = prop_oneof![
        Just("self.enabled".to_owned()),
        (
            number.clone(),
            select(vec!["==", "!=", "<", "<=", ">", ">="]),
            number
        )
            .prop_map(|(one, sign, other)| format!("{one} {sign} {other}")),
        (text.clone(), select(vec!["==", "!=", "<", ">="]), text.clone())
            .prop_map(|(one, sign, other)| format!("{one} {sign} {other}")),
        (
            text.clone(),
            select(vec!["contains", "matches", "startsWith", "endsWith"]),
            text.clone()
        )
            .prop_map(|(one, method, other)| format!("{one}.{method}({other})")),
        (
            text.clone(),
            select(vec!["self.blocks", "self.tags", "['a', 'b']"])
        )
            .prop_map(|(one, range)| format!("{one} in {range}")),
    ];
    comparison.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), select(vec!["&&", "||", "=="]), inner.clone())
                .prop_map(|(one, sign, other)| format!("({one}) {sign} ({other})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (select(vec!["all", "exists", "exists_one"]), inner)
                .prop_map(|(name, inner)| format!("self.routes.{name}(r, r.state != 'a' && ({inner}))")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_compiler_panic(text in "\\PC{0,60}") {
        let _ = compile(&text);
    }

    #[test]
    fn no_run_of_tokens_makes_anything_panic(tokens in prop::collection::vec(select(vec![
        "self", ".state", ".routes", ".tags", ".count", ".limit", "[0]", "['a']", "(", ")", "[", "]", "{", "}", "'a'",
        "'ü", "1", "2u", "0.5", "null", "true", "==", "!=", "<", ">=", "+", "-", "!", "&&", "||", "?", ":", ",", " in ",
        ".exists(r, r", ".all(", ".map(x, x)", ".size()", "has(", "matches(", "b'\\x00'", ".f(", "\n", "//", "`", "$",
    ]), 0..14)) {
        if let Ok(expression) = compile(&tokens.concat()) {
            let _ = expression.evaluate(&resource());
        }
    }

    #[test]
    fn what_is_well_typed_is_accepted_and_never_meets_a_wrong_type(text in condition()) {
        let text = format!("self.enabled && ({text})");
        match compile(&text) {
            Ok(expression) => if let Err(error) = expression.evaluate(&resource()) {
                prop_assert!(!error.to_string().contains("does not work"), "{text}: {error}");
            },
            Err(flaws) => prop_assert!(flaws.iter().all(|flaw| flaw.title.contains("too deeply")), "{text}{}", mistakes(&text)),
        }
    }
}
