//! The partitions of a folder, each checked batch by batch.

use super::beside::Beside;
use super::kind::partition_of;
use super::{FileKind, Folder, FolderFile, FolderPartition, FolderTopic, offsets};
use crate::base::{Map, TopicPartition, Uuid, small};
use crate::log::segment;
use crate::log::side::checkpoint;
use std::rc::Rc;

/// The topic of files that lie in no folder.
const NO_FOLDER: &str = "";
/// What a broker puts behind the names of folders that it deletes, moves or does not know.
const DONE_WITH: [&str; 3] = ["-delete", "-future", "-stray"];

/// Looks at the files of a folder, each by its path. Nothing changes anywhere.
///
/// # Errors
/// Why there is nothing of a broker in it, in words.
pub fn look(name: &str, given: Vec<(Rc<str>, Rc<[u8]>)>) -> Result<Folder, Rc<str>> {
    let mut files: Vec<FolderFile> = given.into_iter().map(file).collect();
    small::sort_by_key(&mut files, |file| file.path.clone());
    if let Some(pair) = files.windows(2).find(|pair| pair[0].path == pair[1].path) {
        let twice = &pair[0].path;
        return Err(format!("{twice} is there twice: choose one of a broker's log dirs at a time.").into());
    }
    let mut partitions: Map<(Rc<str>, i32), FolderPartition> = Map::new();
    let mut others = Vec::new();
    for (place, file) in (0u32..).zip(&files) {
        match place_of(file) {
            Some((topic, number)) => {
                let partition = partitions.or_default((topic, number));
                partition.number = number;
                partition.files.push(place);
            }
            None => others.push(place),
        }
    }
    if partitions.is_empty() {
        return Err(format!(
            "{name} has no partition of a broker: none of its {} files is a log such as \
             orders-0/00000000000000000000.log.",
            files.len()
        )
        .into());
    }
    let (starts, unread) = starts(&files);
    let mut topics: Vec<FolderTopic> = Vec::new();
    for ((topic, _), mut partition) in partitions {
        let start = starts.get(&TopicPartition::new(&*topic, partition.number)).copied();
        inspect(&mut partition, &files, start);
        match topics.last_mut().filter(|of| of.name == topic) {
            Some(of) => of.partitions.push(partition),
            None => {
                let internal = topic.starts_with("__");
                topics.push(FolderTopic { name: topic, internal, partitions: vec![partition], id: None });
            }
        }
    }
    // What a broker keeps for itself comes last.
    small::sort_by_key(&mut topics, |topic| (topic.internal, topic.name.clone()));
    let offsets = offsets::read(&mut topics, &files);
    for topic in &mut topics {
        one_id(topic, &files);
        topic.id = topic.id.or_else(|| offsets.as_ref()?.ids.get(&topic.name).copied());
    }
    let bytes = files.iter().map(|file| file.bytes.len() as u64).sum();
    Ok(Folder { name: name.into(), files, topics, others, remarks: unread, bytes, offsets })
}

/// A file with the last two parts of its path.
fn file((path, bytes): (Rc<str>, Rc<[u8]>)) -> FolderFile {
    let mut parts = path.rsplitn(3, '/');
    let name = parts.next().unwrap_or_default();
    let kind = FileKind::of(name);
    let path = match parts.next() {
        Some(folder) if parts.next().is_some() => format!("{folder}/{name}").into(),
        _ => path,
    };
    FolderFile { path, bytes, kind }
}

/// The partition that a file belongs to. A folder that is not called as a partition's may have been renamed: its name is
/// the topic's then, unless a broker has done with it.
fn place_of(file: &FolderFile) -> Option<(Rc<str>, i32)> {
    let folder = file.path.rsplit_once('/').map(|(folder, _)| folder);
    if let Some((topic, number)) = folder.and_then(partition_of) {
        return Some((topic.into(), number));
    }
    match (file.kind, folder) {
        (FileKind::LogStarts | FileKind::Checkpoint | FileKind::Broker | FileKind::Unknown, _) => None,
        (_, Some(folder)) if DONE_WITH.iter().any(|end| folder.ends_with(end)) => None,
        (_, folder) => Some((folder.unwrap_or(NO_FOLDER).into(), 0)),
    }
}

/// Where logs start by the checkpoints of log dirs; a remark for one that cannot be read.
fn starts(files: &[FolderFile]) -> (Map<TopicPartition, i64>, Vec<Rc<str>>) {
    let (mut starts, mut unread) = (Map::new(), Vec::new());
    for file in files.iter().filter(|file| file.kind == FileKind::LogStarts) {
        match checkpoint::read_offsets(&String::from_utf8_lossy(&file.bytes)) {
            Ok(read) => starts.extend(read),
            Err(error) => unread.push(
                format!("{} is not used: {error}. Each log starts at its first batch.", file.path).into(),
            ),
        }
    }
    (starts, unread)
}

/// Reads the logs of a partition, then what lies beside them.
fn inspect(partition: &mut FolderPartition, files: &[FolderFile], start: Option<i64>) {
    let own: Vec<&FolderFile> = partition.files.iter().map(|place| &files[*place as usize]).collect();
    let mut logs: Vec<(i64, u32)> = Vec::new();
    for (place, file) in partition.files.iter().zip(&own) {
        if let FileKind::Log(base) = file.kind {
            logs.push((base, *place));
        }
    }
    small::sort(&mut logs);
    let mut beside = Beside::default();
    let (mut first, mut next) = (None, 0);
    // Where each segment ends: those wholly below the log's start are left out.
    let mut ends: Vec<i64> = Vec::new();
    for (base, place) in &logs {
        let file = &files[*place as usize];
        let mut batches = Vec::new();
        for batch in segment::batches(&file.bytes).starting_at((*base).max(next)).headers_only() {
            match batch {
                Ok(batch) => batches.push(batch),
                Err(error) => {
                    partition.refused.get_or_insert(format!("{}: {error}", file.path).into());
                    break;
                }
            }
        }
        for batch in batches.iter().filter(|batch| !batch.header.attributes.is_control()) {
            let count = batch.header.count as u64;
            partition.records += count;
            if batch.header.attributes.is_transactional() {
                partition.transactional += count;
            }
        }
        if let [one, ..] = &batches[..] {
            first.get_or_insert(one.header.base_offset);
        }
        next = batches.last().map_or(next, |last| last.header.last_offset() + 1).max(*base);
        ends.push(next);
        partition.remarks.extend(beside.segment(*base, &batches, &own));
    }
    if logs.is_empty() {
        partition.refused = Some("there is no .log file".into());
    }
    (partition.start, partition.end) = (first.unwrap_or(next), next);
    partition.logs = logs.iter().map(|(_, place)| *place).collect();
    partition.remarks.extend(beside.whole(start.unwrap_or(partition.start), &own));
    if let Some(start) = start.filter(|start| *start > partition.start) {
        starts_at(partition, start, &ends);
    }
}

/// Moves the start of a partition to where the checkpoint says, and leaves out the segments wholly below.
fn starts_at(partition: &mut FolderPartition, start: i64, ends: &[i64]) {
    if start > partition.end {
        let said = format!(
            "log-start-offset-checkpoint says that the log starts at {start}, which is beyond its end {}",
            partition.end
        );
        partition.refused.get_or_insert(said.into());
        return;
    }
    let below = ends.iter().take_while(|end| **end <= start).count().min(ends.len() - 1);
    partition.logs.drain(..below);
    (partition.start, partition.told_start) = (start, Some(start));
    partition.remarks.push(format!("The log starts at {start}, as log-start-offset-checkpoint says.").into());
}

/// All partitions of a topic have its id.
fn one_id(topic: &mut FolderTopic, files: &[FolderFile]) {
    let mut ids: Vec<Uuid> = Vec::new();
    for partition in &mut topic.partitions {
        let of = partition.files.iter().map(|place| &files[*place as usize]);
        for file in of.filter(|file| file.kind == FileKind::TopicId) {
            match checkpoint::read_topic_id(&String::from_utf8_lossy(&file.bytes)) {
                Ok(id) => ids.push(id),
                Err(error) => partition.remarks.push(format!("{} is not sound: {error}.", file.path).into()),
            }
        }
    }
    let other = ids.iter().find(|id| **id != ids[0]);
    topic.id = ids.first().copied().filter(|_| other.is_none());
    if let (Some(other), Some(partition)) = (other, topic.partitions.first_mut()) {
        let said = format!("partition.metadata names more than one topic id: {} and {other}.", ids[0]);
        partition.remarks.push(said.into());
    }
}
