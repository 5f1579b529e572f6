//! What members hold, in the order in which Kafka comes across it.

use crate::assign::target::Run;
use crate::base::java_order::{copied_set, grown, spread};
use crate::base::small;

/// Goes through targets; keeps its lists from one to the next.
#[derive(Default)]
pub(super) struct Reader {
    /// Topics of a target as ranges of its runs, to be sorted by bucket, then by place.
    topics: Vec<(u32, u32, u32)>,
    /// Numbers of a topic, to be sorted likewise.
    numbers: Vec<(u32, u32, i32)>,
}

impl Reader {
    /// The partitions of a target in the order of Kafka's map of topics and sets of numbers. `hash`: of a topic's id,
    /// spread.
    pub fn each(&mut self, runs: &[Run], hash: impl Fn(u32) -> u32, mut each: impl FnMut(u32, i32)) {
        if let [Run { topic, first, count: 1 }] = *runs {
            return each(topic, first);
        }
        self.topics.clear();
        let mut start = 0;
        for same in runs.chunk_by(|a, b| a.topic == b.topic) {
            self.topics.push((0, start, start + same.len() as u32));
            start += same.len() as u32;
        }
        let mask = grown(self.topics.len()) as u32 - 1;
        for topic in &mut self.topics {
            topic.0 = hash(runs[topic.1 as usize].topic) & mask;
        }
        small::sort_unstable(&mut self.topics);
        for at in 0..self.topics.len() {
            let (_, from, to) = self.topics[at];
            self.each_number(&runs[from as usize..to as usize], &mut each);
        }
    }

    /// The partitions of one topic in the order of a `HashSet` made of a list of them.
    pub fn each_number(&mut self, runs: &[Run], each: &mut impl FnMut(u32, i32)) {
        let (topic, count) = (runs[0].topic, runs.iter().map(|run| run.count as usize).sum::<usize>());
        let buckets = copied_set(count) as i32;
        let ascending = runs.is_sorted_by(|a, b| a.first + a.count <= b.first);
        if ascending && runs.last().is_some_and(|run| run.first >= 0 && run.first + run.count <= buckets) {
            // Each number is its own bucket.
            let numbers = runs.iter().flat_map(|run| run.first..run.first + run.count);
            return numbers.for_each(|number| each(topic, number));
        }
        self.numbers.clear();
        for number in runs.iter().flat_map(|run| run.first..run.first + run.count) {
            let bucket = spread(number) & (buckets as u32 - 1);
            self.numbers.push((bucket, self.numbers.len() as u32, number));
        }
        small::sort_unstable(&mut self.numbers);
        self.numbers.iter().for_each(|&(_, _, number)| each(topic, number));
    }
}
