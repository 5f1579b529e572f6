//! Questions about topics, partitions and their records.

use super::{FirstDelivered, LineFacts, PartitionFacts, RangeFacts, RangeKind, TopicFacts, TransactionFacts};
use crate::base::time::EPOCH_MS;
use crate::base::{Time, Uuid, small};
use crate::log::Partition;
use crate::log::config::CONFIGS;
use crate::log::partition::OpenTransaction;
use crate::sim::World;
use crate::sim::progress::{First, Progress};
use std::rc::Rc;

/// Characters of a key that are shown.
const KEY_CHARS: usize = 80;
/// Characters of a value that are shown.
const VALUE_CHARS: usize = 200;

impl World {
    /// The topic with this id.
    pub fn topic_with(&self, id: Uuid) -> Option<&Rc<str>> {
        self.core.topic_named(id)
    }

    /// All topics, by name.
    pub fn topics(&self) -> Vec<TopicFacts> {
        let facts = |(name, topic): (&Rc<str>, &crate::sim::core::Topic)| TopicFacts {
            name: name.clone(),
            partitions: topic.logs.len() as i32,
            rate_milli: self.rate(name),
            groups: self.readers(name),
        };
        self.core.topics.iter().map(facts).collect()
    }

    /// What a topic is set to that is not Kafka's default, in the order of Kafka's table.
    pub fn configs(&self, topic: &str) -> Vec<(&'static str, Rc<str>)> {
        let Some(of) = self.core.topics.get(topic) else { return Vec::new() };
        let set = CONFIGS.iter().filter_map(|config| Some((config, of.config.get(config.name)?)));
        let differs = set.filter(|(config, value)| ***value != *config.default);
        differs.map(|(config, value)| (config.name, value.clone())).collect()
    }

    /// The racks of a partition's replicas, the leader's first; `None` when its brokers have none.
    pub fn racks(&self, topic: &str, partition: i32) -> Option<&[Rc<str>]> {
        let of = self.core.topics.get(topic)?.racks.as_ref()?;
        of.get(usize::try_from(partition).ok()?).map(|racks| &racks[..])
    }

    fn rate(&self, topic: &Rc<str>) -> u64 {
        let sending = self.producers.iter().filter(|producer| producer.topic == *topic && producer.sends());
        sending.map(|producer| producer.rate_milli).sum()
    }

    /// The groups that have a consumer subscribed to a topic, or offsets of it.
    fn readers(&self, topic: &Rc<str>) -> Vec<Rc<str>> {
        let logs = &self.core.topics[topic].logs;
        let reads = |place: usize| {
            let subscribed =
                self.consumers.iter().any(|of| of.group as usize == place && of.topics.contains(topic));
            let touched = |log: &u32| {
                let progress = self.core.progress_of(place as u32, *log);
                progress.is_some_and(|progress| progress.committed.is_some() || !progress.owners.is_empty())
            };
            subscribed || logs.iter().any(touched)
        };
        let groups = self.core.groups.iter().enumerate();
        let mut readers: Vec<Rc<str>> =
            groups.filter(|(place, _)| reads(*place)).map(|(_, group)| group.name.clone()).collect();
        small::sort(&mut readers);
        readers
    }

    /// A partition as `group` sees it (`None`: as nobody sees it). `None` when there is no such partition.
    pub fn partition(&self, topic: &str, partition: i32, group: Option<&str>) -> Option<PartitionFacts> {
        let log = self.core.log_of(topic, partition)?;
        let of = &self.core.logs[log as usize];
        let data = &of.data;
        let group = group.and_then(|name| self.core.group_of(name));
        let share = group.and_then(|group| self.core.shares.partitions.get(&(group, log)));
        let progress = group.and_then(|group| self.core.progress_of(group, log));
        let owner = progress.and_then(|progress| progress.owners.last());
        let committed = progress.and_then(|progress| progress.committed);
        let records = data.count_between(data.log_start(), data.end());
        Some(PartitionFacts {
            topic: self.core.logs[log as usize].name.topic.clone(),
            partition,
            group: group.map(|group| self.core.groups[group as usize].name.clone()),
            owner: owner.map(|owner| self.core.consumers[owner.consumer as usize].clone()),
            unowned_since: progress.and_then(|progress| progress.unowned_since),
            log_start: data.log_start(),
            high_watermark: data.high_watermark(),
            last_stable: data.last_stable_offset(),
            open_transactions: data.open_transactions().map(|of| self.transaction(of)).collect(),
            end: data.end(),
            committed,
            position: progress.and_then(|progress| progress.position),
            lag: committed.map(|committed| (data.end() - committed).max(0)),
            unread: match (progress, share) {
                (_, Some(share)) => share.unread(data.end()),
                (Some(progress), _) => of.unread(progress),
                (None, _) => records as i64,
            },
            leader_epoch: data.leader_epoch(),
            records,
            bytes: data.byte_count(),
            batches: data.batch_count(),
        })
    }

    fn transaction(&self, of: OpenTransaction) -> TransactionFacts {
        let known = self.core.transactions.of_producer(of.producer_id);
        TransactionFacts {
            producer_id: of.producer_id,
            known: known.map(|(name, since)| (name.clone(), since)),
            first_offset: of.first_offset,
        }
    }

    /// Ranges of a partition's offsets as `group` made them, in order of their first offsets and without overlap.
    pub fn ranges(&self, topic: &str, partition: i32, group: &str) -> Vec<RangeFacts> {
        let Some(log) = self.core.log_of(topic, partition) else { return Vec::new() };
        let data = &self.core.logs[log as usize].data;
        let progress = self.core.group_of(group).and_then(|group| self.core.progress_of(group, log));
        ranges(data, progress.unwrap_or(&Progress::default()))
    }

    /// The newest records of a partition, oldest first, at most `count`.
    pub fn records(&self, topic: &str, partition: i32, count: u32) -> Vec<LineFacts> {
        let Some(log) = self.core.log_of(topic, partition) else { return Vec::new() };
        let data = &self.core.logs[log as usize].data;
        let mut lines = Vec::new();
        let mut offset = (data.end() - i64::from(count)).max(data.log_start());
        while let Some(found) = data.next_offset_at_or_after(offset) {
            let at = data.timestamp_at(found).unwrap_or(EPOCH_MS);
            let at = Time::from_ms((at - EPOCH_MS).max(0) as u64);
            lines.extend(self.line(log, found, at, false));
            offset = found + 1;
        }
        lines
    }

    /// A record made printable; `None` when the log holds it no more.
    pub(super) fn line(&self, log: u32, offset: i64, at: Time, again: bool) -> Option<LineFacts> {
        let of = &self.core.logs[log as usize];
        let record = of.data.record_at(offset);
        let text = |bytes: &Option<Rc<[u8]>>, chars| bytes.as_ref().map(|bytes| printable(bytes, chars));
        Some(LineFacts {
            at,
            topic: of.name.topic.clone(),
            partition: of.name.partition,
            offset,
            key: record.as_ref().and_then(|record| text(&record.key, KEY_CHARS)),
            value: record.as_ref().and_then(|record| text(&record.value, VALUE_CHARS)),
            again,
            delivery: None,
        })
    }

    /// The first record that `group` was given of a partition since the last restore.
    pub fn first_delivered_after_restore(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
    ) -> Option<FirstDelivered> {
        let log = self.core.log_of(topic, partition)?;
        let progress = self.core.progress_of(self.core.group_of(group)?, log)?;
        let First::Delivered(offset, consumer) = progress.first else { return None };
        Some(FirstDelivered { offset, consumer: self.core.consumers[consumer as usize].clone() })
    }

    /// A partition's log.
    pub fn log(&self, topic: &str, partition: i32) -> Option<&Partition> {
        Some(&self.core.logs[self.core.log_of(topic, partition)? as usize].data)
    }
}

/// Every offset of the log in one range: what was read again or passed over wins over what was read.
fn ranges(data: &Partition, progress: &Progress) -> Vec<RangeFacts> {
    let (start, end) = (data.log_start(), data.end());
    let committed = progress.committed.unwrap_or(start);
    let base = progress.base(start);
    let mut cuts: Vec<i64> = vec![start, end, committed.clamp(start, end), base.clamp(start, end)];
    for (from, to) in progress.seen.within(start, end).chain(progress.again.within(start, end)) {
        cuts.extend([from, to]);
    }
    small::sort_unstable(&mut cuts);
    cuts.dedup();
    let mut ranges: Vec<RangeFacts> = Vec::new();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let kind = if progress.again.contains(from) {
            RangeKind::Reread
        } else if progress.seen.contains(from) {
            if from < committed { RangeKind::Read } else { RangeKind::AtRisk }
        } else if from < base {
            RangeKind::Skipped
        } else {
            RangeKind::Unread
        };
        match ranges.last_mut() {
            Some(last) if last.kind == kind => last.to = to,
            _ => ranges.push(RangeFacts { from, to, kind }),
        }
    }
    ranges
}

/// Bytes as text: UTF-8 as it is, other bytes as `\xNN`, control characters escaped, cut at so many characters.
fn printable(bytes: &[u8], chars: usize) -> Rc<str> {
    let mut text = String::new();
    let mut left = chars;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if left == 0 {
                return (text + "…").into();
            }
            left -= 1;
            if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
        }
        for byte in chunk.invalid() {
            if left == 0 {
                return (text + "…").into();
            }
            left -= 1;
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_text_where_they_are_text() {
        let cases: [(&[u8], &str); 5] = [
            (b"plain", "plain"),
            ("Zürich 東京".as_bytes(), "Zürich 東京"),
            (b"a\tb\n\x1b[0m", "a\\tb\\n\\u{1b}[0m"),
            (b"\xff\xfeab", "\\xff\\xfeab"),
            (b"0123456789abcdef", "0123456789ab…"),
        ];
        for (bytes, text) in cases {
            assert_eq!(&*printable(bytes, 12), text);
        }
    }
}
