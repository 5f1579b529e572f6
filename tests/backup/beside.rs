//! What a backup says of transactions beside the logs: the files of a broker, the manifest, and their damage.

use crate::pack::Pack;
use crate::transactions::archived;
use rejoin::backup::Store;
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::manifest::{FileKind, Manifest, Offset};
use rejoin::log::side::{aborted, snapshot};

#[test]
fn files_beside_the_logs_are_those_of_a_broker_and_their_damage_is_found() {
    let (store, label, bytes) = archived();
    let manifest = Manifest::parse(&store.manifest(&label).expect("there")).expect("sound");
    let names: Vec<&str> =
        manifest.partitions[0].files.iter().map(|file| file.path.rsplit('/').next().unwrap_or("")).collect();
    let end = format!("{:020}.snapshot", manifest.partitions[0].log_end_offset.0);
    let first =
        ["index", "log", "timeindex", "txnindex"].map(|suffix| format!("00000000000000000000.{suffix}"));
    let log = [&first[0], &first[1], &first[2], &first[3], &*end];
    assert_eq!(names, [&log[..], &["leader-epoch-checkpoint", "partition.metadata"]].concat());
    let pack = Pack::open(&bytes);
    for (name, parts) in Pack::places(&bytes) {
        let beside = name.ends_with(".txnindex") || name.ends_with(".snapshot");
        if !beside {
            continue;
        }
        let content = pack.get(&name);
        match name.ends_with(".txnindex") {
            true => assert_eq!(aborted::write(&aborted::read(content).expect("an index")), *content),
            false => assert_eq!(snapshot::write(&snapshot::read(content).expect("a snapshot")), *content),
        }
        for at in parts.into_iter().flatten() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            match archive::read(&flipped) {
                Err(ImportError::Damaged(report)) => {
                    let named: Vec<&str> = report.findings.iter().map(|finding| &*finding.place).collect();
                    assert_eq!(named, [&*name], "byte {at}");
                }
                _ => panic!("byte {at} of {name} was taken in"),
            }
        }
    }
}

#[test]
fn a_manifest_that_is_wrong_about_transactions_is_found_out() {
    let (_, _, bytes) = archived();
    let cases: [(&str, fn(&mut Manifest)); 6] = [
        ("says last_stable_offset", |m| {
            let end = m.partitions[0].high_watermark;
            m.partitions[0].last_stable_offset = end;
        }),
        ("says open transactions of t-0 that are not those of its log", |m| {
            drop(m.producers.open_transactions.remove(0));
        }),
        ("says open transactions of t-0 that are not those of its log", |m| {
            m.producers.open_transactions[0].producer_epoch += 1;
        }),
        ("that cannot be", |m| m.producers.next_producer_id = Offset(0)),
        ("that cannot be", |m| m.producers.open_transactions[0].partition = 7),
        ("which is not its name", |m| {
            let files = &mut m.partitions[0].files;
            let snapshot = files.iter_mut().find(|file| file.kind == FileKind::ProducerSnapshot);
            snapshot.expect("there is one").path = "data/t-0/00000000000000000001.snapshot".into();
        }),
    ];
    for (says, change) in cases {
        let mut pack = Pack::open(&bytes);
        let mut manifest = pack.manifest();
        change(&mut manifest);
        pack.with_manifest(&manifest);
        let Err(ImportError::Damaged(report)) = archive::read(&pack.bytes()) else { panic!("{says}") };
        assert!(report.findings.iter().any(|finding| finding.what.contains(says)), "{says}: {report}");
    }
}
