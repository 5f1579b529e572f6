//! A coordinator with its log and its clock, and the requests that the tests send.

use rejoin::base::Map;
use rejoin::base::{Span, Time, Uuid};
use rejoin::group::protocol::Subscription;
use rejoin::group::*;
use std::rc::Rc;

/// A coordinator with its log, its clock, and who has which id.
pub struct Lab {
    pub coordinator: Coordinator,
    pub metadata: Metadata,
    pub log: Vec<Batch>,
    pub now: Time,
    pub tokens: u64,
    pub replies: Map<u64, Reply>,
    pub events: Vec<Event>,
}

impl Lab {
    pub fn new(config: Config) -> Lab {
        let mut coordinator = Coordinator::new(config, MemberIds::Numbered { made: 0 });
        let topic = |n: u8| TopicInfo { id: Uuid([n; 16]), partitions: 3, racks: Vec::new() };
        let topics = Map::from([("orders".into(), topic(1)), ("payments".into(), topic(2))]);
        let metadata = Metadata { topics };
        coordinator.set_metadata(Time::ZERO, metadata.clone());
        let (replies, events) = Default::default();
        Lab { coordinator, metadata, log: Vec::new(), now: Time::ZERO, tokens: 0, replies, events }
    }

    pub fn without_delay() -> Lab {
        Lab::new(Config { initial_rebalance_delay_ms: 0, ..Config::default() })
    }

    pub fn take(&mut self, outcome: Outcome) {
        for output in outcome.outputs {
            match output {
                Output::Reply { token, reply } => {
                    assert!(self.replies.insert(token, reply).is_none(), "request {token} is answered twice");
                }
                Output::Records(batch) => self.log.push(batch),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    /// Topics change.
    pub fn set_metadata(&mut self, metadata: Metadata) {
        self.metadata = metadata.clone();
        let outcome = self.coordinator.set_metadata(self.now, metadata);
        self.take(outcome);
    }

    /// Lets time pass: every timer up to then fires.
    pub fn advance(&mut self, span: Span) {
        let until = self.now + span;
        while self.coordinator.next_deadline().is_some_and(|at| at <= until) {
            let outcome = self.coordinator.fire(until);
            assert!(outcome.at >= self.now, "time never goes back");
            self.now = outcome.at;
            self.take(outcome);
        }
        self.now = until;
    }

    /// Sends a request of version 9 and lets the timers fire that it armed with no delay.
    pub fn send(&mut self, client: &str, request: Request) -> u64 {
        self.tokens += 1;
        let context = Context { client_id: client.into(), client_host: "/127.0.0.1".into(), version: 9 };
        let outcome = self.coordinator.handle(self.now, self.tokens, &context, request);
        self.take(outcome);
        self.advance(Span::ZERO);
        self.tokens
    }

    /// The error of an answer; `None` while the request is held.
    pub fn error(&self, token: u64) -> Option<ErrorCode> {
        Some(match self.replies.get(&token)? {
            Reply::JoinGroup(r) => r.error,
            Reply::SyncGroup(r) => r.error,
            Reply::Heartbeat(r) => r.error,
            Reply::OffsetCommit(r) => r.topics[0].1[0].1,
            Reply::LeaveGroup(r) => r.members.first().map_or(r.error, |m| m.error),
            Reply::OffsetDelete(r) => r.error,
            Reply::DeleteGroups(r) => r.results[0].1,
            other => panic!("no single error in {other:?}"),
        })
    }

    /// Joins without an id, comes back with the one given, and returns it.
    pub fn join(&mut self, client: &str, instance: Option<&str>) -> (Rc<str>, u64) {
        let token = self.send(client, join("", instance));
        match self.replies.get(&token) {
            Some(Reply::JoinGroup(r)) if r.error == ErrorCode::MEMBER_ID_REQUIRED => {
                let id = r.member_id.clone();
                let token = self.send(client, join(&id, instance));
                (id, token)
            }
            Some(Reply::JoinGroup(r)) => (r.member_id.clone(), token),
            _ => (self.group().members.last().expect("it was added").id.clone(), token),
        }
    }

    pub fn group(&self) -> GroupView {
        self.coordinator.group("g").expect("the group is there")
    }

    /// A group with one stable member, of generation 1.
    pub fn stable(instance: Option<&str>) -> (Lab, Rc<str>) {
        let mut lab = Lab::without_delay();
        let (id, token) = lab.join("a", instance);
        assert_eq!(lab.error(token), Some(ErrorCode::NONE));
        lab.send("a", sync(&id, 1, &[&id]));
        assert_eq!(lab.group().state, GroupState::Stable);
        (lab, id)
    }
}

pub fn join(member: &str, instance: Option<&str>) -> Request {
    let metadata = Subscription { topics: vec!["orders".into()], ..Subscription::default() }.encode();
    Request::JoinGroup(JoinGroup {
        group_id: "g".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 30_000,
        member_id: member.into(),
        group_instance_id: instance.map(Rc::from),
        protocol_type: "consumer".into(),
        protocols: vec![JoinProtocol { name: "range".into(), metadata }],
        reason: None,
    })
}

pub fn sync(member: &str, generation: i32, assigned: &[&str]) -> Request {
    Request::SyncGroup(SyncGroup {
        group_id: "g".into(),
        generation_id: generation,
        member_id: member.into(),
        group_instance_id: None,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: assigned.iter().map(|id| (Rc::from(*id), id.as_bytes().into())).collect(),
    })
}

pub fn beat(member: &str, generation: i32, instance: Option<&str>) -> Request {
    Request::Heartbeat(Heartbeat {
        group_id: "g".into(),
        generation_id: generation,
        member_id: member.into(),
        group_instance_id: instance.map(Rc::from),
    })
}

pub fn leave(member: &str) -> Request {
    let member =
        LeavingMember { member_id: member.into(), group_instance_id: None, reason: Some("closing".into()) };
    Request::LeaveGroup(LeaveGroup { group_id: "g".into(), members: vec![member] })
}

pub fn commit(member: &str, generation: i32, topic: &str, (partition, offset): (i32, i64)) -> Request {
    let partition = CommitPartition { partition, offset, leader_epoch: -1, metadata: None };
    Request::OffsetCommit(OffsetCommit {
        group_id: "g".into(),
        generation_id: generation,
        member_id: member.into(),
        group_instance_id: None,
        retention_time_ms: None,
        topics: vec![(TopicRef::Name(topic.into()), vec![partition])],
    })
}

pub fn delete() -> Request {
    Request::DeleteGroups(DeleteGroups { groups: vec!["g".into()] })
}

pub fn forget(topic: &str) -> Request {
    Request::OffsetDelete(OffsetDelete { group_id: "g".into(), topics: vec![(topic.into(), vec![0])] })
}
