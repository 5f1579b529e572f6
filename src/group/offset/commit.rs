//! OffsetCommit and TxnOffsetCommit: who may commit, and the records that say what.

use crate::base::{Time, Uuid};
use crate::group::classic::ClassicState;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Checked, Outcome, Producer};
use crate::group::record::{OffsetKey, OffsetValue, Record};
use crate::group::reply::PartitionErrors;
use crate::group::request::{CommitPartition, OffsetCommit, TxnOffsetCommit};
use crate::group::turn::Turn;
use crate::group::{ErrorCode, classic::ClassicGroup};
use std::rc::Rc;

/// The first version that is told that the group is not there.
const GROUP_ID_NOT_FOUND_VERSION: i16 = 9;

/// In place of the version, for a commit in a transaction: there every version will do.
const TRANSACTIONAL: i16 = -1;

/// In place of a producer's epoch.
const NO_EPOCH: i16 = -1;

/// What is committed for a topic that exists.
pub(in crate::group) struct CommitTopic {
    pub name: Rc<str>,
    pub id: Uuid,
    pub partitions: Vec<CommitPartition>,
}

/// For each partition of each topic its error.
pub(in crate::group) type Errors = Vec<PartitionErrors>;

/// Who commits.
struct Committer<'a> {
    group: &'a Rc<str>,
    generation: i32,
    member: &'a Rc<str>,
    instance: Option<&'a Rc<str>>,
    /// Whether it is part of a transaction, as the request says.
    transactional: bool,
    /// Whose transaction the records are part of.
    producer: Option<Producer>,
}

impl Coordinator {
    /// Commits offsets; a refusal concerns all of them.
    pub(in crate::group) fn commit(
        &mut self,
        (now, version): (Time, i16),
        request: &OffsetCommit,
        topics: &[CommitTopic],
        out: &mut Outcome,
    ) -> Checked<Errors> {
        let committer = Committer {
            group: &request.group_id,
            generation: request.generation_id,
            member: &request.member_id,
            instance: request.group_instance_id.as_ref(),
            transactional: false,
            producer: None,
        };
        let absent = match version >= GROUP_ID_NOT_FOUND_VERSION {
            true => ErrorCode::GROUP_ID_NOT_FOUND,
            false => ErrorCode::ILLEGAL_GENERATION,
        };
        self.admit(now, &committer, absent, (version, topics))?;
        if let Some((Group::Classic(group), mut turn)) = self.turn(&request.group_id, now, out) {
            group.heard_of_committer(&mut turn, &request.member_id);
        }
        let clock_ms = self.clock_ms(now);
        let expire_ms = request.retention_time_ms.filter(|ms| *ms >= 0).map(|ms| clock_ms.saturating_add(ms));
        Ok(self.write(now, &committer, topics, expire_ms, out))
    }

    /// Commits offsets as part of a transaction; a refusal concerns all of them.
    pub(in crate::group) fn commit_in_transaction(
        &mut self,
        now: Time,
        request: &TxnOffsetCommit,
        topics: &[CommitTopic],
        out: &mut Outcome,
    ) -> Checked<Errors> {
        // Without a producer's id it is written like any other commit.
        let producer = Producer { id: request.producer_id, epoch: request.producer_epoch };
        let producer = Some(producer).filter(|producer| producer.id >= 0);
        let committer = Committer {
            group: &request.group_id,
            generation: request.generation_id,
            member: &request.member_id,
            instance: request.group_instance_id.as_ref(),
            transactional: true,
            producer,
        };
        let absent = !self.groups.contains_key(&request.group_id);
        // A transaction only knows generations.
        let admitted = self.admit(now, &committer, ErrorCode::ILLEGAL_GENERATION, (TRANSACTIONAL, topics));
        admitted.map_err(|error| match error {
            ErrorCode::STALE_MEMBER_EPOCH => ErrorCode::ILLEGAL_GENERATION,
            other => other,
        })?;
        let written = topics.iter().any(|topic| topic.partitions.iter().any(|p| !self.is_too_long(p)));
        if written && producer.is_some_and(|producer| producer.epoch == NO_EPOCH) {
            // The log refuses the batch (MemoryRecordsBuilder), and what was done for it is taken back.
            if absent {
                self.groups.remove(&request.group_id);
            }
            return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
        }
        Ok(self.write(now, &committer, topics, None, out))
    }

    /// Without membership, committing to a group that is not there makes it: a simple group, which stores offsets only.
    fn admit(
        &mut self,
        now: Time,
        committer: &Committer,
        absent: ErrorCode,
        (version, topics): (i16, &[CommitTopic]),
    ) -> Checked {
        if !self.groups.contains_key(committer.group) {
            if committer.generation >= 0 {
                return Err(absent);
            }
            self.create_classic(now, committer.group);
        }
        match &self.groups[committer.group] {
            Group::Classic(group) => group.validate_commit(committer),
            Group::Share(_) => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            Group::Consumer(group) => {
                // What is refused for its size is not looked at.
                let of_topic = |topic: &CommitTopic| {
                    let id = self.metadata.id_of(&topic.name);
                    let told = topic.partitions.iter().filter(|p| !self.is_too_long(p));
                    told.map(move |p| (id, p.partition)).collect::<Vec<_>>()
                };
                let version = Some(version).filter(|version| *version != TRANSACTIONAL);
                let partitions = topics.iter().flat_map(of_topic);
                let who = (&**committer.member, committer.generation, committer.instance.is_some());
                group.validate_commit(who, version, partitions)
            }
        }
    }

    /// Whether the committer's text is too long. Kafka counts UTF-16 units, whatever the setting's name says.
    fn is_too_long(&self, partition: &CommitPartition) -> bool {
        let text = partition.metadata.as_deref().unwrap_or("");
        text.encode_utf16().count() > self.config.offset_metadata_max.max(0) as usize
    }

    fn write(
        &mut self,
        now: Time,
        committer: &Committer,
        topics: &[CommitTopic],
        expire_timestamp_ms: Option<i64>,
        out: &mut Outcome,
    ) -> Errors {
        let mut records = Vec::new();
        let mut errors = Vec::new();
        for topic in topics {
            let mut of_topic = Vec::new();
            for p in &topic.partitions {
                let metadata = p.metadata.clone().unwrap_or_default();
                if self.is_too_long(p) {
                    of_topic.push((p.partition, ErrorCode::OFFSET_METADATA_TOO_LARGE));
                    continue;
                }
                of_topic.push((p.partition, ErrorCode::NONE));
                let key = OffsetKey {
                    group: committer.group.clone(),
                    topic: topic.name.clone(),
                    partition: p.partition,
                };
                let value = OffsetValue {
                    offset: p.offset,
                    leader_epoch: p.leader_epoch,
                    metadata,
                    commit_timestamp_ms: self.clock_ms(now),
                    expire_timestamp_ms,
                    topic_id: topic.id,
                };
                records.push(Record::Offset(key, Some(value)));
            }
            errors.push(of_topic);
        }
        self.append(Batch { producer: committer.producer, records }, out);
        errors
    }
}

impl ClassicGroup {
    fn validate_commit(&self, committer: &Committer) -> Checked {
        let (plain, empty) = (!committer.transactional, self.state == ClassicState::Empty);
        if self.state == ClassicState::Dead {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        if committer.generation < 0 && empty {
            return Ok(());
        }
        if committer.generation >= 0 || !committer.member.is_empty() || committer.instance.is_some() {
            self.validate(committer.member, committer.instance, committer.generation)?;
        } else if plain {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        if plain && self.state == ClassicState::CompletingRebalance {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// A commit is a sign of life.
    fn heard_of_committer(&mut self, turn: &mut Turn, id: &Rc<str>) {
        if let Some(member) = self.members.get_mut(id) {
            member.last_heard = turn.now;
            self.await_heartbeat(turn, id);
        }
    }
}
