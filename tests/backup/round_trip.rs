//! Capture, export, import, restore: what comes out is what went in.

use crate::both::verify;
use crate::both::verify_file;
use crate::scene::{Scene, full, group};
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::{
    Catalog, Ending, MemoryStore, Options, Place, Refusal, Request, Selection, capture, delete, plan,
    restored,
};
use rejoin::base::{Span, Time};
use rejoin::log::Record;
use rejoin::log::batch::Timestamps;
use std::rc::Rc;

fn one(label: &Rc<str>) -> Vec<Rc<str>> {
    vec![label.clone()]
}

#[test]
fn export_import_export_is_identical_to_the_byte() {
    let mut first = MemoryStore::new();
    let label = Scene::small().full(&mut first);
    assert_eq!(&*label, "20260101-000030F");
    assert_eq!(archive::file_name(&label), "rejoin-20260101-000030F.zip");
    let exported = archive::write(&first, &one(&label)).expect("a sound backup");
    let report = verify_file(&exported).expect("an archive");
    assert!(report.ok(), "{report}");
    assert_eq!((report.files, report.batches, report.records), (30, 12 + 1 + 1 + 3, 12 + 5 + 2 + 5));
    assert_eq!(report.bytes, exported.len() as u64);

    let mut second = MemoryStore::new();
    let import = archive::read(&exported).expect("a sound archive");
    assert_eq!(import.labels, one(&label));
    second
        .apply(&import.transaction(&second).expect("an empty store takes all"))
        .expect("nobody else writes");
    assert_eq!(first.contents(), second.contents());
    assert_eq!(archive::write(&second, &one(&label)).expect("a sound backup"), exported);
    assert!(import.transaction(&second).expect("it is there already").is_empty());
}

#[test]
fn a_restored_state_is_the_state_of_the_backup() {
    let scene = Scene::small();
    let mut store = MemoryStore::new();
    let label = scene.full(&mut store);
    let state = restored(&store, &label).expect("a sound backup");
    assert_eq!(state.topics.iter().map(|t| &*t.name).collect::<Vec<_>>(), ["orders", "payments"]);
    for topic in &state.topics {
        let (_, logs) = scene.topics.iter().find(|(name, _)| *name == &*topic.name).expect("the same topics");
        assert_eq!(topic.partitions.len(), logs.len());
        for ((restored, original), digest) in topic.partitions.iter().zip(logs).zip(&topic.digests) {
            assert_eq!(restored.state_digest(), original.state_digest());
            assert_eq!(digest.0, original.state_digest());
            assert_eq!(
                (restored.log_start(), restored.end(), restored.leader_epoch()),
                (original.log_start(), original.end(), original.leader_epoch())
            );
            for offset in original.log_start()..original.end() {
                assert_eq!(restored.record_at(offset), original.record_at(offset));
            }
        }
    }
    let groups: Vec<_> = state.groups.iter().map(|g| (&*g.group, g.offsets.len())).collect();
    assert_eq!(groups, [("a, \"quoted\" ünit", 2), ("billing", 3)]);
    assert!(state.moved.is_empty());

    // A full of the restored state has the same digests and the same files.
    let restored_scene = Scene {
        topics: vec![
            ("orders", state.topics[0].partitions.clone()),
            ("payments", state.topics[1].partitions.clone()),
        ],
        ..scene
    };
    assert!(restored_scene.capture(&store).transaction.is_empty(), "an equal backup is there already");
}

#[test]
fn a_plan_says_which_record_each_group_reads_first() {
    let mut store = MemoryStore::new();
    let scene = Scene::small();
    let label = scene.full(&mut store);
    let request = Request {
        label,
        moment_ms: None,
        place: Place::InPlace,
        offsets: None,
        transactions: Ending::Abort,
        of: Selection::default(),
    };
    let rows = plan(&store, &request, &scene.snapshot()).expect("a sound backup").rows;
    let rows: Vec<_> = rows
        .iter()
        .map(|r| (&*r.topic, r.partition, r.group.as_deref(), r.committed, r.first, r.log_end))
        .collect();
    let quoted = Some("a, \"quoted\" ünit");
    assert_eq!(
        rows,
        [
            ("orders", 0, quoted, Some(12), None, 12),
            ("orders", 0, Some("billing"), Some(9), Some(9), 12),
            ("orders", 1, Some("billing"), Some(8), Some(8), 10),
            ("orders", 2, quoted, Some(0), None, 0),
            ("payments", 0, Some("billing"), Some(1), Some(1), 2),
        ]
    );
}

#[test]
fn offsets_outside_their_log_are_moved_to_its_nearer_end_and_listed() {
    let mut scene = Scene::small();
    scene.groups = vec![group("g", &[("orders", 0, 50), ("orders", 1, 2)])];
    let mut store = MemoryStore::new();
    let label = scene.full(&mut store);
    let state = restored(&store, &label).expect("a sound backup");
    assert_eq!(state.groups[0].offsets.iter().map(|o| o.offset).collect::<Vec<_>>(), [12, 7]);
    assert_eq!(
        state.moved,
        [
            "g, orders-0: 50 becomes 12, the log goes from 0 to 12.".into(),
            "g, orders-1: 2 becomes 7, the log goes from 7 to 10.".into()
        ] as [Rc<str>; 2]
    );
}

#[test]
fn labels_increase_and_an_equal_backup_is_not_taken_twice() {
    let mut scene = Scene::small();
    let mut store = MemoryStore::new();
    let first = scene.full(&mut store);
    let again = scene.capture(&store);
    assert_eq!((again.label, again.transaction.is_empty()), (first.clone(), true));
    let said = again.warnings.last().expect("it says so");
    assert_eq!(&**said, "It was there already, equal to the byte: nothing new was stored.");

    scene.topics[0].1[0].append_records(Timestamps::Create, &[Record::new(9, None, None)]);
    let same_second = scene.full(&mut store);
    assert_eq!(&*same_second, "20260101-000031F", "the next free second");
    assert_eq!(scene.capture(&store).label, same_second, "equal to the one that was moved");

    // A run that begins again meets the labels of the one before.
    scene.cut = Time::from_ms(1000);
    assert_eq!(&*scene.full(&mut store), "20260101-000032F");
    scene.cut = Time::ZERO + Span::from_secs(40);
    assert_eq!(&*scene.full(&mut store), "20260101-000040F");
    let catalog = Catalog::of(&store).expect("a sound catalog");
    assert_eq!((catalog.generation, catalog.backups.len()), (4, 4));
}

#[test]
fn a_backup_of_some_topics_says_what_it_leaves_out() {
    let scene = Scene::small();
    let store = MemoryStore::new();
    let options = Options { topics: vec!["payments".into()], ..Options::default() };
    let captured = capture(full(), &scene.snapshot(), &options, &store).expect("payments exists");
    assert_eq!(captured.warnings.len(), 4);
    assert!(captured.warnings[0].starts_with("The offset 0 of group a, \"quoted\" ünit for orders-2 is not"));
    let unknown = Options { topics: vec!["nope".into()], ..Options::default() };
    let refused = capture(full(), &scene.snapshot(), &unknown, &store).expect_err("no such topic");
    assert_eq!(refused, Refusal::UnknownTopic("nope".into()));
}

#[test]
fn deleting_a_backup_drops_only_what_no_other_names() {
    let mut scene = Scene::small();
    let mut store = MemoryStore::new();
    let first = scene.full(&mut store);
    let kept = store.contents().chunks.len();
    scene.cut = Time::from_ms(60_000);
    scene.topics[0].1[0].append_records(Timestamps::Create, &[Record::new(9, None, None)]);
    let second = scene.full(&mut store);
    let both = store.contents().chunks.len();
    assert!(both > kept && both < 2 * kept, "equal files are kept once");

    store.apply(&delete(&first, &store).expect("nothing builds on it")).expect("nobody else writes");
    assert!(verify(&store, &second).ok());
    assert!(restored(&store, &first).is_err());
    store.apply(&delete(&second, &store).expect("nothing builds on it")).expect("nobody else writes");
    assert!(store.contents().chunks.is_empty() && store.contents().manifests.is_empty());
    assert_eq!(delete(&second, &store), Err(Refusal::UnknownLabel(second)));
}

#[test]
fn a_label_that_another_backup_has_is_not_taken_over() {
    let scene = Scene::small();
    let mut here = MemoryStore::new();
    let label = scene.full(&mut here);
    let mut there = MemoryStore::new();
    let other = Scene { groups: vec![group("other", &[])], ..scene };
    assert_eq!(other.full(&mut there), label);
    let import = archive::read(&archive::write(&there, &one(&label)).expect("sound")).expect("sound");
    let refused = import.transaction(&here).expect_err("the label is taken");
    assert_eq!(refused, ImportError::Conflict { label });
    assert_eq!(
        refused.to_string(),
        "Import refused, nothing was changed: another backup is stored under the label 20260101-000030F. Export and \
         delete that one first."
    );
}
