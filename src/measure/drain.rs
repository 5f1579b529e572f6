//! How long a peak of lag took to go away: from the largest lag of the run to the first sample that is no larger than
//! the median of all samples before the peak.

use crate::base::{Span, Time};
use crate::sim::trace::Samples;

/// The drain of the highest peak; `None` without a peak, or while the lag is not back.
pub(super) fn drain(samples: &Samples, group: Option<u32>) -> Option<Span> {
    let (peak, _) = samples.peak(group)?;
    let said =
        |from, to| samples.within(from, to).filter_map(move |(at, sample)| Some((at, sample.said(group)?)));
    let mut before: Vec<i64> =
        said(Time::ZERO, peak).filter(|(at, _)| *at < peak).map(|(_, said)| said).collect();
    let middle = before.len() / 2;
    let usual = if before.is_empty() { 0 } else { *before.select_nth_unstable(middle).1 };
    let (back, _) = said(peak, Time::MAX).find(|(at, said)| *at > peak && *said <= usual)?;
    Some(back.since(peak))
}
