//! Items as they are documented, and as they are not.

use std::error::Error;

use jiff::Timestamp;

use super::*;

type TestResult = Result<(), Box<dyn Error>>;

const NOW: i64 = 1_000;

fn caller() -> Caller {
    Caller {
        user_id: "user-1".to_owned(),
        key_id: "key-1".to_owned(),
    }
}

fn hashes() -> Result<Hashes, Box<dyn Error>> {
    let peppers = PepperSecret::first(Timestamp::UNIX_EPOCH)?.next(Timestamp::UNIX_EPOCH)?;
    Ok(Hashes::new(&ApiKey::generate()?, &peppers)?)
}

fn item(hash: &Hash, others: &[(&str, AttributeValue)]) -> Item {
    let hash = ("key_hash", AttributeValue::S(hash.as_str().to_owned()));
    let others = others.iter().cloned();
    let attributes = std::iter::once(hash).chain(others);
    attributes.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn active() -> (&'static str, AttributeValue) {
    ("status", AttributeValue::S("active".to_owned()))
}

fn expires(seconds: &str) -> (&'static str, AttributeValue) {
    ("expires_at", AttributeValue::N(seconds.to_owned()))
}

#[test]
fn only_an_active_unexpired_key_may_be_used() -> TestResult {
    let hashes = hashes()?;
    let status = |text: &str| ("status", AttributeValue::S(text.to_owned()));
    for (others, expected) in [
        (vec![active()], None),
        (vec![active(), expires("1001")], None),
        (vec![active(), expires("1000")], Some(Reason::Expired)),
        (vec![active(), expires("0")], Some(Reason::Expired)),
        (vec![active(), expires("1e99")], Some(Reason::Unusable)),
        (
            vec![active(), ("expires_at", AttributeValue::S("1001".to_owned()))],
            Some(Reason::Unusable),
        ),
        (
            vec![active(), ("expires_at", AttributeValue::Null(true))],
            Some(Reason::Unusable),
        ),
        (vec![status("revoked")], Some(Reason::Revoked)),
        (vec![status("revoked"), expires("0")], Some(Reason::Revoked)),
        (vec![status("Active")], Some(Reason::Unusable)),
        (vec![], Some(Reason::Unusable)),
    ] {
        let item = item(&hashes.current, &others);
        let found = judge(&item, caller(), &hashes, NOW).ok_or("not found")?;

        assert_eq!(found.refusal, expected, "{others:?}");
        assert_eq!(found.caller, caller());
    }
    Ok(())
}

#[test]
fn the_hash_of_the_item_decides() -> TestResult {
    let (own, foreign) = (hashes()?, hashes()?);
    let previous = own.previous.as_ref().ok_or("no previous pepper")?;

    let outdated = |hash| judge(&item(hash, &[active()]), caller(), &own, NOW).map(|found| found.outdated);
    assert_eq!(outdated(&own.current), Some(false));
    assert_eq!(outdated(previous), Some(true));
    assert_eq!(outdated(&foreign.current), None);
    assert_eq!(judge(&Item::from([]), caller(), &own, NOW), None);
    Ok(())
}

#[test]
fn a_key_that_moves_meanwhile_is_looked_up_again() -> TestResult {
    let both = hashes()?;
    let order: Vec<_> = both.in_order().map(Hash::as_str).collect();
    let previous = both.previous.as_ref().ok_or("no previous pepper")?;
    assert_eq!(
        order,
        [both.current.as_str(), previous.as_str(), both.current.as_str()]
    );

    let one = Hashes {
        previous: None,
        ..both
    };
    assert_eq!(one.in_order().count(), 1);
    Ok(())
}
