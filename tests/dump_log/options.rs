//! Usage: what the tool says of its options.

use crate::archive;
use crate::conformance::{Folder, run};

const LOG: &str = "hourly-0/00000000000000000000.log";

/// Arguments, exit status, a part of standard output, the start of standard error: tried on release 4.3.1.
const CASES: [(&[&str], u8, &str, &str); 16] = [
    (&[], 1, "", "This tool helps to parse a log file"),
    (&["--help"], 1, "", "This tool helps to parse a log file"),
    (&["--version"], 0, "4.3.1\n", ""),
    (&["--deep-iteration"], 1, "", "Missing required argument \"[files]\"\nOption "),
    (
        &["--nope", "x"],
        1,
        "",
        "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: nope is not",
    ),
    (
        &["--file", "x"],
        1,
        "",
        "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: file is not",
    ),
    (
        &["-d", "--files", "x"],
        1,
        "",
        "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: d is",
    ),
    (
        &["--files"],
        1,
        "",
        "Exception in thread \"main\" joptsimple.OptionMissingRequiredArgumentException: Option f",
    ),
    (
        &["--files", "a", "--files", "b"],
        1,
        "",
        "Exception in thread \"main\" joptsimple.MultipleArgumentsForOption",
    ),
    (
        &["--files", ",a.foo,"],
        0,
        "Dumping \nDumping a.foo\n",
        "Ignoring unknown file \nIgnoring unknown file a.foo",
    ),
    (&["-files", "x", "-deep-iteration", "junk"], 0, "Dumping x\n", "Ignoring unknown file x\n"),
    (
        &["--files", "x.log"],
        1,
        "Dumping x.log\n",
        "Exception in thread \"main\" java.lang.NumberFormatException: ",
    ),
    (
        &["--files", "0.log"],
        1,
        "Log starting offset: 0\n",
        "Exception in thread \"main\" java.nio.file.NoSuchFile",
    ),
    (
        &["--files", LOG, "--max-bytes", "abc"],
        1,
        "Dumping ",
        "Exception in thread \"main\" joptsimple.OptionArgumen",
    ),
    (
        &["--files", LOG, "--value-decoder-class", "my.Decoder"],
        1,
        "Dumping ",
        "Exception in thread \"main\" java.la",
    ),
    (
        &["--files", LOG, "--key-decoder-class", "org.apache.kafka.tools.api.DefaultDecoder"],
        2,
        "Dumping ",
        "rejoin: org.apache.kafka.tools.api.DefaultDecoder prints where",
    ),
];

#[test]
fn usage_is_refused_in_the_words_of_kafkas_tool() {
    let files = archive::files();
    let folder = Folder { files: &files, name: "segments" };
    for (arguments, status, out, err) in CASES {
        let (ours, printed, complained) = run(&folder, arguments);
        assert_eq!(ours, status, "{arguments:?}: {complained}");
        assert!(printed.contains(out), "{arguments:?}: {printed}");
        assert!(complained.starts_with(err), "{arguments:?}: {complained}");
    }
}

#[test]
fn a_limit_of_bytes_ends_the_dump_before_the_first_batch_that_does_not_fit() {
    let files = archive::files();
    let folder = Folder { files: &files, name: "segments" };
    let log = "idempotent-0/00000000000000000000.log";
    let (_, all, _) = run(&folder, &["--files", log]);
    let sizes: Vec<usize> = all
        .lines()
        .filter_map(|line| line.split(" size: ").nth(1)?.split(' ').next()?.parse().ok())
        .collect();
    for limit in [0, 17, sizes[0] - 1, sizes[0], sizes[0] + sizes[1]] {
        let (status, some, err) = run(&folder, &["--files", log, "--max-bytes", &limit.to_string()]);
        let whole =
            sizes.iter().scan(0, |sum, size| Some((*sum += size, *sum).1)).filter(|end| *end <= limit);
        assert_eq!((status, &err[..]), (0, ""), "{limit}");
        assert_eq!(some.lines().count(), 2 + whole.count(), "{limit}");
        assert!(all.starts_with(&some), "{limit}");
    }
}
