//! Manifests that contradict themselves or their files, with every digest made again: each is refused with what is wrong.

use crate::corruption::{check, check_manifest, check_manifest_full};
use rejoin::backup::digest::Digest;
use rejoin::backup::manifest::{Change, KindName, Offset};

/// The number of the first log among the files of its partition: its offset index comes before it.
const LOG: usize = 1;

#[test]
fn wrong_counts_and_bounds() {
    check_manifest("says records 13 of data/orders-0/", |m| m.partitions[0].files[LOG].records += 1);
    check_manifest("says batches 13 of orders-0, whose log has 12", |m| {
        m.partitions[0].batches += 1;
        m.totals.batches += 1;
    });
    check_manifest("says max_ts Some(", |m| m.partitions[0].files[LOG].max_ts = Some(5));
    check_manifest("says min_ts None of orders-0", |m| m.partitions[0].min_ts = None);
    check_manifest("says max_ts_so_far_monotonic false of orders-0", |m| {
        m.partitions[0].max_ts_so_far_monotonic = false;
    });
    check_manifest("says codecs", |m| m.partitions[0].files[LOG].codecs = vec!["gzip".into()]);
    check_manifest("says totals", |m| m.totals.records += 1);
    check_manifest("says crc32", |m| m.partitions[0].files[LOG].crc32.0 += 1);
}

#[test]
fn wrong_offsets_of_a_log() {
    check_manifest("says files of orders-0 that do not reach from its start to its end", |m| {
        m.partitions[0].log_end_offset = Offset(13);
    });
    check_manifest("says offsets of orders-0 that are not in order", |m| {
        m.partitions[0].high_watermark = Offset(13)
    });
    check_manifest("says a timeline that does not end in its cut", |m| {
        m.timeline.last_mut().expect("the cut").end_offsets[0] = Some(Offset(11))
    });
    check_manifest("says that data/orders-0/00000000000000000000.log ends before offset Some(12)", |m| {
        m.partitions[0].files[LOG].end_offset = Some(Offset(11));
        m.partitions[0].log_end_offset = Offset(11);
        m.partitions[0].high_watermark = Offset(11);
        m.partitions[0].last_stable_offset = Offset(11);
        m.timeline.last_mut().expect("the cut").end_offsets[0] = Some(Offset(11));
    });
    check_manifest("says state_digest", |m| m.partitions[0].state_digest = Digest([7; 32]));
}

#[test]
fn a_gap_between_files() {
    check_manifest(
        "says files of orders-0 with a hole or an overlap before data/orders-0/00000000000000000013.log",
        |m| {
            let mut more = m.partitions[0].files[LOG].clone();
            more.path = "data/orders-0/00000000000000000013.log".into();
            (more.base_offset, more.end_offset) = (Some(Offset(13)), Some(Offset(14)));
            m.partitions[0].files.insert(2, more);
            m.partitions[0].log_end_offset = Offset(14);
        },
    );
}

#[test]
fn a_path_that_leads_elsewhere() {
    for path in
        ["data/../../x", "/etc/passwd", "data/orders-0/1.log", "data/payments-0/00000000000000000000.log"]
    {
        check_manifest(&format!("says a file {path:?} of orders-0, which is not its name"), |m| {
            m.partitions[0].files[LOG].path = path.into();
        });
    }
}

#[test]
fn a_file_listed_twice() {
    check_manifest("says files of orders-0 that are not sorted, or one twice", |m| {
        let again = m.partitions[0].files[1].clone();
        m.partitions[0].files.insert(1, again);
    });
}

#[test]
fn topics_and_ids_that_do_not_fit() {
    check_manifest("says a topic name that Kafka does not take", |m| m.topics[0].name = "a/b".into());
    check_manifest("says a topic id that is none", |m| m.topics[0].topic_id = "short".into());
    check_manifest("says topics that are not sorted, or one twice", |m| m.topics.swap(0, 1));
    check_manifest("says partitions that are not those of its topics", |m| {
        m.topics[0].partition_count = i32::MAX
    });
    check_manifest("says partitions that are not those of its topics", |m| m.partitions.swap(0, 1));
    check("$B/data/orders-0/partition.metadata does not say what the manifest says", |pack| {
        let mut manifest = pack.manifest();
        manifest.topics[0].topic_id = "njd5uQAAQACAAAAAAAAAAQ".into();
        pack.with_manifest(&manifest);
    });
}

#[test]
fn groups_that_do_not_fit() {
    check_manifest("says groups that are not sorted, or one twice", |m| m.groups.swap(0, 1));
    check_manifest("says offsets of group billing that are not sorted, or one twice", |m| {
        m.groups[1].offsets.swap(0, 1);
    });
    check_manifest("says an offset of billing in orders-9, which is not in the backup", |m| {
        m.groups[1].offsets[1].partition = 9;
    });
    check_manifest("says offset 13 of billing in orders-0, where the log ends at 12", |m| {
        m.groups[1].offsets[0].offset = Offset(13);
    });
    check_manifest("says offset -1 of billing in orders-0", |m| m.groups[1].offsets[0].offset = Offset(-1));
}

#[test]
fn chains_that_do_not_fit() {
    let other = || Some("20260101-000010F".into());
    check_manifest_full("says that a full builds on another backup", |m| m.prior = other());
    check_manifest_full("says base_full", |m| m.base_full = other());
    check_manifest_full("says that a full builds on another backup", |m| {
        m.partitions[0].change = Some(Change::Appended)
    });
    check_manifest_full("builds on 20260101-000010F, which is not there", |m| {
        m.chain.insert(0, "20260101-000010F".into());
    });
    check_manifest_full("says a file of a backup that is not in its chain", |m| {
        m.partitions[0].files[LOG].reference = other();
        m.references = vec!["20260101-000010F".into()];
    });
    check_manifest_full("says references that are not those of its files", |m| {
        m.references = vec!["x".into()]
    });
    check_manifest_full("says type incremental under label 20260101-000030F", |m| {
        m.kind = KindName::Incremental
    });
    check_manifest_full("says a cut that is not of the moment of label", |m| m.cut_ms += 1_000_000);
    check_manifest_full("says a start, a cut and an end that are not in this order", |m| m.stop_ms -= 1);
}
