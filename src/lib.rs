//! Rejoin: a laboratory for Kafka consumer groups and their backups.
//!
//! One idea carries everything: a pure, single-threaded state machine, with time, randomness and storage outside it.
//!
//! # The tower
//! Numbered from the ground. A layer uses layers of a smaller number, and of those only the ones that its row in
//! `tests/tidy.rs` names.
//!
//! | layer | what it is |
//! |---|---|
//! | 0 [`base`] | ids, virtual time, seeded generator, state hash, limits |
//! | 1 [`log`] | records, batches in Kafka's bytes, a partition's log |
//! | 2 [`assign`] | assignors: pure functions |
//! | 3 [`group`] | the coordinator: a state machine; offsets; Kafka's JSON forms |
//! | 4 [`backup`] | capture, manifest, archive bytes, verify, restore |
//! | 5 [`sim`] | the world: queue, clock, network, clients, producers |
//! | 6 [`measure`] | cost of a run, read from the trace |
//! | 7 [`story`] | commands as text, parsed and run on a world |
//! | 8 [`terminal`] | Kafka's command lines |
//! | 9 [`session`] | everything a user can do and see, without a browser |
//! | 10 `ui` | Yew, IndexedDB, files (feature `ui`) |
//!
//! # Invariants
//! 1. Only `ui` knows that a browser or a wall clock exists.
//! 2. Time enters as an argument; virtual time 0 is 2026-01-01T00:00:00Z. Randomness enters as a generator forked by
//!    name from the run's seed.
//! 3. A coordinator request changes nothing by itself: it returns records, a reply and timers; only `replay` writes.
//! 4. State holds ordered collections and integers of explicit size.
//! 5. The trace and the state hash of a seed are the same natively and in the tab.

pub mod assign;
pub mod backup;
pub mod base;
pub mod group;
pub mod log;
pub mod measure;
pub mod session;
pub mod sim;
pub mod story;
pub mod terminal;
#[cfg(feature = "ui")]
pub mod ui;
