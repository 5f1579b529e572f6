//! Kafka's hash over the topics that a group reads (`org.apache.kafka.coordinator.group.Utils`): XXH3-64 with seed 0, all
//! numbers little-endian.
//!
//! ```text
//! topic: 0:u8 id high:i64 low:i64 name:text partitions:i32 [ index:i32 [ length:i32 rack:text ]* ]*
//! text:  UTF-16 units, then their number:i32        group: hash:i64 of each topic, in order of names
//! ```

use crate::base::small;
use crate::group::metadata::{Metadata, TopicInfo};
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// The hash over the topics of these names, which come in order. Those that do not exist do not count; 0 without any.
pub(super) fn hash<'a>(names: impl Iterator<Item = &'a Rc<str>>, metadata: &Metadata) -> i64 {
    let mut all = Vec::new();
    for name in names {
        if let Some(topic) = metadata.topics.get(name) {
            all.extend(hash_topic(name, topic).to_le_bytes());
        }
    }
    if all.is_empty() { 0 } else { xxh3_64(&all) as i64 }
}

fn hash_topic(name: &str, topic: &TopicInfo) -> u64 {
    let mut bytes = vec![0];
    // An id is two numbers; each is written with its last byte first.
    for half in topic.id.0.chunks(8) {
        bytes.extend(half.iter().rev());
    }
    put_text(&mut bytes, name);
    bytes.extend(topic.partitions.to_le_bytes());
    for index in 0..topic.partitions {
        bytes.extend(index.to_le_bytes());
        let mut racks: Vec<&Rc<str>> = topic.racks.get(index as usize).into_iter().flatten().collect();
        small::sort(&mut racks);
        for rack in racks {
            bytes.extend((rack.encode_utf16().count() as i32).to_le_bytes());
            put_text(&mut bytes, rack);
        }
    }
    xxh3_64(&bytes)
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let mut units = 0i32;
    for unit in text.encode_utf16() {
        bytes.extend(unit.to_le_bytes());
        units += 1;
    }
    bytes.extend(units.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Uuid;

    #[test]
    fn a_topic_and_a_group_hash_as_in_kafka() {
        let id = Uuid::parse("Xu0AAAAAAAGeN3m5f0p8FQ").expect("an id");
        let topic = TopicInfo { id, partitions: 4, racks: Vec::new() };
        assert_eq!(hash_topic("orders", &topic) as i64, 4_676_904_995_351_041_695);
        let metadata = Metadata { topics: [("orders".into(), topic)].into() };
        let names: [Rc<str>; 2] = ["gone".into(), "orders".into()];
        assert_eq!(hash(names.iter(), &metadata), 5_644_897_692_899_492_124);
        assert_eq!(hash(names[..1].iter(), &metadata), 0);
    }
}
