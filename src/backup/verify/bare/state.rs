//! What is kept of producers, against the logs that it comes from.

use super::log::headers;
use super::{Around, Found, next_segment, offset_of, segments};
use crate::base::{Map, Set};
use crate::log::producers::{self, Producers};
use crate::log::segment::{self, SegmentBatch};
use crate::log::side::aborted::{self, Aborted};
use crate::log::side::file_name;
use crate::log::side::snapshot::{self, LastBatch, ProducerEntry};

/// Verifies an index of aborted transactions.
pub fn aborted(base: i64, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let entries = match aborted::read(bytes) {
        Ok(entries) => entries,
        Err(error) => return found.damaged(error.to_string()),
    };
    found.holds = format!("{} entries", entries.len());
    for (i, entry) in entries.iter().enumerate() {
        let sound = entry.producer_id >= 0
            && entry.first_offset >= 0
            && entry.last_offset >= base
            && (0..=entry.last_offset.saturating_add(1)).contains(&entry.last_stable_offset);
        if !sound {
            found.damaged(format!("entry {i} contradicts itself or the name of the file"));
        }
    }
    let Some(log) = around.read(&segment::file_name(base)) else {
        return found.remark("its log is not beside it: only the form was checked");
    };
    let Before { mut producers, known, dense, .. } = before(base, around);
    let batches = headers(&log);
    let told: Vec<Aborted> = batches.iter().filter_map(|batch| producers.take(batch)).collect();
    if !dense || !is_dense(base, &batches) {
        let last = batches.last().map_or(base, |batch| batch.header.last_offset() + 1);
        contradicted(&entries, &batches, next_segment(around, base).unwrap_or(last), found);
        return compacted(&entries, &told, found);
    }
    // Without what was before the segment nobody knows of the transactions that began there.
    let known = |entry: &&Aborted| known || entry.first_offset >= base;
    if !entries.iter().filter(known).eq(told.iter().filter(known)) {
        found.damaged(format!("the log has {} aborted transactions that are not these", told.len()));
    }
}

/// Compaction takes the records of aborted transactions and leaves the index: what the log still has of them must be in it.
fn compacted(entries: &[Aborted], told: &[Aborted], found: &mut Found) {
    let fits = |told: &&Aborted| {
        let ends = |of: &&Aborted| (of.producer_id, of.last_offset) == (told.producer_id, told.last_offset);
        entries.iter().find(ends).is_some_and(|of| of.first_offset <= told.first_offset)
    };
    let there = told.iter().filter(fits).count();
    if there < told.len() {
        let missing = told.len() - there;
        found.damaged(format!("{missing} aborted transactions of the log are not in it, or begin later"));
    } else if there < entries.len() {
        let gone = entries.len() - there;
        found.remark(format!("{gone} entries are of transactions whose records compaction took"));
    }
}

/// Where a compacted log still has a batch, an entry ends in a marker of its producer, and begins with its records.
fn contradicted(entries: &[Aborted], batches: &[SegmentBatch<'_>], end: i64, found: &mut Found) {
    let at = |offset: i64| batches.iter().find(|batch| covers(batch, offset));
    for (i, entry) in entries.iter().enumerate() {
        let of = |batch: &&SegmentBatch<'_>| batch.header.producer_id == entry.producer_id;
        let ends = at(entry.last_offset).is_none_or(|batch| {
            let marker = producers::marker(&batch.header, batch.bytes);
            let is_abort = marker.map_or(batch.header.count == 0, |marker| !marker.commit);
            of(&batch) && batch.header.attributes.is_control() && is_abort
        });
        let begins = at(entry.first_offset).is_none_or(|batch| {
            let is_data = batch.header.attributes.is_transactional() && !batch.header.attributes.is_control();
            of(&batch) && is_data && batch.header.base_offset == entry.first_offset
        });
        if !ends || !begins || entry.last_offset >= end {
            found.damaged(format!("entry {i} is not of what the log has at its offsets"));
        }
    }
}

fn covers(batch: &SegmentBatch<'_>, offset: i64) -> bool {
    (batch.header.base_offset..=batch.header.last_offset()).contains(&offset)
}

/// How many transactions the segment aborts beyond doubt: nothing of them is missing.
pub fn surely_aborted(base: i64, log: &[u8], around: &dyn Around) -> u64 {
    let Before { mut producers, dense, .. } = before(base, around);
    let batches = headers(log);
    if !dense || !is_dense(base, &batches) {
        return 0;
    }
    batches.iter().filter_map(|batch| producers.take(batch)).count() as u64
}

/// Whether every offset from `base` on has its record.
fn is_dense(base: i64, batches: &[SegmentBatch<'_>]) -> bool {
    let mut end = base;
    batches.iter().all(|SegmentBatch { header, .. }| {
        let follows = header.base_offset == end && header.is_contiguous();
        end = header.last_offset() + 1;
        follows
    })
}

/// Verifies a snapshot of the producers' state up to `offset`.
pub fn snapshot(offset: i64, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let entries = match snapshot::read(bytes) {
        Ok(entries) => entries,
        Err(error) => return found.damaged(error.to_string()),
    };
    found.holds = format!("{} producers", entries.len());
    let mut ids = Set::new();
    for (i, entry) in entries.iter().enumerate() {
        let twice = !ids.insert(entry.producer_id);
        let sound = entry.producer_id >= 0
            && entry.epoch >= 0
            && entry.last_batch.is_none_or(|last| (0..offset).contains(&last.last_offset))
            && entry.open_since.is_none_or(|first| (0..offset).contains(&first));
        if twice || !sound {
            found.damaged(format!("entry {i} contradicts itself, another one or the name of the file"));
        }
    }
    let Before { producers, known, dense, end, spans } = before(offset, around);
    if let Some(end) = end.filter(|end| *end < offset) {
        found.damaged(format!("its state is that before offset {offset}, and the logs end at {end}"));
    }
    let told: Map<i64, ProducerEntry> =
        producers.snapshot().into_iter().map(|entry| (entry.producer_id, entry)).collect();
    let unlike = |entry: &&ProducerEntry| match told.get(&entry.producer_id) {
        Some(told) => told != *entry,
        None => known,
    };
    for entry in entries.iter().filter(unlike) {
        let id = entry.producer_id;
        // Compaction takes markers and batches that the snapshot still knew of.
        match dense {
            true => found.damaged(format!("its producer {id} is not as the log has it")),
            false if cannot_be(entry, told.get(&id), &spans) => {
                found.damaged(format!("its producer {id} is not as what is left in the log has it"));
            }
            false => found.remark(format!("its producer {id} is not as the compacted log has it")),
        }
    }
    for id in told.keys().filter(|id| !ids.contains(id)) {
        // A broker forgets those that are silent for a day.
        found.remark(format!("producer {id} of the log is not in it"));
    }
}

/// Whether a producer contradicts what compaction left: it keeps no older state than a batch that is there, and its last
/// batch is that one, or gone.
fn cannot_be(entry: &ProducerEntry, told: Option<&ProducerEntry>, spans: &[(i64, i64)]) -> bool {
    let last = entry.last_batch;
    let told = told.filter(|told| told.epoch >= entry.epoch);
    let Some(told) = told else {
        let covered =
            |last: LastBatch| spans.iter().any(|span| (span.0..=span.1).contains(&last.last_offset));
        return last.is_some_and(covered);
    };
    let offset = |last: Option<LastBatch>| last.map_or(-1, |last| last.last_offset);
    let (own, theirs) = (offset(last), offset(told.last_batch));
    told.epoch > entry.epoch
        || own < theirs
        || (own == theirs && last != told.last_batch)
        || (own > theirs && spans.iter().any(|span| (span.0..=span.1).contains(&own)))
}

/// What the logs tell of producers before an offset.
struct Before {
    producers: Producers,
    /// Whether nothing is missing: it was followed from the first batch, or from a snapshot.
    known: bool,
    /// Whether no offset was missing.
    dense: bool,
    /// Where the logs end, if there are any.
    end: Option<i64>,
    /// First and last offset of the batches that were followed.
    spans: Vec<(i64, i64)>,
}

/// From the newest sound snapshot before `offset`, else from the first segment.
fn before(offset: i64, around: &dyn Around) -> Before {
    let bases = segments(around, ".");
    let names = around.names(".");
    let snapshots = names.iter().filter_map(|name| offset_of(name.strip_suffix(".snapshot")?));
    let read = |at: i64| snapshot::read(&around.read(&file_name(at, "snapshot"))?).ok();
    let mut earlier: Vec<i64> = snapshots.filter(|at| *at < offset).collect();
    earlier.sort_unstable();
    let newest = earlier.into_iter().rev().find_map(|at| Some((at, read(at)?)));
    let first = bases.first().copied();
    let (from, mut producers, known) = match newest {
        Some((at, entries)) => (at, Producers::restored(&entries, at), true),
        None => (first.unwrap_or(offset), Producers::default(), first == Some(0) || first == Some(offset)),
    };
    let (mut end, mut spans) = (from, Vec::new());
    let mut dense = true;
    for (i, &base) in bases.iter().enumerate() {
        let after = bases.get(i + 1).is_some_and(|next| *next <= from);
        if after || base >= offset {
            continue;
        }
        let log = around.read(&segment::file_name(base)).unwrap_or_default();
        for batch in headers(&log) {
            let header = batch.header;
            if header.base_offset >= from && header.last_offset() < offset {
                spans.push((header.base_offset, header.last_offset()));
                dense &= header.base_offset == end && header.is_contiguous();
                end = header.last_offset() + 1;
                producers.take(&batch);
            }
        }
    }
    let there = bases.last().map(|last| (*last).max(end));
    Before { producers, known: known && !bases.is_empty(), dense: dense && end == offset, end: there, spans }
}
