//! DescribeGroups, ListGroups and DeleteGroups: what an administrator asks.

use super::classic::ClassicState;
use super::coordinator::{Coordinator, Group};
use super::event::{Batch, Checked, Event, Outcome};
use super::record::Record;
use super::reply::{DescribedGroup, ListedGroup};
use super::request::ListGroups;
use super::share::SHARE;
use super::share::record::as_share;
use super::{ErrorCode, classic::ClassicGroup};
use crate::base::Set;
use std::rc::Rc;

/// The first version of DescribeGroups that is told that a group is not there.
const NOT_FOUND_VERSION: i16 = 6;

/// Kafka's name of the type of a group of the consumer protocol, and of its protocol type.
const CONSUMER: &str = "consumer";

/// Kafka's name of the type of a group of the classic protocol.
const CLASSIC: &str = "classic";

impl Coordinator {
    /// A group in detail. One that is not there is Dead.
    pub(super) fn describe(&self, id: &Rc<str>, version: i16) -> DescribedGroup {
        match self.seen(id) {
            Some(Group::Classic(group)) => group.described(),
            Some(Group::Consumer(_) | Group::Share(_)) | None => {
                let known = version < NOT_FOUND_VERSION;
                DescribedGroup {
                    error: if known { ErrorCode::NONE } else { ErrorCode::GROUP_ID_NOT_FOUND },
                    error_message: (!known).then(|| format!("Group {id} not found.").into()),
                    group_id: id.clone(),
                    state: ClassicState::Dead.name(),
                    protocol_type: "".into(),
                    protocol: "".into(),
                    members: Vec::new(),
                }
            }
        }
    }

    /// The groups in any of the states and of any of the types asked for.
    pub(super) fn list(&self, request: &ListGroups) -> Vec<ListedGroup> {
        let among = |name: &str, wanted: &[Rc<str>]| {
            wanted.is_empty() || wanted.iter().any(|w| w.trim().eq_ignore_ascii_case(name))
        };
        let listed = self.all_seen().map(|group| match group {
            Group::Classic(group) => ListedGroup {
                group_id: group.id.clone(),
                protocol_type: group.protocol_type.clone().unwrap_or_default(),
                state: group.state.name(),
                group_type: CLASSIC,
            },
            Group::Consumer(group) => ListedGroup {
                group_id: group.id.clone(),
                protocol_type: CONSUMER.into(),
                state: group.state().name(),
                group_type: CONSUMER,
            },
            Group::Share(share) => ListedGroup {
                group_id: share.group.id.clone(),
                protocol_type: SHARE.into(),
                state: share.state_name(),
                group_type: SHARE,
            },
        });
        listed.filter(|g| among(g.state, &request.states) && among(g.group_type, &request.types)).collect()
    }

    /// Deletes the groups that are empty, with their offsets.
    pub(super) fn delete_groups(&mut self, ids: &[Rc<str>], out: &mut Outcome) -> Vec<(Rc<str>, ErrorCode)> {
        self.delete_shared(ids.iter(), out);
        let mut records = Vec::new();
        let mut results = Vec::new();
        // Each name once.
        let ids: Set<&Rc<str>> = ids.iter().collect();
        for id in ids {
            let deletable = self.may_delete(id);
            if deletable.is_ok() {
                records.extend(self.offsets.tombstones(id));
                records.extend(self.group_tombstones(id));
                out.event(Event::GroupDeleted { group: id.clone() });
            }
            results.push((id.clone(), deletable.err().unwrap_or(ErrorCode::NONE)));
        }
        self.append(Batch { producer: None, records }, out);
        results
    }

    /// What removes a group that has no members, but for its offsets.
    pub(super) fn group_tombstones(&self, id: &Rc<str>) -> Vec<Record> {
        match self.groups.get(id) {
            Some(Group::Consumer(group)) => group.tombstones(|id| id),
            Some(Group::Share(share)) => share.group.tombstones(|id| id).into_iter().map(as_share).collect(),
            Some(Group::Classic(_)) => vec![Record::ClassicGroup(id.clone(), None)],
            None => Vec::new(),
        }
    }

    fn may_delete(&self, id: &str) -> Checked {
        match self.groups.get(id) {
            None => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            Some(group @ (Group::Consumer(_) | Group::Share(_))) => match group.is_empty() {
                true => Ok(()),
                false => Err(ErrorCode::NON_EMPTY_GROUP),
            },
            Some(Group::Classic(group)) => match group.state {
                ClassicState::Empty => Ok(()),
                ClassicState::Dead => Err(ErrorCode::GROUP_ID_NOT_FOUND),
                _ => Err(ErrorCode::NON_EMPTY_GROUP),
            },
        }
    }
}

impl ClassicGroup {
    /// Protocol and subscriptions are told only while the group is stable.
    fn described(&self) -> DescribedGroup {
        let protocol = self.protocol.as_ref().filter(|_| self.state == ClassicState::Stable);
        DescribedGroup {
            error: ErrorCode::NONE,
            error_message: None,
            group_id: self.id.clone(),
            state: self.state.name(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            protocol: protocol.cloned().unwrap_or_default(),
            members: self.members.values().map(|m| m.described(protocol.map(|p| &**p))).collect(),
        }
    }
}
