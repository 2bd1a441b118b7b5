//! Matching and coverage, by example and against a matcher too simple to be wrong.

use proptest::prelude::*;

use super::*;

/// Tries every way a `*` can match.
fn naive(pattern: &[char], text: &[char], case: Case) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=text.len()).any(|cut| naive(rest, &text[cut..], case)),
        (['?', rest @ ..], [_, after @ ..]) => naive(rest, after, case),
        ([wanted, rest @ ..], [found, after @ ..]) => same(*wanted, *found, case) && naive(rest, after, case),
        _ => false,
    }
}

fn naive_text(pattern: &str, text: &str, case: Case) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    naive(&chars(pattern), &chars(text), case)
}

#[test]
fn matches_by_example() {
    let table = [
        ("", "", true),
        ("*", "", true),
        ("?", "", false),
        ("?", "é", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-b-b-c-", false),
        ("*.json", "a.json.json", true),
        ("a", "A", false),
    ];
    for (pattern, text, expected) in table {
        assert_eq!(
            matches(pattern, text, Case::Heed),
            expected,
            "{pattern} on {text}"
        );
    }
    assert!(matches("s3:get*", "S3:GetObject", Case::Ignore));
    assert!(!matches("s3:get*", "s3:GetObject", Case::Heed));
}

#[test]
fn arns_match_segment_by_segment() {
    let table = [
        ("*", "*", true),
        ("*", "arn:aws:s3:::a", true),
        ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b:c/d", true),
        (
            "arn:aws:logs:*:*:log-group:x:*",
            "arn:aws:logs:r:1:log-group:x:log-stream:y",
            true,
        ),
        ("arn:*:s3:::a", "arn:aws-cn:s3:::a", true),
        // A wildcard does not reach across the first five colons.
        ("arn:*:s3:::a", "arn:aws:x:s3:::a", false),
        ("arn:aws:*:::a", "arn:aws:sqs:eu-west-1:1:a", false),
        ("arn:aws:sqs:*:a", "arn:aws:sqs:eu-west-1:1:a", true),
        ("arn:aws:sqs:*:1:a:*", "arn:aws:sqs:eu-west-1:2:1:a:b", false),
        ("arn:aws:s3:::a", "arn:aws:s3:::A", false),
        // What is no ARN matches as plain text, and is within no ARN.
        ("arn:aws:*", "arn:aws:s3:::a", true),
        ("arn:aws:s3:::*", "*", false),
    ];
    for (pattern, arn, expected) in table {
        assert_eq!(arn_matches(pattern, arn), expected, "{pattern} on {arn}");
    }
}

#[test]
fn arns_cover_segment_by_segment() {
    let table = [
        ("*", "arn:aws:s3:::*", true),
        ("arn:aws:s3:::*", "arn:aws:s3:::a/*", true),
        ("arn:aws:s3:::a/*", "arn:aws:s3:::*", false),
        ("arn:*:*:*:*:*", "arn:aws:s3:::*", true),
        ("arn:aws:s3:::*", "*", false),
        ("arn:aws:sqs:eu-*:1:*", "arn:aws:sqs:eu-west-?:1:a*", true),
    ];
    for (wide, narrow, expected) in table {
        assert_eq!(arn_covers(wide, narrow), expected, "{wide} over {narrow}");
    }
}

#[test]
fn covers_by_example() {
    let table = [
        ("*", "*", true),
        ("*", "?", true),
        ("?", "*", false),
        ("?*", "*?", true),
        ("*?", "?*", true),
        ("a*", "a*b", true),
        ("a*b", "a*", false),
        ("a?", "ab", true),
        ("ab", "a?", false),
        ("a*?", "a*", false),
    ];
    for (wide, narrow, expected) in table {
        assert_eq!(covers(wide, narrow, Case::Heed), expected, "{wide} over {narrow}");
    }
}

#[test]
fn long_patterns_do_not_explode() {
    let pattern = "*a".repeat(2_000);
    let text = "a".repeat(20_000) + "b";
    assert!(!matches(&pattern, &text, Case::Heed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn agrees_with_the_naive_matcher(pattern in "[abA*?]{0,7}", text in "[abA]{0,9}") {
        for case in [Case::Heed, Case::Ignore] {
            prop_assert_eq!(matches(&pattern, &text, case), naive_text(&pattern, &text, case));
        }
    }

    #[test]
    fn coverage_is_sound(wide in "[ab*?]{0,6}", narrow in "[ab*?]{0,6}", text in "[abc]{0,7}") {
        if covers(&wide, &narrow, Case::Heed) && matches(&narrow, &text, Case::Heed) {
            prop_assert!(matches(&wide, &text, Case::Heed), "{} over {}: {}", wide, narrow, text);
        }
    }

    #[test]
    fn coverage_holds_of_itself_and_of_its_texts(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        prop_assert!(covers(&pattern, &pattern, Case::Heed));
        prop_assert_eq!(
            covers(&pattern, &text, Case::Heed),
            matches(&pattern, &text, Case::Heed)
        );
    }

    #[test]
    fn arn_coverage_is_sound(
        wide in "[a*?]{0,2}(:[a*?]{0,2}){4,6}",
        narrow in "[a*?]{0,2}(:[a*?]{0,2}){4,6}",
        arn in "[ab]{0,2}(:[ab]{0,2}){5,6}",
    ) {
        if arn_covers(&wide, &narrow) && arn_matches(&narrow, &arn) {
            prop_assert!(arn_matches(&wide, &arn), "{} over {}: {}", wide, narrow, arn);
        }
    }

    #[test]
    fn canonical_patterns_match_the_same(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        prop_assert_eq!(
            matches(&canonical(&pattern), &text, Case::Heed),
            matches(&pattern, &text, Case::Heed)
        );
    }
}
