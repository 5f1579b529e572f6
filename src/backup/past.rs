//! What a world remembers of its past for backups: every commit, and where the logs ended at regular moments.
//!
//! A full backup holds one moment. An incremental or differential one adds what is remembered since its prior, so that
//! every moment between the two can be restored. A restore is a new beginning: what was before it belongs to a state
//! that is no more.

use super::offsets::Commit;
use crate::base::{Map, Time};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// The first distance of two points, in milliseconds; it doubles when there would be too many.
const STEP_MS: u64 = 1000;
/// Points that are kept.
const POINTS_MAX: usize = 4096;
/// End offsets of all points together.
const ENDS_MAX: usize = 1 << 20;
/// Commits that are kept; beyond, the older half becomes what it came to.
const COMMITS_MAX: usize = 1 << 18;
/// Commits that lie together; full shelves are shared by copies.
const SHELF: usize = 512;

/// Where the logs ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Everything that was appended up to and including this moment counts; milliseconds since 1970.
    pub clock_ms: i64,
    /// By the places of the logs; a log of a later place did not exist.
    pub ends: Rc<[i64]>,
}

/// The past.
#[derive(Clone, Debug)]
pub struct Past {
    /// Moments from here on are known, in milliseconds since 1970.
    since_ms: i64,
    full: Vec<Rc<[Commit]>>,
    newest: Vec<Commit>,
    points: Vec<Point>,
    step_ms: u64,
    next: Time,
}

impl Default for Past {
    fn default() -> Past {
        Past {
            since_ms: Time::ZERO.timestamp_ms(),
            full: Vec::new(),
            newest: Vec::new(),
            points: Vec::new(),
            step_ms: STEP_MS,
            next: Time::ZERO,
        }
    }
}

impl Past {
    /// Everything before `now` is forgotten.
    pub fn restart(&mut self, now: Time) {
        let next = self.next;
        *self = Past { since_ms: now.timestamp_ms(), next, ..Past::default() };
    }

    /// Remembers a commit, or that it was dropped.
    pub fn commit(&mut self, commit: Commit) {
        self.newest.push(commit);
        if self.newest.len() == SHELF {
            self.full.push(std::mem::take(&mut self.newest).into());
            if self.full.len() * SHELF >= COMMITS_MAX {
                self.forget();
            }
        }
    }

    /// When the next point is due: as soon as something happens after it.
    pub fn next(&self) -> Time {
        self.next
    }

    /// The point that was due.
    pub fn point(&mut self, ends: impl Iterator<Item = i64>) {
        let ends: Rc<[i64]> = ends.collect();
        let same = self.points.last().filter(|last| last.ends == ends).map(|last| last.ends.clone());
        let ends = same.unwrap_or(ends);
        self.points.push(Point { clock_ms: self.next.timestamp_ms(), ends });
        let values: usize = self.points.last().map_or(0, |last| last.ends.len()) * self.points.len();
        if self.points.len() > 2 && (self.points.len() > POINTS_MAX || values > ENDS_MAX) {
            let mut odd = false;
            self.points.retain(|_| {
                odd = !odd;
                odd
            });
            self.step_ms *= 2;
        }
        self.next = Time::from_ms((self.next.ms() / self.step_ms + 1) * self.step_ms);
    }

    /// Moments from here on are known, in milliseconds since 1970.
    pub fn since_ms(&self) -> i64 {
        self.since_ms
    }

    /// The points between two moments, neither included.
    pub fn points_between(&self, from_ms: i64, to_ms: i64) -> impl Iterator<Item = &Point> {
        let first = self.points.partition_point(|point| point.clock_ms <= from_ms);
        self.points[first..].iter().take_while(move |point| point.clock_ms < to_ms)
    }

    /// All commits, oldest first.
    pub fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.full.iter().flat_map(|shelf| shelf.iter()).chain(&self.newest)
    }

    /// The older half of the commits becomes what it came to.
    fn forget(&mut self) {
        let half = self.full.len() / 2;
        let mut last: Map<(Rc<str>, Rc<str>, i32), Commit> = Map::new();
        for commit in self.full.drain(..half).flat_map(|shelf| shelf.to_vec()) {
            self.since_ms = self.since_ms.max(commit.commit_ms + 1);
            last.insert((commit.group.clone(), commit.topic.clone(), commit.partition), commit);
        }
        let kept: Vec<Commit> = last.into_values().filter(|commit| commit.committed.is_some()).collect();
        self.full.insert(0, kept.into());
    }
}

/// Nothing of it decides what happens next, and all of it follows from what the state hash covers already.
impl Hash for Past {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::offsets::Committed;

    fn commit(commit_ms: i64, partition: i32) -> Commit {
        let committed = Some(Committed { offset: commit_ms, metadata: "".into() });
        Commit { commit_ms, group: "g".into(), topic: "t".into(), partition, committed }
    }

    #[test]
    fn points_are_thinned_and_stay_regular() {
        let mut past = Past::default();
        for i in 0..20_000 {
            past.point([i, 2 * i].into_iter());
        }
        assert!(past.points.len() <= POINTS_MAX && past.points.len() > POINTS_MAX / 4);
        for pair in past.points.windows(2) {
            assert_eq!(pair[1].clock_ms - pair[0].clock_ms, past.step_ms as i64);
        }
        let first = past.points[0].clock_ms;
        let between: Vec<i64> =
            past.points_between(first, first + 3 * past.step_ms as i64).map(|p| p.clock_ms).collect();
        assert_eq!(between, [first + past.step_ms as i64, first + 2 * past.step_ms as i64]);
    }

    #[test]
    fn old_commits_become_what_they_came_to() {
        let mut past = Past::default();
        let start = past.since_ms();
        for i in 0..COMMITS_MAX as i64 {
            past.commit(commit(start + i, (i % 7) as i32));
        }
        assert_eq!(past.commits().count(), COMMITS_MAX / 2 + 7);
        assert_eq!(past.since_ms(), start + COMMITS_MAX as i64 / 2);
        let last = past.commits().last().expect("many").commit_ms;
        assert_eq!(last, start + COMMITS_MAX as i64 - 1);
        past.restart(Time::from_ms(5));
        assert_eq!((past.commits().count(), past.since_ms()), (0, start + 5));
    }
}
