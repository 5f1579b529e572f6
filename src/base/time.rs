//! Virtual time: microseconds since the start of a run. Nothing in the library reads a wall clock.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

/// The wall clock at virtual time 0, in milliseconds since 1970: 2026-01-01T00:00:00Z.
pub const EPOCH_MS: i64 = 1_767_225_600_000;

/// A moment of a run, in microseconds since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of virtual time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than every moment of a run.
    pub const MAX: Time = Time(u64::MAX);

    /// The moment so many microseconds after the start.
    pub const fn from_us(us: u64) -> Time {
        Time(us)
    }

    /// The moment so many milliseconds after the start.
    pub const fn from_ms(ms: u64) -> Time {
        Time(ms * 1000)
    }

    /// Microseconds since the start.
    pub const fn us(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the start.
    pub const fn ms(self) -> u64 {
        self.0 / 1000
    }

    /// The wall clock of this moment in milliseconds since 1970, as records and commits carry it.
    pub const fn timestamp_ms(self) -> i64 {
        EPOCH_MS + (self.0 / 1000) as i64
    }

    /// The wall clock so long before this moment, in milliseconds since 1970.
    pub const fn timestamp_ms_before(self, span: Span) -> i64 {
        EPOCH_MS + (self.0 as i64).saturating_sub_unsigned(span.0).div_euclid(1000)
    }

    /// How long after `earlier` this is; zero when it is before.
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time.
    pub const ZERO: Span = Span(0);

    /// So many microseconds.
    pub const fn from_us(us: u64) -> Span {
        Span(us)
    }

    /// So many milliseconds.
    pub const fn from_ms(ms: u64) -> Span {
        Span(ms * 1000)
    }

    /// So many seconds.
    pub const fn from_secs(secs: u64) -> Span {
        Span(secs * 1_000_000)
    }

    /// In microseconds.
    pub const fn us(self) -> u64 {
        self.0
    }

    /// In whole milliseconds.
    pub const fn ms(self) -> u64 {
        self.0 / 1000
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Span;
    fn mul(self, times: u64) -> Span {
        Span(self.0.saturating_mul(times))
    }
}

/// The canonical text of a length of time: the largest of `s`, `ms`, `us` that says it exactly.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us % 1_000_000 == 0 => write!(f, "{}s", us / 1_000_000),
            us if us % 1000 == 0 => write!(f, "{}ms", us / 1000),
            us => write!(f, "{us}us"),
        }
    }
}

/// A moment is written like the length of time since the start.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_in_its_largest_exact_unit() {
        for (us, text) in
            [(0, "0s"), (45_000_000, "45s"), (4_500_000, "4500ms"), (250, "250us"), (60_000_000, "60s")]
        {
            assert_eq!(Span::from_us(us).to_string(), text);
        }
    }

    #[test]
    fn time_zero_is_the_first_of_january_2026() {
        assert_eq!(Time::ZERO.timestamp_ms(), 1_767_225_600_000);
        assert_eq!(Time::from_ms(1500).timestamp_ms(), 1_767_225_601_500);
    }
}
