//! What a restore in place takes out of a log, and what it brings back.

use super::restore::RestoredTopic;
use super::snapshot::TopicSnapshot;
use crate::log::Partition;
use crate::log::batch::Header;
use crate::log::config::Policy;

/// Of a partition: records that are there now and will not be, and those that are not there and will be.
///
/// Of the same topic both logs are the same up to where their batches begin to differ. Compaction makes others of the same
/// records, so that in a compacted log the offsets say what is there.
pub fn between(now: Option<&TopicSnapshot<'_>>, restored: &RestoredTopic, id: i32) -> (u64, u64) {
    let log = &restored.partitions[id as usize];
    let count = |of: &Partition, from| of.count_between(from, of.end());
    let Some((topic, present)) = now.and_then(|now| Some((now, *now.partitions.get(id as usize)?))) else {
        return (0, count(log, log.log_start()));
    };
    if Some(topic.id) != restored.id {
        return (count(present, present.log_start()), count(log, log.log_start()));
    }
    let start = present.log_start().max(log.log_start());
    let compacted = [&topic.config, &restored.config].iter().any(|config| Policy::of(config).compact);
    let parted = if compacted { present.end().min(log.end()) } else { parting(present, log, start) };
    // What one log lost at its head is in the other.
    let head = |of: &Partition| of.count_between(of.log_start(), start);
    (head(present) + count(present, parted), head(log) + count(log, parted))
}

/// The first offset from `start` on at which two logs differ: batches are told from others by their checksums.
fn parting(a: &Partition, b: &Partition, start: i64) -> i64 {
    let mut batches: Vec<(i64, u32)> = Vec::new();
    let crc = |whole: &[u8]| Header::read(whole).expect("a log's batches are sound").crc;
    a.for_each_batch(|first, last, whole| {
        if last >= start {
            batches.push((first, crc(whole)));
        }
    });
    let (mut known, mut parted) = (batches.iter().peekable(), None);
    b.for_each_batch(|first, last, whole| {
        if last >= start && parted.is_none() && known.next_if(|of| **of == (first, crc(whole))).is_none() {
            parted = Some(first);
        }
    });
    let next = known.next().map(|(first, _)| *first);
    let parted = parted.into_iter().chain(next).min();
    parted.unwrap_or(a.end().max(b.end())).max(start)
}
