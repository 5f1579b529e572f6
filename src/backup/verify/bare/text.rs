//! The small texts.

use super::log::headers;
use super::records::METADATA_TOPIC;
use super::{Around, Checkpoint, Found, segments};
use crate::base::{Map, Set, TopicPartition, Uuid};
use crate::log::segment;
use crate::log::side::{SideError, checkpoint};

/// The topic id of [`METADATA_TOPIC`] in every cluster.
const METADATA_ID: Uuid = Uuid(1u128.to_be_bytes());

/// What was read of a text, when writing it again gives the same bytes.
fn read<T>(
    bytes: &[u8],
    read: impl FnOnce(&str) -> Result<T, SideError>,
    write: impl FnOnce(&T) -> String,
    found: &mut Found,
) -> Option<T> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        found.damaged("it is no text in UTF-8");
        return None;
    };
    match read(text) {
        Err(error) => found.damaged(error.to_string()),
        Ok(read) if write(&read) != text => found.damaged("it is not written as a broker writes it"),
        Ok(read) => return Some(read),
    }
    None
}

/// Verifies `leader-epoch-checkpoint`: the batches of the logs have the epochs that it says.
pub fn epochs(bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let entries = read(bytes, checkpoint::read_epochs, |read| checkpoint::write_epochs(read), found);
    let Some(entries) = entries else { return };
    found.holds = format!("{} epochs", entries.len());
    let bases = segments(around, ".");
    let mut end = bases.last().copied().unwrap_or(i64::MAX);
    for base in bases {
        let name = segment::file_name(base);
        let log = around.read(&name).unwrap_or_default();
        for header in headers(&log).iter().map(|batch| batch.header) {
            end = end.max(header.last_offset() + 1);
            if entries.is_empty() && header.leader_epoch >= 0 {
                found
                    .damaged(format!("it has no epoch, and the batch in {name} has {}", header.leader_epoch));
                break;
            }
            // The first entry begins where the log does, which may be inside a batch.
            let inside = header.base_offset + 1..=header.last_offset();
            for split in entries.iter().skip(1).filter(|entry| inside.contains(&entry.start_offset)) {
                let (epoch, offset) = (split.epoch, split.start_offset);
                found.damaged(format!("its epoch {epoch} begins at {offset}, inside a batch in {name}"));
            }
            let entry = entries.iter().rev().find(|entry| entry.start_offset <= header.base_offset);
            // Entries below the log's start are cut off.
            if let Some(entry) = entry.filter(|entry| entry.epoch != header.leader_epoch) {
                found.damaged(format!(
                    "it has epoch {} for offset {}, and the batch in {name} has {}",
                    entry.epoch, header.base_offset, header.leader_epoch
                ));
            }
        }
    }
    if let (Some(first), Some(start)) = (entries.first(), log_start(around))
        && first.start_offset > start
    {
        let offset = first.start_offset;
        found.damaged(format!("its first epoch begins at {offset}, and the log at {start}"));
    }
    if let Some(beyond) = entries.iter().find(|entry| entry.start_offset > end) {
        let (epoch, offset) = (beyond.epoch, beyond.start_offset);
        found.damaged(format!("its epoch {epoch} begins at {offset}, and the logs end at {end}"));
    }
}

/// Where the log of the file's folder starts, when the checkpoint of a clean stop tells.
fn log_start(around: &dyn Around) -> Option<i64> {
    around.read(&format!("../{CLEAN_STOP}"))?;
    let bytes = around.read(&format!("../{}", Checkpoint::LogStart.name()))?;
    let known = checkpoint::read_offsets(std::str::from_utf8(&bytes).ok()?).ok()?;
    let folder = around.folder()?;
    let (topic, partition) = folder.rsplit_once('-')?;
    let at = TopicPartition::new(topic, partition.parse().ok()?);
    let written = known.into_iter().find(|(of, _)| *of == at).map(|(_, offset)| offset);
    written.or_else(|| segments(around, ".").first().copied())
}

/// Verifies a checkpoint of offsets: partitions and other checkpoints that are beside it have these offsets.
pub fn offsets(kind: Checkpoint, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let entries = read(bytes, checkpoint::read_offsets, |read| checkpoint::write_offsets(read), found);
    let Some(entries) = entries else { return };
    found.holds = format!("{} partitions", entries.len());
    let others =
        [Checkpoint::RecoveryPoint, Checkpoint::Replication].into_iter().filter(|other| *other != kind);
    let others: Vec<(Checkpoint, Map<TopicPartition, i64>)> =
        others.filter_map(|other| Some((other, known(other, around)?))).collect();
    let clean = around.read(CLEAN_STOP).is_some();
    // In an archive that was unpacked a partition's first files lie where the backup builds on.
    let part = around.read("../manifest.json").is_some();
    let mut seen = Set::new();
    let mut alone = 0;
    for (at, offset) in &entries {
        let name = format!("{}-{}", at.topic, at.partition);
        if !seen.insert(at) {
            found.damaged(format!("it has {name} twice"));
        }
        for (other, known) in &others {
            let Some(known) = known.get(at) else {
                found.damaged(format!("it has {name}, which {} does not have", other.name()));
                continue;
            };
            // A clean stop flushes everything: nothing lies beyond the recovery point then.
            let beyond = match (kind, other) {
                (Checkpoint::RecoveryPoint, _) => offset < known,
                (_, Checkpoint::RecoveryPoint) => offset > known,
                _ => false,
            };
            if clean && beyond {
                found.damaged(format!("it has {offset} for {name}, and {} has {known}", other.name()));
            }
        }
        let bases = segments(around, &name);
        let (Some(&first), Some(&last)) = (bases.first(), bases.last()) else {
            alone += 1;
            continue;
        };
        let log = around.read(&format!("{name}/{}", segment::file_name(last))).unwrap_or_default();
        let end = headers(&log).last().map_or(last, |batch| batch.header.last_offset() + 1);
        let from = match kind {
            // A broker writes a log's start down when it is not that of a segment.
            Checkpoint::LogStart if !part => first + 1,
            Checkpoint::RecoveryPoint if clean => end,
            _ => 0,
        };
        if !(from..=end).contains(offset) {
            found.damaged(format!("it has {offset} for {name}, whose logs go from {first} to {end}"));
        }
    }
    if alone > 0 {
        found.remark(format!("the logs of {alone} of its partitions are not beside it"));
    }
}

/// What a broker leaves that was stopped cleanly.
const CLEAN_STOP: &str = ".kafka_cleanshutdown";

/// Another checkpoint, when it is there and can be read.
fn known(kind: Checkpoint, around: &dyn Around) -> Option<Map<TopicPartition, i64>> {
    let bytes = around.read(kind.name())?;
    let read = checkpoint::read_offsets(std::str::from_utf8(&bytes).ok()?).ok()?;
    Some(read.into_iter().collect())
}

/// Verifies `partition.metadata`: all partitions of a topic have the same id.
pub fn metadata(bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let id = read(bytes, checkpoint::read_topic_id, |id| checkpoint::write_topic_id(*id), found);
    let Some(id) = id else { return };
    found.holds = format!("topic id {id}");
    let own = around.folder().unwrap_or_default();
    if id == Uuid::ZERO {
        return found.damaged("its topic id is that of no topic");
    }
    if own.rsplit_once('-').is_some_and(|(topic, _)| (topic == METADATA_TOPIC) != (id == METADATA_ID)) {
        found.damaged(format!("{METADATA_ID} is the id of {METADATA_TOPIC}, and of that one alone"));
    }
    let topic = |folder: &str| folder.rsplit_once('-').map(|(topic, _)| topic.to_owned());
    for folder in around.names("..").into_iter().filter(|folder| *folder != own) {
        let Some(text) = around.read(&format!("../{folder}/partition.metadata")) else { continue };
        let other = std::str::from_utf8(&text).ok().and_then(|text| checkpoint::read_topic_id(text).ok());
        let same = topic(&folder) == topic(&own);
        if other.is_some_and(|other| (other == id) != same) {
            let has = if same { "another id" } else { "the same id" };
            found.damaged(format!("{folder} has {has}"));
        }
    }
}
