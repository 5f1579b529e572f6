//! `rejoin verify` on bare files: those of a real broker hold, damaged ones do not, and what cannot be told is named.

use crate::archive;
use rejoin::backup::verify::bare::{self, Around, Bare, Found, Unread};
use rejoin::base::Rng;
use rejoin::terminal::dump_log::decoder::Internal;
use std::collections::{BTreeMap, BTreeSet};

type Archive = BTreeMap<String, Vec<u8>>;

/// A folder of the archive, with another file in the place of one.
struct Folder<'a> {
    files: &'a Archive,
    path: String,
}

impl Folder<'_> {
    fn resolved(&self, path: &str) -> String {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        for part in path.split('/').filter(|part| *part != ".") {
            match part {
                ".." => parts.truncate(parts.len() - 1),
                name => parts.push(name),
            }
        }
        parts.join("/")
    }
}

impl Around for Folder<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.files.get(&self.resolved(path)).cloned()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let folder = self.resolved(folder) + "/";
        let inside = self.files.range(folder.clone()..).map(|(path, _)| path);
        let inside = inside.take_while(|path| path.starts_with(&folder));
        let names: BTreeSet<&str> =
            inside.filter_map(|path| path[folder.len()..].split('/').next()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    fn folder(&self) -> Option<String> {
        self.path.rsplit('/').next().map(str::to_owned)
    }

    fn unread(&self, topic: &str, control: bool, key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Unread> {
        Internal::default().unread(topic, control, key, value)
    }
}

pub fn verify(files: &Archive, path: &str, bytes: &[u8]) -> Option<Found> {
    let (folder, name) = path.rsplit_once('/').expect("a file in a folder");
    Some(bare::check(Bare::of(name)?, bytes, &Folder { files, path: folder.to_owned() }))
}

#[test]
fn every_file_of_a_broker_holds() {
    let files = archive::files();
    let mut held = BTreeMap::new();
    let mut remarks = BTreeSet::new();
    for (path, bytes) in
        files.range("segments/".to_owned()..).take_while(|(path, _)| path.starts_with("segments/"))
    {
        let Some(found) = verify(&files, path, bytes) else { continue };
        assert!(found.ok(), "{path}: {found}");
        *held.entry(path.rsplit(['/', '.']).next().expect("a suffix")).or_insert(0) += 1;
        remarks.extend(
            found
                .remarks
                .iter()
                .map(|_| path["segments/".len()..].split('/').next().expect("a folder").to_owned()),
        );
    }
    assert!(held.values().sum::<i32>() > 300, "{held:?}");
    // Compaction leaves gaps; empty internal partitions are not in the archive.
    let expected =
        ["__consumer_offsets-", "compacted-", "recovery-point-", "replication-", "trimmed-", "aged-", "__"];
    assert!(remarks.iter().all(|of| expected.iter().any(|known| of.starts_with(known))), "{remarks:?}");
}

/// Sound as far as anything in the file can tell: a log cut before its first batch, and one without a batch in the middle.
const NOT_TOLD: [&str; 2] = ["empty-file", "batch-missing"];

#[test]
fn every_damaged_case_is_found_but_those_that_nothing_in_the_file_can_tell() {
    let files = archive::files();
    let cases = String::from_utf8(files["corrupt/cases.jsonl"].clone()).expect("text");
    let mut not_found = Vec::new();
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let path = format!(
            "corrupt/{}/{}",
            case["case"].as_str().expect("a name"),
            case["file"].as_str().expect("a file")
        );
        let found = match files.get(&path) {
            Some(bytes) => verify(&files, &path, bytes).expect("a known file"),
            None => panic!("{path} is not there"),
        };
        if found.ok() {
            not_found.push(case["case"].as_str().expect("a name").to_owned());
        }
    }
    assert_eq!(not_found, NOT_TOLD);
    let gap = verify(
        &files,
        "corrupt/batch-missing/00000000000000000000.log",
        &files["corrupt/batch-missing/00000000000000000000.log"],
    );
    assert_eq!(gap.expect("a log").remarks, ["offsets 3 to 4 are not there"]);
}

/// What a changed byte of a log may be that nothing tells of: a leader epoch that is not below the one before, or the
/// base offset of a batch before a gap.
fn is_outside_the_crc(log: &[u8], at: usize) -> bool {
    let mut start = 0;
    while start + 61 <= log.len() {
        let size = 12 + u32::from_be_bytes(log[start + 8..start + 12].try_into().expect("4 bytes")) as usize;
        if at < start + size {
            return at < start + 8 || (start + 12..start + 16).contains(&at);
        }
        start += size;
    }
    false
}

/// One change of a file's bytes; none when it would be the same.
fn damaged(random: &mut Rng, bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut out = bytes.to_vec();
    let at = random.below(bytes.len() as u64) as usize;
    match random.below(8) {
        0 => out.truncate(at),
        1 => out.extend((0..1 + random.below(60)).map(|_| 0)),
        2 => out.extend((0..1 + random.below(60)).map(|_| random.below(256) as u8)),
        3 => drop(out.drain(at..(at + 1 + random.below(9) as usize).min(bytes.len()))),
        _ => out[at] ^= 1 << random.below(8),
    }
    (out != bytes).then_some((out, at))
}

#[test]
fn random_damage_of_every_kind_of_file_is_found() {
    let files = archive::files();
    let count = if std::env::var_os("REJOIN_LONG").is_some() { 300_000 } else { 20_000 };
    let paths: Vec<&String> = files.keys().filter(|path| path.starts_with("segments/")).collect();
    let of = |suffix: &str| -> Vec<&String> {
        let fits = |path: &&&String| {
            path.ends_with(suffix) && !files[**path].is_empty() && files[**path].len() < 8000
        };
        paths.iter().filter(fits).copied().collect()
    };
    // Texts with other valid words, and indexes of which entries are gone, are cases of their own.
    let kinds = [".log", ".index", ".timeindex", ".txnindex", ".snapshot"].map(|suffix| (suffix, of(suffix)));
    let mut random = Rng::new(7);
    let mut not_told = 0;
    for case in 0..count {
        let (suffix, paths) = &kinds[case % kinds.len()];
        let path = paths[random.below(paths.len() as u64) as usize];
        let bytes = &files[path];
        let Some((changed, at)) = damaged(&mut random, bytes) else { continue };
        let found = verify(&files, path, &changed).expect("a known file");
        if found.ok() {
            not_told += 1;
            let told_nothing = match *suffix {
                ".log" if changed.len() < bytes.len() => is_a_batchs_end(bytes, changed.len()),
                ".log" => is_outside_the_crc(bytes, at),
                // A small log needs no entry.
                ".index" => changed.len() < bytes.len() && changed.len() % 8 == 0,
                _ => false,
            };
            assert!(
                told_nothing,
                "case {case}: {path} at {at}, {} for {} bytes: {found}",
                changed.len(),
                bytes.len()
            );
        }
    }
    assert!(not_told < count / 50, "{not_told} of {count}");
}

fn is_a_batchs_end(log: &[u8], at: usize) -> bool {
    let mut start = 0;
    while start < at && start + 12 <= log.len() {
        start += 12 + u32::from_be_bytes(log[start + 8..start + 12].try_into().expect("4 bytes")) as usize;
    }
    start == at
}

#[test]
fn small_texts_are_held_against_what_lies_around_them() {
    let mut files = archive::files();
    let check = |path: &str, text: &str, says: &str| {
        let found = verify(&files, path, text.as_bytes()).expect("a known file");
        assert!(found.to_string().contains(says), "{path}: {found}");
    };
    let epochs = "segments/epochs-0/leader-epoch-checkpoint";
    check(epochs, "0\n3\n0 0\n2 16\n4 31\n", "it has epoch ");
    check(epochs, "0\n1\n0 0", "line 3: expected the line's end");
    check(epochs, "0\n1\n0 900\n", "its epoch 0 begins at 900, and the logs end at 50");
    check(
        "segments/log-start-offset-checkpoint",
        "0\n2\ntrimmed 1 40\ntrimmed 0 33\n",
        "it has 33 for trimmed-0, whose logs go from 70 to 150",
    );
    check(
        "segments/log-start-offset-checkpoint",
        "0\n1\ntrimned 1 40\n",
        "it has trimned-1, which recovery-point-offset-checkpoint does not have",
    );
    check(
        "segments/log-start-offset-checkpoint",
        "0\n2\ntrimmed 0 73\ntrimmed 0 73\n",
        "it has trimmed-0 twice",
    );
    check(
        "segments/recovery-point-offset-checkpoint",
        "0\n1\ntrimmed 0 149\n",
        "it has 149 for trimmed-0, whose logs go from 70 to 150",
    );
    let own = String::from_utf8(files["segments/trimmed-0/partition.metadata"].clone()).expect("text");
    let other = String::from_utf8(files["segments/epochs-0/partition.metadata"].clone()).expect("text");
    check("segments/trimmed-0/partition.metadata", &other, "epochs-0 has the same id");
    check("segments/trimmed-0/partition.metadata", &other, "trimmed-1 has another id");
    check("segments/trimmed-0/partition.metadata", &(own + "\n"), "it is not written as a broker writes it");
    files.retain(|path, _| !path.ends_with(".log"));
    let index = "segments/many-segments-0/00000000000000000079.index";
    let found = verify(&files, index, &files[index]).expect("an index");
    assert_eq!(found.damage, ["its log 00000000000000000079.log is not beside it"]);
}
