//! Times as files write them: ISO 8601 and RFC 3339, and seconds or milliseconds since 1970.

/// Milliseconds since 1970; `None` when `text` is no time. Without an offset it is UTC.
pub fn timestamp_ms(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    epoch(text).or_else(|| iso(text))
}

/// Seconds (with or without a fraction) or milliseconds: below 10¹¹ they are seconds.
fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > 14 || !is_number(digits) || !is_number(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    match value.abs() {
        0..100_000_000_000 => {
            let ms = millis(fraction);
            Some(value * 1000 + if text.starts_with('-') { -ms } else { ms })
        }
        100_000_000_000..100_000_000_000_000 => Some(value),
        _ => None,
    }
}

/// The first three digits of a fraction of a second.
fn millis(fraction: &str) -> i64 {
    fraction.bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'))
}

/// `2026-01-01T12:00:00.5+02:00`, with `T`, `t` or a space; seconds, fraction and offset may be absent; so may the time.
fn iso(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let (year, month, day) = (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..)?)?);
    let separate = date.as_bytes()[4] == b'-' && date.as_bytes()[7] == b'-';
    if !separate || !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * 86_400_000;
    if rest.is_empty() {
        return Some(midnight);
    }
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(at);
    Some(midnight + of_day(clock.trim_end())? - offset_ms(offset)?)
}

/// `12:00`, `12:00:00`, `12:00:00.5` as milliseconds. A leap second is the last of its minute.
fn of_day(clock: &str) -> Option<i64> {
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let (hour, minute) = (number2(parts.next()?)?, number2(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number2)?;
    let whole = parts.next().is_none() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !whole || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second.min(59)) * 1000 + millis(fraction))
}

/// `Z`, `+02:00`, `+0200`, `+02` or nothing.
fn offset_ms(offset: &str) -> Option<i64> {
    let sign = match offset.as_bytes().first() {
        None => return Some(0),
        Some(b'Z' | b'z') => return (offset.len() == 1).then_some(0),
        Some(b'-') => -1,
        Some(_) => 1,
    };
    let digits = offset[1..].replacen(':', "", 1);
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits)?, 0),
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn number(digits: &str) -> Option<i64> {
    super::super::unit::integer(digits)?.try_into().ok()
}

fn number2(digits: &str) -> Option<i64> {
    if digits.len() == 2 { number(digits) } else { None }
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::timestamp_ms;

    #[test]
    fn times_are_read_in_the_forms_that_files_have() {
        for (text, ms) in [
            ("2026-01-01T00:00:00Z", Some(1_767_225_600_000)),
            ("2026-01-01", Some(1_767_225_600_000)),
            ("2026-01-01 00:00", Some(1_767_225_600_000)),
            ("2026-01-01T02:00:00.250+02:00", Some(1_767_225_600_250)),
            ("2025-12-31T19:00:00,5-0500", Some(1_767_225_600_500)),
            ("2024-02-29T23:59:60Z", Some(1_709_251_199_000)),
            ("1969-12-31T23:59:59Z", Some(-1000)),
            ("1767225600", Some(1_767_225_600_000)),
            ("1767225600.25", Some(1_767_225_600_250)),
            ("1767225600250", Some(1_767_225_600_250)),
            (" 1767225600 ", Some(1_767_225_600_000)),
            ("0", Some(0)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-01-01T24:00:00Z", None),
            ("2026-01-01T00:00:00Zulu", None),
            ("2026-01-01T1:00", None),
            ("17672256002500000", None),
            ("1e9", None),
            ("yesterday", None),
            ("größe-größe-größe", None),
            ("", None),
        ] {
            assert_eq!(timestamp_ms(text.as_bytes()), ms, "{text}");
        }
    }
}
