//! The ramp of lag: seven levels, more lag, more contrast with the page.

/// The classes of the seven levels, from none to most.
pub const LEVELS: [&str; 7] = ["l0", "l1", "l2", "l3", "l4", "l5", "l6"];

/// The level of `unread` records where `most` is the largest number shown: 0 only for none, then even steps.
pub fn level(unread: i64, most: i64) -> usize {
    if unread <= 0 {
        return 0;
    }
    // A picture in which at most a handful is unread stays pale: the ramp never starts below 100 records.
    let most = most.max(100);
    let steps = LEVELS.len() as i64 - 1;
    let share = |n: i64| n / (most / (1 << 32) + 1);
    (1 + share(unread.min(most) - 1) * steps / share(most)).min(steps) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_none_and_the_most_is_the_darkest() {
        for (unread, most, want) in [
            (0, 0, 0),
            (1, 600, 1),
            (100, 600, 1),
            (101, 600, 2),
            (600, 600, 6),
            (9, 9, 1),
            (i64::MAX, i64::MAX, 6),
        ] {
            assert_eq!(level(unread, most), want, "{unread} of {most}");
        }
    }
}
