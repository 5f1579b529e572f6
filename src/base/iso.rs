//! Durations as Java writes and reads them (`java.time.Duration`, ISO 8601): `PT1H30M`, `P2DT0.5S`.

use super::Span;

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

impl Span {
    /// The duration that Java's `Duration.parse` makes of a text; `None` where it makes none, or a negative one. What is
    /// finer than a microsecond is cut off.
    pub fn of_iso(text: &str) -> Option<Span> {
        let text = text.to_ascii_uppercase();
        let (negative, rest) = sign(&text);
        let (days, time) = match rest.strip_prefix('P')?.split_once('T') {
            Some((days, time)) => (days, Some(time)),
            None => (rest.strip_prefix('P')?, None),
        };
        // `P`, and `T` with nothing behind it, say nothing.
        if time.unwrap_or(days).is_empty() {
            return None;
        }
        let mut total = if days.is_empty() { 0 } else { amount(days.strip_suffix('D')?, 24 * HOUR)? };
        let mut rest = time.unwrap_or_default();
        for (unit, us) in [('H', HOUR), ('M', MINUTE)] {
            if let Some((number, after)) = rest.split_once(unit) {
                total = total.checked_add(amount(number, us)?)?;
                rest = after;
            }
        }
        if !rest.is_empty() {
            total = total.checked_add(seconds(rest.strip_suffix('S')?)?)?;
        }
        let total = if negative { total.checked_neg()? } else { total };
        u64::try_from(total).ok().map(Span::from_us)
    }

    /// As Java's `Duration` writes it.
    pub fn iso(self) -> String {
        let us = self.us();
        let (hours, minutes, rest) = (us / HOUR, us / MINUTE % 60, us % MINUTE);
        let mut text = String::from("PT");
        for (number, unit) in [(hours, 'H'), (minutes, 'M')] {
            if number > 0 {
                text.push_str(&format!("{number}{unit}"));
            }
        }
        let fraction = format!("{:06}", rest % SECOND);
        match fraction.trim_end_matches('0') {
            "" if rest == 0 && us > 0 => {}
            "" => text.push_str(&format!("{}S", rest / SECOND)),
            fraction => text.push_str(&format!("{}.{fraction}S", rest / SECOND)),
        }
        text
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// So many of a unit, in microseconds.
fn amount(text: &str, unit: u64) -> Option<i64> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount = digits.parse::<i64>().ok()?.checked_mul(unit as i64)?;
    Some(if negative { -amount } else { amount })
}

fn seconds(text: &str) -> Option<i64> {
    let Some(point) = text.find(['.', ',']) else { return amount(text, SECOND) };
    let (whole, fraction) = (amount(&text[..point], SECOND)?, &text[point + 1..]);
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let us = format!("{fraction:0<6}")[..6].parse::<i64>().ok()?;
    whole.checked_add(if text.starts_with('-') { -us } else { us })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_java_reads_is_read_and_written_as_java_writes_it() {
        for (text, written) in [
            ("PT1H", "PT1H"),
            ("pt90m", "PT1H30M"),
            ("P2D", "PT48H"),
            ("P1DT2H3M4.5S", "PT26H3M4.5S"),
            ("PT0S", "PT0S"),
            ("PT0.000250S", "PT0.00025S"),
            ("PT1.S", "PT1S"),
            ("PT-30M1H", "-"),
            ("PT1H-30M", "PT30M"),
            ("-PT-6S", "PT6S"),
        ] {
            let read = Span::of_iso(text).map(Span::iso);
            assert_eq!(read.as_deref().unwrap_or("-"), written, "{text}");
        }
    }

    #[test]
    fn what_java_does_not_read_is_not_read() {
        for text in ["", "P", "PT", "P1DT", "1H", "PT1", "P1H", "PT1S2M", "PT.5S", "-PT1H", "PT1.0000000001S"]
        {
            assert_eq!(Span::of_iso(text), None, "{text}");
        }
    }
}
