//! Taking and verifying backups in both ways: at once, and a part at a time with digests that come from outside; an archive
//! as a whole, and piece by piece without being held. They must agree.

use rejoin::backup::archive::ImportError;
use rejoin::backup::digest::sha256;
use rejoin::backup::verify::{OneHand, ReadAt, verify_stream};
use rejoin::backup::{
    Captured, Kind, Memo, MemoryStore, Options, Preparation, Progress, Refusal, Report, Snapshot, Store,
    Verification, capture,
};
use std::ops::Range;

/// What verifying says, however the digests come.
pub fn verify(store: &dyn Store, label: &str) -> Report {
    let report = rejoin::backup::verify(store, label);
    // One of four ways each time: the tests verify thousands of stores.
    let outside = 1..if report.bytes.is_multiple_of(2) { 300 } else { u64::MAX };
    let at_once = (report.bytes / 2).is_multiple_of(2);
    assert_eq!(parts(store, label, &outside, at_once), report, "{label}, {outside:?} bytes");
    report
}

/// What verifying an archive says. Piece by piece nothing is said but that all holds, and that exactly when it does.
pub fn verify_file(archive: &[u8]) -> Result<Report, ImportError> {
    let whole = rejoin::backup::verify_file(archive);
    assert_eq!(streamed(archive), whole.clone().ok().filter(Report::ok), "piece by piece");
    whole
}

/// What verifying says piece by piece.
pub fn streamed(archive: &[u8]) -> Option<Report> {
    verify_stream(&Pieces(archive), archive.len() as u64, &OneHand)
}

/// Bytes as a file.
struct Pieces<'a>(&'a [u8]);

impl ReadAt for Pieces<'_> {
    fn read_at(&self, into: &mut [u8], at: u64) -> bool {
        let there = self.0.get(at as usize..).and_then(|rest| rest.get(..into.len()));
        there.inspect(|there| into.copy_from_slice(there)).is_some()
    }
}

/// A part at a time. A digest is told at once, or when there is nothing else to do; then some of them still come before
/// those that were asked for earlier.
fn parts(store: &dyn Store, label: &str, outside: &Range<u64>, at_once: bool) -> Report {
    let mut verification = Verification::new(store, label, outside.clone());
    let mut memo = Memo::default();
    // The files whose digest was asked for and not told.
    let mut asked = Vec::new();
    loop {
        let progress = verification.step(store, &mut memo);
        if matches!(progress, Progress::Hash | Progress::Waits) {
            let (number, bytes) = verification.to_hash().expect("the bytes of a file");
            assert!(outside.contains(&bytes.size()), "a file of {} bytes", bytes.size());
            let digest = sha256(&bytes.whole());
            if progress == Progress::Hash {
                assert!(!asked.contains(&number), "asked for twice");
                asked.push(number);
            }
            let early = at_once || (asked.len() > 1 && number % 2 == 0);
            if progress == Progress::Waits || early {
                let at = asked.iter().position(|of| *of == number);
                asked.remove(at.expect("a digest is waited for that was never asked for"));
                verification.hashed(number, digest);
            }
        }
        if progress == Progress::Done {
            break;
        }
    }
    assert!(asked.is_empty(), "digests that nobody waited for");
    let (read, total) = verification.progress();
    let report = verification.report(store);
    if report.ok() {
        assert_eq!(read, total, "bytes of {label}");
    }
    report
}

/// A backup is the same when its files are made a part at a time before it is taken, however the digests come.
pub fn agrees_in_parts(
    captured: &Captured,
    kind: &Kind,
    snapshot: &Snapshot<'_>,
    store: &MemoryStore,
) -> Result<(), Refusal> {
    let outside = 1..[0, 300, u64::MAX][(captured.transaction.put_bytes() % 3) as usize];
    let mut preparation = Preparation::new(kind, snapshot, &Options::default(), store, outside)?;
    loop {
        match preparation.step(store)? {
            Progress::Done => break,
            Progress::Waits => {
                let digest = sha256(&preparation.to_hash().expect("the bytes of a file").whole());
                preparation.hashed(digest);
            }
            Progress::More | Progress::Hash => {}
        }
    }
    let prepared = preparation.prepared();
    let snapshot = Snapshot { prepared: Some(&prepared), ..snapshot.clone() };
    assert_eq!(*captured, capture(kind, &snapshot, &Options::default(), store)?, "{}", captured.label);
    Ok(())
}
