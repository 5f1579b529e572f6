//! What a broker's own segments of `__consumer_offsets` say of committed offsets.
//!
//! ```text
//! key      int16 0 or 1, group, topic (int16 length and UTF-8 each), int32 partition; other numbers: what groups are
//! value    int16 0 to 3, int64 offset, [3: int32 leader epoch], metadata, int64 commit time, [1: int64 expiry]
//! value 4  int64 offset, int32 leader epoch, metadata (varint length + 1), int64 commit time, tagged: 0 topic id
//! ```
//! Offsets of a transaction count from its marker on, if it was committed, and only where no later record stands: as
//! `OffsetMetadataManager` reads them; a transaction may end in a later segment than it began in. Members are not read: whose offsets these are is an empty group.

use super::offsets::{Key, take, take_text};
use crate::base::{Map, Uuid};
use crate::group::record::OffsetValue;
use crate::log::batch::{Marker, RecordView};
use crate::log::segment::{self, SegmentError};
use std::rc::Rc;

/// The newest version of a value.
const NEWEST: i16 = 4;
/// The tag of the topic's id.
const TOPIC_ID: u32 = 0;

/// What a segment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The last word on each partition of a group: what is committed; `None` when the offset was dropped.
    pub offsets: Map<Key, Option<OffsetValue>>,
    /// Offsets of transactions that have not ended with it: they count for nothing yet.
    pub open: u64,
    /// Records that cannot be read: how many, and where the first is.
    pub unread: u64,
    /// The offset of the first of those.
    pub first_unread: Option<i64>,
}

/// A record's offset and what it says.
type At = (i64, OffsetValue);

/// The segments of one partition, read one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The offset after the last record that was read.
    end: i64,
    /// What open transactions have, by producer.
    open: Map<i64, Map<Key, Option<At>>>,
    /// The last word of earlier segments on what open transactions have too.
    before: Map<Key, Option<At>>,
    /// Of the segment that is read: the last word on each partition of a group.
    offsets: Map<Key, Option<At>>,
    kept: Kept,
}

/// Reads a segment by itself.
///
/// # Errors
/// The first batch that is not sound.
pub fn read(segment: &[u8]) -> Result<Kept, SegmentError> {
    Reading::default().segment(segment)
}

impl Reading {
    /// The offset after the last record that was read: the next segment begins there, or later.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// Whether the next segment may say more of what was read: a transaction is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Reads the partition's next segment: what it says, and what those before it left open and it ends.
    ///
    /// # Errors
    /// The first batch that is not sound. There is nothing to go on with then.
    pub fn segment(&mut self, segment: &[u8]) -> Result<Kept, SegmentError> {
        for batch in segment::batches(segment) {
            let batch = batch?;
            let header = &batch.header;
            let producer = Some(header.producer_id).filter(|_| header.attributes.is_transactional());
            let control = header.attributes.is_control();
            self.end = header.last_offset() + 1;
            batch.for_each_record(|record| match producer {
                Some(producer) if control => {
                    if let Some(marker) = Marker::parse(record.key, record.value) {
                        self.ended(producer, marker.commit);
                    }
                }
                // Other control records tell of no offset.
                None if control => {}
                _ => self.take(producer, &record),
            });
        }
        let offsets = std::mem::take(&mut self.offsets);
        for (key, at) in offsets.iter() {
            self.before.insert(key.clone(), at.clone());
        }
        let open = &self.open;
        self.before.retain(|key, _| open.values().any(|of| of.contains_key(key)));
        let mut kept = std::mem::take(&mut self.kept);
        kept.open = self.open.values().map(|of| of.len() as u64).sum();
        kept.offsets = offsets.into_iter().map(|(key, at)| (key, at.map(|(_, value)| value))).collect();
        Ok(kept)
    }

    fn take(&mut self, producer: Option<i64>, record: &RecordView<'_>) {
        let parsed = match parse(record) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return,
            Err(Unread) => {
                self.kept.unread += 1;
                self.kept.first_unread.get_or_insert(record.offset);
                return;
            }
        };
        let (key, value) = parsed;
        let at = value.map(|value| (record.offset, value));
        let into = match producer {
            Some(producer) => self.open.or_default(producer),
            None => &mut self.offsets,
        };
        into.insert(key, at);
    }

    fn ended(&mut self, producer: i64, commit: bool) {
        let open = self.open.remove(&producer).unwrap_or_default();
        for (key, at) in open.into_iter().filter(|_| commit) {
            let later = |(known, _): &At| at.as_ref().is_some_and(|(new, _)| known > new);
            let known = self.offsets.get(&key).or_else(|| self.before.get(&key));
            if !known.and_then(Option::as_ref).is_some_and(later) {
                self.offsets.insert(key, at);
            }
        }
    }
}

/// A record that is none of this topic's.
struct Unread;

/// The offset that a record commits or drops; `None` for a record of another kind.
fn parse(record: &RecordView<'_>) -> Result<Option<(Key, Option<OffsetValue>)>, Unread> {
    let mut key = record.key.ok_or(Unread)?;
    match i16::from_be_bytes(take(&mut key).ok_or(Unread)?) {
        0 | 1 => {}
        _ => return Ok(None),
    }
    let mut text = || take_text(&mut key).ok_or(Unread);
    let (group, topic) = (text()?, text()?);
    let partition = take(&mut key).map(i32::from_be_bytes).filter(|partition| *partition >= 0);
    let key = (group, topic, partition.ok_or(Unread)?);
    match record.value {
        None => Ok(Some((key, None))),
        Some(value) => Ok(Some((key, Some(value_of(value).ok_or(Unread)?)))),
    }
}

fn value_of(mut from: &[u8]) -> Option<OffsetValue> {
    let from = &mut from;
    let version = i16::from_be_bytes(take(from)?);
    let compact = (0..=NEWEST).contains(&version).then_some(version == NEWEST)?;
    let offset = i64::from_be_bytes(take(from)?);
    let leader_epoch = if version >= 3 { i32::from_be_bytes(take(from)?) } else { -1 };
    let metadata = if compact { take_compact(from)? } else { take_text(from)? };
    let commit_timestamp_ms = i64::from_be_bytes(take(from)?);
    // From clients that are long gone: the offset is kept as long as all others.
    if version == 1 {
        take::<8>(from)?;
    }
    let topic_id = if compact { take_tags(from)? } else { Uuid::ZERO };
    let sound = from.is_empty() && offset >= 0;
    sound.then_some(OffsetValue {
        offset,
        leader_epoch,
        metadata,
        commit_timestamp_ms,
        expire_timestamp_ms: None,
        topic_id,
    })
}

/// The topic's id among tagged fields; others are passed over.
fn take_tags(from: &mut &[u8]) -> Option<Uuid> {
    let mut id = Uuid::ZERO;
    for _ in 0..take_unsigned(from)? {
        let tag = take_unsigned(from)?;
        let length = take_unsigned(from)?;
        let (mut field, rest) = from.split_at_checked(length as usize)?;
        if tag == TOPIC_ID {
            id = Uuid(take(&mut field)?);
        }
        *from = rest;
    }
    Some(id)
}

fn take_compact(from: &mut &[u8]) -> Option<Rc<str>> {
    let length = take_unsigned(from)?.checked_sub(1)?;
    let (text, rest) = from.split_at_checked(length as usize)?;
    *from = rest;
    std::str::from_utf8(text).ok().map(Rc::from)
}

fn take_unsigned(from: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14, 21, 28] {
        let [byte] = take(from)?;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
