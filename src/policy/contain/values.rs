//! Numbers, dates and addresses as conditions write them. What cannot be read for certain is none.

use std::net::IpAddr;

/// As many digits as a double tells apart.
const DIGITS: usize = 15;

/// A decimal number.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    // The sum makes one of the two zeros.
    let read = || Some(text.parse::<f64>().ok()? + 0.0);
    (plain && digits <= DIGITS).then(read).flatten()
}

/// The first and the last address of a block, each with whether it is of IPv6.
pub type Block = ((bool, u128), (bool, u128));

/// A block of addresses, or one address.
pub fn block(text: &str) -> Option<Block> {
    let (address, length) = match text.trim().split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text.trim(), None),
    };
    let (value, bits) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host = bits - length.unwrap_or(bits).min(bits);
    if length.is_some_and(|length| length > bits) {
        return None;
    }
    let mask = if host == 128 {
        u128::MAX
    } else {
        (1_u128 << host) - 1
    };
    let six = bits == 128;
    Some(((six, value & !mask), (six, value | mask)))
}

/// Seconds since 1970 of `2026-09-26T10:00:00Z`, `2026-09-26` or a number of seconds. Four digits
/// could be a year.
pub fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(number) = number(text) {
        return (text.len() > 4).then_some(number);
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 0..=9999)?;
    let month = digits(parts.next()?, 1..=12)?;
    let day = digits(parts.next()?, 1..=days_of(year, month))?;
    let (clock, offset) = if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else if let Some(at) = time.rfind(['+', '-']) {
        let (clock, zone) = time.split_at(at);
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let minutes = digits(hours, 0..=23)? * 60 + digits(minutes, 0..=59)?;
        (clock, if zone.starts_with('-') { -minutes } else { minutes })
    } else {
        (time, 0)
    };
    let mut fields = clock.splitn(3, ':');
    let hour = digits(fields.next()?, 0..=23)?;
    let minute = digits(fields.next().unwrap_or("0"), 0..=59)?;
    let second = number(fields.next().unwrap_or("0")).filter(|second| (0.0..60.0).contains(second))?;
    // Days since 1970 by the Gregorian calendar, years counted from March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let of_day = i32::try_from(hour * 3_600 + (minute - offset) * 60).ok()?;
    Some(f64::from(i32::try_from(days).ok()?) * 86_400.0 + f64::from(of_day) + second)
}

/// A number of digits within a range.
fn digits(text: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| plain && range.contains(value))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_seconds() {
        for (text, expected) in [
            ("1970-01-01", Some(0.0)),
            ("2020-01-01T00:00:01Z", Some(1_577_836_801.0)),
            ("2020-01-01T01:00:01+01:00", Some(1_577_836_801.0)),
            ("1577836801", Some(1_577_836_801.0)),
            ("2000-02-29", Some(951_782_400.0)),
            ("soon", None),
            ("2020-13-01", None),
            ("2020-02-30", None),
            ("2020-01-01T24:00:00Z", None),
            ("2020-01-01T00:00:nanZ", None),
            ("2020-01-01T00:00:00+1:-1", None),
            ("2020", None),
            ("2020-01", None),
            ("99999999999999999", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_that_a_double_holds() {
        assert_eq!(number(" -1.50 "), Some(-1.5));
        assert_eq!(number("-0").map(f64::is_sign_positive), Some(true));
        for text in ["1e3", "inf", "NaN", "", "9007199254740993", "0.1234567890123456"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn blocks_of_addresses() {
        let (first, last) = block("10.0.0.0/8").unwrap();
        assert_eq!(last.1 - first.1, (1 << 24) - 1);
        assert_eq!(block("10.1.2.3/8"), block("10.0.0.0/8"));
        assert_eq!(block("0.0.0.0/0"), Some(((false, 0), (false, 0xFFFF_FFFF))));
        assert_eq!(block("::/0"), Some(((true, 0), (true, u128::MAX))));
        for text in ["10.0.0.0/33", "10.0.0", "*"] {
            assert_eq!(block(text), None, "{text}");
        }
    }
}
