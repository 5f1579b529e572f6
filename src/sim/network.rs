//! The network: messages under way and how long they take. (Fetches have no message of their own: their timer is one.)
//!
//! What is sent on one connection arrives in the order in which it was sent, however much jitter there is.

use super::spec::Racks;
use crate::base::{Map, Rng, Span, Time, Uuid};
use crate::group::{Reply, Request};
use std::rc::Rc;

/// A process of a consumer: consumer and number of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address {
    pub consumer: u32,
    pub process: u32,
}

/// A message under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Message {
    /// To the broker.
    Call { from: Address, token: u64, call: Call },
    /// To a client.
    Answer { to: Address, token: u64, answer: Answer },
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    /// Which versions the node speaks: the first request on every connection.
    ApiVersions,
    /// Which node is the group's coordinator.
    FindCoordinator,
    /// How many partitions these topics have; `None`: all that there are.
    Metadata(Option<Vec<Rc<str>>>),
    /// Where these logs start or end, by policy.
    ListOffsets(Vec<Target>),
    /// Whether the log still has what was committed.
    OffsetForLeaderEpoch(Vec<u32>),
    /// No request: the process closed its connections.
    Closed,
    /// A request to the coordinator.
    Group(Box<Request>),
}

/// An offset that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// The log's start.
    Start(u32),
    /// The log's end.
    End(u32),
    /// The first record with this timestamp or a later one, if there is any.
    Since(u32, i64),
}

/// What metadata says of a topic: nothing, of one that does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Found {
    pub id: Uuid,
    pub partitions: i32,
    pub racks: Racks,
}

/// What the broker answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    ApiVersions,
    FindCoordinator,
    /// What there is of each topic.
    Metadata(Vec<(Rc<str>, Found)>),
    /// Log and offset; those without such an offset are left out.
    Offsets(Vec<(u32, i64)>),
    /// Where the log ends for a position's leader epoch, of each log asked for.
    EpochEnds(Vec<(u32, i64)>),
    Group(Box<Reply>),
}

/// How long messages take.
#[derive(Clone, Debug, Hash)]
pub(super) struct Network {
    latency: Span,
    jitter: Span,
    rng: Rng,
    token: u64,
    /// Who waits for the coordinator's answer with this token.
    pub waiting: Map<u64, Address>,
    /// For each consumer, when the last message to and from the broker arrives.
    last: Vec<(Time, Time)>,
    /// For each consumer, what is held while it is cut off, in the order in which it came; `None`: it is connected.
    held: Vec<Option<Vec<Message>>>,
}

impl Network {
    pub fn new(latency: Span, jitter: Span, rng: Rng) -> Network {
        Network { latency, jitter, rng, token: 0, waiting: Map::new(), last: Vec::new(), held: Vec::new() }
    }

    /// Room for one more consumer.
    pub fn add_consumer(&mut self) {
        self.last.push((Time::ZERO, Time::ZERO));
        self.held.push(None);
    }

    /// Cuts a consumer off: everything to and from it is held from now on.
    pub fn cut(&mut self, consumer: u32) {
        self.held[consumer as usize].get_or_insert_default();
    }

    /// Connects a consumer again: what was held, in order.
    pub fn join(&mut self, consumer: u32) -> Vec<Message> {
        self.held[consumer as usize].take().unwrap_or_default()
    }

    /// Whether a consumer is cut off.
    pub fn is_cut(&self, consumer: u32) -> bool {
        self.held[consumer as usize].is_some()
    }

    /// Holds a message of a consumer that is cut off; gives it back when it may pass.
    pub fn hold(&mut self, message: Message) -> Option<Message> {
        let (Message::Call { from: of, .. } | Message::Answer { to: of, .. }) = &message;
        match &mut self.held[of.consumer as usize] {
            Some(held) => {
                held.push(message);
                None
            }
            None => Some(message),
        }
    }

    /// A process closes its connection to the coordinator: what is held on it goes nowhere.
    pub fn drop_held(&mut self, of: Address) {
        if let Some(held) = &mut self.held[of.consumer as usize] {
            held.retain(|message| match message {
                Message::Call { call, .. } => !matches!(call, Call::Group(_)),
                Message::Answer { answer, .. } => !matches!(answer, Answer::Group(_)),
            });
        }
    }

    /// A name for a request that no other has.
    pub fn token(&mut self) -> u64 {
        self.token += 1;
        self.token
    }

    /// How long a question and its answer take between brokers, which chance does not hold up.
    pub fn round_trip(&self) -> Span {
        self.latency + self.latency
    }

    /// How long the next message takes.
    pub fn delay(&mut self) -> Span {
        if self.jitter.is_zero() {
            return self.latency;
        }
        self.latency + Span::from_us(self.rng.below(self.jitter.us() + 1))
    }

    /// When a message sent by a consumer now arrives at the broker.
    pub fn up(&mut self, now: Time, consumer: u32) -> Time {
        let at = now + self.delay();
        let last = &mut self.last[consumer as usize].0;
        *last = at.max(*last);
        *last
    }

    /// When a message sent to a consumer now arrives there.
    pub fn down(&mut self, now: Time, consumer: u32) -> Time {
        let at = now + self.delay();
        let last = &mut self.last[consumer as usize].1;
        *last = at.max(*last);
        *last
    }
}
