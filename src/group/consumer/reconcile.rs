//! How a member follows its target: Kafka's `CurrentAssignmentBuilder`, a pure function.
//!
//! ```text
//!    assigned           target
//!   +----------+-------+----------+     keep   = assigned ∩ target
//!   |  revoke  | keep  |   want   |     revoke = assigned − keep
//!   +----------+-------+-----+----+     want   = target − keep, and of that
//!                      | get |wait|     wait   = what another member still has (or this one, but not as pending)
//!                      +-----+----+     get    = want − wait
//!
//!   1  revoke ≠ ∅ and the client still has some of it   ->  UNREVOKED, same epoch, assigned = keep, pending = revoke
//!   2  else                                             ->  target's epoch, assigned = keep ∪ get, pending = ∅,
//!                                                           UNRELEASED when wait ≠ ∅, STABLE otherwise
//! ```
//!
//! In both cases, and when it shrinks, the epoch before is the epoch until now, also when that stays.
//! Of topics that the member does not subscribe to (any more) the target counts as ∅. A client that does not say what it
//! has counts as having everything.
//!
//! | state | rule |
//! |---|---|
//! | STABLE | at another epoch: the above; else, when the subscription changed: *shrink* |
//! | UNREVOKED | pending still held: *shrink* when the subscription changed, nothing otherwise; else the above |
//! | UNRELEASED | the above |
//! | UNKNOWN | the above for a client that says that it has nothing; others are fenced |
//!
//! *Shrink*: what is not subscribed goes from assigned to pending, at the same epoch.

use super::assignment::meet;
use super::member::MemberState;
use super::record::CurrentValue;
use super::{Assigned, Partitions};
use crate::base::{Set, Uuid};
use crate::group::ErrorCode;
use crate::group::event::Checked;

/// What a member is led to.
pub(super) struct Aim<'a> {
    /// The epoch of the target.
    pub epoch: i32,
    pub target: &'a Partitions,
    /// The target as Kafka's map of it is filled.
    pub order: &'a [(Uuid, Vec<i32>)],
    /// What the client says that it has; `None` when it does not say.
    pub owned: Option<&'a Partitions>,
    /// The topics that it subscribes to and that exist.
    pub subscribed: &'a Set<Uuid>,
    /// Whether it subscribes to nothing, not even to a topic that does not exist.
    pub reads_nothing: bool,
    /// Whether it subscribes to something else than before.
    pub changed: bool,
    /// Whether a member, this one or another, has the partition.
    pub is_held: &'a dyn Fn(Uuid, i32) -> bool,
}

/// Where the member stands next.
pub(super) fn reconcile(now: &CurrentValue, aim: &Aim) -> Checked<CurrentValue> {
    Ok(match now.state {
        MemberState::Stable if now.epoch != aim.epoch => next(now, aim),
        MemberState::Stable if aim.changed => shrink(now, aim),
        MemberState::Stable => now.clone(),
        MemberState::UnrevokedPartitions if aim.still_has(&now.pending) => match aim.changed {
            true => shrink(now, aim),
            false => now.clone(),
        },
        MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => next(now, aim),
        MemberState::Unknown if aim.owned.is_some_and(Partitions::is_empty) => next(now, aim),
        MemberState::Unknown => return Err(ErrorCode::FENCED_MEMBER_EPOCH),
    })
}

impl Aim<'_> {
    /// Whether the client has, as far as it says, some of it.
    fn still_has(&self, partitions: &Assigned) -> bool {
        self.owned.is_none_or(|owned| meet(owned, partitions))
    }
}

fn next(now: &CurrentValue, aim: &Aim) -> CurrentValue {
    let nothing = Set::new();
    let target = |topic: &Uuid| match aim.subscribed.contains(topic) {
        true => aim.target.get(topic).unwrap_or(&nothing),
        false => &nothing,
    };
    let (mut keep, mut revoke) = (Assigned::new(), Assigned::new());
    for (topic, numbers) in &now.assigned {
        for (&number, &epoch) in numbers {
            let place = if target(topic).contains(&number) { &mut keep } else { &mut revoke };
            place.or_default(*topic).insert(number, epoch);
        }
    }
    if !revoke.is_empty() && aim.still_has(&revoke) {
        let state = MemberState::UnrevokedPartitions;
        return CurrentValue {
            epoch: now.epoch,
            previous_epoch: now.epoch,
            state,
            order: order(now, aim, &keep, &Assigned::new()),
            assigned: keep,
            pending: revoke,
        };
    }
    let kept = keep.clone();
    let mut waits = false;
    let has =
        |of: &Assigned, topic: &Uuid, number: i32| of.get(topic).is_some_and(|n| n.contains_key(&number));
    for topic in aim.target.keys() {
        for &number in target(topic) {
            if has(&now.assigned, topic, number) {
                continue;
            }
            if (aim.is_held)(*topic, number) && !has(&now.pending, topic, number) {
                waits = true;
            } else {
                keep.or_default(*topic).insert(number, aim.epoch);
            }
        }
    }
    CurrentValue {
        epoch: aim.epoch,
        previous_epoch: now.epoch,
        state: if waits { MemberState::UnreleasedPartitions } else { MemberState::Stable },
        order: order(now, aim, &kept, &keep),
        assigned: keep,
        pending: Assigned::new(),
    }
}

/// The order of the topics: those of the target come before the others. Kafka puts what is kept at the end of its bucket and
/// then adds topics of which nothing is kept (`computeIfAbsent`) at its head.
fn order(now: &CurrentValue, aim: &Aim, kept: &Assigned, all: &Assigned) -> Vec<Uuid> {
    let mut order: Vec<Uuid> = Vec::new();
    for topic in aim.order.iter().map(|(topic, _)| topic).chain(&now.order) {
        if order.contains(topic) {
            continue;
        } else if kept.contains_key(topic) {
            order.push(*topic);
        } else if all.contains_key(topic) {
            order.insert(0, *topic);
        }
    }
    order
}

fn shrink(now: &CurrentValue, aim: &Aim) -> CurrentValue {
    let mut assigned = now.assigned.clone();
    let dropped: Vec<Uuid> =
        assigned.keys().filter(|topic| !aim.subscribed.contains(topic)).copied().collect();
    // Kafka takes a new map of nothing for a change when nothing is subscribed, but not the one that members begin with.
    let is_new_map = aim.reads_nothing && now.pending.is_empty() && *now != CurrentValue::nothing();
    if dropped.is_empty() && !is_new_map {
        return now.clone();
    }
    let mut order = now.order.clone();
    order.retain(|topic| !dropped.contains(topic));
    let mut pending = now.pending.clone();
    for topic in dropped {
        let numbers = assigned.remove(&topic).expect("it is one of the keys");
        pending.or_default(topic).extend(numbers);
    }
    match !pending.is_empty() && aim.still_has(&pending) {
        true => {
            let (epoch, state) = (now.epoch, MemberState::UnrevokedPartitions);
            CurrentValue { epoch, previous_epoch: epoch, state, assigned, order, pending }
        }
        false => CurrentValue { previous_epoch: now.epoch, assigned, order, ..now.clone() },
    }
}
