//! The new consumer (`group.protocol=consumer`, KIP-848): `AsyncKafkaConsumer` of Apache Kafka 4.3.1 as a state machine.
//!
//! A *background thread* does all that goes over the network: heartbeats, commits, positions, fetches. The *application
//! thread* runs the loop and the rebalance listener's callbacks. The two meet in passes: each round inside `poll()` hands
//! the background thread a poll event, takes the callbacks that have been asked for by then, and sleeps until records
//! come, a timer is near, or (while a position is missing) `retry.backoff.ms` are over. So what takes several steps
//! takes several passes, each up to 100 ms long.
//!
//! | file | Kafka's class | what |
//! |---|---|---|
//! | `membership` | `AbstractMembershipManager` | where the member stands, and reconciling what it has with what it is to have |
//! | `heartbeat` | `ConsumerHeartbeatRequestManager` | heartbeats: when, with what, and their answers |
//! | `callback` | `ConsumerRebalanceListenerInvoker` | callbacks, and who owns what |
//! | `pass` | `AsyncKafkaConsumer` | one pass of the application thread |
//! | `leave` | `AsyncKafkaConsumer` | `close()` and `unsubscribe()` |

mod callback;
mod heartbeat;
mod leave;
mod membership;
mod pass;

pub(in crate::sim) use membership::Membership;

use super::{Consumer, Task};
use crate::base::{Span, Uuid};
use crate::sim::core::Core;
use crate::sim::spec::Protocol;
use crate::sim::trace::Happening;
use std::rc::Rc;

/// How long `new KafkaConsumer` takes, as recorded on a quiet machine.
const CREATION: Span = Span::from_ms(3);

impl Consumer {
    /// A new process that speaks the new protocol makes its member id itself and keeps it.
    pub(super) fn start_membership(&mut self, core: &mut Core) {
        if self.settings.protocol == Protocol::Classic {
            return;
        }
        if self.settings.protocol == Protocol::Share {
            self.client.sharing = Some(Box::default());
        }
        let process = self.name(core);
        let given = core.config.member_ids.get(process.to_string().as_str()).cloned();
        let id: Rc<str> = given.unwrap_or_else(|| Uuid(core.ids.uuid()).to_string().into());
        core.members.insert(id.clone(), self.address());
        let group = core.groups[self.group as usize].name.clone();
        core.note(Happening::MemberId(process, group, id.clone()));
        self.client.member.id = id;
        self.client.member.rejoin = None;
        self.client.modern = Some(Box::default());
        self.client.commits.next_auto = core.now + self.settings.auto_commit_interval;
    }

    /// The loop begins when the client object is made. (All later times of a process hang on this one: two that are
    /// started at the same moment do not beat at exactly the moments of what is done to them.)
    pub(super) fn begin_later(&mut self, core: &mut Core) {
        self.client.task = Task::Between { empty: false };
        core.queue.set(self.app, core.now + CREATION);
    }

    /// Whether its process speaks the new protocol.
    pub(super) fn is_modern(&self) -> bool {
        self.client.modern.is_some()
    }

    fn membership(&mut self) -> &mut Membership {
        self.client.modern.as_mut().expect("only a process of the new protocol is asked")
    }
}
