//! What the broker does for share consumers: ShareFetch, ShareAcknowledge, share sessions, locks that are over.
//!
//! A consumer has one request under way to the leader, a ShareFetch or a ShareAcknowledge; it travels as the consumer's
//! `Fetch`. The session's epoch says that none was missed. A session belongs to a connection: when that is closed, by the
//! client or because its process died, what the member holds is given back at once. Only when nothing is heard of the
//! connection's end (the client stands still, or is cut off) its locks have to time out.

use super::{Ack, Acquired, Fate, Freed, SharePartition, Want};
use crate::base::{Map, Time, TopicPartition};
use crate::group::ErrorCode;
use crate::log::Partition;
use crate::sim::core::Core;
use crate::sim::fetch::{MAX_WAIT, PARTITION_BYTES_MAX, Phase};
use crate::sim::network::Address;
use crate::sim::queue::Slot;
use crate::sim::spec::{Isolation, Reset};
use crate::sim::trace::{Happening, Process};
use std::rc::Rc;

/// The epoch that opens a session.
pub(in crate::sim) const OPENING: i32 = 0;
/// The epoch that closes it.
pub(in crate::sim) const CLOSING: i32 = -1;

/// A ShareFetch, or a ShareAcknowledge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct ShareCall {
    pub from: Address,
    /// The session's epoch.
    pub epoch: i32,
    /// Verdicts by log, in order.
    pub acks: Vec<(u32, Ack)>,
    /// Of a ShareFetch: from which logs, and how much. (On the wire only what changed since the session's last one.)
    pub fetch: Option<(Vec<u32>, Want)>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) struct ShareAnswer {
    /// What is wrong with the request as a whole.
    pub error: ErrorCode,
    /// Logs whose acknowledgements were refused.
    pub refused: Vec<(u32, ErrorCode)>,
    /// What the member has acquired.
    pub acquired: Vec<(u32, Acquired)>,
}

/// A request and what is known of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct ShareExchange {
    pub call: ShareCall,
    pub answer: ShareAnswer,
}

/// What the broker knows of share groups.
#[derive(Clone, Debug, Hash)]
pub(in crate::sim) struct Shares {
    /// By group and log.
    pub partitions: Map<(u32, u32), SharePartition>,
    /// By consumer: the process that opened its session, and the epoch of the next request.
    sessions: Map<u32, (u32, i32)>,
    /// Consumers whose fetch waits for records, in the order in which they came.
    waiting: Vec<u32>,
    /// Goes off when a lock may be over.
    slot: Slot,
}

impl Shares {
    pub fn new(slot: Slot) -> Shares {
        Shares { partitions: Map::new(), sessions: Map::new(), waiting: Vec::new(), slot }
    }

    /// A consumer's fetch waits no more.
    pub fn waits_no_more(&mut self, consumer: u32) {
        self.waiting.retain(|of| *of != consumer);
    }

    /// Records that a process has acquired.
    pub fn held(&self, by: Address) -> u64 {
        let all = self.partitions.values().flat_map(|of| of.held(by));
        all.map(|(of, _)| (of.last - of.first + 1) as u64).sum()
    }
}

/// The epoch after this one.
pub(in crate::sim) fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

impl Core {
    /// A consumer sends a request to the leader.
    pub fn send_share(&mut self, call: ShareCall) {
        let consumer = call.from.consumer;
        let exchange = ShareExchange { call, answer: ShareAnswer::default() };
        self.fetches[consumer as usize].share = Some(Box::new(exchange));
        self.send_fetch(consumer);
    }

    /// It has reached the broker.
    pub fn share_arrived(&mut self, consumer: u32) {
        let Some(mut exchange) = self.fetches[consumer as usize].share.take() else { return };
        let ShareExchange { call, answer } = &mut *exchange;
        match self.enter_session(call) {
            Err(error) => answer.error = error,
            Ok(()) => {
                answer.refused = self.take_acks(call);
                if call.epoch == CLOSING {
                    self.close_session(call.from);
                } else {
                    answer.acquired = self.acquire(call);
                }
            }
        }
        self.note_share_errors(call, answer);
        let waits = answer.error.is_none() && call.fetch.is_some() && answer.acquired.is_empty();
        self.fetches[consumer as usize].share = Some(exchange);
        if waits {
            self.fetches[consumer as usize].phase = Phase::Parked;
            self.shares.waiting.push(consumer);
            self.queue.set(self.fetches[consumer as usize].slot, self.now + MAX_WAIT);
        } else {
            self.answer_fetch(consumer);
        }
    }

    fn enter_session(&mut self, call: &ShareCall) -> Result<(), ErrorCode> {
        let Address { consumer, process } = call.from;
        let known = self.shares.sessions.get(&consumer).filter(|of| of.0 == process).map(|of| of.1);
        match (call.epoch, known) {
            (OPENING, _) if !call.acks.is_empty() => return Err(ErrorCode::INVALID_REQUEST),
            (OPENING, _) => {}
            (_, None) => return Err(ErrorCode::SHARE_SESSION_NOT_FOUND),
            (CLOSING, _) => return Ok(()),
            (epoch, Some(known)) if epoch != known => return Err(ErrorCode::INVALID_SHARE_SESSION_EPOCH),
            _ => {}
        }
        self.shares.sessions.insert(consumer, (process, next_epoch(call.epoch)));
        Ok(())
    }

    /// The connection of a session is closed: what its member holds is given back.
    pub fn close_session(&mut self, by: Address) {
        if self.shares.sessions.get(&by.consumer).is_none_or(|of| of.0 != by.process) {
            return;
        }
        self.shares.sessions.remove(&by.consumer);
        let group = self.member_of[by.consumer as usize];
        let limits = self.groups[group as usize].settings.share.limits();
        let of_group = self.shares.partitions.iter_mut().filter(|((of, _), _)| *of == group);
        let freed: Vec<(u32, Vec<Freed>)> =
            of_group.map(|((_, log), partition)| (*log, partition.release(by, &limits))).collect();
        for (log, freed) in freed {
            self.freed(group, log, &freed, Happening::Released);
        }
    }

    /// Logs whose acknowledgements are refused, with the error.
    fn take_acks(&mut self, call: &ShareCall) -> Vec<(u32, ErrorCode)> {
        let group = self.member_of[call.from.consumer as usize];
        let limits = self.groups[group as usize].settings.share.limits();
        let mut refused = Vec::new();
        for of_log in call.acks.chunk_by(|a, b| a.0 == b.0) {
            let log = of_log[0].0;
            let acks: Vec<Ack> = of_log.iter().map(|(_, ack)| *ack).collect();
            let done = match self.shares.partitions.get_mut(&(group, log)) {
                Some(partition) => partition.acknowledge(self.now, call.from, &acks, &limits),
                None => Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            };
            match done {
                Ok(freed) => self.freed(group, log, &freed, |_, _, _, _, _| None),
                Err(error) => refused.push((log, error)),
            }
        }
        refused
    }

    /// What a fetch is given: of its logs in turn, a different one first each time, until it has enough.
    fn acquire(&mut self, call: &ShareCall) -> Vec<(u32, Acquired)> {
        let Some((logs, want)) = &call.fetch else { return Vec::new() };
        let first = call.epoch as usize % logs.len().max(1);
        let mut given = Vec::new();
        let mut room = want.max;
        for log in logs[first..].iter().chain(&logs[..first]) {
            let of_log = self.acquire_of(call.from, *log, Want { max: room, ..*want });
            let taken: i64 = of_log.iter().map(|of| of.last - of.first + 1).sum();
            room = room.saturating_sub(taken as u32);
            given.extend(of_log.into_iter().map(|of| (*log, of)));
            if room == 0 {
                break;
            }
        }
        given
    }

    fn acquire_of(&mut self, by: Address, log: u32, want: Want) -> Vec<Acquired> {
        let group = self.member_of[by.consumer as usize];
        let of = &self.logs[log as usize];
        if !of.exists {
            return Vec::new();
        }
        let settings = &self.groups[group as usize].settings;
        let limits = settings.share.limits();
        let isolation = settings.isolation.unwrap_or_default();
        let begun = self.shares.partitions.contains_key(&(group, log));
        // `share.auto.offset.reset`.
        let begin = match settings.reset {
            Some(Reset::Earliest) => of.data.log_start(),
            // Without a record that is young enough the share partition does not begin.
            Some(Reset::Since(span)) => {
                match of.data.offset_for_timestamp(self.now.timestamp_ms_before(span)) {
                    Some((offset, _)) => offset,
                    None if begun => of.data.high_watermark(),
                    None => return Vec::new(),
                }
            }
            _ => of.data.high_watermark(),
        };
        let partition = self.shares.partitions.or_insert_with((group, log), || SharePartition::new(begin));
        partition.log_starts(of.data.log_start());
        if !partition.can_acquire(&limits) {
            return Vec::new();
        }
        let fresh = |from, room| fresh(&of.data, isolation, from, room);
        let given = partition.acquire(self.now, by, want, &limits, fresh);
        let end = partition.end();
        let progress = self.progress(group, log);
        progress.start.get_or_insert(begin);
        progress.position = Some(end);
        for of in given.iter().filter(|of| of.count > 1) {
            let (name, partition) = self.names(group, log);
            let process = self.process(by);
            self.note(Happening::Redelivered(process, name, partition, of.first, of.last, of.count));
        }
        if !given.is_empty() {
            self.arm_locks(self.now + limits.lock);
        }
        given
    }

    /// Writes down what became of records that were not accepted, and gives those that are available to whom waits.
    /// `end` is how the locks ended, if that is worth a word.
    fn freed<W: Into<Option<Happening>>>(
        &mut self,
        group: u32,
        log: u32,
        freed: &[Freed],
        end: impl Fn(Process, Rc<str>, TopicPartition, i64, i64) -> W,
    ) {
        for alike in freed.chunk_by(|a, b| a.last + 1 == b.first && (a.by, a.fate) == (b.by, b.fate)) {
            let (first, last) = (alike[0].first, alike[alike.len() - 1].last);
            let (name, partition) = self.names(group, log);
            let process = self.process(alike[0].by);
            if let Some(what) = end(process.clone(), name.clone(), partition.clone(), first, last).into() {
                self.note(what);
            }
            match alike[0].fate {
                Fate::Available => {}
                Fate::Exhausted => self.note(Happening::Archived(process, name, partition, first, last)),
                Fate::Rejected => self.note(Happening::Rejected(process, name, partition, first, last)),
            }
        }
        self.wake_shares(log, Some(group));
    }

    /// There may be records of a log for those who wait: of this group, or of all.
    pub fn wake_shares(&mut self, log: u32, group: Option<u32>) {
        let mut at = 0;
        while let Some(&consumer) = self.shares.waiting.get(at) {
            at += 1;
            let of = self.member_of[consumer as usize];
            let fetch = &mut self.fetches[consumer as usize];
            let wants = |call: &ShareCall| {
                let (logs, want) = call.fetch.as_ref()?;
                logs.contains(&log).then_some((call.from, *want))
            };
            let wants = fetch.share.as_ref().and_then(|exchange| wants(&exchange.call));
            let Some((by, want)) = wants.filter(|_| group.is_none_or(|group| group == of)) else { continue };
            let given = self.acquire_of(by, log, want);
            if given.is_empty() {
                continue;
            }
            if let Some(exchange) = &mut self.fetches[consumer as usize].share {
                exchange.answer.acquired = given.into_iter().map(|of| (log, of)).collect();
            }
            at -= 1;
            self.answer_fetch(consumer);
        }
    }

    /// Locks may be over.
    pub fn end_locks(&mut self) {
        let now = self.now;
        let mut over = Vec::new();
        for ((group, log), partition) in self.shares.partitions.iter_mut() {
            if partition.next_deadline().is_some_and(|at| at <= now) {
                let limits = self.groups[*group as usize].settings.share.limits();
                over.push((*group, *log, partition.expire(now, &limits)));
            }
        }
        for (group, log, freed) in over {
            self.freed(group, log, &freed, Happening::LockExpired);
        }
        let next = self.shares.partitions.values().filter_map(SharePartition::next_deadline).min();
        if let Some(at) = next {
            self.arm_locks(at);
        }
    }

    /// A lock is over at `at`. The timer is not moved for one that ends later: it looks again when it goes off.
    fn arm_locks(&mut self, at: Time) {
        if self.queue.due(self.shares.slot).is_none_or(|due| at < due) {
            self.queue.set(self.shares.slot, at);
        }
    }

    /// A group, or a log, is no more: what was known of it is forgotten.
    pub fn forget_shares(&mut self, gone: impl Fn(u32, u32) -> bool) {
        self.shares.partitions.retain(|(group, log), _| !gone(*group, *log));
    }

    fn names(&self, group: u32, log: u32) -> (Rc<str>, TopicPartition) {
        (self.groups[group as usize].name.clone(), self.logs[log as usize].name.clone())
    }

    fn note_share_errors(&mut self, call: &ShareCall, answer: &ShareAnswer) {
        let api = if call.fetch.is_some() { "ShareFetch" } else { "ShareAcknowledge" };
        let errors = answer.refused.iter().map(|(_, error)| *error).chain([answer.error]);
        for error in errors.filter(|error| !error.is_none()) {
            let process = self.process(call.from);
            self.note(Happening::WireError(process, api, error.name()));
        }
    }
}

/// Up to where a log gives records from `from` on, when `room` are wanted: whole batches, of at most so many bytes as a
/// fetch may have.
fn fresh(data: &Partition, isolation: Isolation, from: i64, room: u32) -> i64 {
    let end = data.fetch(isolation, from, room, PARTITION_BYTES_MAX).next;
    let last = (from + i64::from(room)).min(end) - 1;
    if last < from {
        return from;
    }
    data.batch_end(last).unwrap_or(last) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::spec::WorldConfig;

    #[test]
    fn a_request_is_taken_in_the_order_of_its_sessions_epochs() {
        let (not_found, wrong) = (ErrorCode::SHARE_SESSION_NOT_FOUND, ErrorCode::INVALID_SHARE_SESSION_EPOCH);
        let mut core = Core::new(WorldConfig::default());
        let ack = (0, Ack { first: 0, last: 0, verdict: crate::sim::share::Verdict::Accept });
        for (name, process, epoch, acks, expected) in [
            ("before it is opened", 1, 1, vec![], Err(not_found)),
            ("closed before it is opened", 1, CLOSING, vec![], Err(not_found)),
            ("opened with something to acknowledge", 1, OPENING, vec![ack], Err(ErrorCode::INVALID_REQUEST)),
            ("opened", 1, OPENING, vec![], Ok(())),
            ("one is missing", 1, 2, vec![], Err(wrong)),
            ("the next", 1, 1, vec![ack], Ok(())),
            ("the same once more", 1, 1, vec![], Err(wrong)),
            ("of another process", 2, 2, vec![], Err(not_found)),
            ("opened anew", 1, OPENING, vec![], Ok(())),
            ("from the beginning", 1, 1, vec![], Ok(())),
            ("closed, whatever epoch is due", 1, CLOSING, vec![ack], Ok(())),
        ] {
            let from = Address { consumer: 0, process };
            assert_eq!(core.enter_session(&ShareCall { from, epoch, acks, fetch: None }), expected, "{name}");
        }
        assert_eq!((next_epoch(0), next_epoch(7), next_epoch(i32::MAX)), (1, 8, 1));
    }
}
