//! What happened, in words.

use super::format::{self, count, count_u, short, span};
use super::{fill, plural, t};
use crate::session::view::What;
use std::fmt::Display;
use std::rc::Rc;

/// The sentence for what happened.
pub fn sentence(what: &What) -> String {
    let t = t();
    match what {
        What::Command(line) => line.to_string(),
        What::Refused(line, reason) => fill(t.ev_refused, &[line, reason]),
        What::TopicCreated(topic, n) => plural(t.ev_topic_created, u64::try_from(*n).unwrap_or(0), &[topic]),
        What::TopicDeleted(topic) => fill(t.ev_topic_deleted, &[topic]),
        What::Check(line, _, true) => fill(t.ev_check_holds, &[line]),
        What::Check(line, found, false) => fill(t.ev_check_fails, &[line, found]),
        What::Loaded(topic, file, n, 0) => plural(t.ev_loaded, *n, &[file, topic]),
        What::Loaded(topic, file, n, bad) => plural(t.ev_loaded_refused, *bad, &[file, topic, &count_u(*n)]),
        What::LineRefused(file, line, why) => fill(t.ev_line_refused, &[file, &count_u(*line), why]),
        What::BackedUp(label, records, offsets) => {
            fill(t.ev_backed_up, &[label, &count_u(*records), &count_u(u64::from(*offsets))])
        }
        What::Restored(label, records, offsets) => {
            fill(t.ev_restored, &[label, &count_u(*records), &count_u(u64::from(*offsets))])
        }
        What::TopicGrown(topic, n) => plural(t.ev_topic_grown, u64::try_from(*n).unwrap_or(0), &[topic]),
        What::SegmentsDeleted(partition, segments, records, start) => {
            let said = [partition as &dyn Display, &count_u(*records), &count(*start)];
            plural(t.ev_segments_deleted, u64::from(*segments), &said)
        }
        What::Compacted(partition, before, after) => {
            plural(t.ev_compacted, *before, &[partition, &count_u(*after)])
        }
        What::RecordsDeleted(partition, n, start) => {
            plural(t.ev_records_deleted, *n, &[partition, &count(*start)])
        }
        What::Produced(topic, n) => plural(t.ev_produced, *n, &[topic]),
        What::LoadRemark(file, remark) | What::BackupRemark(file, remark) => {
            fill(t.ev_remark, &[file, remark])
        }
        What::Verified(label, 0) => fill(t.ev_verified, &[label]),
        What::Verified(label, findings) => plural(t.ev_verified_not, *findings, &[label]),
        What::Exported(label, file, size) => fill(t.ev_exported, &[label, file, &format::bytes(*size)]),
        What::Imported(file, labels) => fill(t.ev_imported, &[file, &labels.join(", ")]),
        What::RestoreDisproven(label, found) => fill(t.ev_disproven, &[label, found]),
        What::BackupDeleted(label) => fill(t.ev_backup_deleted, &[label]),
        What::RestoreProven(label) => fill(t.ev_proven, &[label]),
        other => of_group(other),
    }
}

/// The sentence for what happened to consumers and groups.
fn of_group(what: &What) -> String {
    let t = t();
    match what {
        What::Started(name) => fill(t.ev_started, &[name]),
        What::Joined(name, group) => fill(t.ev_joined, &[name, group]),
        What::RebalanceBegan(group, reason) => fill(t.ev_rebalance, &[group, reason]),
        What::Stable(group, generation, members, took) => {
            plural(t.ev_stable, u64::from(*members), &[group, generation, &span(*took)])
        }
        What::Reconciled(group, epoch, members, took) => {
            plural(t.ev_reconciled, u64::from(*members), &[group, epoch, &span(*took)])
        }
        What::Assigned(name, partitions) if partitions.is_empty() => fill(t.ev_assigned_none, &[name]),
        What::Assigned(name, partitions) => moved(t.ev_assigned, name, partitions),
        What::Revoked(name, partitions) => moved(t.ev_revoked, name, partitions),
        What::Lost(name, partitions) => moved(t.ev_lost, name, partitions),
        What::Removed(name, timeout) => fill(t.ev_removed, &[name, &short(*timeout)]),
        What::Left(name, reason) => fill(t.ev_left, &[name, reason]),
        What::Killed(name, uncommitted) => plural(t.ev_killed, *uncommitted, &[name]),
        What::Closed(name) => fill(t.ev_closed, &[name]),
        What::ProducerKilled(name) => fill(t.ev_producer_killed, &[name]),
        What::TransactionFenced(id) => fill(t.ev_transaction_fenced, &[id]),
        What::TransactionTimedOut(id, time) => fill(t.ev_transaction_timed_out, &[id, &short(*time)]),
        What::Paused(name, time) => fill(t.ev_paused, &[name, &short(*time)]),
        What::Slowed(name, time) => fill(t.ev_slowed, &[name, &short(*time)]),
        What::Reread(name, partition, from, to) => {
            let n = u64::try_from(to - from + 1).unwrap_or(0);
            plural(t.ev_reread, n, &[name, partition, &count(*from), &count(*to)])
        }
        What::Redelivered(name, partition, from, to, delivery) => {
            range(t.ev_redelivered, (*from, *to), &[name, partition, delivery])
        }
        What::LockExpired(name, partition, from, to) => range(t.ev_lock, (*from, *to), &[name, partition]),
        What::Released(name, partition, from, to) => range(t.ev_released, (*from, *to), &[name, partition]),
        What::Rejected(name, partition, from, to) => range(t.ev_rejected, (*from, *to), &[name, partition]),
        What::Archived(partition, from, to) => range(t.ev_archived, (*from, *to), &[partition]),
        What::Skipped(partition, from, to) => {
            let n = u64::try_from(to - from + 1).unwrap_or(0);
            plural(t.ev_skipped, n, &[partition, &count(*from), &count(*to)])
        }
        What::OffsetsReset(group, topic) => fill(t.ev_offsets_reset, &[group, topic]),
        What::GroupDeleted(group) => fill(t.ev_group_deleted, &[group]),
        What::Emptied(group) => fill(t.ev_emptied, &[group]),
        What::WentOn(name) => fill(t.ev_went_on, &[name]),
        What::CommitFailed(name, exception) => fill(t.ev_commit_failed, &[name, exception]),
        What::Failed(name, reason) => fill(t.ev_failed, &[name, reason]),
        _ => String::new(),
    }
}

/// A sentence about records: `{0}` is their first offset, `{1}` the last, then come the parts.
fn range(template: &str, (from, to): (i64, i64), parts: &[&dyn Display]) -> String {
    let (from, to) = (count(from), count(to));
    fill(template, &[&[&from as &dyn Display, &to], parts].concat())
}

/// The sentence for partitions that a consumer takes or gives up: names eight of them at most.
fn moved(template: &str, name: &Rc<str>, partitions: &[Rc<str>]) -> String {
    let mut list = partitions.iter().take(8).map(|p| p.as_ref()).collect::<Vec<_>>().join(", ");
    if partitions.len() > 8 {
        list.push_str(" …");
    }
    plural(template, partitions.len() as u64, &[name, &list])
}
