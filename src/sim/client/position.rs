//! Where reading starts: the committed offset, checked against the log, or what the reset policy says.

use super::{Consumer, Link, Note};
use crate::base::{Span, Time};
use crate::group::{self, ErrorCode, FetchGroup, OffsetFetchReply, TopicRef};
use crate::sim::core::Core;
use crate::sim::network::{Call, Target};
use crate::sim::spec::Reset;

/// What is known of where a partition is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// The committed offset has to be fetched.
    Unknown,
    /// The reset policy's offset has to be listed.
    Reset,
    /// The log had no record that is young enough for the policy: it is listed again then.
    TooOld(Time),
    /// The committed offset has to be checked on the leader.
    Unchecked,
    /// Another log is in its place: the position has to be checked against that.
    Doubted,
    /// It can be fetched from.
    Ready,
    /// Its topic is gone. A rebalance takes it away, or a topic comes that is made anew under the name.
    Gone,
    /// The same, before its position was known.
    GoneUnread,
}

/// An assigned partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Place {
    pub log: u32,
    /// The next offset that `poll()` returns.
    pub position: i64,
    state: State,
    /// Whether the buffer holds records of it.
    pub buffered: bool,
    /// Whether it is about to be taken away: nothing of it is fetched or returned any more.
    pub held: bool,
    /// Whether the leader epoch of its position is known, so that the leader can tell whether it was truncated.
    epoch: bool,
}

/// Requests about positions that are under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub committed: Option<u64>,
    pub listed: Option<u64>,
    pub checked: Option<u64>,
}

/// `request.timeout.ms`, after which an offset that was not found is listed again.
const LISTED_AGAIN: Span = Span::from_secs(30);

impl Place {
    pub fn new(log: u32) -> Place {
        Place { log, position: 0, state: State::Unknown, buffered: false, held: false, epoch: true }
    }

    /// Whether its position has yet to be found.
    pub fn unready(&self) -> bool {
        !matches!(self.state, State::Ready | State::Gone | State::GoneUnread)
    }

    /// The same place in a topic that was made anew under the name: the client knows partitions by their names, so it
    /// goes on at the position that it had in the old one.
    pub fn follow(self, log: u32) -> Place {
        let state = match self.state {
            State::Gone => State::Ready,
            State::GoneUnread => State::Unknown,
            state => state,
        };
        Place { log, state, buffered: false, ..self }
    }

    /// The log is another one now. Whether there was a valid position, which has to be checked.
    pub fn doubt(&mut self) -> bool {
        let ready = self.ready();
        if ready {
            self.state = State::Doubted;
        }
        ready
    }

    /// Whether it has a valid position.
    pub fn ready(&self) -> bool {
        self.state == State::Ready
    }
}

impl Consumer {
    /// The application thread looks for the positions that are missing.
    pub(super) fn find_positions(&mut self, core: &mut Core) {
        self.list_again(core.now);
        if self.any(State::Unknown) {
            if self.client.asked.committed.is_none() {
                self.fetch_committed(core);
            }
            return;
        }
        if !self.leader_ready(core) {
            return;
        }
        if self.any_to_check() && self.client.asked.checked.is_none() {
            self.check_offsets(core);
        }
        if self.any(State::Reset) && self.client.asked.listed.is_none() {
            self.list_offsets(core);
        }
    }

    /// The same for the new consumer, whose background thread takes what it can in one step: what needs a new step waits
    /// for the application thread's next pass.
    pub(super) fn step_positions(&mut self, core: &mut Core, in_pass: bool) {
        if self.client.unready == 0 || self.client.link.coordinator != Link::Ready {
            return;
        }
        self.list_again(core.now);
        let asked = self.client.asked;
        if in_pass && self.any_to_check() && asked.checked.is_none() && self.leader_ready(core) {
            self.check_offsets(core);
        }
        if in_pass && self.any(State::Unknown) && asked.committed.is_none() && asked.listed.is_none() {
            self.fetch_committed(core);
        } else if self.any(State::Reset)
            && self.client.asked.committed.is_none()
            && asked.listed.is_none()
            && self.leader_ready(core)
        {
            self.list_offsets(core);
        }
    }

    /// Offsets that were not found are listed again when it is time.
    fn list_again(&mut self, now: Time) {
        for place in &mut self.client.places {
            if matches!(place.state, State::TooOld(again) if again <= now) {
                place.state = State::Reset;
            }
        }
    }

    fn check_offsets(&mut self, core: &mut Core) {
        let logs = self.logs(State::Unchecked).chain(self.logs(State::Doubted)).collect();
        self.client.asked.checked = Some(core.send(self.address(), Call::OffsetForLeaderEpoch(logs)));
    }

    fn list_offsets(&mut self, core: &mut Core) {
        let target = |log| match self.settings.reset {
            Reset::Earliest => Target::Start(log),
            Reset::Since(span) => Target::Since(log, core.now.timestamp_ms_before(span)),
            Reset::Latest | Reset::None => Target::End(log),
        };
        let targets = self.logs(State::Reset).map(target).collect();
        self.client.asked.listed = Some(core.send(self.address(), Call::ListOffsets(targets)));
    }

    fn any(&self, state: State) -> bool {
        self.client.places.iter().any(|place| place.state == state)
    }

    fn any_to_check(&self) -> bool {
        self.any(State::Unchecked) || self.any(State::Doubted)
    }

    fn logs(&self, state: State) -> impl Iterator<Item = u32> + '_ {
        self.client.places.iter().filter(move |place| place.state == state).map(|place| place.log)
    }

    fn fetch_committed(&mut self, core: &mut Core) {
        let mut topics: Vec<(TopicRef, Vec<i32>)> = Vec::new();
        for log in self.logs(State::Unknown) {
            let partition = core.logs[log as usize].name.partition;
            let topic = self.topic_ref(core, log);
            match topics.last_mut() {
                Some((of, partitions)) if *of == topic => partitions.push(partition),
                _ => topics.push((topic, vec![partition])),
            }
        }
        let count = self.logs(State::Unknown).count() as u32;
        let group_id = core.groups[self.group as usize].name.clone();
        let member = &self.client.member;
        let (member_id, member_epoch) = match self.is_modern() {
            true => (Some(member.id.clone()), member.generation),
            false => (None, -1),
        };
        let group = FetchGroup { group_id, member_id, member_epoch, topics: Some(topics) };
        let request = group::OffsetFetch { groups: vec![group], require_stable: true };
        let token = self.ask(core, group::Request::OffsetFetch(request), Note::Partitions(count));
        self.client.asked.committed = Some(token);
    }

    /// OffsetFetch was answered.
    pub(super) fn offsets_fetched(&mut self, core: &mut Core, token: u64, reply: OffsetFetchReply) {
        if self.client.asked.committed != Some(token) {
            return;
        }
        self.client.asked.committed = None;
        let mut without = false;
        for group in &reply.groups {
            if !group.error.is_none() && self.is_modern() {
                // The next pass asks again, with the epoch that it has then.
                return;
            }
            if !group.error.is_none() {
                return self.refused(core, "OFFSET_FETCH", self.client.member.generation, group.error);
            }
            for (topic, offsets) in &group.topics {
                for fetched in offsets {
                    without |= fetched.offset.is_none();
                    let log = match topic {
                        TopicRef::Name(topic) => core.log_of(topic, fetched.partition),
                        TopicRef::Id(id) => {
                            core.topic_named(*id).and_then(|name| core.log_of(name, fetched.partition))
                        }
                    };
                    let offset = fetched.offset.filter(|_| fetched.error == ErrorCode::NONE);
                    self.place_committed(log, offset, fetched.leader_epoch >= 0);
                }
            }
        }
        self.give_up_gone(core);
        if without && self.settings.reset == Reset::None {
            self.fail(core, "NoOffsetForPartitionException");
        }
    }

    /// Partitions of which the broker knows nothing any more are not asked for again.
    fn give_up_gone(&mut self, core: &mut Core) {
        for place in &mut self.client.places {
            if place.state == State::Unknown && !core.logs[place.log as usize].exists {
                place.state = State::GoneUnread;
                self.client.unready -= 1;
            }
        }
        if self.any(State::GoneUnread) {
            self.doubt_metadata(core);
        }
    }

    /// The topic of a partition is gone.
    pub(super) fn gone(&mut self, core: &mut Core, place: u32) {
        self.client.places[place as usize].state = State::Gone;
        self.doubt_metadata(core);
    }

    fn place_committed(&mut self, log: Option<u32>, offset: Option<i64>, epoch: bool) {
        let mine = |place: &&mut Place| Some(place.log) == log && place.state == State::Unknown;
        let Some(place) = self.client.places.iter_mut().find(mine) else { return };
        place.state = match offset {
            Some(offset) => {
                (place.position, place.epoch) = (offset, epoch);
                State::Unchecked
            }
            None => State::Reset,
        };
    }

    /// ListOffsets was answered.
    pub(super) fn offsets_listed(&mut self, core: &mut Core, token: u64, offsets: Vec<(u32, i64)>) {
        if self.client.asked.listed.take_if(|asked| *asked == token).is_none() {
            return;
        }
        let missing = |place: &&mut Place| {
            place.state == State::Reset && offsets.iter().all(|(log, _)| *log != place.log)
        };
        for place in self.client.places.iter_mut().filter(missing) {
            place.state = State::TooOld(core.now + LISTED_AGAIN);
        }
        for (log, offset) in offsets {
            if self.place_ready(core, log, State::Reset, Some(offset)) {
                let progress = core.progress(self.group, log);
                progress.start = Some(offset);
                progress.begin = offset;
            }
        }
        if self.is_modern() {
            self.send_fetch(core);
        }
    }

    /// The leader says where the log ends for the epoch of a committed offset, which holds if that is not before it. The
    /// position that was truncated, or whose log was replaced, which the caller looks at.
    pub(super) fn validate(&mut self, core: &mut Core, log: u32, end: i64) -> Option<i64> {
        let place = self.client.places.iter_mut().find(|place| place.log == log)?;
        if place.state == State::Unchecked && place.epoch && place.position > end {
            place.state = State::Doubted;
        }
        let doubted = (place.state == State::Doubted).then_some(place.position);
        if doubted.is_none() {
            self.place_ready(core, log, State::Unchecked, None);
        }
        doubted
    }

    /// The position in a log that was replaced is known.
    pub(super) fn validated(&mut self, core: &mut Core, log: u32, position: i64) {
        self.place_ready(core, log, State::Doubted, Some(position));
    }

    fn place_ready(&mut self, core: &mut Core, log: u32, from: State, offset: Option<i64>) -> bool {
        let mine = |place: &&mut Place| place.log == log && place.state == from;
        let Some(place) = self.client.places.iter_mut().find(mine) else { return false };
        place.position = offset.unwrap_or(place.position);
        place.state = State::Ready;
        self.client.unready -= 1;
        core.progress(self.group, log).position = Some(place.position);
        true
    }

    /// The position is not in the log: the policy says where reading goes on.
    pub(super) fn reset_position(&mut self, place: u32) {
        let place = &mut self.client.places[place as usize];
        if place.state == State::Ready {
            place.state = State::Reset;
            self.client.unready += 1;
        }
    }

    /// How it names a log's topic when it commits or asks what was committed: the new consumer by its id (version 10), so
    /// that a topic of the same name that was made since is not meant.
    pub(super) fn topic_ref(&self, core: &Core, log: u32) -> TopicRef {
        let log = &core.logs[log as usize];
        if self.is_modern() { TopicRef::Id(log.topic) } else { TopicRef::Name(log.name.topic.clone()) }
    }

    /// The logs and positions of what it reads, for a commit: partitions without a position are left out.
    pub(super) fn positions(&self) -> Vec<(u32, i64)> {
        let ready = self.client.places.iter().filter(|place| place.ready());
        ready.map(|place| (place.log, place.position)).collect()
    }
}
