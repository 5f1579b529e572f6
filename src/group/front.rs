//! The request layer in front of the coordinator (`KafkaApis` without an authorizer, and the checks of
//! `GroupCoordinatorService`): which requests are refused before any group is asked, and which topics exist.

use super::ErrorCode;
use super::classic::Join;
use super::coordinator::{Coordinator, Group};
use super::event::{Batch, Outcome};
use super::offset::{CommitTopic, Errors, Wanted};
use super::record::Record;
use super::reply::*;
use super::request::*;
use crate::base::{Time, Uuid};
use std::rc::Rc;

/// The first version of SyncGroup that has to name the protocol.
const PROTOCOL_NAMED_VERSION: i16 = 5;

/// The first version of OffsetCommit and OffsetFetch that gives topics by id.
const TOPIC_ID_VERSION: i16 = 10;

/// What of a commit concerns partitions that exist, with the topic's place in the request.
type Known = Vec<(usize, CommitTopic)>;

/// The reply to a commit, topic by topic as in the request.
type Answers = Vec<(TopicRef, PartitionErrors)>;

impl Coordinator {
    /// Sends a request to where it is answered.
    pub(super) fn front(
        &mut self,
        now: Time,
        (token, context): (u64, &Context),
        request: &Request,
        out: &mut Outcome,
    ) {
        let version = context.version;
        let reply = match request {
            Request::JoinGroup(r) => return self.join(now, Join { token, context, request: r }, out),
            Request::SyncGroup(r) => return self.sync(now, (token, version), r, out),
            Request::Heartbeat(r) => Reply::Heartbeat(HeartbeatReply { error: self.heartbeat(now, r, out) }),
            Request::LeaveGroup(r) => Reply::LeaveGroup(self.leave(now, r, out)),
            Request::OffsetCommit(r) => {
                let (known, mut topics) = self.known_topics(&r.topics);
                self.commit_known(known, &mut topics, |c, known| c.commit((now, version), r, known, out));
                Reply::OffsetCommit(OffsetCommitReply { topics })
            }
            Request::OffsetFetch(r) => {
                let groups =
                    r.groups.iter().map(|g| self.fetch_group(g, version, r.require_stable)).collect();
                Reply::OffsetFetch(OffsetFetchReply { groups })
            }
            Request::TxnOffsetCommit(r) => Reply::TxnOffsetCommit(self.txn_commit(now, r, out)),
            Request::OffsetDelete(r) => Reply::OffsetDelete(self.offset_delete(r, out)),
            Request::DescribeGroups(r) => {
                let groups = r.groups.iter().map(|id| self.describe(id, version)).collect();
                Reply::DescribeGroups(DescribeGroupsReply { groups })
            }
            Request::ListGroups(r) => Reply::ListGroups(ListGroupsReply { groups: self.list(r) }),
            Request::ConsumerHeartbeat(r) => return self.consumer_heartbeat(now, (token, context), r, out),
            Request::ConsumerDescribe(r) => {
                let groups = r.groups.iter().map(|id| self.describe_consumer(id)).collect();
                Reply::ConsumerDescribe(ConsumerDescribeReply { groups })
            }
            Request::ShareHeartbeat(r) => return self.share_heartbeat(now, (token, context), r, out),
            Request::ShareDescribe(r) => {
                let groups = r.groups.iter().map(|id| self.describe_share(id)).collect();
                Reply::ShareDescribe(ConsumerDescribeReply { groups })
            }
            Request::DeleteGroups(r) => {
                Reply::DeleteGroups(DeleteGroupsReply { results: self.delete_groups(&r.groups, out) })
            }
        };
        out.reply(token, reply);
    }

    /// A join without a member id makes the group that it names, and that is written even when the join is refused.
    fn join(&mut self, now: Time, join: Join, out: &mut Outcome) {
        let request = join.request;
        let (id, member) = (&request.group_id, &request.member_id);
        let allowed = self.config.min_session_timeout_ms..=self.config.max_session_timeout_ms;
        let mut records = Vec::new();
        let refusal = if id.is_empty() {
            ErrorCode::INVALID_GROUP_ID
        } else if !allowed.contains(&request.session_timeout_ms) {
            ErrorCode::INVALID_SESSION_TIMEOUT
        } else {
            match self.groups.get(id) {
                Some(Group::Consumer(group)) if !group.members.is_empty() => {
                    return self.join_consumer(now, join, out);
                }
                // Kafka forgets an empty one before it looks whether the request may make another, and says so only then.
                Some(Group::Consumer(group)) => {
                    records = group.tombstones(|id| id);
                    let group = self.groups.remove(id);
                    self.unwritten.or_insert_with(id.clone(), || group);
                }
                _ => {}
            }
            match self.groups.contains_key(id) || member.is_empty() {
                true => ErrorCode::NONE,
                false => ErrorCode::UNKNOWN_MEMBER_ID,
            }
        };
        if !refusal.is_none() {
            return out.reply(join.token, Reply::JoinGroup(JoinGroupReply::refused(refusal, member.clone())));
        }
        let is_new = !self.groups.contains_key(id);
        if is_new {
            self.create_classic(now, id);
        }
        let Some((Group::Classic(group), mut turn)) = self.turn(id, now, out) else {
            let refused = JoinGroupReply::refused(ErrorCode::INCONSISTENT_GROUP_PROTOCOL, "".into());
            return out.reply(join.token, Reply::JoinGroup(refused));
        };
        let created = is_new.then(|| group.recorded(|_| Default::default()));
        group.join(&mut turn, join);
        if let Some(value) = created {
            records.push(Record::ClassicGroup(id.clone(), Some(value)));
            out.append(Batch { producer: None, records });
        }
    }

    fn sync(&mut self, now: Time, (token, version): (u64, i16), request: &SyncGroup, out: &mut Outcome) {
        let named = request.protocol_type.is_some() && request.protocol_name.is_some();
        let refusal = if version >= PROTOCOL_NAMED_VERSION && !named {
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL
        } else if request.group_id.is_empty() {
            ErrorCode::INVALID_GROUP_ID
        } else if let Some((Group::Classic(group), mut turn)) = self.turn(&request.group_id, now, out) {
            return group.sync(&mut turn, token, request);
        } else {
            match self.sync_as_classic(now, request) {
                Ok(reply) => return out.reply(token, Reply::SyncGroup(reply)),
                Err(error) => error,
            }
        };
        out.reply(token, Reply::SyncGroup(SyncGroupReply::refused(refusal)));
    }

    fn heartbeat(&mut self, now: Time, request: &Heartbeat, out: &mut Outcome) -> ErrorCode {
        if request.group_id.is_empty() {
            return ErrorCode::INVALID_GROUP_ID;
        }
        match self.turn(&request.group_id, now, out) {
            Some((Group::Classic(group), mut turn)) => group.heartbeat(&mut turn, request),
            _ => self.beat_as_classic(now, request).err().unwrap_or(ErrorCode::NONE),
        }
    }

    fn leave(&mut self, now: Time, request: &LeaveGroup, out: &mut Outcome) -> LeaveGroupReply {
        if request.group_id.is_empty() {
            return LeaveGroupReply { error: ErrorCode::INVALID_GROUP_ID, members: Vec::new() };
        }
        let members = match self.turn(&request.group_id, now, out) {
            Some((Group::Classic(group), mut turn)) => group.leave(&mut turn, request),
            Some((Group::Consumer(_), _)) => self.remove_members(now, request, out),
            Some((Group::Share(_), _)) | None => {
                let unknown = request.members.iter().map(|m| LeftMember {
                    member_id: m.member_id.clone(),
                    group_instance_id: m.group_instance_id.clone(),
                    error: ErrorCode::UNKNOWN_MEMBER_ID,
                });
                unknown.collect()
            }
        };
        LeaveGroupReply { error: ErrorCode::NONE, members }
    }

    fn txn_commit(&mut self, now: Time, request: &TxnOffsetCommit, out: &mut Outcome) -> OffsetCommitReply {
        let (mut known, mut topics) = self.known_topics(&request.topics);
        // Kafka does not store topic ids with transactional offsets.
        for (_, topic) in &mut known {
            topic.id = Uuid::ZERO;
        }
        self.commit_known(known, &mut topics, |c, known| match request.group_id.is_empty() {
            true => Err(ErrorCode::INVALID_GROUP_ID),
            false => c.commit_in_transaction(now, request, known, out),
        });
        OffsetCommitReply { topics }
    }

    /// What of a commit concerns partitions that exist, with the topic's place in the request; and the reply so far.
    fn known_topics(&self, topics: &[(TopicRef, Vec<CommitPartition>)]) -> (Known, Answers) {
        let mut known = Vec::new();
        let mut answers = Vec::new();
        for (place, (topic, partitions)) in topics.iter().enumerate() {
            let (name, unknown) = match topic {
                TopicRef::Name(name) => (Some(name), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
                TopicRef::Id(id) => match self.metadata.name_of(*id) {
                    Some(name) => (Some(name), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
                    None => (None, ErrorCode::UNKNOWN_TOPIC_ID),
                },
            };
            let exists =
                |p: &&CommitPartition| name.is_some_and(|n| self.metadata.has_partition(n, p.partition));
            let (there, not_there): (Vec<_>, Vec<_>) = partitions.iter().partition(exists);
            answers.push((topic.clone(), not_there.into_iter().map(|p| (p.partition, unknown)).collect()));
            if let Some(name) = name.filter(|_| !there.is_empty()) {
                let partitions = there.into_iter().cloned().collect();
                known.push((
                    place,
                    CommitTopic { name: name.clone(), id: self.metadata.id_of(name), partitions },
                ));
            }
        }
        (known, answers)
    }

    /// Asks the coordinator for the rest, if there is a rest, and puts its answer into the reply.
    fn commit_known(
        &mut self,
        known: Known,
        answers: &mut Answers,
        commit: impl FnOnce(&mut Coordinator, &[CommitTopic]) -> Result<Errors, ErrorCode>,
    ) {
        if known.is_empty() {
            return;
        }
        let (places, topics): (Vec<usize>, Vec<CommitTopic>) = known.into_iter().unzip();
        let errors = commit(self, &topics).unwrap_or_else(|error| {
            let refused =
                |topic: &CommitTopic| topic.partitions.iter().map(|p| (p.partition, error)).collect();
            topics.iter().map(refused).collect()
        });
        for (place, errors) in places.into_iter().zip(errors) {
            answers[place].1.extend(errors);
        }
    }

    fn fetch_group(&self, asked: &FetchGroup, version: i16, require_stable: bool) -> FetchedGroup {
        let by_id = version >= TOPIC_ID_VERSION;
        let group = &asked.group_id;
        // What has to be stable is not only read: it is asked like a request that writes.
        let found = if require_stable { self.groups.get(group) } else { self.seen(group) };
        if let Some(Group::Consumer(found)) = found
            && let Err(error) = found.validate_fetch(asked.member_id.as_deref(), asked.member_epoch)
        {
            return FetchedGroup { group_id: group.clone(), error, topics: Vec::new() };
        }
        // For this, share groups are not there.
        let exists = found.is_some_and(|found| !matches!(found, Group::Share(_)));
        let fetch = |topic: &Rc<str>, topic_id: Uuid, partition: i32| {
            self.fetch(&Wanted { group, topic, topic_id, partition, require_stable, exists })
        };
        let topics = match &asked.topics {
            Some(topics) => {
                let of_topic = |(topic, partitions): &(TopicRef, Vec<i32>)| {
                    let found = match topic {
                        TopicRef::Name(name) => Some((name, Uuid::ZERO)),
                        TopicRef::Id(id) => self.metadata.name_of(*id).map(|name| (name, *id)),
                    };
                    let unknown = |p| FetchedOffset::nothing(p, ErrorCode::UNKNOWN_TOPIC_ID);
                    let offset = |&p: &i32| found.map_or_else(|| unknown(p), |(name, id)| fetch(name, id, p));
                    (topic.clone(), partitions.iter().map(offset).collect())
                };
                topics.iter().map(of_topic).collect()
            }
            None => {
                let stored = self.offsets.of(group).filter(|_| exists);
                let all = stored.into_iter().flatten().filter_map(|(name, partitions)| {
                    let id = self.metadata.id_of(name);
                    let topic = match by_id {
                        false => TopicRef::Name(name.clone()),
                        true if id == Uuid::ZERO => return None,
                        true => TopicRef::Id(id),
                    };
                    let id = if by_id { id } else { Uuid::ZERO };
                    Some((topic, partitions.keys().map(|&p| fetch(name, id, p)).collect()))
                });
                all.collect()
            }
        };
        FetchedGroup { group_id: group.clone(), error: ErrorCode::NONE, topics }
    }

    fn offset_delete(&mut self, request: &OffsetDelete, out: &mut Outcome) -> OffsetDeleteReply {
        let mut answers: Vec<(Rc<str>, PartitionErrors)> = Vec::new();
        let mut known = Vec::new();
        for (topic, partitions) in &request.topics {
            let exists = |p: &i32| self.metadata.has_partition(topic, *p);
            let (there, not_there): (Vec<i32>, Vec<i32>) = partitions.iter().partition(|p| exists(p));
            let unknown = not_there.into_iter().map(|p| (p, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)).collect();
            answers.push((topic.clone(), unknown));
            known.push((topic.clone(), there));
        }
        let deleted = match request.group_id.is_empty() {
            true => Err(ErrorCode::INVALID_GROUP_ID),
            false => self.delete_offsets(&request.group_id, &known, out),
        };
        match deleted {
            Err(error) => OffsetDeleteReply { error, topics: Vec::new() },
            Ok(errors) => {
                for ((_, answers), errors) in answers.iter_mut().zip(errors) {
                    answers.extend(errors);
                }
                OffsetDeleteReply { error: ErrorCode::NONE, topics: answers }
            }
        }
    }
}
