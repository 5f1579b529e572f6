//! What the broker does to its logs by itself, as stories: retention, deleted records, compaction, other settings.

use rejoin::base::Time;
use rejoin::sim::Happening;
use rejoin::story::run::Act;
use rejoin::story::{Options, Runner, Story};

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    let failed: Vec<_> = runner.checks().iter().filter(|check| !check.holds).collect();
    assert!(failed.is_empty(), "{failed:?}");
    runner
}

/// Why lines were refused, in order.
fn refused(runner: &Runner) -> Vec<String> {
    let refused = runner.events().iter().filter_map(|event| match &event.what {
        Act::Refused(_, why) => Some(why.to_string()),
        _ => None,
    });
    refused.collect()
}

/// When retention deleted something: seconds, segments, records, the log start afterwards.
fn retired(runner: &Runner) -> Vec<(u64, u32, u64, i64)> {
    let all = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::SegmentsDeleted(_, retired, start) => {
            Some((entry.at.ms() / 1000, retired.segments(), retired.records, *start))
        }
        _ => None,
    });
    all.collect()
}

#[test]
fn retention_passes_a_group_that_lags() {
    // Ten records a second; a segment takes ten seconds. The consumer takes a second a record.
    let text = "cluster retention-check=10s task-delay=5s\n\
         topic a partitions=1 segment-time=10s retention=20s\n\
         producer p topic=a rate=10/s\n\
         group g reset=earliest commit=record\nconsumer c group=g topics=a process=1s\nend 600s\n";
    let runner = run(text);
    let said = retired(&runner);
    // A segment closes 10 s after its first record, and goes at the first look more than 20 s after its last.
    assert_eq!(said.first(), Some(&(35, 1, 101, 101)), "{said:?}");
    assert!(said.len() > 5 && said.iter().all(|(seconds, ..)| seconds % 10 == 5), "{said:?}");
    let gone: u64 = said.iter().map(|(_, _, records, _)| records).sum();
    let of = runner.world().partition("a", 0, Some("g")).expect("it exists");
    assert_eq!(of.log_start as u64, gone);
    let counters = runner.world().counters(Some("g"));
    assert!(of.committed.is_some_and(|committed| committed > 101), "it was reset, and goes on");
    // Every record below the committed offset was processed or is told to have been passed over.
    let processed = counters.distinct + counters.skipped;
    assert_eq!(processed, of.committed.unwrap_or(0) as u64, "{counters:?}");
    assert!(counters.skipped > 100);
}

#[test]
fn a_partition_keeps_to_its_size() {
    let text = "cluster retention-check=1s\n\
         topic a partitions=1 segment-small=10KiB retention-size=50KiB\n\
         producer p topic=a rate=100/s keys=10\nend 120s\n";
    let runner = run(text);
    let log = runner.world().log("a", 0).expect("it exists");
    assert!(log.byte_count() >= 50 << 10 && log.byte_count() < 80 << 10, "{}", log.byte_count());
    assert!(log.segment_list().all(|of| of.bytes <= 10 << 10) && log.log_start() > 5000);
}

#[test]
fn the_default_deletes_after_seven_days() {
    let text = "topic a partitions=2\nproduce topic=a count=10\nend 1s\n";
    let mut runner = run(text);
    runner.advance_to(Time::from_ms(604_829_000));
    assert_eq!(retired(&runner), []);
    // The first look after seven days: every five minutes from 30 s on.
    runner.advance_to(Time::from_ms(604_830_000));
    let said: Vec<u64> = retired(&runner).iter().map(|(seconds, ..)| *seconds).collect();
    assert_eq!(said, [604_830], "all records are in one partition");
}

#[test]
fn records_are_deleted_up_to_the_high_watermark_and_not_of_compacted_topics() {
    let text = "topic a partitions=1\ntopic c partitions=1 cleanup=compact\nproduce topic=a count=10\n\
         group g reset=earliest\nat 1s delete-records a partition=0 before=4\n\
         at 1s delete-records a partition=0 before=2\n\
         at 1s delete-records a partition=0 before=11\nat 1s delete-records a partition=1 before=0\n\
         at 1s delete-records c partition=0 before=0\nat 1s delete-records b partition=0 before=0\n\
         at 2s consumer c1 group=g topics=a\nat 30s check end a:0 == 10\n\
         at 30s delete-records a partition=0 before=-1\nend 31s\n";
    let runner = run(text);
    let expected = [
        "refused by the broker: OFFSET_OUT_OF_RANGE",
        "partition: a has 1, numbered from 0",
        "refused by the broker: POLICY_VIOLATION",
        "there is no topic b",
    ];
    assert_eq!(refused(&runner), expected);
    let deleted = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::RecordsDeleted(_, count, start) => Some((*count, *start)),
        _ => None,
    });
    assert_eq!(deleted.collect::<Vec<_>>(), [(4, 4), (0, 4), (6, 10)]);
    let counters = runner.world().counters(Some("g"));
    assert_eq!((counters.distinct, counters.skipped), (6, 0), "the group began at the log's start");
}

#[test]
fn a_compacted_log_keeps_the_last_record_of_every_key_and_a_group_reads_past_the_holes() {
    let text = "topic a partitions=1 cleanup=compact segment-small=20KiB dirty-ratio=0.1\n\
         producer p topic=a rate=100/s keys=50 until=60s\n\
         group g reset=earliest\n\
         at 100s consumer c group=g topics=a\nend 140s\n";
    let runner = run(text);
    let rounds =
        runner.world().trace().since(0).filter(|entry| matches!(entry.what, Happening::Compacted(..)));
    let seconds: Vec<u64> = rounds.map(|entry| entry.at.ms() / 1000).collect();
    assert!(seconds.len() >= 3 && seconds.iter().all(|at| at % 15 == 0), "{seconds:?}");
    let log = runner.world().log("a", 0).expect("it exists");
    assert!(log.end() == 6000 && log.record_count() < 500, "{}", log.record_count());
    let of = runner.world().partition("a", 0, Some("g")).expect("it exists");
    let counters = runner.world().counters(Some("g"));
    assert_eq!((of.committed, of.unread, counters.skipped), (Some(6000), 0, 0));
    assert_eq!(counters.distinct, log.record_count(), "a hole is no record");
}

#[test]
fn what_a_compacted_topic_takes_needs_keys() {
    let text = "topic a cleanup=compact\ntopic b\nproduce topic=a count=3\nproducer p topic=b rate=1/s\n\
         configure b cleanup=compact\nstop p\nconfigure b cleanup=compact,delete retention=1m\n\
         configure b segment.ms=default\nconfigure b compaction-lag=2m compaction-lag-max=1m\n\
         configure nothing retention=1m\nend 1s\n";
    let runner = run(text);
    let expected = [
        "topic a is compacted, and takes no records without keys",
        "a compacted topic takes no records without keys, as p sends them to b: stop it first",
        "conflict topic config setting min.compaction.lag.ms (120000) > max.compaction.lag.ms (60000)",
        "there is no topic nothing",
    ];
    assert_eq!(refused(&runner), expected);
}

#[test]
fn settings_of_a_topic_go_into_its_backups_and_count_after_a_restore() {
    let text = "cluster retention-check=10s task-delay=10s\n\
         topic a partitions=1 retention=1h segment-time=5s\nproducer p topic=a rate=10/s\n\
         at 20s configure a retention=20s timestamps=LogAppendTime\n\
         at 21s backup full\nat 22s configure a retention=unlimited timestamps=default\n\
         at 30s restore apply latest\nat 90s check restores == 1\nend 90s\n";
    let text = text.replace("at 90s check restores == 1\n", "");
    let runner = run(&text);
    assert!(refused(&runner).is_empty(), "{:?}", refused(&runner));
    let snapshot = runner.world().snapshot();
    let configs: Vec<(&str, &str)> =
        snapshot.topics[0].config.iter().map(|(name, value)| (&**name, &**value)).collect();
    let expected =
        [("message.timestamp.type", "LogAppendTime"), ("retention.ms", "20000"), ("segment.ms", "5000")];
    assert_eq!(configs, expected);
    assert!(runner.world().log("a", 0).is_some_and(|log| log.log_start() > 400), "retention goes on");
}
