//! `rejoin` as a person calls it: exit statuses, messages, what is printed where.
#![cfg(not(target_family = "wasm"))]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command-line").join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder for the test");
    path
}

/// Calls `rejoin` in a folder: exit status, standard output, standard error.
fn rejoin(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rejoin"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("rejoin runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const SCENE: &str = "\
# A scene
seed 7
topic orders partitions=6
producer web topic=orders rate=50/s keys=10
consumer c1 group=checkout topics=orders
at 5s kill c9
at 9s check members checkout == 1
";

#[test]
fn a_command_says_how_it_is_called() {
    let folder = folder("usage");
    let (status, out, err) = rejoin(&folder, &["run", "absent.story", "--help"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    assert!(
        out.contains("run STORY [--seed N]") && out.contains("--facts") && !out.contains("assign"),
        "{out}"
    );
}

#[test]
fn a_call_that_cannot_be_done_says_why_prints_nothing_and_exits_with_2() {
    let folder = folder("refused");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file");
    write("bad.story", b"seed x\ntopic a partitions=0\nkil c1\n");
    write("latin.story", b"# fine\ntopic gr\xf6\xdfe\n");
    write("good.story", SCENE.as_bytes());
    write("ids.json", b"[1, 2]");
    write("own.story", b"topic a\nat 1s backup full\nat 1s export all file=own.story\nend 2s\n");
    write("noise.zip", &[7; 3000]);
    for (arguments, messages) in [
        (&[][..], &["usage: rejoin"][..]),
        (&["dance"], &["there is no command dance", "usage: rejoin"]),
        (&["run"], &["run needs a story"]),
        (&["run", "absent.story"], &["absent.story: no such file or directory"]),
        (&["run", "good.story", "good.story"], &["run takes one story"]),
        (&["run", "good.story", "--sed", "7"], &["run has no option --sed"]),
        (&["run", "good.story", "--seed", "x"], &["found x, expected a whole number"]),
        (&["run", "good.story", "--until", "5"], &["found 5, expected a duration"]),
        (&["run", "good.story", "--until"], &["--until needs a value"]),
        (&["run", "good.story", "--facts", "--member-ids", "ids.json"], &["ids.json: expected an object"]),
        (
            &["run", "bad.story"],
            &[
                "bad.story: Line 1, column 6: found x, expected a whole number from 0.",
                "bad.story: Line 2, column 20: found 0, expected a whole number from 1 to 100000.",
                "bad.story: Line 3, column 1: found kil, expected a command",
                "Did you mean kill?",
            ],
        ),
        (&["run", "own.story"], &["own.story is not written: there is a file of that name already"]),
        (&["run", "latin.story"], &["latin.story: Line 2: found a byte that is no UTF-8"]),
        (&["run", "."], &[".: is a directory"]),
        (&["verify"], &["verify needs a file"]),
        (&["verify", "absent.zip"], &["absent.zip: no such file or directory"]),
        (&["verify", "noise.zip"], &["noise.zip: "]),
        (&["assign", "much"], &["much is too much"]),
        (&["help", "cooking"], &["there is no help on cooking"]),
    ] {
        let (status, out, err) = rejoin(&folder, arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        for message in messages {
            assert!(err.contains(message), "{arguments:?} does not say {message:?}:\n{err}");
        }
    }
}

#[test]
fn a_run_prints_its_measures_checks_and_refusals_and_exits_by_the_checks() {
    let folder = folder("run");
    std::fs::write(folder.join("good.story"), format!("{SCENE}end 10s\n")).expect("a file");
    std::fs::write(folder.join("fails.story"), format!("{SCENE}at 9s check members checkout == 2\n"))
        .expect("a file");
    let (status, out, err) = rejoin(&folder, &["run", "good.story"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    for part in [
        "A scene\nseed 7 · 10.000 s · state hash ",
        "\nrebalances        1\n",
        "\ngroup checkout: Stable, generation 1, range, leader c1\n",
        "\n  at 5s kill c9\n    there is no consumer c9\n",
        "\n  holds  at 9s check members checkout == 1 (found 1)\n",
    ] {
        assert!(out.contains(part), "{part:?} is not in\n{out}");
    }
    let (status, out, _) = rejoin(&folder, &["run", "fails.story"]);
    assert_eq!(status, Some(1));
    assert!(out.contains("FAILS  at 9s check members checkout == 2 (found 1)"), "{out}");
}

#[test]
fn json_is_one_object_and_the_seed_and_the_moment_can_be_chosen() {
    let folder = folder("json");
    std::fs::write(folder.join("good.story"), format!("{SCENE}end 10s\n")).expect("a file");
    let json = |more: &[&str]| -> serde_json::Value {
        let (status, out, _) = rejoin(&folder, &[&["run", "good.story", "--json"], more].concat());
        assert_eq!(status, Some(0));
        serde_json::from_str(&out).expect("one object")
    };
    let (first, again, other, early) = (json(&[]), json(&[]), json(&["--seed=8"]), json(&["--until", "8s"]));
    assert_eq!(first, again);
    assert_ne!(first["hash"], other["hash"]);
    assert_eq!((&other["seed"], &early["time"]), (&8.into(), &8.into()));
    assert_eq!(first["hash"].as_str().map(str::len), Some(16));
    assert_eq!(first["groups"]["checkout"]["owners"]["orders-5"], "c1");
    assert_eq!(first["groups"]["checkout"]["members"], serde_json::json!(["c1"]));
    assert_eq!(first["checks"][0]["holds"], true);
    assert_eq!(first["refusals"][0]["line"], "kill c9");
    assert_eq!(early["checks"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_text_of_a_run_is_a_story_that_gives_the_same_run_from_the_same_file_only() {
    let folder = folder("load");
    std::fs::write(folder.join("app.log"), "one\r\n\ntwo\nthree").expect("a file");
    std::fs::write(folder.join("first.story"), "load lines file=app.log partitions=2\nend 1s\n")
        .expect("a file");
    let (status, text, err) = rejoin(&folder, &["run", "first.story", "--text"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    assert!(text.contains("file=app.log partitions=2 sha256="), "{text}");
    std::fs::write(folder.join("again.story"), &text).expect("a file");
    let hash = |story: &str| {
        let (_, out, _) = rejoin(&folder, &["run", story, "--json"]);
        serde_json::from_str::<serde_json::Value>(&out).expect("one object")
    };
    assert_eq!(hash("first.story")["hash"], hash("again.story")["hash"]);
    let other: [(&[u8], &str, &str); 2] = [
        (b"other", "again.story", "again.story: Line 1: file app.log is another one than the story's"),
        (b"PK\x03\x04\x00", "first.story", "first.story: Line 1: app.log is not loaded: the file is binary"),
    ];
    for (bytes, story, message) in other {
        std::fs::write(folder.join("app.log"), bytes).expect("a file");
        let (status, out, err) = rejoin(&folder, &["run", story]);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(message), "{err}");
    }
}

#[test]
fn lines_that_cannot_be_used_are_named_and_counted() {
    let folder = folder("lines");
    std::fs::write(folder.join("a.jsonl"), "{\"user\":1}\n{\n\n{}\n").expect("a file");
    std::fs::write(folder.join("a.story"), "load lines file=a.jsonl key=user\nend 1s\n").expect("a file");
    let (status, out, err) = rejoin(&folder, &["run", "a.story"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    let expected = "\
a.jsonl: lines got 2 records; lines that could not be used: 1
  line 2: not JSON: EOF while parsing an object at column 1
  Empty lines, which are no records: 1.
  Records without the field of the key, whose key is null: 1.
";
    assert!(out.contains(expected), "{out}");
}

#[test]
fn a_story_imports_what_it_exported_and_not_what_lay_there_before() {
    let folder = folder("round");
    let text = "at 9s backup full\nat 9s export latest file=backup.zip\nat 10s delete topic orders\n\
                at 10s backup delete latest\nat 11s import file=backup.zip\nat 12s restore apply latest\n\
                at 30s check proof == holds\nend 30s\n";
    std::fs::write(folder.join("round.story"), format!("{SCENE}{text}")).expect("a file");
    std::fs::write(folder.join("backup.zip"), "PK\x03\x04 another archive, broken").expect("a file");
    for run in 0..2 {
        let (status, out, err) = rejoin(&folder, &["run", "round.story"]);
        assert_eq!((status, err.as_str()), (Some(0), ""), "run {run}: {out}");
        assert!(out.contains("proof of the restore: holds"), "run {run}: {out}");
    }
}

#[test]
fn backups_of_a_folder_stay_there_and_what_an_interrupted_write_left_goes() {
    let folder = folder("store");
    let story = |name: &str, text: &str| {
        std::fs::write(folder.join(name), format!("{SCENE}{text}\n")).expect("a file");
    };
    story("take.story", "at 9s backup full\nat 12s backup incremental\nend 13s");
    story(
        "back.story",
        "at 10s delete topic orders\nat 11s restore apply latest\nat 40s check proof == holds\nend 40s",
    );
    story("look.story", "at 10s backup verify latest\nend 10s");
    let run = |name: &str| rejoin(&folder, &["run", name, "--store", "kept", "--happened"]);
    let (status, out, err) = run("take.story");
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    let kept = folder.join("kept");
    let left = kept.join(format!("chunks/{}-0", "0".repeat(64)));
    let unfinished = kept.join("catalog.json.unfinished");
    for path in [&left, &unfinished, &kept.join("manifests/x.unfinished")] {
        std::fs::write(path, "left").expect("a file");
    }
    let (status, out, err) = run("back.story");
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(!left.exists() && !kept.join("manifests/x.unfinished").exists(), "what nothing names is dropped");
    assert_eq!(rejoin(&folder, &["run", "back.story"]).0, Some(1), "without the folder there is no backup");

    let (status, out, err) = rejoin(&folder, &["verify", "kept"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("kept: ok: 2026")).count(), 2, "{out}");

    let lock = std::fs::File::create(kept.join("lock")).expect("the lock");
    lock.lock().expect("nobody has it");
    let (status, _, err) = run("look.story");
    assert_eq!(status, Some(2));
    assert!(err.contains("another rejoin uses this store"), "{err}");
    drop(lock);

    let chunk =
        std::fs::read_dir(kept.join("chunks")).expect("chunks").map(|entry| entry.expect("one").path());
    let chunk = chunk.max_by_key(|path| path.metadata().expect("a file").len()).expect("a chunk");
    let mut bytes = std::fs::read(&chunk).expect("a chunk");
    bytes[0] ^= 1;
    std::fs::write(&chunk, bytes).expect("a file");
    let (_, out, _) = run("look.story");
    assert!(out.contains("does not match its digest"), "{out}");

    let (status, out, _) = rejoin(&folder, &["verify", "kept"]);
    assert_eq!(status, Some(1), "{out}");
    assert!(out.contains("does not match its digest"), "{out}");

    std::fs::write(kept.join("catalog.json"), "{").expect("a file");
    let (status, _, err) = run("look.story");
    assert_eq!(status, Some(2));
    assert!(err.contains("catalog.json: "), "{err}");
    let (status, _, err) = rejoin(&folder, &["run", "look.story", "--store=."]);
    assert_eq!(status, Some(2));
    assert!(err.contains("is no file of a store") && !folder.join("chunks").exists(), "{err}");
}

#[test]
fn an_archive_that_a_story_exports_is_verified_and_one_flipped_byte_is_found() {
    let folder = folder("verify");
    let story = format!("{SCENE}at 9s backup full\nat 9s export latest file=backup.zip\n");
    std::fs::write(folder.join("export.story"), story).expect("a file");
    assert_eq!(rejoin(&folder, &["run", "export.story"]).0, Some(0));
    let (status, out, err) = rejoin(&folder, &["verify", "backup.zip"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("backup.zip: ok: 20260101-000009F"), "{out}");
    let mut bytes = std::fs::read(folder.join("backup.zip")).expect("the archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(folder.join("flipped.zip"), bytes).expect("a file");
    let (status, out, err) = rejoin(&folder, &["verify", "backup.zip", "flipped.zip"]);
    assert_eq!((status, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.lines().any(|line| line.starts_with("flipped.zip: ")), "{out}");
}

#[test]
fn a_brokers_files_are_verified_one_by_one_and_by_folder() {
    let folder = folder("verify-bare");
    let partition = folder.join("hourly-0");
    std::fs::create_dir_all(&partition).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/segments/codec-none-0");
    let name = "00000000000000000000.log";
    let log = std::fs::read(source.join(name)).expect("a fixture");
    std::fs::write(partition.join(name), &log).expect("a file");
    std::fs::write(partition.join("leader-epoch-checkpoint"), "0\n1\n0 0\n").expect("a file");
    std::fs::write(partition.join("notes.txt"), "of no concern").expect("a file");
    let (status, out, err) = rejoin(&folder, &["verify", "hourly-0"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(out.lines().all(|line| line.starts_with("hourly-0/") && line.contains(": ok: ")), "{out}");
    std::fs::write(partition.join(name), &log[..log.len() - 1]).expect("a file");
    let (status, out, _) = rejoin(&partition, &["verify", name]);
    assert_eq!(status, Some(1), "{out}");
    assert!(out.starts_with("00000000000000000000.log: at byte "), "{out}");
    let (status, _, err) = rejoin(&partition, &["verify", "notes.txt"]);
    assert_eq!((status, err.contains("it is not even a ZIP")), (Some(2), true), "{err}");
    std::fs::create_dir_all(folder.join("empty")).expect("a folder");
    let (status, _, err) = rejoin(&folder, &["verify", "empty"]);
    assert_eq!((status, err.contains("there is nothing in it to verify")), (Some(2), true), "{err}");
}

/// A broker would delete at once what is older than its retention, and virtual time is in the past.
fn keeps_everything(folder: &Path) {
    let of = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a text");
    assert!(of("cluster/meta/topics.json").contains("\"retention.ms\": \"-1\""));
    let script = of("cluster/meta/create-topics.sh");
    assert!(script.contains(" --config 'retention.ms=-1'\n# Records keep their times"), "{script}");
    assert!(script.ends_with(" --entity-name 'orders' --delete-config retention.ms\n"), "{script}");
    assert!(!of("plain/meta/create-topics.sh").contains("retention.ms"));
}

/// The bytes of the first log.
fn log(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    files.iter().find(|(name, _)| name.ends_with(".log")).expect("a log").1.clone()
}

#[test]
fn an_archive_is_listed_and_extracted_as_partition_folders() {
    let folder = folder("extract");
    let story = format!(
        "{SCENE}at 9s backup full\nat 12s backup incremental\nat 12s export latest file=backup.zip\n"
    );
    std::fs::write(folder.join("export.story"), story).expect("a file");
    assert_eq!(rejoin(&folder, &["run", "export.story"]).0, Some(0));
    let (full, newest) = ("20260101-000009F", "20260101-000009F_20260101-000012I");
    let (status, out, err) = rejoin(&folder, &["ls", "backup.zip"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with(&format!("{full}: full, 1 topics")), "{out}");
    assert!(out.contains(&format!("\n{newest}: incremental on {full}, 1 topics")), "{out}");
    let kept = format!("  backups/{full}/data/orders-0/00000000000000000000.log\n");
    assert_eq!(out.matches(&kept).count(), 2, "both need the full's file");

    let (status, out, err) = rejoin(&folder, &["extract", "backup.zip", "--to", "plain"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    let logs = |of: &str| -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(folder.join(of).join("data/orders-0")).expect("a partition's folder");
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("an entry"))
            .map(|entry| {
                (
                    entry.file_name().to_string_lossy().into_owned(),
                    std::fs::read(entry.path()).expect("a file"),
                )
            })
            .collect();
        files.sort();
        files
    };
    let plain = logs("plain");
    let names: Vec<&str> = plain.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names.iter().filter(|name| name.ends_with(".log")).count(),
        2,
        "a slice of the full and one of the incremental"
    );
    assert!(names.contains(&"leader-epoch-checkpoint") && names.contains(&"partition.metadata"));
    assert!(
        folder.join("plain/groups/offsets.csv").exists()
            && folder.join("plain/meta/create-topics.sh").exists()
    );

    let (status, ..) =
        rejoin(&folder, &["extract", "backup.zip", "--to=cluster", "--for-cluster", "--label", full]);
    assert_eq!(status, Some(0));
    let cluster = logs("cluster");
    assert_eq!(cluster.len(), 3, "the log of the full and its indexes");
    let (of_plain, of_cluster) = (log(&plain), log(&cluster));
    assert_eq!((of_plain.len(), &of_cluster[12..16]), (of_cluster.len(), &[0u8; 4][..]));
    keeps_everything(&folder);

    for (arguments, words) in [
        (
            &["extract", "backup.zip", "--to", "plain"][..],
            "plain is not empty: name a new folder, nothing was written",
        ),
        (&["extract", "backup.zip"], "extract needs --to and a folder"),
        (&["extract", "backup.zip", "--to", "x", "--label", "nope"], "there is no backup nope in it, only"),
        (&["ls", "export.story"], "this is not an archive of Rejoin"),
        (&["ls"], "ls needs one archive"),
    ] {
        let (status, out, err) = rejoin(&folder, arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.contains(words), "{err}");
    }
    let mut bytes = std::fs::read(folder.join("backup.zip")).expect("the archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(folder.join("flipped.zip"), bytes).expect("a file");
    let (status, out, _) = rejoin(&folder, &["extract", "flipped.zip", "--to", "flipped"]);
    assert!(status == Some(1) && out.starts_with("flipped.zip: backups/"), "{out}");
    assert!(!folder.join("flipped").exists(), "nothing is written of what is damaged");
}

#[test]
fn whoever_stops_reading_ends_the_call_without_a_complaint() {
    let folder = folder("pipe");
    let script = format!("'{}' help commands | head -n 1", env!("CARGO_BIN_EXE_rejoin"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(&folder).output().expect("sh runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.stdout.iter().filter(|&&byte| byte == b'\n').count(), 1);
}
