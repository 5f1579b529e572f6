//! `dump-log` against Kafka's own tool, and the files beside a log against those of a real broker.
#![cfg(not(target_family = "wasm"))]

mod archive;
mod bare;
mod conformance;
mod folder;
mod kept;
mod loading;
mod offsets;
mod options;
mod random;
mod sealed;
mod side_files;
mod stranger;
mod transactions;
