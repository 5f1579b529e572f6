//! What happened in a run, a sentence a line: the world's trace and what the runner did, in their order.

use crate::base::{Time, TopicPartition};
use crate::sim::{Callback, Happening};
use crate::story::run::{Act, Runner};

/// Everything that happened so far: when, and a sentence.
pub fn happened(runner: &Runner) -> Vec<(Time, String)> {
    let mut told = Vec::new();
    let mut acts = runner.events().iter().peekable();
    for entry in runner.world().trace().since(0) {
        while let Some(act) = acts.next_if(|act| act.traced <= entry.number) {
            told.push((act.at, acted(&act.what)));
        }
        // A heartbeat that says nothing new is not worth a sentence.
        if !matches!(entry.what, Happening::Epoch(_, _, _, None)) {
            told.push((entry.at, happening(&entry.what)));
        }
    }
    told.extend(acts.map(|act| (act.at, acted(&act.what))));
    told
}

fn acted(act: &Act) -> String {
    match act {
        Act::Command(line) => format!("> {line}"),
        Act::Refused(line, reason) => format!("> {line}: refused, {reason}"),
        Act::Check(check) => {
            let verdict = if check.holds { "holds" } else { "fails" };
            format!("> {}: {verdict}, found {}", check.line, check.found)
        }
        Act::Loaded { topic, file, records, unusable, remarks } => {
            let told =
                format!("{file}: {topic} got {records} records; lines that could not be used: {unusable}");
            remarks.iter().fold(told, |told, remark| format!("{told}. {remark}"))
        }
        Act::LineRefused(file, line, reason) => format!("{file} line {line} could not be used: {reason}"),
        Act::BackedUp(label, records, offsets, warnings) => {
            let told = format!("backup {label} was taken: {records} records, {offsets} offsets");
            warnings.iter().fold(told, |told, warning| format!("{told}. {warning}"))
        }
        Act::Verified(label, findings) if findings.is_empty() => format!("backup {label} holds"),
        Act::Verified(label, findings) => format!("backup {label} is damaged: {}", findings.join(" ")),
        Act::Said(of, lines) => format!("{of}: {}", lines.join(". ")),
        Act::BackupDeleted(label) => format!("backup {label} was deleted"),
        Act::Exported(label, file, bytes) => {
            let backup = if label.contains(' ') { "" } else { "backup " };
            format!("{backup}{label} was written as {file}: {bytes} bytes")
        }
        Act::Imported(file, labels) => format!("{file} brought the backups {}", labels.join(", ")),
        Act::Restored(label, records, offsets) => {
            format!("{label} was restored: {records} records, {offsets} offsets")
        }
        Act::Proven(label) => format!("the restore of {label} is proven"),
        Act::Disproven(label, what) => format!("the restore of {label} is proven wrong: {what}"),
    }
}

fn happening(what: &Happening) -> String {
    use Happening as H;
    match what {
        H::TopicCreated(topic, partitions) => {
            format!("topic {topic} was created with {partitions} partitions")
        }
        H::TopicGrown(topic, partitions) => format!("topic {topic} has {partitions} partitions now"),
        H::TopicDeleted(topic) => format!("topic {topic} was deleted"),
        H::TopicConfigured(topic) => format!("topic {topic} is configured anew"),
        H::SegmentsDeleted(partition, retired, start) => format!(
            "retention deleted {} segments of {partition} ({} too old, {} too many): {} records; the log starts at {start}",
            retired.segments(),
            retired.by_time,
            retired.by_size,
            retired.records
        ),
        H::Compacted(partition, cleaned) => format!(
            "{partition} was compacted: {} of {} records are left, {} of {} bytes",
            cleaned.after.records, cleaned.before.records, cleaned.after.bytes, cleaned.before.bytes
        ),
        H::RecordsDeleted(partition, count, start) => {
            format!("{count} records of {partition} were deleted; the log starts at {start}")
        }
        H::Produced(topic, count) => format!("{count} records were written to {topic}"),
        H::OffsetsReset(group, topic, offsets) => {
            let offsets: Vec<String> =
                offsets.iter().map(|(number, offset)| format!("{number}: {offset}")).collect();
            format!("the offsets of {group} for {topic} were set: {}", offsets.join(", "))
        }
        H::GroupDeleted(group) => format!("group {group} was deleted"),
        H::Started(process) => format!("{process} started"),
        H::MemberId(process, group, id) => format!("{group} gave {process} the member id {id}"),
        H::Joined(process, group) => format!("{process} joined {group}"),
        H::RebalanceBegan(group, reason) => format!("{group} rebalances: {reason}"),
        H::Generation(group, generation, protocol, leader, members) => {
            format!("{group} has generation {generation}: {members} members, {protocol}, leader {leader}")
        }
        H::Synced(process, _, generation, partitions) => {
            format!("{process} is given in generation {generation}: {}", list(partitions))
        }
        H::Stable(group, generation, members, took) => {
            format!("{group} is stable in generation {generation} with {members} members after {took}")
        }
        H::Reconciled(group, epoch, members, took) => {
            format!("{group} is stable in epoch {epoch} with {members} members after {took}")
        }
        H::Emptied(group, generation) => format!("{group} is empty, generation {generation}"),
        H::Called(process, _, callback, generation, partitions) => {
            let what = match callback {
                Callback::Assigned => "is assigned",
                Callback::Revoked => "gives up",
                Callback::Lost => "has lost",
            };
            format!("{process} {what} in generation {generation}: {}", list(partitions))
        }
        H::Epoch(process, _, epoch, Some(partitions)) => {
            format!("{process} has the member epoch {epoch} and is to read: {}", list(partitions))
        }
        H::Told(process) => format!("{process} is told of the rebalance"),
        H::Removed(process, group, timeout) => {
            format!("{group} removed {process}: not heard of for {timeout}")
        }
        H::Left(process, group, reason) => format!("{process} left {group}: {reason}"),
        H::WireError(process, api, error) => format!("{process} was answered {error} to {api}"),
        other => of_process(other),
    }
}

fn of_process(what: &Happening) -> String {
    use Happening as H;
    match what {
        H::Killed(process, at_risk) => {
            format!("{process} was killed: {at_risk} records processed and not committed")
        }
        H::Closing(process) => format!("{process} closes"),
        H::Closed(process) => format!("{process} is closed"),
        H::Paused(process, span) => format!("all threads of {process} stand still for {span}"),
        H::Resumed(process) => format!("{process} goes on"),
        H::Slowed(process, span) => format!("the loop of {process} stands still for {span}"),
        H::SlowEnded(process) => format!("the loop of {process} goes on"),
        H::Reread(process, _, partition, first, last) => {
            format!("{process} reads again {partition} {first} to {last}")
        }
        H::Skipped(group, partition, first, last) => {
            format!("{group} passed over {partition} {first} to {last}")
        }
        H::Redelivered(process, _, partition, first, last, count) => {
            format!("{process} is given again {partition} {first} to {last}, delivery {count}")
        }
        H::LockExpired(process, _, partition, first, last) => {
            format!("the locks of {process} on {partition} {first} to {last} are over")
        }
        H::Released(process, _, partition, first, last) => {
            format!("the session of {process} is closed and gives back {partition} {first} to {last}")
        }
        H::Rejected(process, _, partition, first, last) => {
            format!("{process} rejects {partition} {first} to {last}")
        }
        H::Archived(_, group, partition, first, last) => {
            format!("{group} archives {partition} {first} to {last}: delivered as often as they may be")
        }
        H::CommitFailed(process, exception) => format!("a commit of {process} failed: {exception}"),
        H::Failed(process, exception) => format!("{process} ended: {exception}"),
        H::Restored(topics, records, offsets) => {
            format!("restored: {}, {records} records, {offsets} offsets", topics.join(", "))
        }
        H::OffsetsAdopted(groups, count) => {
            format!("offsets of another cluster: {count}, of {}", groups.join(", "))
        }
        H::ProducerKilled(name) => format!("producer {name} was killed"),
        H::ProducerStarted(name) => format!("producer {name} started"),
        H::ProducerFailed(name, exception) => format!("producer {name} ended: {exception}"),
        H::TransactionFenced(id, producer, epoch) => {
            format!(
                "the open transaction of {id} was aborted, producer {producer} epoch {epoch}: a new process has its id"
            )
        }
        H::TransactionTimedOut(id, producer, epoch, timeout) => {
            format!(
                "the open transaction of {id} was aborted, producer {producer} epoch {epoch}: open for over {timeout}"
            )
        }
        other => format!("{other:?}"),
    }
}

fn list(partitions: &[TopicPartition]) -> String {
    if partitions.is_empty() {
        return "nothing".to_owned();
    }
    partitions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
