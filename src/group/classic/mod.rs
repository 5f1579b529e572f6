//! The classic protocol: eager and cooperative alike, for the coordinator does not tell them apart.
//!
//! ```text
//!            join                    all joined            leader's sync
//!   Empty ----------> Preparing ----------------> Completing ----------> Stable
//!     ^    (delay)    Rebalance  or time is over  Rebalance                |
//!     |                 | ^  ^                       |                     |
//!     +-----------------+ |  +---- newcomer, change, departure, expiry ----+
//!       nobody left       +--------------------------+
//! ```
//!
//! | state | join | sync | heartbeat | commit of a member |
//! |---|---|---|---|---|
//! | Empty | held; begins a rebalance after the initial delay | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID |
//! | PreparingRebalance | held | REBALANCE_IN_PROGRESS | REBALANCE_IN_PROGRESS | taken |
//! | CompletingRebalance | again: answered at once; changed: rebalance | held until the leader's | taken | REBALANCE_IN_PROGRESS |
//! | Stable | leader or changed: rebalance; else answered | answered | taken | taken |
//!
//! One file a request, each with an `impl` of [`ClassicGroup`]; [`rebalance`] has what they share.

mod heartbeat;
mod join;
mod leave;
mod member;
mod rebalance;
mod state;
mod static_join;
mod sync;
mod unload;

pub(super) use join::{Join, KNOWN_MEMBER_ID_VERSION};
pub(super) use member::Member;
pub(super) use state::{CONSUMER, ClassicGroup, ClassicState};
