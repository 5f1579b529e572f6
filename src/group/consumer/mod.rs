//! The consumer protocol (KIP-848): the coordinator assigns, members follow one by one.
//!
//! ```text
//!             subscriptions, topics          assignor            heartbeats, member by member
//!   group epoch ---------------> target assignment (its epoch) ------------------> current assignment (member epoch)
//! ```
//!
//! | state of the group | when |
//! |---|---|
//! | Empty | no members |
//! | Assigning | the group epoch is ahead of the target's |
//! | Reconciling | some member is not where the target says |
//! | Stable | all are |
//!
//! A request is computed from what is there, without changing it, into records and a reply; the records are appended and
//! only replaying them changes the group (`state`). Beside records a group has timers and the moment at which it looks
//! at topics again.
//!
//! One file a request (`heartbeat`, `leave`, `describe`) and one a concern: `reconcile` is the rule by which a
//! member follows its target, `target` makes the target, `subscription` says who reads what, `regex` which topics an
//! expression means. Members that use the classic protocol are served in `classic_join` and `classic_member`; `upgrade`
//! and `downgrade` turn whole groups.

mod assignment;
mod classic_join;
mod classic_member;
mod describe;
mod downgrade;
mod expression;
mod heartbeat;
mod leave;
mod load;
mod member;
mod metadata_hash;
mod offset;
mod reconcile;
pub mod record;
mod regex;
mod scene;
mod state;
mod subscription;
mod target;
mod upgrade;

pub use assignment::{Assigned, Partitions};
pub(crate) use expression::compile;
pub use member::MemberState;
pub(super) use member::{Member, distinct};
pub(super) use regex::TopicsVersion;
pub(super) use scene::Change;
pub(super) use state::ConsumerGroup;
