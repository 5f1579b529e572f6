//! Classes of corruption by name, each on a full, a differential and an incremental: each is refused, and the report says
//! what is wrong where. Unless the case says otherwise, checksums and digests were made again, so that only the content is wrong.

use crate::both::verify_file;
use crate::damage::reference;
use crate::pack::Pack;
use crate::scene::Scene;
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::digest::sha256;
use rejoin::backup::manifest::Manifest;
use rejoin::backup::{Kind, MemoryStore, Options, capture};
use rejoin::base::Time;

pub const LOG: &str = "data/orders-0/00000000000000000000.log";
pub const OTHER_LOG: &str = "data/orders-1/00000000000000000005.log";

/// The kinds of backups that a class is tried on.
pub const KINDS: [&str; 3] = ["full", "differential", "incremental"];

pub fn path(name: &str) -> String {
    format!("$B/{name}")
}

/// An archive whose newest backup is of this kind and keeps the small scene itself: what it builds on was empty.
pub fn archive_of(kind: &str) -> Vec<u8> {
    if kind == "full" {
        return reference();
    }
    let mut store = MemoryStore::new();
    Scene { cut: Time::from_ms(10_000), ..Scene::default() }.full(&mut store);
    let kind = Kind::by_name(kind).expect("a kind");
    let captured =
        capture(kind, &Scene::small().snapshot(), &Options::default(), &store).expect("a small scene");
    store.apply(&captured.transaction).expect("nobody else writes");
    archive::write(&store, &[captured.label]).expect("a sound backup")
}

/// The refusal of a changed archive.
pub fn refusal(pack: &Pack, sound: &[u8]) -> String {
    let bytes = pack.bytes();
    assert_ne!(bytes, sound, "the change changes something");
    match archive::read(&bytes).expect_err("it is refused") {
        ImportError::Damaged(report) => {
            assert_eq!(verify_file(&bytes), Ok(report.clone()), "verification says the same");
            report.to_string()
        }
        other => other.to_string(),
    }
}

#[track_caller]
pub fn check_kind(kind: &str, expected: &str, change: impl Fn(&mut Pack)) {
    let sound = archive_of(kind);
    let mut pack = Pack::open(&sound);
    let expected = pack.full(expected).replace("$L", &pack.label);
    change(&mut pack);
    let refusal = refusal(&pack, &sound);
    assert!(refusal.contains(&expected), "{kind}, expected: {expected}\nrefusal: {refusal}");
}

/// A class of corruption, on a backup of each kind.
#[track_caller]
pub fn check(expected: &str, change: impl Fn(&mut Pack)) {
    for kind in KINDS {
        check_kind(kind, expected, &change);
    }
}

/// One that only a full can have.
#[track_caller]
pub fn check_full(expected: &str, change: impl Fn(&mut Pack)) {
    check_kind("full", expected, change);
}

pub fn in_manifest(change: impl Fn(&mut Manifest)) -> impl Fn(&mut Pack) {
    move |pack| {
        let mut manifest = pack.manifest();
        change(&mut manifest);
        pack.with_manifest(&manifest);
    }
}

/// Changes the manifest, and makes everything else fit it.
#[track_caller]
pub fn check_manifest(expected: &str, change: impl Fn(&mut Manifest)) {
    check(&format!("$B/manifest.json {expected}"), in_manifest(change));
}

/// The same of a full only.
#[track_caller]
pub fn check_manifest_full(expected: &str, change: impl Fn(&mut Manifest)) {
    check_full(&format!("$B/manifest.json {expected}"), in_manifest(change));
}

/// Replaces a partition's file, and makes size, digest and checksum in the manifest fit it.
pub fn replace(pack: &mut Pack, name: &str, bytes: &[u8]) {
    pack.put(&path(name), bytes);
    let mut manifest = pack.manifest();
    let files = manifest.partitions.iter_mut().flat_map(|p| &mut p.files).chain(&mut manifest.files);
    for file in files.filter(|file| &*file.path == name) {
        file.size = bytes.len() as u64;
        file.sha256 = sha256(bytes);
        file.crc32 = rejoin::backup::digest::crc32(bytes);
    }
    let own = manifest.all_files().filter(|file| file.reference.is_none());
    manifest.totals.bytes_own = own.map(|file| file.size).sum();
    manifest.totals.bytes_total = manifest.all_files().map(|file| file.size).sum();
    pack.with_manifest(&manifest);
}

#[test]
fn a_missing_file() {
    check(&format!("$B/{LOG} is missing"), |pack| {
        pack.remove(&path(LOG));
        pack.sums();
    });
}

#[test]
fn a_missing_file_that_the_digests_still_list() {
    check(&format!("$B/{LOG} is in SHA256SUMS but not in the archive"), |pack| drop(pack.remove(&path(LOG))));
}

#[test]
fn every_file_that_is_missing_is_named() {
    for kind in KINDS {
        for (name, _) in Pack::open(&archive_of(kind)).files {
            check_kind(kind, &format!("{name} is missing"), |pack| drop(pack.remove(&name)));
        }
    }
}

#[test]
fn an_extra_file() {
    check("$B/data/orders-0/notes.txt does not belong into an archive", |pack| {
        pack.put(&path("data/orders-0/notes.txt"), "hello");
        pack.sums();
    });
}

#[test]
fn an_extra_file_that_the_digests_do_not_list() {
    check("zz does not belong into an archive", |pack| pack.put("zz", "hello"));
}

#[test]
fn names_that_lead_out_of_the_folder() {
    for name in [
        "../../etc/passwd",
        "/etc/passwd",
        "backups/../../x",
        "C:\\x",
        "backups\\x",
        "a\0b",
        "",
        "aux/..",
        "ü",
    ] {
        let shown =
            if name.is_empty() { "A file without a name".to_owned() } else { name.replace('\0', "\u{fffd}") };
        check(&format!("{shown} does not belong into an archive"), |pack| {
            pack.put(name, "hello");
            pack.sums();
        });
    }
}

#[test]
fn a_file_twice() {
    check(&format!("$B/{LOG} is in the archive twice"), |pack| {
        let log = pack.full(&path(LOG));
        let place = pack.files.iter().position(|(name, _)| *name == log).expect("the log");
        pack.files.insert(place, pack.files[place].clone());
    });
}

#[test]
fn two_files_swapped() {
    check(&format!("$B/{LOG} does not match its digest"), |pack| {
        let (one, other) = (pack.get(&path(LOG)).to_vec(), pack.get(&path(OTHER_LOG)).to_vec());
        pack.put(&path(LOG), other);
        pack.put(&path(OTHER_LOG), one);
        pack.sums();
    });
}

#[test]
fn files_out_of_order() {
    check(" is not in its place in the archive", |pack| {
        let last = pack.files.pop().expect("files");
        pack.files.insert(1, last);
    });
    check("FORMAT is not the first file", |pack| pack.files.swap(0, 1));
}

#[test]
fn a_changed_byte_with_checksums_made_again() {
    check(&format!("$B/{LOG} does not match its digest; at byte 0: the CRC is wrong"), |pack| {
        pack.get_mut(&path(LOG))[70] ^= 1;
        pack.sums();
    });
}

#[test]
fn a_changed_byte_with_all_digests_made_again() {
    check(&format!("$B/{LOG} is not sound; at byte 0: the CRC is wrong"), |pack| {
        let mut bytes = pack.get(&path(LOG)).to_vec();
        bytes[70] ^= 1;
        replace(pack, LOG, &bytes);
    });
}

/// Bytes 12 to 15 of a batch lie outside its CRC.
#[test]
fn a_changed_leader_epoch_with_all_digests_made_again() {
    check("$B/manifest.json says leader_epochs", |pack| {
        let mut bytes = pack.get(&path(LOG)).to_vec();
        bytes[15] = 9;
        replace(pack, LOG, &bytes);
    });
}

/// Bytes 0 to 7 lie outside it too.
#[test]
fn changed_offsets_with_all_digests_made_again() {
    check(&format!("$B/{LOG} is not sound; "), |pack| {
        let mut bytes = pack.get(&path(LOG)).to_vec();
        bytes[7] = 200;
        replace(pack, LOG, &bytes);
    });
}

#[test]
fn a_batch_cut_off_with_all_digests_made_again() {
    check(
        "$B/manifest.json says batches 12 of data/orders-0/00000000000000000000.log, which has 11",
        |pack| {
            let bytes = pack.get(&path(LOG)).to_vec();
            let first = 12 + u32::from_be_bytes(bytes[8..12].try_into().expect("4 bytes")) as usize;
            replace(pack, LOG, &bytes[..bytes.len() - first]);
        },
    );
    check("$B/manifest.json says state_digest", |pack| {
        let bytes = pack.get(&path(LOG)).to_vec();
        let first = 12 + u32::from_be_bytes(bytes[8..12].try_into().expect("4 bytes")) as usize;
        replace(pack, LOG, &bytes[first..]);
    });
}

#[test]
fn a_log_cut_inside_a_batch_with_all_digests_made_again() {
    check(&format!("$B/{LOG} is not sound; "), |pack| {
        let bytes = pack.get(&path(LOG)).to_vec();
        replace(pack, LOG, &bytes[..bytes.len() - 1]);
    });
}

#[test]
fn zeros_after_a_log_with_all_digests_made_again() {
    check(&format!("$B/{LOG} is not sound; "), |pack| {
        let bytes = [pack.get(&path(LOG)), &[0; 100]].concat();
        replace(pack, LOG, &bytes);
    });
}

#[test]
fn derived_files_that_say_something_else_with_all_digests_made_again() {
    for (name, text) in [
        ("data/orders-0/leader-epoch-checkpoint", "0\n1\n7 0\n"),
        ("data/orders-0/partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA"),
        ("data/log-start-offset-checkpoint", "0\n0\n"),
        ("groups/offsets.csv", "billing,orders,0,12\n"),
        ("meta/topics.json", "[]\n"),
        ("meta/create-topics.sh", "#!/bin/sh\nrm -rf /\n"),
    ] {
        check(&format!("$B/{name} does not say what the manifest says"), |pack| {
            replace(pack, name, text.as_bytes())
        });
    }
}

#[test]
fn committed_offsets_that_say_something_else_with_all_digests_made_again() {
    let folder = |pack: &Pack| {
        let names = pack.files.iter().map(|(name, _)| name.clone());
        let mut logs = names.filter(|name| name.contains("__consumer_offsets"));
        logs.next()
            .expect("groups have committed")
            .strip_prefix(&pack.full(&path("")))
            .expect("of this backup")
            .to_owned()
    };
    check_full("$B/manifest.json says batches 2 of data/__consumer_offsets-14/", |pack| {
        let name = folder(pack);
        assert!(!name.is_empty());
        replace(pack, &name, b"");
    });
}

#[test]
fn offsets_of_the_manifest_that_the_records_do_not_have() {
    check_manifest(
        "and the records in data/__consumer_offsets-N do not agree on what billing has committed",
        |m| {
            m.groups[1].offsets[0].metadata = "changed".into();
        },
    );
}
