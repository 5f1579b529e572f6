//! Share groups on the broker's side (KIP-932): share partitions, share sessions, and what the broker does with them.
//!
//! | file | Kafka's class | what |
//! |---|---|---|
//! | `record` | `RecordState`, `InFlightState` | states, verdicts, limits |
//! | `partition` | `SharePartition` | the records of a partition: who has them, how often they were delivered |
//! | `acquire` | `SharePartition.acquire` | what one fetch is given |
//! | `broker` | `SharePartitionManager`, `ShareSessionCache` | requests, sessions |
//! | `wait` | `DelayedShareFetch` | those who wait, locks that are over |
//! | `settings` | `GroupConfig`, `ShareConsumer`'s | settings that only share groups and share consumers have |
//!
//! Membership and assignment are the coordinator's (`group::share`). The state of a share partition is kept here as Kafka's
//! persister would give it back: in this world no broker restarts, and a group that becomes empty has given everything back.

mod acquire;
mod broker;
mod partition;
mod record;
mod settings;
#[cfg(test)]
mod tests;
mod wait;

pub(super) use broker::{CLOSING, OPENING, ShareCall, ShareExchange, Shares, next_epoch};
pub(super) use partition::SharePartition;
pub(super) use record::{Ack, Acquired, Fate, Freed, Limits, Run, State, Verdict, Want};
pub use settings::{Acknowledgement, AcquireMode, ShareSettings};
