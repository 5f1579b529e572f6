//! A broker's folder, looked at: its partitions, the files of each, what can be loaded and what is to be said of it.
//!
//! | module | what it is |
//! |---|---|
//! | [`kind`] | what a file is, by its name |
//! | `look` | the partitions of a folder, each checked batch by batch |
//! | `beside` | what the files beside a log say, against what the log itself gives |
//! | `offsets` | which groups had committed what |
//! | `load` | the chosen topics become commands |

mod beside;
pub mod kind;
mod load;
mod look;
mod offsets;

pub use kind::FileKind;
pub use load::FolderSummary;
pub use look::look;
pub use offsets::FolderOffsets;

use super::Dump;
use super::dump::dump_of;
use crate::base::Uuid;
use std::rc::Rc;

/// The files of a folder that is looked at, at most.
pub const FILES_MAX: usize = 20_000;

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderFile {
    /// Its folder's name, and its own: `orders-0/00000000000000000000.log`; without a folder its own.
    pub path: Rc<str>,
    /// Its bytes.
    pub bytes: Rc<[u8]>,
    /// What it is.
    pub kind: FileKind,
}

/// A folder with what a broker keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// What it is called.
    pub name: Rc<str>,
    /// All files, in the order of their paths.
    pub files: Vec<FolderFile>,
    /// The topics that have a partition here.
    pub topics: Vec<FolderTopic>,
    /// Files that belong to no partition, as places in `files`.
    pub others: Vec<u32>,
    /// What is to be known of it as a whole, a sentence each.
    pub remarks: Vec<Rc<str>>,
    /// Bytes of all files.
    pub bytes: u64,
    /// What groups had committed.
    pub offsets: Option<FolderOffsets>,
}

/// A topic of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderTopic {
    /// Its name; empty when the files lie in no folder.
    pub name: Rc<str>,
    /// Whether a broker keeps it for itself: it is shown, and no topic of clients.
    pub internal: bool,
    /// Its partitions that are here, in order.
    pub partitions: Vec<FolderPartition>,
    /// Its id: as `partition.metadata` says, else as the newest committed offset does.
    pub id: Option<Uuid>,
}

/// A partition of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderPartition {
    /// Its number.
    pub number: i32,
    /// Its files, as places in [`Folder::files`].
    pub files: Vec<u32>,
    /// Its `.log` files in the order of their offsets, as places in [`Folder::files`].
    pub logs: Vec<u32>,
    /// Where its log starts.
    pub start: i64,
    /// Where its log ends.
    pub end: i64,
    /// Records, markers not counted.
    pub records: u64,
    /// Those of transactions.
    pub transactional: u64,
    /// What is to be known of its files, a sentence each.
    pub remarks: Vec<Rc<str>>,
    /// Why it cannot be loaded.
    pub refused: Option<Rc<str>>,
    /// The start that its first loaded segment must be told.
    told_start: Option<i64>,
}

impl FolderTopic {
    /// Whether it can be loaded: all of its partitions can.
    pub fn loadable(&self) -> bool {
        !self.internal && self.partitions.iter().all(|partition| partition.refused.is_none())
    }

    /// Records of all partitions together.
    pub fn records(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.records).sum()
    }
}

impl Folder {
    /// What `kafka-dump-log.sh` prints of a file; a text as it is.
    pub fn dump(&self, place: u32) -> Dump {
        let file = &self.files[place as usize];
        if file.kind.is_text() {
            return Dump { text: String::from_utf8_lossy(&file.bytes).into(), ..Dump::default() };
        }
        let topic = self.topics.iter().find(|of| of.partitions.iter().any(|p| p.files.contains(&place)));
        let decoder = match topic.map(|topic| &*topic.name) {
            Some("__consumer_offsets") => "--offsets-decoder",
            Some("__transaction_state") => "--transaction-log-decoder",
            Some("__share_group_state") => "--share-group-state-decoder",
            Some("__cluster_metadata") => "--cluster-metadata-decoder",
            _ => "--print-data-log",
        };
        dump_of(&file.path, self, decoder)
    }

    /// The bytes of a file, by its path.
    pub(super) fn find(&self, path: &str) -> Option<&Rc<[u8]>> {
        self.files.iter().find(|file| &*file.path == path).map(|file| &file.bytes)
    }
}
