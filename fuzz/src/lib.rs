//! Fuzzing on stable Rust: seven readers of what comes from outside, each fed with real files that were changed with
//! knowledge of their structure.
//!
//! Every input follows from a target, a seed and a number alone, so a failure is repeated by its three words:
//! `cargo xtask fuzz --target zip --seed 1 --from 4711 --inputs 1`.
//!
//! # What every target owes
//! 1. It does not panic, whatever the bytes.
//! 2. It allocates no more than its cap at a time.
//! 3. What it takes and writes again is the same: bytes where the format has one way to say a thing, else content.

pub mod batch;
pub mod corpus;
pub mod csv;
pub mod index;
pub mod manifest;
pub mod mutate;
pub mod record;
pub mod snapshot;
pub mod zip;

use corpus::Corpus;
use rejoin::base::Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A reader that is fuzzed.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Makes an input.
    pub make: fn(&Corpus, &mut Rng) -> Vec<u8>,
    /// Reads it; panics when something does not hold that must. Says whether the input was taken as sound.
    pub read: fn(&[u8]) -> bool,
    /// The most bytes that it may hold at a time.
    pub bytes_max: u64,
}

/// All of them.
pub const ALL: &[Target] = &[
    Target { name: "zip", make: zip::make, read: zip::read, bytes_max: 16 << 20 },
    Target { name: "manifest", make: manifest::make, read: manifest::read, bytes_max: 16 << 20 },
    Target { name: "batch", make: batch::make, read: batch::read, bytes_max: 256 << 20 },
    Target { name: "record", make: record::make, read: record::read, bytes_max: 16 << 20 },
    Target { name: "index", make: index::make, read: index::read, bytes_max: 16 << 20 },
    Target { name: "csv", make: csv::make, read: csv::read, bytes_max: 16 << 20 },
    Target { name: "snapshot", make: snapshot::make, read: snapshot::read, bytes_max: 16 << 20 },
];

/// The input of that number.
pub fn input(target: &Target, corpus: &Corpus, seed: u64, number: u64) -> Vec<u8> {
    let mut random = Rng::new(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (target.make)(corpus, &mut random)
}

/// Whether the target keeps what it owes for this input: whether it was taken as sound, or what went wrong.
pub fn holds(target: &Target, input: &[u8]) -> Result<bool, String> {
    let mut read = Err(String::new());
    let used = allocation_counter::measure(|| {
        read = catch_unwind(AssertUnwindSafe(|| (target.read)(input))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            text.unwrap_or_else(|| "it panicked".to_owned())
        });
    });
    match read {
        Ok(_) if used.bytes_max > target.bytes_max => {
            Err(format!("it held {} bytes, at most {} are allowed", used.bytes_max, target.bytes_max))
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many inputs of a target, of which some are sound and some are not: else it would only ever see one side.
    fn run(name: &str, inputs: u64) {
        let target = ALL.iter().find(|target| target.name == name).expect("a target");
        let corpus = Corpus::load();
        let mut sound = 0;
        for number in 0..inputs {
            match holds(target, &input(target, &corpus, 1, number)) {
                Ok(taken) => sound += u64::from(taken),
                Err(why) => panic!("{name}, seed 1, input {number}: {why}"),
            }
        }
        assert!(sound > 0 && sound < inputs, "{name}: {sound} of {inputs} were sound");
    }

    #[test]
    fn archives() {
        run("zip", 1500);
    }

    #[test]
    fn manifests() {
        run("manifest", 3000);
    }

    #[test]
    fn batches() {
        run("batch", 5000);
    }

    #[test]
    fn records() {
        run("record", 10_000);
    }

    #[test]
    fn indexes() {
        run("index", 10_000);
    }

    #[test]
    fn lines_of_csv() {
        run("csv", 5000);
    }

    #[test]
    fn snapshots() {
        run("snapshot", 10_000);
    }

    #[test]
    fn what_a_target_owes_is_missed_when_it_is_not_kept() {
        let of = |read: fn(&[u8]) -> bool| Target { name: "x", make: csv::make, read, bytes_max: 1000 };
        assert_eq!(holds(&of(|_| true), b""), Ok(true));
        assert_eq!(holds(&of(|_| panic!("no")), b""), Err("no".to_owned()));
        let large =
            holds(&of(|bytes| bytes.len() > 3000 || vec![1u8; 2000].iter().all(|byte| *byte == 1)), b"");
        assert!(large.is_err_and(|why| why.contains("at most 1000 are allowed")));
    }
}
