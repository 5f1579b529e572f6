//! Stories: the language reads and writes itself, the library's stories give their golden results, a run's text gives
//! the same run again.
#![cfg(not(target_family = "wasm"))]

mod anew;
mod backups;
mod cluster;
mod drills;
mod golden;
mod language;
mod names;
mod nonsense;
mod pattern;
mod racks;
mod replaced;
mod replay;
mod resets;
mod transactions;
mod tuning;
mod upkeep;
mod wild;

/// The seeds of random worlds. More of them with `SEEDS=1000`, others with `SEEDS=1000..2000`.
fn seeds(default: u64) -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("SEEDS") else { return 0..default };
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    from.parse().expect("a seed")..to.parse().expect("a seed")
}
