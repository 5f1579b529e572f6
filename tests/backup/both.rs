//! Verification in both ways: at once, and a part at a time with digests that come from outside. They must agree.

use rejoin::backup::digest::sha256;
use rejoin::backup::{Memo, Progress, Report, Store, Verification};
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

/// A part at a time. A digest is told at once, or when there is nothing else to do.
fn parts(store: &dyn Store, label: &str, outside: &Range<u64>, at_once: bool) -> Report {
    let mut verification = Verification::new(store, label, outside.clone());
    let mut memo = Memo::default();
    let mut wanted = false;
    loop {
        let progress = verification.step(store, &mut memo);
        wanted |= progress == Progress::Hash;
        match progress {
            Progress::Done => break,
            Progress::More => continue,
            Progress::Hash if !at_once => continue,
            Progress::Hash | Progress::Waits => {
                assert!(std::mem::take(&mut wanted), "a digest is waited for that was never asked for");
                let bytes = verification.to_hash().expect("the bytes of a file");
                assert!(outside.contains(&(bytes.len() as u64)), "a file of {} bytes", bytes.len());
                let digest = sha256(bytes);
                verification.hashed(digest);
            }
        }
    }
    let (read, total) = verification.progress();
    let report = verification.report(store);
    if report.ok() {
        assert_eq!(read, total, "bytes of {label}");
    }
    report
}
