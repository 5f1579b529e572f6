use rejoin::story::{Command, Story};

/// Lines, and the canonical form of each.
const LINES: &[(&str, &str)] = &[
    ("seed 7", "seed 7"),
    ("cluster initial-rebalance-delay=0s", "cluster initial-rebalance-delay=0s"),
    ("cluster group.initial.rebalance.delay.ms=3000", "cluster"),
    ("network latency=500us jitter=1ms", "network jitter=1ms"),
    ("topic orders partitions=6", "topic orders partitions=6"),
    ("topic orders partitions=1", "topic orders"),
    (
        "topic orders partitions=6 segment=1024KiB retention=2d cleanup.policy=delete,compact dirty-ratio=0.50",
        "topic orders partitions=6 cleanup=compact,delete retention=2d segment=1MiB dirty-ratio=0.5",
    ),
    (
        "topic t retention.ms=-1 retention.bytes=1048576 segment.ms=60000 max.compaction.lag.ms=9223372036854775807",
        "topic t retention=unlimited retention-size=1MiB segment-time=60s compaction-lag-max=unlimited",
    ),
    ("topic t cleanup=none timestamps=LogAppendTime", "topic t cleanup=none timestamps=LogAppendTime"),
    (
        "topic t delete-retention=0s retention.ms=9223372036854775807",
        "topic t retention=9223372036854775807ms delete-retention=0s",
    ),
    (
        "configure orders retention=1m segment.ms=default",
        "configure orders retention=60s segment-time=default",
    ),
    ("configure orders cleanup=default", "configure orders cleanup=default"),
    ("delete-records orders partition=0 before=500", "delete-records orders partition=0 before=500"),
    ("delete-records orders before=-1 partition=2", "delete-records orders partition=2 before=-1"),
    (
        "cluster log.retention.check.interval.ms=60000 log.initial.task.delay.ms=1000 log.cleaner.backoff.ms=15000",
        "cluster task-delay=1s retention-check=60s",
    ),
    ("grow orders partitions=12", "grow orders partitions=12"),
    ("delete topic orders", "delete topic orders"),
    ("delete group \"my group\"", "delete group \"my group\""),
    ("produce topic=orders count=200 keys=50 value=64B", "produce topic=orders count=200 keys=50"),
    (
        "producer web topic=orders rate=200/s keys=1000 value=120B",
        "producer web topic=orders rate=200/s keys=1000 value=120B",
    ),
    (
        "producer web rate=0.5/s topic=orders value=1024B until=2m",
        "producer web topic=orders rate=0.5/s value=1KiB until=120s",
    ),
    ("stop web", "stop web"),
    ("load orders file=app.log", "load orders file=app.log"),
    (
        "load orders file=\"my app.csv\" format=csv key=user time=at rate=50/s partitions=6",
        "load orders file=\"my app.csv\" format=csv key=user time=at rate=50/s",
    ),
    ("load orders file=a key=none", "load orders file=a"),
    ("load orders file=a key=\"none\"", "load orders file=a key=\"none\""),
    ("group checkout protocol=classic session-timeout=45s heartbeat=3s", "group checkout"),
    ("group checkout protocol=consumer heartbeat=5s", "group checkout protocol=consumer"),
    (
        "group checkout session.timeout.ms=10000 enable.auto.commit=false",
        "group checkout session-timeout=10s commit=none",
    ),
    (
        "group g partition.assignment.strategy=org.apache.kafka.clients.consumer.RoundRobinAssignor,range",
        "group g assignor=roundrobin,range",
    ),
    (
        "consumer c1 c2 c3 group=checkout topics=orders process=2ms commit=auto",
        "consumer c1 c2 c3 group=checkout topics=orders commit=auto process=2ms",
    ),
    ("consumer c1 group=g topics=a,b group.instance.id=i1", "consumer c1 group=g topics=a,b instance=i1"),
    ("consumer c1 assign=logs:0,logs:1", "consumer c1 assign=logs:0,logs:1"),
    ("kill c1 c2", "kill c1 c2"),
    ("close c2 option=remain", "close c2 option=remain"),
    ("start c1 assignor=cooperative-sticky,range", "start c1 assignor=cooperative-sticky,range"),
    ("pause c2 for=9s", "pause c2 for=9s"),
    ("slow c2 for=1.5s", "slow c2 for=1500ms"),
    ("disconnect c2", "disconnect c2"),
    ("connect c2", "connect c2"),
    ("subscribe c2 topics=east,west", "subscribe c2 topics=east,west"),
    ("subscribe c2 pattern=orders-.*", "subscribe c2 pattern=orders-.*"),
    ("subscribe c2 pattern=\"a=b,c\"", "subscribe c2 pattern=\"a=b,c\""),
    (
        "consumer c1 c2 pattern=\"orders-.*\" group=g protocol=consumer",
        "consumer c1 c2 group=g pattern=orders-.* protocol=consumer",
    ),
    ("consumer c1 group=g pattern=\"(a|b)\\\\d+ x\"", "consumer c1 group=g pattern=\"(a|b)\\\\d+ x\""),
    ("unsubscribe c1", "unsubscribe c1"),
    ("reset checkout topic=hills to=earliest", "reset checkout topic=hills to=earliest"),
    ("backup full", "backup full"),
    ("backup full orders bills", "backup full orders bills"),
    ("restore plan latest", "restore plan latest"),
    ("restore stop latest at=1m offsets=time", "restore stop latest at=60s offsets=time"),
    ("restore apply latest as=*-restored", "restore apply latest as=*-restored"),
    (
        "restore apply latest offsets=translated into=existing",
        "restore apply latest into=existing offsets=translated",
    ),
    ("restore undo", "restore undo"),
    ("backup incremental", "backup incremental"),
    ("backup differential", "backup differential"),
    ("backup schedule every=60s type=incremental", "backup schedule every=60s"),
    ("backup schedule every=1h type=full", "backup schedule every=3600s type=full"),
    ("backup schedule off", "backup schedule off"),
    ("backup retain full=2", "backup retain full=2"),
    ("backup retain diff=3 time=2h full=1 dry-run=no", "backup retain full=1 time=7200s diff=3"),
    ("backup retain full=2 dry-run=yes", "backup retain full=2 dry-run=yes"),
    ("backup verify latest", "backup verify latest"),
    ("backup delete 20260101-000030F", "backup delete 20260101-000030F"),
    ("restore stop latest", "restore stop latest"),
    ("restore data latest", "restore data latest"),
    ("restore restart", "restore restart"),
    ("export latest", "export latest"),
    ("export 20260101-000030F file=\"my backup.zip\"", "export 20260101-000030F file=\"my backup.zip\""),
    ("import file=backup.zip", "import file=backup.zip"),
    ("check rebalances checkout == 2", "check rebalances checkout == 2"),
    ("check unowned <= 1500ms", "check unowned <= 1500ms"),
    ("check unowned checkout < 1.5", "check unowned checkout < 1500ms"),
    ("check owner checkout orders:0 == c1", "check owner checkout orders:0 == c1"),
    ("check committed orders:0 == none", "check committed orders:0 == none"),
    ("check state checkout != \"none\"", "check state checkout != \"none\""),
    ("check proof == holds", "check proof == holds"),
    ("end 1m", "end 60s"),
];

#[test]
fn every_command_has_one_canonical_line_that_reads_as_itself() {
    for (line, canonical) in LINES {
        let command = Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(command.to_string(), *canonical, "{line}");
        assert_eq!(Command::parse(canonical).as_ref(), Ok(&command), "{canonical}");
    }
    for spec in rejoin::story::command::ALL {
        assert!(
            LINES.iter().any(|(line, _)| line.split(' ').next() == Some(spec.word)),
            "{} is tested",
            spec.word
        );
    }
}

/// Lines that are wrong, and what is said about them.
const WRONG: &[(&str, &str)] = &[
    (
        "topic orders segment.bytes=100",
        "Line 1, column 28: found 100, expected a value that Kafka takes: Invalid value 100 for configuration segment.bytes: Value must be at least 1048576.",
    ),
    (
        "topic orders flush.ms=5",
        "Line 1, column 23: found flush.ms=, expected a setting that the lab obeys: nothing here would change by this one of Kafka's.",
    ),
    (
        "topic orders retention=7",
        "Line 1, column 24: found 7, expected a duration such as 250ms, 45s, 2m or 1h, or unlimited.",
    ),
    (
        "configure orders",
        "Line 1, column 17: found the end of the line, expected a setting such as retention=1h.",
    ),
    (
        "delete-records orders partition=0 before=x",
        "Line 1, column 42: found x, expected an offset from 0, or -1 for the high watermark.",
    ),
    ("producer web topic=o rate=200/m", "Line 1, column 27: found 200/m, expected a rate such as 200/s."),
    (
        "consumr c1",
        "Line 1, column 1: found consumr, expected a command (rejoin help commands lists them). Did you mean consumer?",
    ),
    ("kill", "Line 1, column 5: found the end of the line, expected a consumer's name."),
    (
        "topic orders partition=6",
        "Line 1, column 14: found partition=, expected the end of the line or partitions= racks= replicas= cleanup= retention= \
         retention-size= segment= segment-time= segment-small= index= index-interval= dirty-ratio= compaction-lag= \
         compaction-lag-max= delete-retention= timestamps=. Did you mean partitions=?",
    ),
    ("topic orders partitions=0", "Line 1, column 25: found 0, expected a whole number from 1 to 100000."),
    (
        "topic orders partitions=2 partitions=3",
        "Line 1, column 27: found partitions= a second time, expected partitions= once.",
    ),
    (
        "topic größe",
        "Line 1, column 7: found größe, expected a topic name: at most 249 of the characters a-z A-Z 0-9 . _ -.",
    ),
    (
        "group g assignor=stiky",
        "Line 1, column 18: found stiky, expected one of the assignors range, roundrobin, sticky, cooperative-sticky, uniform. Did you mean sticky?",
    ),
    ("group g session.timeout.ms=10s", "Line 1, column 28: found 10s, expected milliseconds such as 10000."),
    (
        "check lagg == 0",
        "Line 1, column 7: found lagg, expected a measure (rejoin help commands lists them). Did you mean lag?",
    ),
    ("check skipped = 0", "Line 1, column 15: found =, expected == != < <= > >=."),
    ("check state g < Stable", "Line 1, column 23: found the end of the line, expected == or != with state."),
    ("at 5s kill c1", "Line 1, column 1: found at, expected a command without a time: it happens now."),
    (
        "$ kafka-topics.sh --list",
        "Line 1, column 1: found $, expected a command of the lab: Kafka's command lines are not available in this version.",
    ),
];

#[test]
fn an_error_says_where_what_was_found_what_was_expected_and_what_is_near() {
    for (line, message) in WRONG {
        let error = Command::parse(line).expect_err(line);
        assert_eq!(error.to_string(), *message, "{line}");
    }
}

#[test]
fn reading_goes_on_after_an_error_and_finds_them_all() {
    let text =
        "# title\nseed x\ntopic orders partitions=0 color=red\nat 5s kill\nat 4s kill c1\nend 60s\nkill c1\n";
    let errors = Story::parse(text).expect_err("six errors");
    let places: Vec<(u32, u32)> = errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(2, 6), (3, 25), (3, 27), (4, 11), (5, 4), (7, 1)]);
}

#[test]
fn a_story_keeps_its_comments_and_leaves_defaults_out() {
    let text = "\u{feff}# A title.\r\n\nseed 7 # lucky\ntopic orders partitions=6\r\nat 0s kill c1\nat 30s kill c2\nkill   c3\nend 1m";
    let story = Story::parse(text).expect("a story");
    let canonical = "# A title.\n\nseed 7  # lucky\ntopic orders partitions=6\nkill c1\nat 30s kill c2\nat 30s kill c3\nend 60s\n";
    assert_eq!(story.to_string(), canonical);
    assert_eq!(story.title().map(|title| &**title), Some("A title."));
    assert_eq!(Story::parse(canonical), Ok(story));
}

#[test]
fn the_recorded_scenarios_are_stories_and_stay_the_same_when_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/runs");
    let entries = std::fs::read_dir(folder).expect("the folder");
    let mut files: Vec<_> =
        entries.map(|entry| entry.expect("an entry").path().join("scenario.story")).collect();
    files.sort();
    assert_eq!(files.len(), 46);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        let story = Story::parse(&text).unwrap_or_else(|errors| panic!("{}: {errors:?}", file.display()));
        assert_eq!(Story::parse(&story.to_string()), Ok(story), "{}", file.display());
    }
}

#[test]
fn a_setting_that_is_said_already_is_left_out() {
    let text = "\
topic orders
group checkout protocol=classic assignor=range session-timeout=10s heartbeat=3s process=1ms
consumer c1 c2 group=checkout topics=orders assignor=range session-timeout=10s process=2ms commit=auto
consumer c3 group=new topics=orders commit=auto process=0ms session-timeout=10s
at 5s start c1 c2 process=2ms heartbeat=1s
at 6s start c1 process=0ms heartbeat=1s
";
    let plain = "\
topic orders
group checkout assignor=range session-timeout=10s process=1ms
consumer c1 c2 group=checkout topics=orders process=2ms
consumer c3 group=new topics=orders session-timeout=10s
at 5s start c1 c2 heartbeat=1s
at 6s start c1 process=0s
";
    assert_eq!(Story::parse(text).expect("a story").to_string(), plain);
}
