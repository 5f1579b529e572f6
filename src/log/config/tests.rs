//! Kafka's bounds and words.

use super::*;

fn configs(set: &[(&str, &str)]) -> Configs {
    set.iter().map(|(name, value)| (Rc::from(*name), Rc::from(*value))).collect()
}

#[test]
fn the_defaults_of_the_table_are_those_of_the_policy() {
    let all = CONFIGS.iter().filter(|of| !of.default.is_empty()).map(|of| (of.name, of.default));
    let all: Vec<_> = all.collect();
    assert_eq!(Policy::of(&configs(&all)), Policy::default());
    assert_eq!(check(&configs(&all)), Ok(()));
    for (name, value) in all {
        assert_eq!(Config::named(name).expect("it is of the table").checked(value).as_deref(), Ok(value));
    }
}

#[test]
fn a_value_that_kafka_refuses_is_refused_in_its_words() {
    let cases = [
        (
            "segment.bytes",
            "100",
            "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576",
        ),
        (
            "segment.bytes",
            "3000000000",
            "Invalid value 3000000000 for configuration segment.bytes: Not a number of type INT",
        ),
        ("retention.ms", "-2", "Invalid value -2 for configuration retention.ms: Value must be at least -1"),
        ("retention.ms", "1h", "Invalid value 1h for configuration retention.ms: Not a number of type LONG"),
        (
            "min.cleanable.dirty.ratio",
            "1.5",
            "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
        ),
        (
            "min.cleanable.dirty.ratio",
            "-0.1",
            "Invalid value -0.1 for configuration min.cleanable.dirty.ratio: Value must be at least 0",
        ),
        (
            "cleanup.policy",
            "purge",
            "Invalid value purge for configuration cleanup.policy: String must be one of: compact, delete",
        ),
        (
            "message.timestamp.type",
            "now",
            "Invalid value now for configuration message.timestamp.type: String must be one of: CreateTime, LogAppendTime",
        ),
        (
            "min.cleanable.dirty.ratio",
            "x",
            "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE",
        ),
        ("nope", "1", "Unknown topic config name: nope"),
        ("flush.ms", "1", "flush.ms is Kafka's, and nothing here would change by it"),
    ];
    for (name, value, sentence) in cases {
        assert_eq!(check(&configs(&[(name, value)])), Err(sentence.to_owned()));
    }
    let both = configs(&[("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")]);
    let sentence = "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)";
    assert_eq!(check(&both), Err(sentence.to_owned()));
}

#[test]
fn what_kafka_reads_in_several_ways_is_kept_in_one() {
    for (name, value, kept) in [
        ("cleanup.policy", "delete, compact", "compact,delete"),
        ("cleanup.policy", "compact,compact", "compact"),
        ("cleanup.policy", "", ""),
        ("min.cleanable.dirty.ratio", ".50", "0.5"),
        ("min.cleanable.dirty.ratio", "1", "1.0"),
        ("retention.ms", " 5 ", "5"),
        ("retention.bytes", "-5", "-5"),
    ] {
        assert_eq!(Config::named(name).expect("it is of the table").checked(value).as_deref(), Ok(kept));
    }
}

#[test]
fn what_is_set_counts_and_what_cannot_be_does_not() {
    let policy = Policy::of(&configs(&[
        ("cleanup.policy", "compact,delete"),
        ("max.compaction.lag.ms", "60000"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("segment.bytes", "7"),
        ("internal.segment.bytes", "6000"),
        ("retention.ms", "soon"),
    ]));
    let expected = Policy {
        compact: true,
        max_compaction_lag_ms: 60_000,
        segment_ms: 60_000,
        dirty_ratio_ppm: 10_000,
        segment_bytes: 6000,
        ..Policy::default()
    };
    assert_eq!(policy, expected);
}
