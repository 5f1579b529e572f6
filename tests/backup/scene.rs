//! Small states to back up.

use rejoin::backup::{
    ALL, Captured, GroupSnapshot, Kind, MemoryStore, OffsetSnapshot, Options, Past, Snapshot, TopicSnapshot,
    capture,
};
use rejoin::base::{Time, Uuid};
use rejoin::log::batch::Timestamps;
use rejoin::log::{Partition, Recipe, Record};
use std::rc::Rc;

/// Topics that own their logs.
#[derive(Clone, Default)]
pub struct Scene {
    pub topics: Vec<(&'static str, Vec<Partition>)>,
    pub groups: Vec<GroupSnapshot>,
    pub cut: Time,
    pub past: Past,
}

impl Scene {
    /// Two topics, four partitions (one empty, one trimmed, one from a file), two groups.
    pub fn small() -> Scene {
        let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(10), value_bytes: 24 });
        let mut generated = Partition::new();
        for i in 0..12 {
            generated.append_generated(Time::from_ms(100 * i).timestamp_ms(), &recipe, i);
        }
        let mut trimmed = Partition::new();
        let records = |from: i64| -> Vec<Record> {
            (0..5).map(|i| Record::new(from + i, Some(b"k"), Some(b"value"))).collect()
        };
        trimmed.append_records(Timestamps::Create, &records(1_767_225_601_000));
        trimmed.append_records(Timestamps::Append(1_767_225_603_000), &records(1_767_225_602_000));
        trimmed.delete_before(7);
        let mut loaded = Partition::new();
        loaded.set_leader_epoch(3);
        loaded.append_records(
            Timestamps::Create,
            &[Record::new(5, None, Some(&[0xff, 0xfe, 0])), Record::new(-4, Some(b""), None)],
        );
        let groups = vec![
            group("billing", &[("orders", 0, 9), ("orders", 1, 8), ("payments", 0, 1)]),
            group("a, \"quoted\" ünit", &[("orders", 0, 12), ("orders", 2, 0)]),
        ];
        let topics = vec![("payments", vec![loaded]), ("orders", vec![generated, trimmed, Partition::new()])];
        Scene { topics, groups, cut: Time::from_ms(30_250), ..Scene::default() }
    }

    pub fn snapshot(&self) -> Snapshot<'_> {
        let topics = self.topics.iter().map(|(name, partitions)| TopicSnapshot {
            name: (*name).into(),
            id: topic_id(name),
            config: [("retention.ms".into(), "-1".into())].into(),
            created_ms: 1_767_225_600_000,
            partitions: partitions.iter().collect(),
            places: Vec::new(),
        });
        Snapshot {
            cluster_id: "cmVqb2luLWNsdXN0ZXItMA".into(),
            cut: self.cut,
            topics: topics.collect(),
            groups: self.groups.clone(),
            next_producer_id: 0,
            restored_from: None,
            past: Some(&self.past),
            known: &[],
            prepared: None,
        }
    }

    /// Takes a full backup and stores it.
    pub fn full(&self, store: &mut MemoryStore) -> Rc<str> {
        let captured = self.capture(store);
        store.apply(&captured.transaction).expect("nobody else writes");
        captured.label
    }

    pub fn capture(&self, store: &MemoryStore) -> Captured {
        capture(full(), &self.snapshot(), &Options::default(), store).expect("a small scene can be backed up")
    }
}

pub fn full() -> &'static Kind {
    assert_eq!(ALL.len(), 3);
    Kind::by_name("full").expect("full is a kind")
}

pub fn topic_id(name: &str) -> Uuid {
    let mut bytes = [0x40; 16];
    bytes[..name.len().min(16)].copy_from_slice(&name.as_bytes()[..name.len().min(16)]);
    Uuid(bytes)
}

pub fn group(name: &str, offsets: &[(&str, i32, i64)]) -> GroupSnapshot {
    let offset = |(topic, partition, offset): &(&str, i32, i64)| OffsetSnapshot {
        topic: (*topic).into(),
        topic_id: topic_id(topic),
        partition: *partition,
        offset: *offset,
        leader_epoch: Some(0),
        metadata: "".into(),
        commit_ms: 1_767_225_610_000 + i64::from(*partition) / 2,
    };
    GroupSnapshot {
        group: name.into(),
        state: "Stable".into(),
        generation: 3,
        offsets: offsets.iter().map(offset).collect(),
    }
}
