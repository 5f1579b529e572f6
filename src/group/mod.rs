//! Layer 3: the group coordinator, a state machine with time, randomness and durability outside it.
//!
//! [`Coordinator::handle`] takes a request and returns an [`Outcome`]: replies, batches of `__consumer_offsets` records
//! and events, in the order in which Kafka would let them happen. [`Coordinator::next_deadline`] says when the next timer
//! is due and [`Coordinator::fire`] lets it go. [`Coordinator::replay`] takes a record back in.
//!
//! # What it promises
//! * The same requests at the same times give the same answers, records and timers as Apache Kafka 4.3.1
//!   (`tests/vectors`). Where Kafka's answer depends on the order of a Java map, that order is reproduced.
//! * Offsets change by [`Coordinator::replay`] only. A classic group has soft state beside its record: members waiting in
//!   a join, timers, the generation that is being formed. Kafka mutates that directly and writes one record when the
//!   group becomes stable or empty, and so does this machine; what the record says is what a restart finds again.
//! * An appended record is durable at once. Requests that wait (a join, a sync) are answered later, by another outcome.
//!
//! # What it never does
//! Read a clock, draw randomness that it was not given, or fail: a refused request is a reply with an error code.

mod admin;
mod classic;
mod config;
pub mod consumer;
mod coordinator;
pub mod error;
mod event;
mod front;
mod ids;
mod metadata;
mod offset;
pub mod protocol;
pub mod record;
mod reply;
mod request;
pub mod share;
mod timer;
mod turn;
mod view;
pub mod wire;

pub use config::{
    BROKER_SETTINGS, BrokerConfigs, BrokerKind, BrokerSetting, Config, DynamicSettings, GroupSettings,
    Migration, OwnSettings, UNSUPPORTED,
};
pub(crate) use consumer::compile;
pub use coordinator::Coordinator;
pub use error::ErrorCode;
pub use event::{Batch, Event, Outcome, Output, Producer, Removal};
pub use ids::MemberIds;
pub use metadata::{Metadata, TopicInfo};
pub use record::{ClassicGroupValue, MemberMetadata, OffsetKey, OffsetValue, Record};
pub use reply::*;
pub use request::*;
pub use timer::TimerKey;
pub use view::{GroupState, GroupView, MemberView};

/// Bytes that members exchange through the coordinator and that it never reads, or reads with care.
pub type Bytes = std::rc::Rc<[u8]>;
