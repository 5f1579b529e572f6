//! Numbers and times as people read them: one place, so that a second language has one place to differ.

use crate::base::{Span, Time};

/// A count with thousands separators: `18,400`; the minus is a real one.
pub fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if n < 0 {
        text.push('\u{2212}');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// [`count`] of an unsigned number.
pub fn count_u(n: u64) -> String {
    count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A moment or a length in seconds with three decimals and no unit: `1,239.640`.
pub fn seconds_us(us: u64) -> String {
    let ms = us / 1000;
    format!("{}.{:03}", count_u(ms / 1000), ms % 1000)
}

/// A moment in seconds: `39.640 s`.
pub fn moment(time: Time) -> String {
    format!("{} s", seconds_us(time.us()))
}

/// A length of time in seconds: `9.640 s`.
pub fn span(span: Span) -> String {
    format!("{} s", seconds_us(span.us()))
}

/// A length of time with only the digits that say something: `10 s`, `0.5 s`.
pub fn short(span: Span) -> String {
    let text = seconds_us(span.us());
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A label of the time axis: whole seconds without decimals.
pub fn tick(time: Time) -> String {
    short(time.since(Time::ZERO))
}

/// Thousandths as a number: 200,000 is `200`, 65,700 is `65.7`.
pub fn milli(n: u64) -> String {
    match (n / 1000, n % 1000 / 100) {
        (whole, 0) => count_u(whole),
        (whole, tenth) => format!("{}.{tenth}", count_u(whole)),
    }
}

/// Thousandths of a whole as a share: 130 is `13 %`.
pub fn share(milli: u32) -> String {
    format!("{} %", (milli + 5) / 10)
}

/// A size in decimal units: `530 KB`, `2.38 MB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")];
    for (unit, name) in UNITS {
        if n >= unit {
            let hundredths = n / (unit / 100);
            return match hundredths {
                h if h >= 10_000 => format!("{} {name}", count_u(h / 100)),
                h if h >= 1000 => format!("{}.{} {name}", h / 100, h % 100 / 10),
                h => format!("{}.{:02} {name}", h / 100, h % 100),
            };
        }
    }
    format!("{n} B")
}

/// A moment in milliseconds since 1970 as a date and a time of day, UTC: `2026-01-01 00:00:30`.
pub fn date(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year}-{month:02}-{day:02} {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a number of days since 1970 (proleptic Gregorian calendar).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands_separators() {
        for (n, text) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (18_400, "18,400"), (-1_234_567, "−1,234,567")]
        {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn times_have_three_decimals_and_a_unit() {
        assert_eq!(moment(Time::from_us(39_640_999)), "39.640 s");
        assert_eq!(span(Span::from_secs(3600)), "3,600.000 s");
        assert_eq!(short(Span::from_secs(10)), "10 s");
        assert_eq!(short(Span::from_ms(500)), "0.5 s");
        assert_eq!(short(Span::ZERO), "0 s");
    }

    #[test]
    fn sizes_have_three_digits_that_count() {
        for (n, text) in [(12, "12 B"), (528_400, "528 KB"), (2_384_000, "2.38 MB"), (12_340_000, "12.3 MB")]
        {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn a_date_is_that_of_the_calendar() {
        assert_eq!(date(1_767_225_630_000), "2026-01-01 00:00:30");
        assert_eq!(date(951_782_399_000), "2000-02-28 23:59:59");
        assert_eq!(date(951_868_800_000), "2000-03-01 00:00:00");
    }
}
