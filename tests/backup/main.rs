//! Backups: what is written can be read, what is damaged is found and named, what is refused changes nothing.
//!
//! | what is promised | tests | cases; with `cargo xtask test --long` |
//! |---|---|---|
//! | 1 a flipped bit in every byte | `damage::a_flipped_bit…`, `chain::a_flipped_bit…` | every byte of a full's archive and of a chain's |
//! | 2 cuts, bytes before and after | `damage::a_cut_at_every_length…`, `damage::bytes_before_and_after…` | every length; 1 to 64 bytes |
//! | 3 a crash at every storage operation | `crash::every_flow…` | 1000 at least (the test counts); ten times as many |
//! | 4 random lives against plain copies | `model::whatever_happens…` | 10,000 lives of 14 steps; 40,000 of 60 |
//! | 5 restores to a moment | `moment::every_moment…`, `moment::timestamps_out_of_order…` | 2,100 logs, 3,500 moments at least; 15,000 logs |
//! | 6 translation of offsets | `plan::translation_skips_nothing…` | 5,000; 20,000 |
//! | 7 named classes of corruption on every kind of backup | `corruption`, `declared`, `inconsistent`, `links` | 70 classes and more, three kinds each |
//! | 8 segments of every codec | `dump_log::random::five_hundred…` | 500 logs in 5 codecs; 10,000 in 5 |
//! | 9 a real broker's segments | `dump_log::loading`, `dump_log::side_files`, `dump_log::conformance` | 20 partitions and more, 863 outputs |
//! | 10 the container | `container`, `damage`, `tools` | 200 good archives read by `unzip`, Python and the `zip` crate; 100 hostile ones and more |
//! | 11 what comes from outside, mutated | the package `fuzz` | 46,000 inputs in seven targets; a million each |
//! | 12 retention | `retention` | 80 rows of one table, and its crashes |
//! | 13 what verification says | `corruption`, `declared`, `indexes`, `inconsistent`, `links`: each finding makes the verdict fail | those of 7 |
//! | 15 the drill | `stories::drills` | 24: six protocols and assignors, four ways to commit |
//! | 16 archives of every released version | `golden` | all |
//!
//! Bare files, without an archive: `dump_log::bare`, 20,000 changed copies; 300,000.

mod beside;
mod both;
mod chain;
mod container;
mod corruption;
mod crash;
mod damage;
mod declared;
mod golden;
mod inconsistent;
mod indexes;
mod lab;
mod links;
mod manifest;
mod model;
mod moment;
mod pack;
mod pieces;
mod plan;
mod random;
mod retention;
mod round_trip;
mod scene;
mod store;
mod tools;
mod transactions;
mod upkeep;
