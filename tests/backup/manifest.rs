//! The manifest: its bytes, and what is refused.

use rejoin::backup::Manifest;
use rejoin::backup::manifest::FormatError;

const EXAMPLE: &str = include_str!("../archives/manifest.example.json");

#[test]
fn the_manifests_example_is_canonical_to_the_byte() {
    let manifest = Manifest::parse(EXAMPLE.as_bytes()).expect("the example shows every field");
    assert_eq!(String::from_utf8(manifest.to_bytes()).expect("JSON is UTF-8"), EXAMPLE);
}

#[test]
fn a_manifest_that_is_not_of_this_format_is_refused_with_a_reason() {
    for (from, to, reason) in [
        (
            "\"format\": 1",
            "\"format\": 2",
            "has format 2, and this version of Rejoin reads formats up to 1: use a newer Rejoin",
        ),
        (
            "\"name\": \"chain\"",
            "\"name\": \"mesh\"",
            "needs the feature \"mesh\" to restore and to verify, which this version of Rejoin lacks: use a newer Rejoin",
        ),
        ("\"format\": 1", "\"format\": \"1\"", "cannot be read: it names no format"),
        (
            "\"cut_mode\": \"single tick\"",
            "\"cut_mode\": \"roughly\"",
            "cannot be read: cut_mode: \"roughly\" is not one of: \"single tick\"",
        ),
        ("\"cluster_id\"", "\"cluster\"", "cannot be read: unknown field \"cluster\""),
        (
            "\"start_offset\": \"100\"",
            "\"start_offset\": \"+100\"",
            "is not written as this format prescribes",
        ),
        (
            "\"start_offset\": \"100\"",
            "\"start_offset\": 100",
            "cannot be read: partitions[0].leader_epochs[0].start_offset: 100 is not an offset, a decimal number in quotes",
        ),
        ("\"size\": 150", "\"size\": 150.0", "cannot be read: files[0].size: 150.0 is not an integer (u64)"),
        ("\"annotations\": {", "\"annotations\":  {", "is not written as this format prescribes (byte 19)"),
    ] {
        let changed = EXAMPLE.replacen(from, to, 1);
        assert_ne!(changed, EXAMPLE, "{from} is in the example");
        let error = Manifest::parse(changed.as_bytes()).expect_err(to).to_string();
        assert!(error.starts_with(reason), "{to}: {error}");
    }
    let twice = EXAMPLE.replacen("{\n", "{\n  \"label\": \"x\",\n", 1);
    assert!(matches!(Manifest::parse(twice.as_bytes()), Err(FormatError::NotCanonical { .. })));
}
