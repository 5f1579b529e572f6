//! What the world gives for a backup: plain data of one engine tick, with the logs borrowed.

use super::Digest;
use super::link::Link;
use super::past::Past;
use super::prepare::Prepared;
use crate::base::{Map, Time, Uuid};
use crate::log::Partition;
use std::rc::Rc;

/// Topics, groups and committed offsets, all of the same moment.
#[derive(Clone)]
pub struct Snapshot<'a> {
    /// The cluster's id, in Kafka's text form of a UUID.
    pub cluster_id: Rc<str>,
    /// The moment of the cut.
    pub cut: Time,
    /// In any order.
    pub topics: Vec<TopicSnapshot<'a>>,
    /// In any order.
    pub groups: Vec<GroupSnapshot>,
    /// The next producer id that the cluster gives out.
    pub next_producer_id: i64,
    /// The backup that this state was restored from, if it was.
    pub restored_from: Option<Lineage>,
    /// What is remembered from before the cut; without it a backup holds its own moment only.
    pub past: Option<&'a Past>,
    /// Backups whose logs are still at hand: what builds on one of them need not read again what both share.
    pub known: &'a [Known],
    /// Files that are made already, of logs that are as they were then.
    pub prepared: Option<&'a Prepared>,
}

impl Snapshot<'_> {
    /// The logs that the backup was taken of, where they are at hand.
    pub(super) fn logs_of(&self, of: &Link) -> Option<&Rc<Map<(Uuid, i32), Partition>>> {
        self.known.iter().find(|known| known.manifest_sha256 == of.sha256).map(|known| &known.logs)
    }
}

/// A backup of this run and the logs that it was taken of.
#[derive(Clone)]
pub struct Known {
    /// The digest of its manifest.
    pub manifest_sha256: Digest,
    /// By the topic's id and the partition.
    pub logs: Rc<Map<(Uuid, i32), Partition>>,
}

impl Known {
    /// The logs of `snapshot`, of which the backup with this manifest was taken.
    pub fn of(snapshot: &Snapshot<'_>, manifest_sha256: Digest) -> Known {
        let logs = snapshot.topics.iter().flat_map(|topic| {
            (0..).zip(&topic.partitions).map(|(partition, log)| ((topic.id, partition), (*log).clone()))
        });
        Known { manifest_sha256, logs: Rc::new(logs.collect()) }
    }
}

/// A topic and its logs.
#[derive(Clone)]
pub struct TopicSnapshot<'a> {
    /// Its name, one that Kafka allows: 1 to 249 of `a-z A-Z 0-9 . _ -`.
    pub name: Rc<str>,
    /// Its id.
    pub id: Uuid,
    /// Kafka's configuration entries that were set.
    pub config: Map<Rc<str>, Rc<str>>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: i64,
    /// Partition 0, 1, 2, …
    pub partitions: Vec<&'a Partition>,
    /// For each of them, its place among the ends of a point of the past; none without a past.
    pub places: Vec<u32>,
}

/// A group and what it has committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSnapshot {
    /// Its id: any text.
    pub group: Rc<str>,
    /// Its state in Kafka's words: `Stable`, `Empty`, …
    pub state: Rc<str>,
    /// Its generation.
    pub generation: i32,
    /// In any order; at most one a topic partition.
    pub offsets: Vec<OffsetSnapshot>,
}

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetSnapshot {
    /// Topic.
    pub topic: Rc<str>,
    /// The topic's id at the commit; [`Uuid::ZERO`] when the commit named none.
    pub topic_id: Uuid,
    /// Partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// The leader epoch that the commit named.
    pub leader_epoch: Option<i32>,
    /// What the committer wrote beside it.
    pub metadata: Rc<str>,
    /// When it was committed, in milliseconds since 1970.
    pub commit_ms: i64,
}

/// Which backup a state came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lineage {
    /// The backup's label.
    pub label: Rc<str>,
    /// The digest of its manifest.
    pub manifest_sha256: Digest,
}
