//! The log against Kafka: segments that a real broker wrote, damaged copies of them, and random logs.
//!
//! `tests/fixtures/` holds logs of a broker of Apache Kafka 4.3.1 and what Kafka's own `FileRecords` read from them.
#![cfg(not(target_family = "wasm"))]

#[path = "log/broker.rs"]
mod broker;
#[path = "log/clean.rs"]
mod clean;
#[path = "log/codecs.rs"]
mod codecs;
#[path = "log/damage.rs"]
mod damage;
#[path = "log/random.rs"]
mod random;
