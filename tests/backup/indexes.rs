//! Indexes beside the logs: those that a broker would make, held by every kind of backup, and found when they are wrong.

use crate::corruption::{check, path, replace};
use crate::lab::Lab;
use crate::pack::Pack;
use rejoin::backup::archive::{self, Extract, ImportError};
use rejoin::log::segment;
use rejoin::log::side::index::{INTERVAL_BYTES, Indexes, write_offsets, write_times};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A log that is long enough for an offset index, backed up in three steps.
fn archived() -> (Vec<u8>, Vec<Rc<str>>) {
    let mut lab = Lab::default();
    lab.create("t", 1);
    let mut labels = Vec::new();
    for (kind, count) in [("full", 60), ("incremental", 60), ("incremental", 1), ("differential", 60)] {
        for _ in 0..count {
            lab.produce("t", 0, 4, 0);
        }
        labels.push(lab.backup(kind));
        lab.tick(1000);
    }
    (archive::write(&lab.store, &labels).expect("sound"), labels)
}

#[test]
fn each_log_has_the_indexes_that_a_broker_makes_of_it() {
    let (bytes, labels) = archived();
    let (mut with_offsets, mut without_offsets) = (0, 0);
    for label in &labels {
        let files = archive::extract(&bytes, Some(label), Extract::AsIs).expect("sound");
        let files: BTreeMap<&str, &[u8]> = files.iter().map(|(path, bytes)| (&**path, &**bytes)).collect();
        let logs = files.iter().filter(|(path, _)| path.starts_with("data/t-0/") && path.ends_with(".log"));
        for (path, log) in logs {
            let base: i64 = path["data/t-0/".len()..].trim_end_matches(".log").parse().expect("an offset");
            let batches = segment::batches(log).map(|batch| batch.expect("sound"));
            let made = Indexes::of(batches, INTERVAL_BYTES);
            let beside = |suffix: &str| files.get(&*path.replace(".log", suffix)).copied();
            assert_eq!(beside(".timeindex"), Some(&*write_times(base, &made.times)), "{label}: {path}");
            let offsets = write_offsets(base, &made.offsets);
            // An empty one too: without it, kafka-dump-log.sh does not read the time index.
            assert_eq!(beside(".index"), Some(&*offsets), "{label}: {path}");
            with_offsets += usize::from(!offsets.is_empty());
            without_offsets += usize::from(offsets.is_empty());
        }
    }
    assert!(with_offsets >= 3, "{with_offsets} offset indexes");
    assert!(without_offsets >= 1, "no log is too short for one");
}

#[test]
fn an_index_stands_beside_its_log_also_where_compaction_wrote_that_anew() {
    let mut lab = Lab::default();
    lab.create("t", 1);
    let mut labels = Vec::new();
    for kind in ["full", "incremental", "incremental", "differential", "incremental"] {
        lab.produce("t", 0, 12, 0);
        lab.compact("t", 0);
        labels.push(lab.backup(kind));
        lab.tick(1000);
    }
    let bytes = archive::write(&lab.store, &labels).expect("sound");
    let names: Vec<String> = Pack::places(&bytes).into_keys().map(|name| name.to_string()).collect();
    let of_time: Vec<&String> = names.iter().filter(|name| name.ends_with(".timeindex")).collect();
    assert!(of_time.len() >= 4, "{names:?}");
    for name in of_time {
        for suffix in [".log", ".index"] {
            let beside = name.replace(".timeindex", suffix);
            assert!(names.contains(&beside), "{beside} is not beside {name}");
        }
    }
}

#[test]
fn a_changed_index_is_found_and_named() {
    let (bytes, _) = archived();
    let mut flipped = 0;
    for (name, parts) in Pack::places(&bytes) {
        if !name.ends_with("index") {
            continue;
        }
        for at in parts.into_iter().flatten() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            match archive::read(&changed) {
                Err(ImportError::Damaged(report)) => {
                    assert!(report.findings.iter().all(|found| *found.place == *name), "{name}: {report}");
                }
                _ => panic!("byte {at} of {name} was taken in"),
            }
            flipped += 1;
        }
    }
    assert!(flipped > 100, "{flipped} bytes");
}

#[test]
fn an_index_that_does_not_fit_its_log_is_found_whatever_its_digest() {
    const INDEX: &str = "data/orders-0/00000000000000000000.timeindex";
    check(&format!("$B/{INDEX} does not say what its log gives"), |pack| {
        let mut bytes = pack.get(&path(INDEX)).to_vec();
        bytes[7] ^= 1;
        replace(pack, INDEX, &bytes);
    });
}
