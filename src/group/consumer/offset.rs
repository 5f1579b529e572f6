//! Who may commit and fetch offsets of a consumer group.

use super::member::Member;
use super::state::ConsumerGroup;
use crate::base::Uuid;
use crate::group::ErrorCode;
use crate::group::event::Checked;

/// The first version of OffsetCommit that knows member epochs.
const MEMBER_EPOCH_VERSION: i16 = 9;

/// The epoch of a producer that is no member.
const NO_EPOCH: i32 = -1;

impl ConsumerGroup {
    /// Whether a member at an epoch may commit for these partitions, given by topic id. Without membership one may commit
    /// while the group has no members, and in a transaction always. A member whose last reply was lost may commit what it
    /// has had since its epoch.
    pub(in crate::group) fn validate_commit(
        &self,
        (member, epoch, is_static): (&str, i32, bool),
        version: Option<i16>,
        partitions: impl IntoIterator<Item = (Uuid, i32)>,
    ) -> Checked {
        if epoch < 0 && self.members.is_empty() {
            return Ok(());
        }
        if version.is_none() && epoch == NO_EPOCH && member.is_empty() && !is_static {
            return Ok(());
        }
        let member = self.members.get(member).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if version.is_some_and(|v| v < MEMBER_EPOCH_VERSION) && !member.uses_classic_protocol() {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        if epoch == member.current.epoch {
            return Ok(());
        }
        if epoch > member.current.epoch {
            return Err(member.stale());
        }
        let since = |topic: Uuid, number: i32| {
            let parts = [&member.current.assigned, &member.current.pending];
            parts.into_iter().find_map(|part| part.get(&topic)?.get(&number).copied())
        };
        match partitions
            .into_iter()
            .all(|(topic, number)| since(topic, number).is_some_and(|since| epoch >= since))
        {
            true => Ok(()),
            false => Err(member.stale()),
        }
    }

    /// Whether one may fetch as a member at an epoch; those who do not say who they are may.
    pub(in crate::group) fn validate_fetch(&self, member: Option<&str>, epoch: i32) -> Checked {
        if member.is_none() && epoch < 0 {
            return Ok(());
        }
        // Kafka looks up no name at all, and fails.
        let member = member.ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let member = self.members.get(member).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if epoch == member.current.epoch { Ok(()) } else { Err(member.stale()) }
    }
}

impl Member {
    /// What a member is told that names another epoch than its own.
    fn stale(&self) -> ErrorCode {
        match self.uses_classic_protocol() {
            true => ErrorCode::ILLEGAL_GENERATION,
            false => ErrorCode::STALE_MEMBER_EPOCH,
        }
    }
}
