//! What the broker does for share consumers: ShareFetch, ShareAcknowledge, share sessions, locks that are over.
//!
//! A consumer has one request under way to the leader, a ShareFetch or a ShareAcknowledge; it travels as the consumer's
//! `Fetch`. The session's epoch says that none was missed. A session belongs to a connection: when that is closed, by the
//! client or because its process died, what the member holds is given back at once. Only when nothing is heard of the
//! connection's end (the client stands still, or is cut off) its locks have to time out.

use super::{Ack, Acquired, Fate, Freed, Limits, SharePartition, Verdict, Want};
use crate::base::{Map, Time, TopicPartition};
use crate::group::ErrorCode;
use crate::log::Partition;
use crate::sim::core::Core;
use crate::sim::fetch::{PARTITION_BYTES_MAX, Phase};
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
    /// When its acknowledgements are written.
    pub(super) written: Option<Time>,
}

/// What the broker knows of a member between its requests.
#[derive(Clone, Debug, Default, Hash)]
struct ShareSession {
    /// The process that opened it.
    process: u32,
    /// The epoch of the next request.
    epoch: i32,
    /// What it reads. Logs of which it was given something stand behind the others.
    logs: Vec<u32>,
}

/// What the broker knows of share groups.
#[derive(Clone, Debug, Hash)]
pub(in crate::sim) struct Shares {
    /// By group and log.
    pub partitions: Map<(u32, u32), SharePartition>,
    /// By consumer.
    sessions: Map<u32, ShareSession>,
    /// Consumers whose fetch waits for records, in the order in which they came.
    pub(super) waiting: Vec<u32>,
    /// Goes off when a lock may be over.
    pub(super) slot: Slot,
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
        let exchange = ShareExchange { call, answer: ShareAnswer::default(), written: None };
        self.fetches[consumer as usize].share = Some(Box::new(exchange));
        self.send_fetch(consumer);
    }

    /// It has reached the broker.
    pub fn share_arrived(&mut self, consumer: u32) {
        let Some(mut exchange) = self.fetches[consumer as usize].share.take() else { return };
        let ShareExchange { call, answer, written } = &mut *exchange;
        match self.enter_session(call) {
            Err(error) => answer.error = error,
            Ok(()) => {
                (answer.refused, *written) = self.take_acks(call);
                if call.epoch == CLOSING {
                    self.close_session(call.from);
                } else {
                    answer.acquired = self.acquire(call);
                }
            }
        }
        self.note_share_errors(call, answer);
        let wants = call.fetch.as_ref().is_some_and(|(_, want)| want.max > 0);
        let waits = answer.error.is_none() && wants && answer.acquired.is_empty();
        self.fetches[consumer as usize].share = Some(exchange);
        if waits {
            let fetch = &mut self.fetches[consumer as usize];
            fetch.phase = Phase::Parked;
            self.shares.waiting.push(consumer);
            self.queue.set(fetch.slot, self.now + fetch.limits.wait);
        } else {
            self.answer_share(consumer);
        }
    }

    fn enter_session(&mut self, call: &mut ShareCall) -> Result<(), ErrorCode> {
        let Address { consumer, process } = call.from;
        let known = self.shares.sessions.get(&consumer).filter(|of| of.process == process).map(|of| of.epoch);
        match (call.epoch, known) {
            (OPENING, _) if !call.acks.is_empty() => return Err(ErrorCode::INVALID_REQUEST),
            (OPENING, _) => {}
            (_, None) => return Err(ErrorCode::SHARE_SESSION_NOT_FOUND),
            (CLOSING, _) => return Ok(()),
            (epoch, Some(known)) if epoch != known => return Err(ErrorCode::INVALID_SHARE_SESSION_EPOCH),
            _ => {}
        }
        let session = self.shares.sessions.or_insert_with(consumer, ShareSession::default);
        if call.epoch == OPENING {
            session.logs.clear();
        }
        (session.process, session.epoch) = (process, next_epoch(call.epoch));
        if let Some((logs, _)) = &mut call.fetch {
            session.logs.retain(|log| logs.contains(log));
            let new = logs.iter().filter(|log| !session.logs.contains(log)).copied().collect::<Vec<_>>();
            session.logs.extend(new);
            logs.clone_from(&session.logs);
        }
        Ok(())
    }

    /// Logs of which a request was given something stand behind the others of its session from now on, unless it opened it.
    pub(super) fn turn_session(&mut self, consumer: u32) {
        let exchange = self.fetches[consumer as usize].share.as_ref().filter(|of| of.call.epoch > OPENING);
        let session = self.shares.sessions.get_mut(&consumer);
        let Some((exchange, session)) = exchange.zip(session) else { return };
        let given = exchange.answer.acquired.chunk_by(|a, b| a.0 == b.0).map(|of| of[0].0);
        for log in given {
            session.logs.retain(|of| *of != log);
            session.logs.push(log);
        }
    }

    /// The connection of a session is closed: what its member holds is given back.
    pub fn close_session(&mut self, by: Address) {
        if self.shares.sessions.get(&by.consumer).is_none_or(|of| of.process != by.process) {
            return;
        }
        self.shares.sessions.remove(&by.consumer);
        let group = self.member_of[by.consumer as usize];
        let (now, limits) = (self.now, self.share_limits(group));
        let of_group = self.shares.partitions.iter_mut().filter(|((of, _), _)| *of == group);
        let freed: Vec<(u32, Vec<Freed>)> =
            of_group.map(|((_, log), partition)| (*log, partition.release(now, by, &limits))).collect();
        for (log, freed) in freed {
            self.freed(group, log, &freed, Happening::Released);
        }
        self.arm_locks(now + limits.write);
    }

    /// What the records of a group are held to.
    fn share_limits(&self, group: u32) -> Limits {
        let limits = self.groups[group as usize].settings.share.limits();
        Limits { write: self.network.round_trip(), ..limits }
    }

    /// Logs whose acknowledgements are refused, with the error; and when the others are written.
    fn take_acks(&mut self, call: &ShareCall) -> (Vec<(u32, ErrorCode)>, Option<Time>) {
        let group = self.member_of[call.from.consumer as usize];
        let limits = self.share_limits(group);
        let (mut refused, mut written) = (Vec::new(), None);
        for of_log in call.acks.chunk_by(|a, b| a.0 == b.0) {
            let log = of_log[0].0;
            let acks: Vec<Ack> = of_log.iter().map(|(_, ack)| *ack).collect();
            let done = match self.shares.partitions.get_mut(&(group, log)) {
                Some(partition) => partition.acknowledge(self.now, call.from, &acks, &limits),
                None => Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            };
            match done {
                Err(error) => refused.push((log, error)),
                Ok(freed) => {
                    self.freed(group, log, &freed, |_, _, _, _, _| None);
                    if acks.iter().any(|ack| ack.verdict != Verdict::Renew) {
                        written = limits.written_at(self.now);
                    }
                }
            }
        }
        written.into_iter().for_each(|at| self.arm_locks(at));
        (refused, written)
    }

    /// What a fetch is given: of its logs in turn, a different one first each time, until it has enough.
    pub(super) fn acquire(&mut self, call: &ShareCall) -> Vec<(u32, Acquired)> {
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
        let limits = self.share_limits(group);
        let settings = &self.groups[group as usize].settings;
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

    /// Notes what became of records that were not accepted. `end` is how the locks ended, if that is worth a word.
    pub(super) fn freed<W: Into<Option<Happening>>>(
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
            assert_eq!(
                core.enter_session(&mut ShareCall { from, epoch, acks, fetch: None }),
                expected,
                "{name}"
            );
        }
        assert_eq!((next_epoch(0), next_epoch(7), next_epoch(i32::MAX)), (1, 8, 1));
    }
}
