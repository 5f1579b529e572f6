//! Labels: the moment of the cut in UTC and the letter of the kind, `20260101-000030F`. What builds on a full carries
//! that full's label first: `20260101-000030F_20260101-001000I`.

use std::fmt;
use std::rc::Rc;

/// How far the newest label may lie ahead of the moment of a new backup, in seconds: the longest run. A run that starts
/// again may meet the labels of the one before; labels that lie further ahead come from a clock that is wrong.
pub const AHEAD_SECS_MAX: i64 = (crate::base::limit::RUN_MAX.us() / 1_000_000) as i64;

/// A label taken apart. Ordered by the moment of the backup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Whole seconds since 1970: the moment, moved forward to the next free second when it was taken.
    pub second: i64,
    /// `F`, `D` or `I`.
    pub letter: char,
    /// The label of the full that it builds on; `None` for a full.
    pub full: Option<Rc<str>>,
}

impl Label {
    /// Reads a label; `None` when `text` is not exactly one.
    pub fn parse(text: &str) -> Option<Label> {
        match text.split_once('_') {
            None => parse_stamp(text).filter(|&(_, letter)| letter == 'F').map(|(second, letter)| Label {
                second,
                letter,
                full: None,
            }),
            Some((full, own)) => {
                let (full_second, 'F') = parse_stamp(full)? else { return None };
                let (second, letter @ ('D' | 'I')) = parse_stamp(own)? else { return None };
                (second > full_second).then(|| Label { second, letter, full: Some(full.into()) })
            }
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(full) = &self.full {
            write!(f, "{full}_")?;
        }
        let (year, month, day) = civil(self.second.div_euclid(86_400));
        let of_day = self.second.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}{}", self.letter)
    }
}

/// `YYYYMMDD-HHMMSS` and a letter.
fn parse_stamp(text: &str) -> Option<(i64, char)> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'-' {
        return None;
    }
    let digits = |from: usize, to: usize| -> Option<i64> {
        bytes[from..to].iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    let (hour, minute, second) = (digits(9, 11)?, digits(11, 13)?, digits(13, 15)?);
    let days = days_of(year, month, day);
    let whole = civil(days) == (year, month, day) && hour < 24 && minute < 60 && second < 60;
    whole.then(|| (days * 86_400 + hour * 3600 + minute * 60 + second, char::from(bytes[15])))
}

/// Year, month and day of a number of days since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Days since 1970 of a date (Hinnant's `days_from_civil`); what is no date gives the days of another.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_the_moment_in_utc() {
        for (second, text) in [
            (1_767_225_630, "20260101-000030F"),
            (1_772_323_199, "20260228-235959F"),
            (1_772_323_200, "20260301-000000F"),
            (951_782_400, "20000229-000000F"),
        ] {
            let label = Label { second, letter: 'F', full: None };
            assert_eq!(label.to_string(), text);
            assert_eq!(Label::parse(text), Some(label));
        }
    }

    #[test]
    fn what_is_not_exactly_a_label_is_none() {
        for text in [
            "",
            "latest",
            "20260101-000030f",
            "20260101-000030I",
            "20260229-000000F",
            "20261301-000000F",
            "20260101-240000F",
            "20260101-000060F",
            "20260101 000030F",
            "+0260101-000030F",
            "20260101-000030F_20260101-000030D",
            "20260101-000030F_20260101-000040F",
            "20260101-000030F/../x",
        ] {
            assert_eq!(Label::parse(text), None, "{text}");
        }
        let text = "20260101-000030F_20260101-001000I";
        assert_eq!(Label::parse(text).expect("an incremental's label").to_string(), text);
    }
}
