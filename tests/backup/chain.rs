//! Chains: whatever the kind, what is restored is the moment of the cut, to the byte.

use crate::both::verify;
use crate::both::verify_file;
use crate::lab::{Lab, Plain, plain};
use crate::pack::Pack;
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::manifest::{Change, KindName};
use rejoin::backup::{Catalog, Link, Manifest, MemoryStore, RestoredState, restored};
use rejoin::base::Rng;
use rejoin::log::batch::{BatchInfo, encode};
use rejoin::log::{Partition, Record};
use std::rc::Rc;

fn manifest(store: &MemoryStore, label: &str) -> Manifest {
    Link::load(store, &Catalog::of(store).expect("sound"), label).expect("it is there").manifest
}

/// Topic `t` with two partitions, a full; more, an incremental; more, a differential; more, an incremental.
pub fn chain() -> (Lab, Vec<Rc<str>>) {
    chain_on(MemoryStore::new())
}

fn chain_on(store: MemoryStore) -> (Lab, Vec<Rc<str>>) {
    let mut lab = Lab { store, ..Lab::default() };
    let mut labels = Vec::new();
    lab.create("t", 2);
    for (round, kind) in ["full", "incremental", "differential", "incremental"].into_iter().enumerate() {
        for partition in 0..2 {
            lab.produce("t", partition, 2 + round, 0);
            lab.tick(400);
        }
        lab.commit("g", "t", 0, round as i64 + 1);
        lab.tick(1000);
        labels.push(lab.backup(kind));
    }
    (lab, labels)
}

#[test]
fn labels_say_kind_and_full() {
    let (lab, labels) = chain();
    let full = "20260101-000001F";
    let expected = [
        full.to_owned(),
        format!("{full}_20260101-000003I"),
        format!("{full}_20260101-000005D"),
        format!("{full}_20260101-000007I"),
    ];
    assert_eq!(labels.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    let last = manifest(&lab.store, &labels[3]);
    assert_eq!(last.chain, [labels[0].clone(), labels[2].clone(), labels[3].clone()]);
    assert_eq!(last.references, [labels[0].clone(), labels[2].clone()]);
    assert_eq!((last.prior, last.base_full), (Some(labels[2].clone()), Some(labels[0].clone())));
    assert_eq!(manifest(&lab.store, &labels[2]).chain, [labels[0].clone(), labels[2].clone()]);
}

#[test]
fn a_slice_of_the_log_is_all_that_an_incremental_keeps_of_it() {
    let (lab, labels) = chain();
    let last = manifest(&lab.store, &labels[3]);
    let logs: Vec<(&str, Option<&str>)> = last.partitions[0]
        .files
        .iter()
        .filter(|file| file.path.ends_with(".log"))
        .map(|file| (&*file.path, file.reference.as_deref()))
        .collect();
    assert_eq!(
        logs,
        [
            ("data/t-0/00000000000000000000.log", Some(&*labels[0])),
            ("data/t-0/00000000000000000002.log", Some(&*labels[2])),
            ("data/t-0/00000000000000000009.log", None),
        ]
    );
    assert_eq!(last.partitions[0].change, Some(Change::Appended));
    let offsets: Vec<_> = last.files.iter().filter(|f| f.path.contains("__consumer_offsets")).collect();
    let records: Vec<_> = offsets.iter().map(|f| (f.reference.as_deref(), f.records)).collect();
    assert_eq!(
        records,
        [(Some(&*labels[0]), 1), (Some(&*labels[2]), 2), (None, 1)],
        "the differential has both commits"
    );
}

#[test]
fn every_backup_of_a_chain_restores_its_own_moment() {
    let (lab, labels) = chain();
    for label in &labels {
        let report = verify(&lab.store, label);
        assert!(report.ok(), "{report}");
        assert_eq!(plain(&restored(&lab.store, label).expect("sound")), lab.truths[label]);
    }
}

#[test]
fn an_archive_holds_the_chain_and_nothing_else() {
    let (lab, labels) = chain();
    let bytes = archive::write(&lab.store, &labels[3..]).expect("sound");
    let report = verify_file(&bytes).expect("an archive");
    assert!(report.ok(), "{report}");
    assert_eq!(report.backups, [labels[0].clone(), labels[2].clone(), labels[3].clone()]);
    let import = archive::read(&bytes).expect("sound");
    let mut there = MemoryStore::new();
    there.apply(&import.transaction(&there).expect("it is empty")).expect("nobody else writes");
    assert_eq!(archive::write(&there, &labels[3..]).expect("sound"), bytes);
    assert_eq!(plain(&restored(&there, &labels[3]).expect("sound")), lab.truths[&labels[3]]);
}

#[test]
fn what_is_asked_for_without_a_full_becomes_one_with_a_warning() {
    for kind in ["incremental", "differential"] {
        let mut lab = Lab::default();
        lab.create("t", 1);
        lab.produce("t", 0, 3, 0);
        let captured = lab.capture(kind).expect("it can be backed up");
        assert_eq!(
            captured.warnings,
            ["There is no backup of this cluster to build on: this one is full.".into()] as [Rc<str>; 1]
        );
        let label = lab.backup(kind);
        assert_eq!(manifest(&lab.store, &label).kind, KindName::Full);
        assert_eq!(lab.backup(kind), label, "and it is not taken twice");
        lab.tick(1000);
        let next = lab.backup(kind);
        assert_ne!(manifest(&lab.store, &next).kind, KindName::Full);
    }
}

#[test]
fn a_run_that_begins_again_takes_the_same_backups() {
    let (first, labels) = chain();
    let (again, labels_again) = chain_on(first.store.clone());
    assert_eq!((labels_again, &again.store), (labels, &first.store));
}

/// What happens to the log between two backups, and what the second says of it.
#[test]
fn changes_are_named_and_restored() {
    type Act = fn(&mut Lab);
    let cases: [(&str, Act, Change); 8] = [
        ("nothing", |_| {}, Change::Unchanged),
        ("records", |lab| lab.produce("t", 0, 1, 0), Change::Appended),
        ("a trimmed head", |lab| lab.log("t", 0).delete_before(2), Change::HeadTrimmed),
        (
            "a trimmed head and records",
            |lab| {
                lab.log("t", 0).delete_before(4);
                lab.produce("t", 0, 2, 0);
            },
            Change::HeadTrimmed,
        ),
        ("everything trimmed", |lab| lab.log("t", 0).delete_before(99), Change::HeadTrimmed),
        ("compaction", |lab| lab.compact("t", 0), Change::Rewritten),
        (
            "a truncated end that grew again",
            |lab| {
                lab.log("t", 0).cut_to(4);
                lab.produce("t", 0, 3, 5);
            },
            Change::Rewritten,
        ),
        (
            "another topic of the same name",
            |lab| {
                lab.drop_topic("t");
                lab.create("t", 1);
                lab.produce("t", 0, 5, 0);
            },
            Change::Recreated,
        ),
    ];
    for (name, act, change) in cases {
        for kind in ["incremental", "differential"] {
            let mut lab = Lab::default();
            lab.create("t", 1);
            lab.produce("t", 0, 3, 0);
            lab.produce("t", 0, 3, 0);
            lab.commit("g", "t", 0, 3);
            lab.backup("full");
            lab.tick(1000);
            act(&mut lab);
            let label = lab.backup(kind);
            let made = manifest(&lab.store, &label);
            assert_eq!(made.partitions[0].change, Some(change), "{name}");
            assert_eq!(made.recreated_since_prior.len(), usize::from(change == Change::Recreated), "{name}");
            let report = verify(&lab.store, &label);
            assert!(report.ok(), "{name}: {report}");
            check_equal(&restored(&lab.store, &label).expect("sound"), &lab.truths[&label], name);
        }
    }
}

#[test]
fn a_log_that_ends_behind_its_last_batch_is_restored_so() {
    for first in [0, 4] {
        let mut lab = Lab::default();
        lab.create("t", 1);
        if first > 0 {
            lab.produce("t", 0, first, 0);
        }
        let earlier = lab.log("t", 0).clone();
        // Compaction left nothing between, and the log is cut back to there.
        let behind = BatchInfo { base_offset: 9, ..BatchInfo::default() };
        let record = Record::new(1, None, Some(b"x"));
        lab.log("t", 0).append_bytes(encode(&behind, &[record]).into()).expect("a gap is left");
        lab.log("t", 0).cut_to(7);
        lab.commit("g", "t", 0, 7);
        lab.tick(1000);
        let mut labels = vec![lab.backup("full")];
        lab.tick(1000);
        labels.push(lab.backup("incremental"));
        let there = lab.log("t", 0).clone();
        lab.produce("t", 0, 2, 0);
        lab.tick(1000);
        labels.push(lab.backup("incremental"));
        // Another past of the log has records where this one has none.
        for (log, count) in [(there, 0), (earlier, 8)] {
            *lab.log("t", 0) = log;
            lab.produce("t", 0, count, 0);
            lab.tick(1000);
            labels.push(lab.backup("incremental"));
        }
        for (label, end) in labels.iter().zip([7, 7, 9, 7, first as i64 + 8]) {
            let report = verify(&lab.store, label);
            assert!(report.ok(), "{report}");
            let state = restored(&lab.store, label).expect("sound");
            assert_eq!((plain(&state), &*state.moved), (lab.truths[label].clone(), &[] as &[Rc<str>]));
            assert_eq!(state.topics[0].partitions[0].end(), end, "{label}");
        }
    }
}

#[test]
fn a_log_whose_start_lies_inside_a_batch_does_not_go_on_from_one_that_was_empty_there() {
    let mut lab = Lab::default();
    lab.create("t", 1);
    lab.produce("t", 0, 5, 0);
    lab.log("t", 0).delete_before(3);
    let inside = lab.log("t", 0).clone();
    lab.log("t", 0).cut_to(3);
    lab.tick(1000);
    let empty = lab.backup("full");
    *lab.log("t", 0) = inside.clone();
    lab.tick(1000);
    let whole = lab.backup("incremental");
    // The same records behind, and none before.
    lab.produce("t", 0, 2, 0);
    let longer = lab.log("t", 0).clone();
    let behind = longer.bytes_between(5, 7);
    *lab.log("t", 0) = Partition::restore(3, 0, &[behind.into()]).expect("a hole at its start");
    let hole = lab.backup("full");
    *lab.log("t", 0) = longer;
    lab.tick(1000);
    let filled = lab.backup("incremental");
    for label in [empty, whole, hole, filled] {
        let report = verify(&lab.store, &label);
        assert!(report.ok(), "{report}");
        assert_eq!(plain(&restored(&lab.store, &label).expect("sound")), lab.truths[&label]);
    }
}

/// Offsets outside their log are moved, and said; the truth has them as they were committed.
pub fn check_equal(state: &RestoredState, truth: &Plain, name: &str) {
    let mut found = plain(state);
    if !state.moved.is_empty() {
        found.groups.clone_from(&truth.groups);
    }
    assert_eq!(found, *truth, "{name}");
}

#[test]
fn a_partial_backup_and_a_dropped_topic_are_said() {
    let (mut lab, _) = chain();
    lab.create("other", 1);
    lab.tick(1000);
    lab.drop_topic("t");
    let label = lab.backup("incremental");
    let made = manifest(&lab.store, &label);
    assert_eq!(made.dropped_since_prior.iter().map(|d| &*d.name).collect::<Vec<_>>(), ["t"]);
    assert_eq!(made.partitions[0].change, Some(Change::Recreated), "a new one");
    assert!(verify(&lab.store, &label).ok());
    assert_eq!(plain(&restored(&lab.store, &label).expect("sound")), lab.truths[&label]);
}

/// Full, differential and incremental of the same instant, and the chain's last link, restore the same.
#[test]
fn all_kinds_of_the_same_instant_restore_the_same() {
    for seed in 0..300 {
        let mut random = Rng::new(seed);
        let mut lab = Lab::default();
        for _ in 0..random.below(12) {
            lab.live(&mut random);
        }
        lab.backup("full");
        for _ in 0..random.below(4) {
            for _ in 0..random.below(6) {
                lab.live(&mut random);
            }
            lab.backup(["incremental", "incremental", "differential"][random.below(3) as usize]);
        }
        for _ in 0..random.below(6) {
            lab.live(&mut random);
        }
        let truth = lab.state.plain();
        for kind in ["full", "differential", "incremental"] {
            let mut own = lab.clone();
            let label = own.backup(kind);
            let report = verify(&own.store, &label);
            assert!(report.ok(), "seed {seed}, {kind}: {report}");
            let state = restored(&own.store, &label).expect("sound");
            check_equal(&state, &truth, &format!("seed {seed}, {kind}"));
        }
    }
}

/// The archive of a full, a differential on it and an incremental on that.
pub fn reference() -> (Vec<u8>, [Rc<str>; 3]) {
    let mut lab = Lab::default();
    lab.create("t", 1);
    lab.produce("t", 0, 2, 0);
    lab.commit("g", "t", 0, 1);
    let full = lab.backup("full");
    lab.tick(1500);
    lab.produce("t", 0, 2, 0);
    let differential = lab.backup("differential");
    lab.tick(1500);
    lab.commit("g", "t", 0, 3);
    lab.produce("t", 0, 1, 0);
    let incremental = lab.backup("incremental");
    let bytes = archive::write(&lab.store, std::slice::from_ref(&incremental)).expect("sound");
    (bytes, [full, differential, incremental])
}

/// The backups that a damaged file hurts, as the manifests say it.
fn hurt(pack: &Pack, name: &str) -> Vec<Rc<str>> {
    let manifests = pack.files.iter().filter(|(name, _)| name.ends_with("/manifest.json"));
    let manifests: Vec<Manifest> =
        manifests.map(|(_, bytes)| Manifest::parse(bytes).expect("sound")).collect();
    let uses = |manifest: &&Manifest| {
        let files = manifest.all_files().any(|file| {
            format!("backups/{}/{}", file.reference.as_ref().unwrap_or(&manifest.label), file.path) == name
        });
        files || manifest.chain.iter().any(|label| name == format!("backups/{label}/manifest.json"))
    };
    let mut labels: Vec<Rc<str>> =
        manifests.iter().filter(uses).map(|manifest| manifest.label.clone()).collect();
    labels.sort();
    labels
}

/// Flips a bit in every fourth byte from `from` on: each is found, the right file and the right backups are named.
fn flip(from: usize) {
    let (archive, labels) = reference();
    assert!(archive.len() <= 68 << 10, "{} bytes", archive.len());
    let places = Pack::places(&archive);
    let pack = Pack::open(&archive);
    let hurts: std::collections::BTreeMap<&String, Vec<Rc<str>>> =
        places.keys().map(|name| (name, hurt(&pack, name))).collect();
    assert!(hurts.values().any(|hurt| *hurt == labels), "the full's data are needed by all three");
    let mut flipped = archive.clone();
    for at in (from..archive.len()).step_by(4) {
        flipped[at] ^= 1 << (at / 4 % 8);
        let owner = places.iter().find(|(_, parts)| parts.iter().any(|part| part.contains(&at)));
        let report = match archive::read(&flipped) {
            Err(ImportError::Damaged(report)) => report,
            Err(other) => panic!("byte {at}: {other}"),
            Ok(_) => panic!("byte {at} was taken in"),
        };
        let named: Vec<(&str, &[Rc<str>])> =
            report.findings.iter().map(|finding| (&*finding.place, &finding.backups[..])).collect();
        match owner {
            Some((name, _)) => assert_eq!(named, [(&**name, &hurts[name][..])], "byte {at}: {report}"),
            None => assert_eq!(named, [("The archive's end", &[][..])], "byte {at}: {report}"),
        }
        flipped[at] = archive[at];
    }
}

#[test]
fn a_flipped_bit_in_every_byte_of_a_chain_names_the_file_and_the_backups_1() {
    flip(0);
}

#[test]
fn a_flipped_bit_in_every_byte_of_a_chain_names_the_file_and_the_backups_2() {
    flip(1);
}

#[test]
fn a_flipped_bit_in_every_byte_of_a_chain_names_the_file_and_the_backups_3() {
    flip(2);
}

#[test]
fn a_flipped_bit_in_every_byte_of_a_chain_names_the_file_and_the_backups_4() {
    flip(3);
}
