//! The container: good archives are what other tools read and write too, hostile ones are refused field by field.

use crate::both::verify_file;
use crate::damage::reference;
use crate::pack::Pack;
use crate::scene::{Scene, group};
use crate::tools::{folder, run};
use rejoin::backup::{MemoryStore, archive};
use rejoin::base::Rng;
use rejoin::log::batch::Timestamps;
use rejoin::log::{Partition, Record};

/// A backup of some records in some partitions, with some commits.
fn random_archive(seed: u64) -> Vec<u8> {
    let mut random = Rng::new(seed);
    let mut logs = Vec::new();
    for _ in 0..1 + random.below(3) {
        let mut log = Partition::new();
        for _ in 0..random.below(4) {
            let value = vec![seed as u8; random.below(200) as usize];
            let record = Record::new(1_767_225_600_000, Some(b"k"), Some(&value));
            log.append_records(Timestamps::Create, &vec![record; 1 + random.below(3) as usize]);
        }
        log.delete_before(random.below(log.end() as u64 + 1) as i64);
        logs.push(log);
    }
    let groups = (0..random.below(3)).map(|n| group(&format!("g{n}"), &[("t", 0, n as i64)])).collect();
    let scene = Scene { topics: vec![("t", logs)], groups, ..Scene::small() };
    let mut store = MemoryStore::new();
    let label = scene.full(&mut store);
    archive::write(&store, &[label]).expect("a sound backup")
}

#[test]
fn two_hundred_archives_are_read_and_made_again_by_others() {
    let folder = folder("good");
    for seed in 0..200 {
        let bytes = random_archive(seed);
        assert!(Pack::open(&bytes).bytes() == bytes, "seed {seed}");
        std::fs::write(folder.join(format!("{seed}.zip")), bytes).expect("it can be written");
    }
    let all = "for f in *.zip; do unzip -tqq $f || exit 1; done";
    if run(&folder, "unzip", &["-v"]).is_some() {
        run(&folder, "sh", &["-c", all]);
    }
    let test = "import zipfile, glob\n\
                names = glob.glob('*.zip')\n\
                assert len(names) == 200\n\
                assert all(zipfile.ZipFile(name).testzip() is None for name in names)\n";
    run(&folder, "python3", &["-c", test]);
}

/// Width and place of the fields of a local header, of a record of the directory, and of its end.
const LOCAL: [(&str, usize, usize); 11] = [
    ("signature", 0, 4),
    ("version needed", 4, 2),
    ("flags", 6, 2),
    ("method", 8, 2),
    ("time", 10, 2),
    ("date", 12, 2),
    ("checksum", 14, 4),
    ("packed size", 18, 4),
    ("size", 22, 4),
    ("length of the name", 26, 2),
    ("length of extra fields", 28, 2),
];
const RECORD: [(&str, usize, usize); 17] = [
    ("signature", 0, 4),
    ("version made by", 4, 2),
    ("version needed", 6, 2),
    ("flags", 8, 2),
    ("method", 10, 2),
    ("time", 12, 2),
    ("date", 14, 2),
    ("checksum", 16, 4),
    ("packed size", 20, 4),
    ("size", 24, 4),
    ("length of the name", 28, 2),
    ("length of extra fields", 30, 2),
    ("length of the comment", 32, 2),
    ("disk", 34, 2),
    ("internal attributes", 36, 2),
    ("external attributes", 38, 4),
    ("place", 42, 4),
];
const END: [(&str, usize, usize); 8] = [
    ("signature", 0, 4),
    ("disk", 4, 2),
    ("disk of the directory", 6, 2),
    ("entries here", 8, 2),
    ("entries", 10, 2),
    ("size of the directory", 12, 4),
    ("place of the directory", 16, 4),
    ("length of the comment", 20, 2),
];

#[test]
fn every_field_of_the_container_that_is_another_one_is_refused() {
    let sound = reference();
    let places = Pack::places(&sound);
    let [header, _, record] = &places["catalog.json"];
    let parts = [(header.start, &LOCAL[..]), (record.start, &RECORD[..]), (sound.len() - 22, &END[..])];
    let mut cases = 0;
    for (start, fields) in parts {
        for (name, at, width) in fields {
            // One more, the bit for encryption or a data descriptor, zero, the mark of the 64-bit extension.
            for change in 0..4 {
                let mut hostile = sound.clone();
                let field = &mut hostile[start + at..start + at + width];
                match change {
                    0 => field[0] = field[0].wrapping_add(1),
                    1 => field[0] ^= 0b1001,
                    2 => field.fill(0),
                    _ => field.fill(0xff),
                }
                if hostile == sound {
                    continue;
                }
                assert!(archive::read(&hostile).is_err(), "{name} at {at}, change {change}");
                assert!(!verify_file(&hostile).is_ok_and(|report| report.ok()), "{name} at {at}");
                cases += 1;
            }
        }
    }
    assert!(cases > 100, "{cases}");
}
