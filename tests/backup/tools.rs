//! Standard tools read an archive: `unzip`, `sha256sum`, Python, a shell. A tool that is not installed is passed over.

use crate::chain::chain;
use crate::damage::reference;
use crate::pack::Pack;
use rejoin::backup::archive::{self, Extract};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of this test's own, emptied.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder of our own");
    folder
}

/// Runs a tool in `folder`; `None` when it is not installed.
pub fn run(folder: &Path, tool: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(tool).args(args).current_dir(folder).output();
    if output.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        eprintln!("{tool} is not installed: passed over");
        return None;
    }
    let output = output.expect("an installed tool runs");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {args:?}: {text}");
    Some(text)
}

#[test]
fn standard_tools_find_everything_in_order() {
    let folder = folder("standard-tools");
    std::fs::write(folder.join("rejoin.zip"), reference()).expect("it can be written");
    if let Some(text) = run(&folder, "unzip", &["-t", "rejoin.zip"]) {
        assert!(text.contains("No errors detected in compressed data of rejoin.zip."), "{text}");
        run(&folder, "unzip", &["-q", "rejoin.zip", "-d", "out"]);
        let out = folder.join("out");
        if let Some(text) = run(&out, "sha256sum", &["-c", "SHA256SUMS"]) {
            assert_eq!(text.lines().count(), 29, "{text}");
            assert!(text.lines().all(|line| line.ends_with(": OK")), "{text}");
        }
        let backup = out.join("backups/20260101-000030F");
        run(&backup, "sh", &["-n", "meta/create-topics.sh"]);
        let canonical = "import json, sys\n\
                         for name in ['manifest.json', 'manifest.copy.json', 'meta/topics.json', '../../catalog.json']:\n\
                         \x20   text = open(name, encoding='utf-8', newline='').read()\n\
                         \x20   again = json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + '\\n'\n\
                         \x20   assert text == again, name\n\
                         import csv\n\
                         rows = list(csv.reader(open('groups/offsets.csv', encoding='utf-8', newline='')))\n\
                         assert [len(row) for row in rows] == [4] * 5, rows\n\
                         assert rows[0] == ['a, \"quoted\" \u{fc}nit', 'orders', '0', '12'], rows\n";
        run(&backup, "python3", &["-c", canonical]);
    }
    run(
        &folder,
        "python3",
        &["-c", "import zipfile; assert zipfile.ZipFile('rejoin.zip').testzip() is None"],
    );
}

/// The paths of files under a folder that a text names.
fn named<'a>(text: &'a str, under: &'a str) -> impl Iterator<Item = &'a str> {
    let words = text.split_whitespace().filter(move |word| word.starts_with(under));
    words.filter(|word| [".log", ".sh", ".csv", "-checkpoint"].iter().any(|end| word.ends_with(end)))
}

#[test]
fn every_file_that_the_readme_names_is_where_it_says() {
    let (lab, labels) = chain();
    let chained = archive::write(&lab.store, &labels).expect("sound");
    for (archive, groups) in [(chained, 0), (reference(), 1)] {
        let pack = Pack::open(&archive);
        let text = std::str::from_utf8(pack.get("README.txt")).expect("text");
        let there: Vec<&str> = named(text, "backups/").collect();
        assert!(there.len() >= 3, "a log, the topics, the offsets: {there:?}");
        for path in there {
            assert!(pack.files.iter().any(|(name, _)| name == path), "{path}:\n{text}");
        }
        let extracted = archive::extract(&archive, None, Extract::ForCluster).expect("sound");
        let there: Vec<&str> = named(text, "cluster/").collect();
        assert!(there.len() >= 2, "{there:?}");
        for path in there {
            let path = &path["cluster/".len()..];
            assert!(extracted.iter().any(|(name, _)| &**name == path), "{path}:\n{text}");
        }
        // Each group by its name, in a shell's quotes.
        assert_eq!(text.matches("--group 'a, \"quoted\" \u{fc}nit' ").count(), groups, "{text}");
    }
}
