//! The share consumer (KIP-932): `ShareConsumerImpl` of Apache Kafka 4.3.1 as a state machine.
//!
//! Membership is that of the new consumer without anything to give up: no callbacks, no positions, no offsets to commit. What
//! is here instead is what it does with records.
//!
//! ```text
//! poll(): accept what the last poll returned (implicit) -> records of the buffer, if any: verdicts go by ShareAcknowledge
//!                                                       -> else ShareFetch, which carries the verdicts
//! ```
//!
//! Nothing is fetched ahead: the next ShareFetch goes out when a `poll()` finds the buffer empty. One request at a time is
//! under way to the leader.
//!
//! | file | Kafka's class | what |
//! |---|---|---|
//! | `poll` | `ShareConsumerImpl`, `ShareFetchCollector` | `poll()`, and the records that it returns |
//! | `request` | `ShareConsumeRequestManager`, `ShareSessionHandler` | ShareFetch, ShareAcknowledge, and their answers |
//! | `verdict` | the application | what the loop says of each record, commits, `close()` |

mod poll;
mod request;
mod verdict;

use super::Consumer;
use crate::sim::share::Ack;
use std::collections::VecDeque;

/// Records of a log that the consumer has acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Held {
    pub log: u32,
    pub first: i64,
    pub last: i64,
    /// Which delivery this is, from 1.
    pub count: u16,
    /// Whether its lock was renewed: then it was returned by `poll()` before.
    renewed: bool,
}

/// What a share consumer's process knows beside its membership.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Sharing {
    /// The epoch of the next request of its share session.
    epoch: i32,
    /// What is assigned to it.
    pub logs: Vec<u32>,
    /// Acquired, and not returned by `poll()` yet.
    buffer: VecDeque<Held>,
    /// Returned by the last `poll()`.
    returned: Vec<Held>,
    /// Verdicts that are not sent yet.
    acks: Vec<(u32, Ack)>,
    /// Records whose locks are being renewed. Nothing is taken from the buffer meanwhile.
    renewing: Vec<Held>,
    /// Those whose locks were renewed: the next `poll()` returns them once more.
    renewed: Vec<Held>,
    /// Whether a `poll()` found the buffer empty and no records came since.
    wants_more: bool,
}

impl Sharing {
    /// The log is another one now: what was acquired of the one before is nobody's.
    pub fn forget(&mut self, log: u32) {
        self.buffer.retain(|held| held.log != log);
        self.returned.retain(|held| held.log != log);
        self.renewing.retain(|held| held.log != log);
        self.acks.retain(|(of, _)| *of != log);
    }
}

impl Consumer {
    /// Whether its process is a share consumer.
    pub(super) fn is_sharing(&self) -> bool {
        self.client.sharing.is_some()
    }

    fn sharing(&mut self) -> &mut Sharing {
        self.client.sharing.as_mut().expect("only a share consumer is asked")
    }

    /// The coordinator gave it these partitions. It tells nobody, and has nothing to give up: what it acquired of others it
    /// may still acknowledge.
    pub(super) fn share_assigned(&mut self, logs: Vec<u32>) {
        self.sharing().logs = logs;
    }

    /// It has no partitions any more.
    pub(super) fn share_unassigned(&mut self) {
        if let Some(sharing) = &mut self.client.sharing {
            sharing.logs.clear();
        }
    }
}
