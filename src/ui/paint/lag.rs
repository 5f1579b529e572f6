//! Lag of all groups together: what monitors say, and what is unread in truth.

use super::{Window, number};
use crate::session::view::{LagPoint, TimeView};

/// The curves in a plot of 1000 by 100, and the rules at round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct LagCurves {
    /// Number and height of each rule, in percent from the top.
    pub rules: Vec<(i64, f64)>,
    /// The area under the truth.
    pub area: String,
    /// The line of the truth.
    pub truth: String,
    /// The line of what monitors say.
    pub said: String,
}

/// The curves of a view.
pub fn curves(view: &TimeView) -> LagCurves {
    let window = Window { from: view.from, to: view.to };
    let step = rule_step(view.lag_max);
    let top = (view.lag_max.max(1) + step - 1) / step * step;
    // Some room above the highest rule, a little below zero.
    let y = |n: i64| 96.0 - n as f64 * 88.0 / top as f64;
    let line = |value: fn(&LagPoint) -> i64| {
        let mut path = String::new();
        for point in &view.lag {
            let letter = if path.is_empty() { 'M' } else { 'L' };
            path.push_str(&format!(
                "{letter}{} {}",
                number(window.x(point.at) * 10.0),
                number(y(value(point)))
            ));
        }
        path
    };
    let truth = line(|point| point.unread);
    let zero = number(y(0));
    let area = match (view.lag.first(), view.lag.last()) {
        (Some(first), Some(last)) => {
            format!(
                "{truth}L{} {zero}L{} {zero}z",
                number(window.x(last.at) * 10.0),
                number(window.x(first.at) * 10.0)
            )
        }
        _ => String::new(),
    };
    let rules = (0..=top / step).map(|i| (i * step, y(i * step))).collect();
    LagCurves { rules, area, truth, said: line(|point| point.said) }
}

/// Distance of rules: a round number that gives two to four of them.
fn rule_step(most: i64) -> i64 {
    let mut power: i64 = 10;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step.saturating_mul(4) >= most || power > i64::MAX / 20 {
                return step;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_at_round_numbers() {
        for (most, want) in
            [(0, 10), (39, 10), (1502, 500), (1_000_000, 500_000), (i64::MAX, 500_000_000_000_000_000 * 10)]
        {
            let step = rule_step(most);
            assert!(step == want || most == i64::MAX && step > 0, "{most} gives {step}");
        }
    }
}
