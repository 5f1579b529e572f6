//! Lag over time, sampled at fixed steps of virtual time.
//!
//! The step starts at a quarter of a second. When a long run or a wide world would need too much memory, every second
//! sample is dropped and the step doubles; the peak is kept beside, so thinning never loses it.

use crate::base::{Map, Span, Time};
use std::rc::Rc;

/// The first step.
const STEP: Span = Span::from_ms(250);
/// Values kept before thinning: 8 bytes each.
const VALUES_MAX: u64 = 2_000_000;
/// Samples kept before thinning.
const SAMPLES_MAX: u64 = 20_000;
/// Samples that lie together; full ones are shared by copies.
const SHELF: usize = 256;

/// Whose unread records a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesOf {
    /// The group's place.
    pub group: u32,
    /// The log's place.
    pub log: u32,
}

/// One sample.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sample {
    /// `end - committed` of each group, by its place, as monitors say it; `None` before the first commit.
    pub said: Rc<[Option<i64>]>,
    /// Records that nobody has processed, for each column; columns were only ever added at the end.
    pub unread: Rc<[i64]>,
}

impl Sample {
    /// `end - committed` of all groups, or of the one at a place.
    pub fn said(&self, group: Option<u32>) -> Option<i64> {
        match group {
            Some(place) => self.said.get(place as usize).copied().flatten(),
            None => self.said.iter().flatten().copied().reduce(|a, b| a + b),
        }
    }
}

/// All samples.
#[derive(Clone, Debug)]
pub struct Samples {
    step: Span,
    full: Vec<Rc<[Sample]>>,
    newest: Vec<Sample>,
    columns: Vec<SeriesOf>,
    places: Map<SeriesOf, u32>,
    values: u64,
    next: Time,
    /// For all groups together, and then for each group.
    peaks: Vec<Option<(Time, i64)>>,
}

impl Default for Samples {
    fn default() -> Samples {
        Samples {
            step: STEP,
            full: Vec::new(),
            newest: Vec::new(),
            columns: Vec::new(),
            places: Map::new(),
            values: 0,
            next: Time::ZERO,
            peaks: Vec::new(),
        }
    }
}

impl Samples {
    /// When the next sample is to be taken.
    pub(in crate::sim) fn next(&self) -> Time {
        self.next
    }

    /// The column of a group's partition.
    pub fn column(&self, of: SeriesOf) -> Option<u32> {
        self.places.get(&of).copied()
    }

    /// Adds a column.
    pub(in crate::sim) fn add_column(&mut self, of: SeriesOf) {
        self.places.insert(of, self.columns.len() as u32);
        self.columns.push(of);
    }

    /// Takes in the sample of the moment that was due.
    pub(in crate::sim) fn push(&mut self, sample: Sample) {
        self.peaks.resize(self.peaks.len().max(sample.said.len() + 1), None);
        for (place, peak) in self.peaks.iter_mut().enumerate() {
            let said = sample.said(place.checked_sub(1).map(|group| group as u32));
            if let Some(said) = said
                && peak.is_none_or(|(_, largest)| said > largest)
            {
                *peak = Some((self.next, said));
            }
        }
        self.values += size(&sample);
        self.newest.push(sample);
        self.next += self.step;
        if self.newest.len() == SHELF {
            self.full.push(std::mem::take(&mut self.newest).into());
        }
        if self.values > VALUES_MAX || self.len() > SAMPLES_MAX {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let kept: Vec<Sample> = self.iter().step_by(2).map(|(_, sample)| sample.clone()).collect();
        self.step = self.step * 2;
        self.values = kept.iter().map(size).sum();
        self.next = Time::ZERO + self.step * kept.len() as u64;
        self.newest.clear();
        self.full.clear();
        for chunk in kept.chunks(SHELF) {
            if chunk.len() == SHELF {
                self.full.push(chunk.into());
            } else {
                self.newest = chunk.to_vec();
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        (self.full.len() * SHELF + self.newest.len()) as u64
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time between two samples.
    pub fn step(&self) -> Span {
        self.step
    }

    /// The largest `said` of all samples ever taken, thinned out or not, and when it was: of all groups together or of
    /// the one at a place.
    pub fn peak(&self, group: Option<u32>) -> Option<(Time, i64)> {
        self.peaks.get(group.map_or(0, |place| place as usize + 1)).copied().flatten()
    }

    /// What the columns hold.
    pub fn columns(&self) -> &[SeriesOf] {
        &self.columns
    }

    /// All samples with their times, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Time, &Sample)> {
        self.range(0, self.len())
    }

    /// The samples within a window, ends included, with their times.
    pub fn within(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, &Sample)> {
        let step = self.step.us();
        self.range(from.us().div_ceil(step), (to.us() / step + 1).min(self.len()))
    }

    fn range(&self, from: u64, to: u64) -> impl Iterator<Item = (Time, &Sample)> {
        (from..to).map(|number| {
            let at = number as usize;
            let sample = match self.full.get(at / SHELF) {
                Some(shelf) => &shelf[at % SHELF],
                None => &self.newest[at - self.full.len() * SHELF],
            };
            (Time::ZERO + self.step * number, sample)
        })
    }
}

fn size(sample: &Sample) -> u64 {
    (sample.said.len() + sample.unread.len()) as u64 + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_every_second_sample_and_the_peak() {
        let mut samples = Samples::default();
        for i in 0..=SAMPLES_MAX as i64 {
            assert_eq!(samples.next(), Time::ZERO + STEP * i as u64);
            let said = Some(if i == 4001 { 9 } else { 1 });
            samples.push(Sample { said: [said, None].into(), unread: [i].into() });
        }
        assert_eq!(samples.step(), STEP * 2);
        assert!(samples.iter().all(|(at, sample)| at == Time::ZERO + STEP * sample.unread[0] as u64));
        let peak = Some((Time::ZERO + STEP * 4001, 9));
        assert_eq!((samples.peak(None), samples.peak(Some(0)), samples.peak(Some(1))), (peak, peak, None));
        assert_eq!(samples.next(), Time::ZERO + samples.step() * samples.len());
        let window: Vec<i64> = samples
            .within(Time::from_ms(600), Time::from_ms(1500))
            .map(|(_, sample)| sample.unread[0])
            .collect();
        assert_eq!(window, [4, 6]);
    }
}
