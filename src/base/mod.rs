//! Layer 0: what every other layer stands on. Ids, virtual time, the seeded generator, the state hash, limits.

pub mod crc;
pub mod hash;
pub mod id;
mod iso;
pub mod java_map;
pub mod java_order;
pub mod limit;
pub mod lines;
pub mod map;
mod pieces;
pub mod rng;
pub mod set;
pub mod small;
pub mod time;
pub mod timeline_map;

pub use hash::StateHasher;
pub use id::{TopicPartition, Uuid};
pub use java_map::{JavaHash, JavaMap};
pub use map::Map;
pub use pieces::{Pieces, same};
pub use rng::Rng;
pub use set::Set;
pub use time::{Span, Time};
pub use timeline_map::TimelineMap;
