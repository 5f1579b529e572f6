//! How fast virtual time goes: whole milliseconds, so that every moment shown can be reached by other means too.

use crate::base::{Span, Time};

/// Turns the page's clock into virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Virtual milliseconds in a second of the page's clock.
    speed: u32,
    /// The part of a virtual millisecond that is left over, in nanoseconds.
    rest_ns: u64,
}

impl Pace {
    /// At most so many milliseconds of the page's clock count between two frames: after a longer pause (a hidden tab)
    /// time goes on where it stood.
    const FRAME_MS_MAX: f64 = 100.0;

    /// A pace of so many virtual milliseconds a second.
    pub fn new(speed: u32) -> Pace {
        Pace { speed, rest_ns: 0 }
    }

    /// Where virtual time should be after `elapsed_ms` of the page's clock. What does not make a whole millisecond is
    /// kept for the next frame.
    pub fn target(&mut self, now: Time, elapsed_ms: f64) -> Time {
        let elapsed_us = (elapsed_ms.clamp(0.0, Self::FRAME_MS_MAX) * 1000.0).round() as u64;
        let virtual_ns = elapsed_us * u64::from(self.speed) + self.rest_ns;
        self.rest_ns = virtual_ns % 1_000_000;
        // From within a millisecond (after a step) on to the next whole one.
        Time::from_ms(now.ms()) + Span::from_ms(virtual_ns / 1_000_000)
    }

    /// Gives up what could not be done in time: the next frame starts from where the run is.
    pub fn forget(&mut self) {
        self.rest_ns = 0;
    }
}

/// The end of the next slice on the way from `now` to `target`: a sixteenth of it, but at least 20 ms.
pub fn slice(now: Time, target: Time) -> Time {
    let length = Span::from_ms((target.since(now).ms() / 16).max(20));
    Time::from_ms((now + length).ms()).min(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_millisecond_add_up() {
        let mut pace = Pace::new(100);
        let mut now = Time::ZERO;
        for _ in 0..60 {
            now = pace.target(now, 16.5);
        }
        assert_eq!(now, Time::from_ms(99));
    }

    #[test]
    fn a_hidden_tab_does_not_jump() {
        assert_eq!(Pace::new(1000).target(Time::ZERO, 3_600_000.0), Time::from_ms(100));
    }

    #[test]
    fn slices_end_at_the_target() {
        let target = Time::from_ms(16_000);
        let mut now = Time::from_us(500);
        let mut slices = 0;
        while now < target {
            let next = slice(now, target);
            assert!(next > now);
            now = next;
            slices += 1;
        }
        assert_eq!(now, target);
        assert!(slices < 200, "{slices}");
    }
}
