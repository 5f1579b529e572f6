//! Layer 5: the world. One virtual broker, producers and consumers, and the network between them, as one pure,
//! deterministic, single-threaded machine.
//!
//! > The same seed and the same inputs at the same times give the same trace and the same [`World::hash`], on every
//! > machine, however the time in between was cut into calls of [`World::advance_to`].
//!
//! Inputs are the methods that return `Result<_, Refusal>`; they act at [`World::now`], after all events of that moment.
//! Driving is [`World::next_event_at`], [`World::advance_to`], [`World::step`]. Everything else reads.

mod broker;
pub mod check;
mod client;
mod core;
pub mod fault;
mod fetch;
mod given;
mod input;
mod network;
mod producer;
mod progress;
pub mod query;
mod queue;
mod ranges;
mod refusal;
mod share;
mod spec;
pub mod trace;
mod transactions;
mod upkeep;
mod world;

pub use given::Given;
pub use input::{AdoptedOffsets, LeftOut};
pub use refusal::Refusal;
pub use spec::{
    Acknowledgement, AcquireMode, Commit, ConsumerSpec, Goodbye, GroupSpec, Isolation, Pace, Placement,
    ProduceSpec, ProducerSpec, Protocol, Reset, ResetTo, Resolved, SegmentSpec, Settings, ShareSettings,
    TUNABLES, TopicSpec, TransactionLength, TransactionSpec, Tunable, Tune, Tuning, Upkeep, WorldConfig,
    coordinator_with,
};
pub use trace::{Callback, Happening, Process, Trace};
pub use world::World;
