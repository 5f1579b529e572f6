//! Broken links of a chain, with every digest made again so that only the link is wrong: each is named where it is, with
//! the backups that it hurts.

use crate::both::verify;
use crate::chain::reference;
use crate::pack::Pack;
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::digest::Digest;
use rejoin::backup::manifest::{Change, DroppedTopic, FileKind, KindName, Manifest, Offset, RecreatedTopic};
use rejoin::backup::{Catalog, MemoryStore, Report, verify_each};
use std::rc::Rc;

/// An archive of a full, a differential on it and an incremental on that, taken apart.
struct Broken {
    pack: Pack,
    labels: [Rc<str>; 3],
}

impl Broken {
    fn new() -> Broken {
        let (archive, labels) = reference();
        Broken { pack: Pack::open(&archive), labels }
    }

    fn path(&self, which: usize, name: &str) -> String {
        format!("backups/{}/{name}", self.labels[which])
    }

    fn manifest(&self, which: usize) -> Manifest {
        Manifest::parse(self.pack.get(&self.path(which, "manifest.json"))).expect("sound")
    }

    /// Changes a manifest, and makes its copy, the catalog and the digests fit it.
    fn change(&mut self, which: usize, change: impl FnOnce(&mut Manifest)) {
        let mut manifest = self.manifest(which);
        change(&mut manifest);
        manifest.totals.bytes_own =
            manifest.all_files().filter(|file| file.reference.is_none()).map(|file| file.size).sum();
        self.pack.with_manifest(&manifest);
    }

    /// Takes a backup out of the catalog and all its files away.
    fn drop_backup(&mut self, which: usize) {
        let folder = self.path(which, "");
        self.pack.files.retain(|(name, _)| !name.starts_with(&folder));
        let mut catalog = Catalog::parse(self.pack.get("catalog.json")).expect("sound");
        catalog.backups.retain(|entry| entry.label != self.labels[which]);
        catalog.generation = catalog.backups.len() as u64;
        self.pack.put("catalog.json", catalog.to_bytes());
        self.pack.sums();
    }

    /// The report names `place` with `what`, and as hurt by it the backups `hurt`.
    #[track_caller]
    fn check(&self, which: usize, name: &str, what: &str, hurt: &[usize]) {
        let report = self.report();
        let what = (0..3).fold(what.to_owned(), |what, i| what.replace(&format!("${i}"), &self.labels[i]));
        let place = self.path(which, name);
        let found =
            report.findings.iter().find(|finding| *finding.place == *place && finding.what.contains(&what));
        let found = found.unwrap_or_else(|| panic!("expected {place} {what}\nfound {report}"));
        let mut hurt: Vec<Rc<str>> = hurt.iter().map(|i| self.labels[*i].clone()).collect();
        hurt.sort();
        assert_eq!(found.backups, hurt, "{report}");
    }

    fn report(&self) -> Report {
        match archive::read(&self.pack.bytes()) {
            Err(ImportError::Damaged(report)) => report,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it was taken in"),
        }
    }
}

const MANIFEST: &str = "manifest.json";

#[test]
fn a_link_that_is_not_there() {
    let mut broken = Broken::new();
    broken.drop_backup(0);
    broken.check(1, MANIFEST, "builds on $0, which is not there", &[1, 2]);
    broken.check(2, MANIFEST, "builds on $0, which is not there", &[2]);
    broken.check(0, "data/t-0/00000000000000000000.log", "is missing", &[1, 2]);
    let mut broken = Broken::new();
    broken.drop_backup(1);
    broken.check(2, MANIFEST, "builds on $1, which is not there", &[2]);
}

#[test]
fn a_manifest_of_a_link_that_is_not_there() {
    for which in 0..3 {
        let mut broken = Broken::new();
        for name in ["manifest.json", "manifest.copy.json"] {
            let path = broken.path(which, name);
            broken.pack.remove(&path);
        }
        broken.pack.sums();
        let hurt: Vec<usize> = (which + 1..3).collect();
        broken.check(which, MANIFEST, "is missing", &hurt);
    }
}

#[test]
fn two_manifests_swapped() {
    let mut broken = Broken::new();
    for name in ["manifest.json", "manifest.copy.json"] {
        let (one, other) = (broken.path(1, name), broken.path(2, name));
        let (a, b) = (broken.pack.get(&one).to_vec(), broken.pack.get(&other).to_vec());
        broken.pack.put(&one, b);
        broken.pack.put(&other, a);
    }
    broken.pack.sums();
    assert!(broken.report().to_string().contains("does not match its digest in the catalog"));
}

#[test]
fn a_link_that_is_another_backup_of_the_same_label() {
    let mut broken = Broken::new();
    broken.change(0, |m| drop(m.annotations.insert("note".into(), "another".into())));
    broken.check(1, MANIFEST, "builds on another $0 than the one that is there", &[1, 2]);
    let mut broken = Broken::new();
    broken.change(2, |m| m.prior_manifest_sha256 = Some(Digest([7; 32])));
    broken.check(2, MANIFEST, "builds on another $1 than the one that is there", &[2]);
}

#[test]
fn cycles_and_chains_that_do_not_fit() {
    let mut broken = Broken::new();
    broken.change(2, |m| m.chain.insert(1, m.label.clone()));
    broken.check(2, MANIFEST, "says a chain that is not in the order of time", &[2]);
    let mut broken = Broken::new();
    broken.change(1, |m| {
        m.prior = Some(m.label.clone());
        m.chain = vec![m.label.clone(), m.label.clone()];
    });
    broken.check(1, MANIFEST, "says a chain that is not in the order of time", &[1, 2]);
    let mut broken = Broken::new();
    broken.change(2, |m| drop(m.chain.remove(1)));
    broken.check(2, MANIFEST, "does not have the chain of $1 before it", &[2]);
    let mut broken = Broken::new();
    let full = broken.labels[0].clone();
    broken.change(2, |m| m.prior = Some(full));
    broken.check(2, MANIFEST, "says a prior that is not before it in its chain", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| m.kind = KindName::Differential);
    broken.check(2, MANIFEST, "says type differential under label $2", &[2]);
    broken.check(2, MANIFEST, "says a differential whose prior is not its full", &[2]);
}

#[test]
fn a_foreign_cluster_and_a_later_moment() {
    let mut broken = Broken::new();
    broken.change(2, |m| m.cluster_id = "another".into());
    broken.check(2, MANIFEST, "builds on $0, which is of another cluster", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| {
        let cut = m.timeline[0].clock_ms - 1;
        (m.start_ms, m.cut_ms, m.stop_ms) = (cut, cut, cut);
        m.timeline.drain(..m.timeline.len() - 1);
        m.timeline[0].clock_ms = cut;
    });
    broken.check(2, MANIFEST, "builds on $1, which is of a later moment", &[2]);
}

/// The number of the first log among the files of its partition: its offset index comes before it.
const LOG: usize = 1;

#[test]
fn references_that_lead_nowhere_or_to_something_else() {
    let mut broken = Broken::new();
    let label = broken.labels[1].clone();
    broken.change(2, |m| m.partitions[0].files[LOG].reference = Some(label));
    broken.check(
        2,
        MANIFEST,
        "says of data/t-0/00000000000000000000.log what $1, which keeps it, does not say",
        &[2],
    );
    broken.check(1, "data/t-0/00000000000000000000.log", "is missing", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| m.partitions[0].files[LOG].reference = Some("20260101-000009F".into()));
    broken.check(2, MANIFEST, "says a file of a backup that is not in its chain", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| m.partitions[0].files[LOG].reference = None);
    broken.check(2, "data/t-0/00000000000000000000.log", "is missing", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| drop(m.references.pop()));
    broken.check(2, MANIFEST, "says references that are not those of its files", &[2]);
    let mut broken = Broken::new();
    broken.change(2, |m| m.partitions[0].files[LOG].sha256 = Digest([9; 32]));
    broken.check(
        2,
        MANIFEST,
        "says of data/t-0/00000000000000000000.log what $0, which keeps it, does not say",
        &[2],
    );
    broken.check(0, "data/t-0/00000000000000000000.log", "does not match its digest", &[0, 1, 2]);
}

#[test]
fn states_that_do_not_follow_each_other() {
    let mut broken = Broken::new();
    broken.change(2, |m| m.partitions[0].prior_state_digest = Some(Digest([1; 32])));
    broken.check(2, MANIFEST, "does not follow $1 in t-0", &[2]);
    for (change, what) in [
        (Change::Unchanged, "says Some(Unchanged) of t-0, which had 0 to 4 and has 0 to 5"),
        (Change::HeadTrimmed, "says Some(HeadTrimmed) of t-0, which had 0 to 4 and has 0 to 5"),
        (Change::Recreated, "does not say of every partition what happened to it since its prior"),
    ] {
        let mut broken = Broken::new();
        broken.change(2, |m| m.partitions[0].change = Some(change));
        broken.check(2, MANIFEST, what, &[2]);
    }
    let mut broken = Broken::new();
    broken.change(2, |m| m.partitions[0].change = None);
    broken.check(2, MANIFEST, "does not say of every partition what happened to it since its prior", &[2]);
}

#[test]
fn topics_that_are_said_to_be_gone_or_new() {
    let id: Rc<str> = "AQEBAQEBAQEBAQEBAQEBAQ".into();
    let mut broken = Broken::new();
    let gone = DroppedTopic { name: "x".into(), topic_id: id.clone() };
    broken.change(2, |m| m.dropped_since_prior.push(gone));
    broken.check(2, MANIFEST, "does not say which topics of $1 are no more", &[2]);
    let mut broken = Broken::new();
    let new = RecreatedTopic { name: "t".into(), topic_id: id.clone(), prior_topic_id: id };
    broken.change(2, |m| m.recreated_since_prior.push(new));
    broken.check(2, MANIFEST, "does not say of topic t what became of it since $1", &[2]);
}

/// Where the second file of the first partition's log stands.
fn second_log(m: &Manifest) -> usize {
    let logs = (0..).zip(&m.partitions[0].files).filter(|(_, file)| file.kind == FileKind::Log);
    logs.map(|(place, _)| place).nth(1).expect("a slice")
}

#[test]
fn slices_that_leave_a_hole_or_overlap() {
    let mut broken = Broken::new();
    broken.change(2, |m| {
        let place = second_log(m);
        let file = m.partitions[0].files.remove(place);
        m.totals.files -= 1;
        m.totals.bytes_total -= file.size;
    });
    broken.check(
        2,
        MANIFEST,
        "says files of t-0 with a hole or an overlap before data/t-0/00000000000000000004.log",
        &[2],
    );
    let mut broken = Broken::new();
    broken.change(2, |m| {
        let place = second_log(m);
        m.partitions[0].files[place].end_offset = Some(Offset(5));
    });
    broken.check(
        2,
        MANIFEST,
        "says files of t-0 with a hole or an overlap before data/t-0/00000000000000000004.log",
        &[2],
    );
    let mut broken = Broken::new();
    broken.change(2, |m| {
        let place = m
            .files
            .iter()
            .position(|file| file.path.ends_with("-3/00000000000000000000.log"))
            .expect("commits");
        drop(m.files.remove(place));
        m.totals.files -= 1;
    });
    broken.check(
        2,
        MANIFEST,
        "says offsets with a hole or an overlap before data/__consumer_offsets-3/00000000000000000001.log",
        &[2],
    );
    let mut broken = Broken::new();
    broken.change(2, |m| m.features_required.clear());
    broken.check(2, MANIFEST, "says features that do not fit its type", &[2]);
}

/// In a store the same: whatever is lost or another one, the backup that is verified says so, and who else needs it.
#[test]
fn in_a_store_every_lost_or_swapped_part_is_named() {
    let (archive, labels) = reference();
    let import = archive::read(&archive).expect("sound");
    let newest = &labels[2];
    let mut cases = 0;
    for (i, label) in labels.iter().enumerate() {
        for other in labels.iter().map(Some).chain([None]).filter(|other| *other != Some(label)) {
            let mut contents = import.contents.clone();
            match other {
                Some(other) => {
                    drop(contents.manifests.insert(label.clone(), import.contents.manifests[other].clone()))
                }
                None => drop(contents.manifests.remove(label)),
            }
            let report = verify(&MemoryStore::from_contents(contents), newest);
            let place = format!("backups/{label}/manifest.json");
            let found = report.findings.iter().find(|finding| *finding.place == *place).expect("it is named");
            for hurt in &labels[i + 1..] {
                assert!(found.backups.contains(hurt) || other.is_some(), "{report}");
            }
            cases += 1;
        }
    }
    for key in import.contents.chunks.keys() {
        let mut contents = import.contents.clone();
        contents.chunks.remove(key);
        let report = verify(&MemoryStore::from_contents(contents.clone()), newest);
        let of_newest = report.findings.iter().all(|finding| finding.backups.contains(newest));
        let whole =
            labels.iter().filter(|label| verify(&MemoryStore::from_contents(contents.clone()), label).ok());
        assert!(of_newest && whole.count() < 3, "{report}");
        // Verified together, files that they share are read once: each says what it says alone.
        let broken = MemoryStore::from_contents(contents);
        let alone: Vec<Report> = labels.iter().map(|label| verify(&broken, label)).collect();
        assert_eq!(verify_each(&broken, &labels), alone);
        cases += 1;
    }
    let sound = MemoryStore::from_contents(import.contents.clone());
    let alone: Vec<Report> = labels.iter().map(|label| verify(&sound, label)).collect();
    assert_eq!(verify_each(&sound, &labels), alone);
    assert!(cases > 12, "{cases} cases");
}
