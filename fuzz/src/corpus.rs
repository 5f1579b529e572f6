//! What inputs are made from: real files, and what the engine makes of them.

use rejoin::backup::archive;
use rejoin::log::producers::Producers;
use rejoin::log::segment::{self, SegmentBatch};
use rejoin::log::side::index::{Indexes, write_offsets, write_times};
use rejoin::log::side::{aborted, checkpoint, snapshot};
use rejoin::story::{Options, Runner, Story};
use std::path::{Path, PathBuf};

/// Real files.
pub struct Corpus {
    /// Archives, small ones first.
    pub archives: Vec<Vec<u8>>,
    /// Manifests and catalogs.
    pub manifests: Vec<Vec<u8>>,
    /// Sound batches of every codec.
    pub batches: Vec<Vec<u8>>,
    /// The records of those that are not compressed.
    pub records: Vec<Vec<u8>>,
    /// Offset indexes, time indexes and indexes of aborted transactions, each in a list.
    pub indexes: [Vec<Vec<u8>>; 3],
    /// Snapshots.
    pub snapshots: Vec<Vec<u8>>,
    /// Checkpoints and other small texts.
    pub texts: Vec<Vec<u8>>,
}

/// A run whose export is small.
const SMALL: &str = "topic t\nproduce topic=t count=3\nconsumer c group=g topics=t reset=earliest\nat 6s backup full\n\
                     at 7s produce topic=t count=2\nat 8s backup incremental\nexport latest file=a.zip\nend 9s\n";

impl Corpus {
    /// Reads the files below `tests/`.
    pub fn load() -> Corpus {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
        let mut runner = Runner::new(&Story::parse(SMALL).expect("a story"), Options::default());
        runner.finish(None);
        let mut archives: Vec<Vec<u8>> =
            runner.take_exports().into_iter().map(|exported| exported.bytes.to_vec()).collect();
        archives.push(std::fs::read(tests.join("archives/format-1.zip")).expect("an archive"));
        let mut manifests = Vec::new();
        for bytes in &archives {
            let contents = archive::read(bytes).expect("a sound archive").contents;
            manifests
                .extend(contents.manifests.values().chain(&contents.catalog).map(|bytes| bytes.to_vec()));
        }
        let mut logs = Vec::new();
        collect(&tests.join("fixtures/segments"), &mut logs);
        logs.sort();
        let mut corpus = Corpus {
            archives,
            manifests,
            batches: Vec::new(),
            records: Vec::new(),
            indexes: [Vec::new(), Vec::new(), Vec::new()],
            snapshots: Vec::new(),
            texts: vec![
                b"0\n2\n0 0\n3 17\n".to_vec(),
                b"0\n2\norders 3 73\nt 0 1\n".to_vec(),
                checkpoint::write_topic_id(rejoin::base::Uuid([7; 16])).into_bytes(),
            ],
        };
        for log in logs {
            corpus.add(&std::fs::read(log).expect("a log"));
        }
        assert!(corpus.batches.len() > 50 && corpus.indexes.iter().all(|list| !list.is_empty()));
        corpus
    }

    fn add(&mut self, log: &[u8]) {
        let batches: Vec<SegmentBatch<'_>> = segment::batches(log).flatten().collect();
        let Some(first) = batches.first() else { return };
        let base = first.header.base_offset;
        for batch in batches.iter().filter(|batch| batch.bytes.len() < 4000) {
            self.batches.push(batch.bytes.to_vec());
            if batch.header.attributes.compression().is_ok_and(|codec| codec.name() == "none") {
                self.records.push(batch.bytes[61..].to_vec());
            }
        }
        let indexes = Indexes::of(batches.iter().copied(), 200);
        self.indexes[0].push(write_offsets(base, &indexes.offsets));
        self.indexes[1].push(write_times(base, &indexes.times));
        let mut producers = Producers::starting_at(base);
        let ended: Vec<_> = batches.iter().filter_map(|batch| producers.take(batch)).collect();
        if !ended.is_empty() {
            self.indexes[2].push(aborted::write(&ended));
        }
        self.snapshots.push(snapshot::write(&producers.snapshot()));
    }
}

fn collect(folder: &Path, logs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, logs);
        } else if path.extension().is_some_and(|suffix| suffix == "log") {
            logs.push(path);
        }
    }
}
