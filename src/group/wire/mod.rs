//! Kafka's JSON forms of requests, replies and records, and `rejoin coordinate`, which plays recorded traces.
//!
//! Field names are the protocol's, bytes are base64, ids are Kafka's text form, null is null. A field that a version
//! lacks is absent, and so is a tagged field that has its default.

mod common;
mod consumer;
mod coordinate;
mod field;
mod record;
mod reply;
mod request;
mod share;

pub use coordinate::coordinate;
pub use record::{record_from_json, record_to_json};
pub use reply::reply_to_json;
pub use request::request_from_json;
