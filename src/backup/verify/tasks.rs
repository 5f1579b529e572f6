//! What a verification of one backup does, in order.

use crate::backup::indexes;
use crate::backup::manifest::{FileEntry, FileKind, Manifest, PartitionEntry};
use crate::backup::transactions;

/// Something to be done: partitions and files by their numbers in the manifest.
#[derive(Clone, Copy)]
pub enum Task {
    /// A partition begins.
    Partition(u32),
    /// A file of its log.
    Log(u32, u32),
    /// An index of the log's file before it.
    Index(u32, u32),
    /// One of its files that follows from the manifest.
    Beside(u32, u32),
    /// All of its log was read.
    Totals(u32),
    /// One of its files that tell of producers.
    Producers(u32, u32),
    /// All of it was read.
    Transactions(u32),
    /// All partitions were read.
    Partitions,
    /// A file of committed offsets.
    Offsets(u32),
    /// All of those were read.
    Committed,
    /// A file of the backup that follows from the manifest.
    Small(u32),
}

impl Task {
    /// The file that it reads.
    pub fn file(self, manifest: &Manifest) -> Option<&FileEntry> {
        match self {
            Task::Log(partition, file)
            | Task::Index(partition, file)
            | Task::Beside(partition, file)
            | Task::Producers(partition, file) => {
                Some(&manifest.partitions[partition as usize].files[file as usize])
            }
            Task::Offsets(file) | Task::Small(file) => Some(&manifest.files[file as usize]),
            Task::Partition(_)
            | Task::Totals(_)
            | Task::Transactions(_)
            | Task::Partitions
            | Task::Committed => None,
        }
    }
}

/// All that is to be done, in order: partitions last that have a log's file of which this is `true`.
pub fn tasks(manifest: &Manifest, late: &dyn Fn(&FileEntry) -> bool) -> Vec<Task> {
    let of_kind = |files: &[FileEntry], kind: FileKind| -> Vec<u32> {
        (0..).zip(files).filter(|(_, file)| file.kind == kind).map(|(i, _)| i).collect()
    };
    let mut tasks = Vec::new();
    let is_late = |partition: &PartitionEntry| {
        partition.files.iter().any(|file| file.kind == FileKind::Log && late(file))
    };
    let all = || (0..).zip(&manifest.partitions);
    let in_order = all().filter(|(_, of)| !is_late(of)).chain(all().filter(|(_, of)| is_late(of)));
    for (p, partition) in in_order {
        tasks.push(Task::Partition(p));
        for log in of_kind(&partition.files, FileKind::Log) {
            tasks.push(Task::Log(p, log));
            let base = partition.files[log as usize].base_offset;
            let indexes = base.map(|base| indexes::beside(partition, base.0));
            tasks.extend(indexes.into_iter().flatten().map(|(file, _)| Task::Index(p, file)));
        }
        for kind in [FileKind::LeaderEpochCheckpoint, FileKind::PartitionMetadata] {
            tasks.extend(of_kind(&partition.files, kind).into_iter().map(|file| Task::Beside(p, file)));
        }
        tasks.push(Task::Totals(p));
        if transactions::says_anything(manifest, partition) {
            let tells =
                |file: &FileEntry| matches!(file.kind, FileKind::TxnIndex | FileKind::ProducerSnapshot);
            let files = (0..).zip(&partition.files).filter(|(_, file)| tells(file));
            tasks.extend(files.map(|(file, _)| Task::Producers(p, file)));
            tasks.push(Task::Transactions(p));
        }
    }
    tasks.push(Task::Partitions);
    tasks.extend(of_kind(&manifest.files, FileKind::OffsetsLog).into_iter().map(Task::Offsets));
    tasks.push(Task::Committed);
    let small =
        [FileKind::LogStartOffsetCheckpoint, FileKind::OffsetsCsv, FileKind::Topics, FileKind::CreateTopics];
    for kind in small {
        tasks.extend(of_kind(&manifest.files, kind).into_iter().map(Task::Small));
    }
    tasks
}
