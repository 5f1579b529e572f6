//! Commits: the automatic ones inside `poll()`, before a rejoin and on close, and those that the loop makes.

use super::join::Prepare;
use super::{Consumer, Note, Phase, Task};
use crate::base::{Span, Time};
use crate::group::{self, CommitPartition, ErrorCode, OffsetCommitReply, TopicRef};
use crate::sim::broker::error_of;
use crate::sim::core::Core;
use crate::sim::spec::{Commit, Tune};
use crate::sim::trace::Happening;

/// Commits of a process.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Commits {
    /// When the automatic commit is due.
    pub next_auto: Time,
    /// Those without an answer: token, generation, and whether the loop made it.
    under_way: Vec<(u64, i32, bool)>,
    /// The `commitSync()` of the loop that is made again, because the broker knows no such topic.
    again: Option<Again>,
}

/// A commit that is made again and again until `commitSync()` gives up.
#[derive(Clone, Copy, Debug, Hash)]
struct Again {
    /// When it gives up.
    until: Time,
    /// When it is made next.
    next: Time,
    /// The wait after that.
    backoff: Span,
}

impl Consumer {
    /// The automatic commit's timer is looked at: it commits even if nothing changed.
    pub(super) fn commit_when_due(&mut self, core: &mut Core) {
        if self.settings.commit == Commit::Auto && core.now >= self.client.commits.next_auto {
            self.client.commits.next_auto = core.now + self.settings.auto_commit_interval;
            self.commit_positions(core);
        }
    }

    /// Commits the positions, which is what earlier polls returned. `None` when there is nothing to send.
    pub(super) fn commit_positions(&mut self, core: &mut Core) -> Option<u64> {
        let offsets = self.positions();
        self.send_commit(core, offsets, false)
    }

    /// `commitSync` inside a callback: of what was processed, which between two polls is what they returned.
    pub(super) fn commit_processed(&mut self, core: &mut Core) -> Option<u64> {
        let offsets = self.positions();
        self.send_commit(core, offsets, true)
    }

    /// Sends a commit; `None`, and a failure of the loop's own, when the member is in no generation.
    fn send_commit(&mut self, core: &mut Core, offsets: Vec<(u32, i64)>, by_loop: bool) -> Option<u64> {
        if offsets.is_empty() {
            return None;
        }
        let free = self.stands_alone() || self.is_modern();
        if self.client.member.phase != Phase::Stable && !free {
            if by_loop {
                let rebalancing = self.client.member.phase != Phase::Unjoined;
                self.commit_failed(core, if rebalancing { REBALANCING } else { FAILED });
            }
            return None;
        }
        let count = offsets.len() as u32;
        let mut topics: Vec<(TopicRef, Vec<CommitPartition>)> = Vec::new();
        for (log, offset) in offsets {
            let of = &core.logs[log as usize];
            let commit = CommitPartition {
                partition: of.name.partition,
                offset,
                leader_epoch: if of.exists { of.data.leader_epoch() } else { -1 },
                metadata: Some("".into()),
            };
            let topic = self.topic_ref(core, log);
            match topics.last_mut() {
                Some((name, list)) if *name == topic => list.push(commit),
                _ => topics.push((topic, vec![commit])),
            }
        }
        let generation_id = self.client.member.generation;
        let request = group::OffsetCommit {
            group_id: core.groups[self.group as usize].name.clone(),
            generation_id,
            member_id: self.client.member.id.clone(),
            group_instance_id: self.settings.instance.clone().filter(|_| !self.stands_alone()),
            retention_time_ms: None,
            topics,
        };
        let token = self.ask(core, group::Request::OffsetCommit(request), Note::Partitions(count));
        self.client.commits.under_way.push((token, generation_id, by_loop));
        Some(token)
    }

    /// The loop commits what the last poll returned, or one record's offset + 1. Whether an answer is awaited.
    pub(super) fn commit_from_loop(&mut self, core: &mut Core, record: Option<(u32, i64)>) -> Option<u64> {
        let offsets = match record {
            None => self.positions(),
            Some((log, offset)) => vec![(log, offset + 1)],
        };
        self.send_commit(core, offsets, true)
    }

    fn commit_failed(&mut self, core: &mut Core, exception: &'static str) {
        core.note(Happening::CommitFailed(self.name(core), exception));
    }

    /// OffsetCommit was answered.
    pub(super) fn committed(&mut self, core: &mut Core, token: u64, reply: &OffsetCommitReply) {
        let under_way = &mut self.client.commits.under_way;
        let Some(at) = under_way.iter().position(|commit| commit.0 == token) else { return };
        let (_, generation, by_loop) = under_way.remove(at);
        let error = error_of(&group::Reply::OffsetCommit(reply.clone()));
        let waits = matches!(self.client.task, Task::Commit { token: Some(of), .. } if of == token);
        if waits && self.commit_again(core, error) {
            return;
        }
        if !error.is_none() {
            self.commit_refused(core, generation, by_loop, error);
        }
        self.prepare_on(core, token, Prepare::Committed);
        if waits {
            self.commit_returned(core);
        }
        self.membership_committed(core, token);
        self.close_committed(core, token);
    }

    /// `commitSync()` tries again while the broker knows no such topic: one may be on its way. Whether it does.
    fn commit_again(&mut self, core: &mut Core, error: ErrorCode) -> bool {
        let unknown = matches!(error, ErrorCode::UNKNOWN_TOPIC_ID | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        let Task::Commit { token, .. } = &mut self.client.task else { return false };
        let tuning = &self.settings.tuning;
        let until = core.now + tuning.span(Tune::ApiTimeout);
        let first = Again { until, next: core.now, backoff: tuning.retry() };
        let of = self.client.commits.again.take().unwrap_or(first);
        if !unknown {
            return false;
        }
        let next = core.now + of.backoff;
        if next >= of.until {
            self.commit_failed(core, "TimeoutException");
            self.commit_returned(core);
            return true;
        }
        *token = None;
        let backoff = (of.backoff * 2).min(tuning.span(Tune::RetryBackoffMax));
        self.client.commits.again = Some(Again { next, backoff, ..of });
        core.queue.set(self.app, next);
        true
    }

    /// Whether `commitSync()` waits before it tries again.
    pub(super) fn commit_backs_off(&self, now: Time) -> bool {
        self.client.commits.again.is_some_and(|of| now < of.next)
    }

    /// A commit has come to an end: a join that waited for it goes on, before its callback with `next`.
    fn prepare_on(&mut self, core: &mut Core, token: u64, next: Prepare) {
        match self.client.member.prepare {
            Prepare::Committing(of) if of == token => self.client.member.prepare = next,
            Prepare::InCallback(of) if of == token => self.gave_up(core),
            Prepare::Releasing(of) if of == token => self.take_over(core),
            _ => {}
        }
    }

    /// The connection was closed before these were answered: those that somebody waits for are made again.
    pub(super) fn commits_failed(&mut self, core: &mut Core) {
        for (token, ..) in std::mem::take(&mut self.client.commits.under_way) {
            self.prepare_on(core, token, Prepare::Not);
            match &mut self.client.task {
                Task::Commit { token: of, .. } if *of == Some(token) => {
                    *of = None;
                    core.queue.set(self.app, core.now + self.settings.tuning.retry());
                }
                _ => self.close_committed(core, token),
            }
        }
    }

    fn commit_refused(&mut self, core: &mut Core, generation: i32, by_loop: bool, error: ErrorCode) {
        let exception = match error {
            ErrorCode::REBALANCE_IN_PROGRESS => {
                self.want_rejoin("offset commit failed since group is already rebalancing");
                REBALANCING
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                self.coordinator_lost(core.now);
                "RetriableCommitFailedException"
            }
            // The new consumer learns of its removal by heartbeats only.
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::STALE_MEMBER_EPOCH if self.is_modern() => FAILED,
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION | ErrorCode::FENCED_INSTANCE_ID => {
                self.refused(core, "OFFSET_COMMIT", generation, error);
                FAILED
            }
            ErrorCode::UNKNOWN_TOPIC_ID => {
                self.doubt_metadata(core);
                "UnknownTopicIdException"
            }
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {
                self.doubt_metadata(core);
                "UnknownTopicOrPartitionException"
            }
            _ => "KafkaException",
        };
        if by_loop {
            self.commit_failed(core, exception);
        }
    }
}

/// Of a member that was removed.
const FAILED: &str = "CommitFailedException";
/// Of a member that has to rejoin first.
const REBALANCING: &str = "RebalanceInProgressException";
