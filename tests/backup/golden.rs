//! Archives of every format that was ever released: they verify and restore, for ever.

use crate::both::verify_file;
use crate::damage::reference;
use crate::pack::Pack;
use rejoin::backup::{MemoryStore, archive, restored};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archives")
}

#[test]
fn golden_archives_verify_and_restore() {
    // The first release had no indexes. An archive that is kept is never written again.
    let newest = folder().join("format-1-indexes.zip");
    if std::env::var_os("UPDATE").is_some() && !newest.exists() {
        std::fs::write(&newest, reference()).expect("the folder is there");
    }
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "zip") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("it can be read");
        let report = verify_file(&bytes).expect("an archive");
        assert!(report.ok(), "{}: {report}", path.display());
        let import = archive::read(&bytes).expect("a sound archive");
        let mut store = MemoryStore::new();
        store.apply(&import.transaction(&store).expect("it is empty")).expect("nobody else writes");
        for label in &import.labels {
            assert!(restored(&store, label).is_ok(), "{}: {label}", path.display());
        }
        // What people read may change from version to version; everything else must not.
        let data = |archive: &[u8]| {
            let mut pack = Pack::open(archive);
            pack.files.retain(|(name, _)| name != "README.txt" && name != "SHA256SUMS");
            pack.files
        };
        let again = archive::write(&store, &import.labels).expect("a sound backup");
        assert_eq!(data(&again), data(&bytes), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 2, "{seen} golden archives");
}
