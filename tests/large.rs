//! `rejoin verify` on a large archive, which is read piece by piece as long as all holds: what is said is what is said of
//! the whole.
#![cfg(not(target_family = "wasm"))]

use std::path::Path;
use std::process::{Command, Output};

/// Batches that are longer than a piece, many small ones, transactions, indexes, committed offsets.
const STORY: &str = "\
seed 7
topic orders partitions=2
topic wide partitions=1
producer till topic=orders rate=100/s idempotence=yes transactional-id=t transaction=20
produce topic=orders count=20000 keys=90 value=200B
produce topic=wide count=3 value=900000B
consumer c1 group=checkout topics=orders
at 20s backup full
at 20s export latest file=all.zip
end 21s
";

fn rejoin(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_rejoin");
    Command::new(program).args(arguments).current_dir(folder).output().expect("rejoin runs")
}

/// The exit status and the lines that follow from what the library says of all bytes.
fn expected(bytes: &[u8]) -> (i32, String) {
    match rejoin::backup::verify_file(bytes) {
        Ok(report) => (i32::from(!report.ok()), report.to_string()),
        Err(error) => panic!("{}", error.reason()),
    }
}

#[test]
fn what_is_said_of_a_large_archive_is_what_is_said_of_all_of_its_bytes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    std::fs::write(folder.join("large.story"), STORY).expect("a story");
    let run = rejoin(&folder, &["run", "large.story"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let sound = std::fs::read(folder.join("all.zip")).expect("the archive");
    assert!(sound.len() > 6 << 20, "{} bytes", sound.len());
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        bytes
    };
    let end = sound.len();
    let mut cases: Vec<Vec<u8>> =
        [3, 200_000, end / 2, end - 1_000_000, end - 900, end - 3].map(flipped).into();
    cases.extend([sound.clone(), sound[..end - 1].to_vec(), [&sound[..], b"!"].concat()]);
    for (number, bytes) in cases.iter().enumerate() {
        std::fs::write(folder.join("case.zip"), bytes).expect("an archive");
        let said = rejoin(&folder, &["verify", "case.zip"]);
        let (status, lines) = expected(bytes);
        assert_eq!((said.status.code(), status == 0), (Some(status), *bytes == sound), "case {number}");
        let out = String::from_utf8(said.stdout).expect("text");
        let found: Vec<&str> = out.lines().map(|line| &line["case.zip: ".len()..]).collect();
        assert_eq!(found, lines.lines().collect::<Vec<_>>(), "case {number}");
    }
}
