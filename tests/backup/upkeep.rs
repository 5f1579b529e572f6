//! Backups of logs that the broker looks after: what retention and compaction leave for an incremental to write.

use crate::lab::{Lab, plain};
use rejoin::backup::manifest::{Change, FileKind, Manifest};
use rejoin::backup::{Catalog, Link, restored, verify};
use rejoin::base::Rng;
use rejoin::log::batch::Timestamps;
use rejoin::log::{Policy, Record};
use std::rc::Rc;

/// What the logs of random lives are set to.
pub fn policy() -> Rc<Policy> {
    Rc::new(Policy {
        compact: true,
        segment_bytes: 400,
        retention_ms: 4000,
        delete_retention_ms: 500,
        ..Policy::default()
    })
}

impl Lab {
    /// One batch of records of a few keys, tombstones among them.
    pub fn produce_keys(&mut self, topic: &str, partition: i32, random: &mut Rng) {
        let stamp = self.now.timestamp_ms();
        let one = |_| {
            let (key, value) = (format!("k{}", random.below(6)), format!("v{stamp}"));
            Record::new(stamp, Some(key.as_bytes()), (random.below(4) > 0).then_some(value.as_bytes()))
        };
        let count = 1 + stamp % 4;
        let records = (0..count).map(one).collect();
        self.append(topic, partition, records);
    }

    /// The broker looks after a log: retention, or a round of its cleaner.
    pub fn upkeep(&mut self, topic: &str, partition: i32, random: &mut Rng) {
        let now_ms = self.now.timestamp_ms();
        let log = self.log(topic, partition);
        if random.below(2) == 0 {
            log.retire(now_ms);
        } else {
            let what = log.cleanable(now_ms);
            log.clean(now_ms, &what);
        }
        self.changed();
    }
}

/// A batch of one record with a key of two bytes and a value of five has 75 bytes; two make a segment.
const SEGMENT: u32 = 160;

fn lab() -> Lab {
    let mut lab = Lab::default();
    lab.create("t", 1);
    let policy = Policy { compact: true, segment_bytes: SEGMENT, retention_ms: 10_000, ..Policy::default() };
    lab.log("t", 0).set_policy(Rc::new(policy));
    lab
}

/// A second passes with every record.
fn produce(lab: &mut Lab, keys: &[&str]) {
    for key in keys {
        let record = Record::new(lab.now.timestamp_ms(), Some(key.as_bytes()), Some(b"value"));
        lab.log("t", 0).append_records(Timestamps::Create, &[record]);
        lab.tick(1000);
    }
}

/// Base offset of each segment's file, and whether the backup keeps it itself.
fn files(lab: &Lab, label: &str) -> (Vec<(i64, bool)>, Option<Change>, u64) {
    let catalog = Catalog::of(&lab.store).expect("sound");
    let manifest: Manifest = Link::load(&lab.store, &catalog, label).expect("it is there").manifest;
    let partition = &manifest.partitions[0];
    let logs = partition.files.iter().filter(|file| file.kind == FileKind::Log);
    let own = logs.clone().filter(|file| file.reference.is_none()).map(|file| file.size).sum();
    let said = logs.map(|file| (file.base_offset.expect("a log").0, file.reference.is_none()));
    (said.collect(), partition.change, own)
}

fn check(lab: &Lab, label: &str) {
    let report = verify(&lab.store, label);
    assert!(report.ok(), "{report}");
    let state = restored(&lab.store, label).expect("sound");
    assert_eq!(plain(&state).partitions, lab.truths[label].partitions, "{label}");
}

#[test]
fn segments_are_files_and_retention_costs_a_manifest() {
    let mut lab = lab();
    produce(&mut lab, &["k0", "k1", "k2", "k3", "k4", "k5", "k6"]);
    let full = lab.backup("full");
    assert_eq!(files(&lab, &full).0, [(0, true), (2, true), (4, true), (6, true)]);
    lab.tick(5000);
    let now_ms = lab.now.timestamp_ms();
    assert_eq!(lab.log("t", 0).retire(now_ms).by_time, 1);
    let trimmed = lab.backup("incremental");
    let expected = vec![(2, false), (4, false), (6, false)];
    assert_eq!(files(&lab, &trimmed), (expected, Some(Change::HeadTrimmed), 0));
    lab.log("t", 0).delete_before(5);
    lab.tick(1000);
    let inside = lab.backup("incremental");
    assert_eq!(files(&lab, &inside), (vec![(4, false), (6, false)], Some(Change::HeadTrimmed), 0));
    for label in [full, trimmed, inside] {
        check(&lab, &label);
    }
}

#[test]
fn only_what_compaction_changed_is_written_again() {
    let mut lab = lab();
    produce(&mut lab, &["k0", "k1", "k2", "k3", "k2", "k3", "k4", "k5", "k6"]);
    let full = lab.backup("full");
    assert_eq!(files(&lab, &full).0, [(0, true), (2, true), (4, true), (6, true), (8, true)]);
    let now_ms = lab.now.timestamp_ms();
    let what = lab.log("t", 0).cleanable(now_ms);
    let cleaned = lab.log("t", 0).clean(now_ms, &what);
    assert_eq!((cleaned.before.records, cleaned.after.records), (8, 6));
    produce(&mut lab, &["k7"]);
    let rewritten = lab.backup("incremental");
    // The records at 2 and 3 went, and with them their segment; the full's last file is a prefix of the active segment.
    let expected = vec![(0, false), (2, true), (4, false), (6, false), (8, false), (9, true)];
    assert_eq!(files(&lab, &rewritten), (expected, Some(Change::Rewritten), 75));
    // Also where the log is known to have grown since only, the file without a batch stands for offsets 2 and 3.
    produce(&mut lab, &["k8"]);
    let grown = lab.backup("incremental");
    let bases = |files: &[(i64, bool)]| files.iter().map(|(base, _)| *base).collect::<Vec<_>>();
    assert_eq!(bases(&files(&lab, &grown).0), [0, 2, 4, 6, 8, 9, 10]);
    let synthetic = lab.backup("full");
    for label in [full, rewritten.clone(), grown.clone(), synthetic.clone()] {
        check(&lab, &label);
    }
    let of = |label: &str| plain(&restored(&lab.store, label).expect("sound"));
    assert_eq!(of(&grown).partitions, of(&synthetic).partitions);
}
