//! Stories: the language reads and writes itself, the library's stories give their golden results, a run's text gives
//! the same run again.
#![cfg(not(target_family = "wasm"))]

mod anew;
mod backups;
mod drills;
mod golden;
mod language;
mod nonsense;
mod pattern;
mod replay;
mod resets;
mod transactions;
mod upkeep;
mod wild;
