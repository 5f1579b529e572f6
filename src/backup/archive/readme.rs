//! `README.txt`: what a stranger needs who has the file and not Rejoin. Its commands are about the newest backup, and name
//! the folders that its files lie in: of a backup that builds on others, most lie in theirs.

use super::Manifest;
use crate::backup::layout::{MANIFEST, in_archive, quoted};
use crate::backup::manifest::FileKind;
use std::rc::Rc;

/// The text for an archive of these backups, oldest first; `newest` is the last of them.
pub fn text(labels: &[Rc<str>], newest: Option<&Manifest>) -> String {
    let list: String = labels.iter().map(|label| format!("  {}\n", in_archive(label, ""))).collect();
    let dumps: String = [(FileKind::Log, "--print-data-log"), (FileKind::OffsetsLog, "--offsets-decoder")]
        .into_iter()
        .filter_map(|(kind, option)| {
            Some(format!("  kafka-dump-log.sh {option} --files {}\n", path(newest?, kind)?))
        })
        .collect();
    format!(
        "This is an archive of Rejoin: backups of Kafka topics, consumer groups and committed offsets.\n\
         It holds, oldest first:\n\
         \n\
         {list}\
         \n\
         Each {MANIFEST} lists everything that its backup needs, each file with the label of the backup that keeps it.\n\
         Below, ARCHIVE.zip stands for this file, whatever its name.\n\
         \n\
         CHECK IT with standard tools:\n\
         \n\
         \x20 unzip -t ARCHIVE.zip            every file against its checksum\n\
         \x20 rejoin verify ARCHIVE.zip       all of it, and that the files fit together\n\
         \x20 unzip ARCHIVE.zip -d backup && cd backup && sha256sum -c SHA256SUMS\n\
         {dumps}\
         \n\
         With --deep-iteration or --print-data-log, kafka-dump-log.sh calls offsets non-consecutive wherever some are\n\
         missing: at the start of every file but a partition's first (-1 is followed by its first offset), and where\n\
         compaction left some out. Neither is damage.\n\
         \n\
         LOAD IT INTO REJOIN: drop the file on the page, or press Import.\n\
         \n\
         {}\n\
         {}",
        steps(newest),
        without(newest)
    )
}

/// The steps into a cluster.
fn steps(newest: Option<&Manifest>) -> String {
    let groups: String = newest
        .map_or(&[][..], |newest| &newest.groups)
        .iter()
        .filter(|group| !group.offsets.is_empty())
        .map(|group| format!(" \\\n       --group {}", quoted(&group.group)))
        .collect();
    let offsets = if groups.is_empty() {
        "Committed offsets: there are none.\n".into()
    } else {
        format!(
            "Committed offsets, while no consumer of the groups runs:\n\
             \x20  kafka-consumer-groups.sh --bootstrap-server localhost:9092 --reset-offsets --execute{groups} \\\n\
             \x20      --from-file cluster/groups/offsets.csv\n\
             \x20  (Kafka 4.3.1 first prints an exception about a value that is no int: it tries an older form of the file,\n\
             \x20  then reads this one. What counts is the table of new offsets under it.)\n"
        )
    };
    format!(
        "LOAD IT INTO A KAFKA CLUSTER of one broker (with more brokers: the same for each replica):\n\
         \n\
         1. rejoin extract ARCHIVE.zip --to cluster --for-cluster\n\
         \x20  checks the archive and puts the newest backup (another with --label) into the folder cluster: the files of\n\
         \x20  each partition in one place, whichever backup keeps them, with leader epochs of 0, and topics that keep\n\
         \x20  everything (retention.ms=-1). Without rejoin, see WITHOUT REJOIN below.\n\
         2. BOOTSTRAP=localhost:9092 sh cluster/meta/create-topics.sh\n\
         \x20  creates the topics; its last lines say how each gets its own retention back.\n\
         3. Stop the broker. In its log folder (log.dirs), for each cluster/data/TOPIC-N: delete everything in TOPIC-N but\n\
         \x20  partition.metadata, and copy the .log files there, readable and writable for the broker. (With .index and\n\
         \x20  .timeindex, or without: the broker makes them again.)\n\
         \x20  NEVER COPY partition.metadata OVER: with the id of another cluster the broker renames the folder to\n\
         \x20  TOPIC-N.<id>-stray at its start and serves an empty partition instead.\n\
         \x20  LEAVE __consumer_offsets-N OUT: committed offsets come with step 6.\n\
         4. Delete .kafka_cleanshutdown, recovery-point-offset-checkpoint, replication-offset-checkpoint and\n\
         \x20  cleaner-offset-checkpoint. Add the lines of cluster/data/log-start-offset-checkpoint, from the third on, to the\n\
         \x20  broker's file of that name (its second line is their number).\n\
         5. Start the broker. It checks every batch, and cuts a log at the first bad one without asking. Topics with\n\
         \x20  cleanup.policy=compact it compacts as soon as they are due: older records of a key may go within seconds.\n\
         6. {offsets}\
         7. Transactions that were open stay open, as their coordinator is another, and consumers with\n\
         \x20  isolation.level=read_committed wait for them. The first command lists those older than 15 minutes, the second\n\
         \x20  ends one:\n\
         \x20  kafka-transactions.sh --bootstrap-server localhost:9092 find-hanging --broker-id BROKER\n\
         \x20  kafka-transactions.sh --bootstrap-server localhost:9092 abort --topic TOPIC --partition N --start-offset OFFSET\n"
    )
}

/// How step 1 is done by hand, with the files where they lie.
fn without(newest: Option<&Manifest>) -> String {
    let path = |kind, name| {
        newest.and_then(|newest| path(newest, kind)).unwrap_or_else(|| in_archive("LABEL", name))
    };
    format!(
        "WITHOUT REJOIN, unzip the archive in place of step 1. A backup that builds on others has the files of a partition in\n\
         several folders; all those that its {MANIFEST} names, put into one, are that partition's folder. The topics are\n\
         created by {}\n\
         and the committed offsets lie in {}\n\
         Mind retention.ms there: records older than that are deleted within a minute. And the batches keep the leader\n\
         epochs that they had: where one is higher than the partition's own in the new cluster, running consumers may be\n\
         reset at the next change of leaders. Bytes 12 to 15 of a batch are its epoch, outside the checksum: set them to 0\n\
         in the copies, and leave leader-epoch-checkpoint away.\n",
        path(FileKind::CreateTopics, "meta/create-topics.sh"),
        path(FileKind::OffsetsCsv, "groups/offsets.csv")
    )
}

/// The first file of this kind that the backup needs, where it lies in the archive.
fn path(of: &Manifest, kind: FileKind) -> Option<String> {
    let file = of.all_files().find(|file| file.kind == kind)?;
    Some(in_archive(file.reference.as_ref().unwrap_or(&of.label), &file.path))
}
