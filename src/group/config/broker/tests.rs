//! What a broker says at its start, and which settings it has.

use super::*;

/// What Kafka 4.3.1 says of broker settings, asked of its `GroupCoordinatorConfig`.
const SAID: &[(&str, &str)] = &[
    ("group.max.size=0", "Invalid value 0 for configuration group.max.size: Value must be at least 1"),
    ("group.max.size=x", "Invalid value x for configuration group.max.size: Not a number of type INT"),
    (
        "group.share.max.size=1001",
        "Invalid value 1001 for configuration group.share.max.size: Value must be no more than 1000",
    ),
    (
        "offsets.retention.minutes=0",
        "Invalid value 0 for configuration offsets.retention.minutes: Value must be at least 1",
    ),
    ("group.min.session.timeout.ms=60000 group.max.session.timeout.ms=100", ""),
    ("group.consumer.migration.policy=Upgrade", ""),
    (
        "group.consumer.migration.policy=none",
        "Invalid value none for configuration group.consumer.migration.policy: String must be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL",
    ),
    (
        "group.consumer.assignors=",
        "Configuration 'group.consumer.assignors' must not be empty. Valid values include: any non-empty value",
    ),
    (
        "group.consumer.assignors=uniform,,range",
        "Configuration 'group.consumer.assignors' values must not be empty.",
    ),
    ("group.consumer.assignors=uniform,uniform", ""),
    ("group.consumer.assignors=sticky", "Class sticky cannot be found"),
    (
        "group.consumer.session.timeout.ms=10000",
        "group.consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
    ),
    (
        "group.consumer.session.timeout.ms=70000",
        "group.consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms",
    ),
    (
        "group.consumer.heartbeat.interval.ms=1000",
        "group.consumer.heartbeat.interval.ms must be greater than or equal to group.consumer.min.heartbeat.interval.ms",
    ),
    (
        "group.consumer.min.session.timeout.ms=5000 group.consumer.session.timeout.ms=5000",
        "group.consumer.heartbeat.interval.ms must be less than group.consumer.session.timeout.ms",
    ),
    (
        "group.consumer.max.session.timeout.ms=1000",
        "group.consumer.max.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
    ),
    (
        "group.consumer.assignment.interval.ms=20000",
        "group.consumer.assignment.interval.ms must be less than or equal to group.consumer.max.assignment.interval.ms",
    ),
    (
        "group.consumer.min.assignment.interval.ms=2000",
        "group.consumer.assignment.interval.ms must be greater than or equal to group.consumer.min.assignment.interval.ms",
    ),
    (
        "group.share.session.timeout.ms=10000",
        "group.share.session.timeout.ms must be greater than or equal to group.share.min.session.timeout.ms",
    ),
    (
        "group.share.heartbeat.interval.ms=45000 group.share.max.heartbeat.interval.ms=50000",
        "group.share.heartbeat.interval.ms must be less than group.share.session.timeout.ms",
    ),
];

#[test]
fn a_broker_that_would_not_start_says_why_in_kafkas_words() {
    for (line, said) in SAID {
        let mut config = Config::default();
        let set = line.split(' ').try_for_each(|pair| {
            let (name, value) = pair.split_once('=').expect("name=value");
            let of = BROKER_SETTINGS.iter().find(|of| of.name == name).expect("a setting");
            config.set(name, &of.checked(value)?)
        });
        let found = set.and_then(|()| config.check()).err().unwrap_or_default();
        assert_eq!(found, *said, "{line}");
    }
}

#[test]
fn every_setting_of_the_table_is_one_of_the_coordinators_and_its_default_is_kafkas() {
    for of in &BROKER_SETTINGS {
        let mut config = Config::default();
        assert_eq!(of.checked(of.default).as_deref(), Ok(of.default), "{}", of.name);
        assert_eq!(config.set(of.name, of.default), Ok(()), "{}", of.name);
        assert_eq!(config, Config::default(), "{}", of.name);
        let other = match of.kind {
            Assignors => "range",
            Policy => "disabled",
            _ => "20000",
        };
        config.set(of.name, other).expect("a value");
        assert_ne!(config, Config::default(), "{} sets something", of.name);
    }
}

#[test]
fn what_is_set_for_a_group_must_lie_within_the_brokers_bounds() {
    let mut own = DynamicSettings::default();
    assert_eq!(own.check(&Config::default()), Ok(()));
    own.consumer.session_timeout_ms = Some(10_000);
    let said =
        "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms";
    assert_eq!(own.check(&Config::default()), Err(said.into()));
    own.consumer.session_timeout_ms = None;
    own.share.heartbeat_interval_ms = Some(16_000);
    let said =
        "share.heartbeat.interval.ms must be less than or equal to group.share.max.heartbeat.interval.ms";
    assert_eq!(own.check(&Config::default()), Err(said.into()));
}
