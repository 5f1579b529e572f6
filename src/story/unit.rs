//! Quantities with their units: `250ms`, `200/s`, `64B`, `1KiB`, `0.05`. All are exact integers.

use crate::base::Span;

/// What a duration must look like.
pub const A_DURATION: &str = "a duration such as 250ms, 45s, 2m or 1h";
/// What a rate must look like.
pub const A_RATE: &str = "a rate such as 200/s";
/// What a size must look like.
pub const A_SIZE: &str = "a size such as 64B, 1KiB or 1MiB";
/// What a probability must look like.
pub const A_PROBABILITY: &str = "a probability between 0 and 1 such as 0.05";

/// A duration. Fractions are read when they are whole microseconds.
pub fn span(text: &str) -> Option<Span> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(digits);
    let us = match unit {
        "us" => 1,
        "ms" => 1000,
        "s" => 1_000_000,
        "m" => 60_000_000,
        "h" => 3_600_000_000,
        _ => return None,
    };
    decimal(number, us).map(Span::from_us)
}

/// Records a second, in thousandths.
pub fn rate_milli(text: &str) -> Option<u64> {
    decimal(text.strip_suffix("/s")?, 1000)
}

/// The canonical text of a rate in thousandths a second.
pub fn rate_text(milli: u64) -> String {
    format!("{}/s", decimal_text(milli, 1000))
}

/// A size in bytes.
pub fn size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let bytes = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    integer(number)?.checked_mul(bytes)
}

/// The canonical text of a size: the largest unit that says it exactly.
pub fn size_text(bytes: u64) -> String {
    match bytes {
        0 => "0B".to_owned(),
        b if b % (1 << 30) == 0 => format!("{}GiB", b >> 30),
        b if b % (1 << 20) == 0 => format!("{}MiB", b >> 20),
        b if b % (1 << 10) == 0 => format!("{}KiB", b >> 10),
        b => format!("{b}B"),
    }
}

/// A probability in millionths.
pub fn probability_ppm(text: &str) -> Option<u32> {
    decimal(text, 1_000_000).filter(|&ppm| ppm <= 1_000_000).map(|ppm| ppm as u32)
}

/// The canonical text of a probability in millionths.
pub fn probability_text(ppm: u32) -> String {
    decimal_text(u64::from(ppm), 1_000_000)
}

/// Digits and nothing else.
pub fn integer(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `number × scale`, when `number` is a plain decimal fraction and the product a whole number of 64 bits.
fn decimal(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let fraction = fraction.trim_end_matches('0').to_owned() + "0";
    if whole.is_empty() || fraction.len() > 12 || number.ends_with('.') {
        return None;
    }
    let whole = integer(whole)?.checked_mul(scale)?;
    let part = u128::from(integer(&fraction)?) * u128::from(scale);
    let divisor = 10u128.pow(fraction.len() as u32);
    (part % divisor == 0).then(|| whole.checked_add((part / divisor) as u64))?
}

/// `value ÷ scale` as a plain decimal fraction; `scale` is a power of ten.
fn decimal_text(value: u64, scale: u64) -> String {
    let digits = scale.ilog10() as usize;
    let text = format!("{}.{:0digits$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        for (text, us) in [
            ("250ms", Some(250_000)),
            ("45s", Some(45_000_000)),
            ("4500ms", Some(4_500_000)),
            ("1.5s", Some(1_500_000)),
            ("0.5ms", Some(500)),
            ("2m", Some(120_000_000)),
            ("1h", Some(3_600_000_000)),
            ("0s", Some(0)),
            ("0.0000001s", None),
            ("45", None),
            ("s", None),
            ("4 5s", None),
            ("-1s", None),
            ("1.s", None),
            (".5s", None),
            ("1e3s", None),
            ("99999999999999999999h", None),
            ("", None),
        ] {
            assert_eq!(span(text).map(Span::us), us, "{text}");
        }
    }

    #[test]
    fn rates_sizes_and_probabilities_have_their_units() {
        assert_eq!(rate_milli("200/s"), Some(200_000));
        assert_eq!(rate_milli("0.5/s"), Some(500));
        assert_eq!(rate_milli("200/m"), None);
        assert_eq!(rate_milli("200"), None);
        assert_eq!((rate_text(200_000), rate_text(500)), ("200/s".to_owned(), "0.5/s".to_owned()));
        assert_eq!((size("64B"), size("1KiB"), size("64"), size("1kb")), (Some(64), Some(1024), None, None));
        assert_eq!((size_text(64), size_text(1 << 20)), ("64B".to_owned(), "1MiB".to_owned()));
        assert_eq!((probability_ppm("0.05"), probability_ppm("1.5")), (Some(50_000), None));
        assert_eq!(
            (probability_text(50_000), probability_text(1_000_000)),
            ("0.05".to_owned(), "1".to_owned())
        );
    }
}
