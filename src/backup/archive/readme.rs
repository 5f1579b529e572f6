//! `README.txt`: what a stranger needs who has the file and not Rejoin.

use crate::backup::layout::{MANIFEST, in_archive};
use std::rc::Rc;

/// The text for an archive of these backups, oldest first.
pub fn text(labels: &[Rc<str>]) -> String {
    let newest = labels.last().map_or("LABEL", |label| label);
    let list: String = labels.iter().map(|label| format!("  {}\n", in_archive(label, ""))).collect();
    format!(
        "This is an archive of Rejoin: backups of Kafka topics, consumer groups and committed offsets.\n\
         It holds, oldest first:\n\
         \n\
         {list}\
         \n\
         Each {MANIFEST} lists everything that its backup needs, each file with the label of the backup that keeps it.\n\
         \n\
         CHECK IT with standard tools:\n\
         \n\
         \x20 unzip -t rejoin-{newest}.zip            every file against its checksum\n\
         \x20 unzip rejoin-{newest}.zip -d backup && cd backup && sha256sum -c SHA256SUMS\n\
         \x20 kafka-dump-log.sh --print-data-log --files backups/{newest}/data/TOPIC-0/00000000000000000000.log\n\
         \x20 kafka-dump-log.sh --offsets-decoder --files backups/{newest}/data/__consumer_offsets-N/00000000000000000000.log\n\
         \x20 rejoin verify rejoin-{newest}.zip       all of it, and that the files fit together\n\
         \n\
         LOAD IT INTO REJOIN: drop the file on the page, or press Import.\n\
         \n\
         LOAD IT INTO A KAFKA CLUSTER of one broker (with more brokers: the same for each replica):\n\
         \n\
         \x20  A backup that builds on others has the files of a partition in several folders; all those that its {MANIFEST}\n\
         \x20  names, put into one, are that partition's folder. This does it, and what the last paragraph says:\n\
         \x20  rejoin extract rejoin-{newest}.zip --to cluster --for-cluster\n\
         \n\
         1. sh backups/{newest}/meta/create-topics.sh      creates the topics. Mind retention.ms: records older than that\n\
         \x20  are deleted within a minute. (The one that rejoin extract --for-cluster writes has retention.ms=-1, and says how\n\
         \x20  each topic gets its own back.)\n\
         2. Stop the broker. In its log folder, for each data/TOPIC-N: delete everything in TOPIC-N but partition.metadata,\n\
         \x20  and copy the .log files there. (With .index and .timeindex, or without: the broker makes them again.)\n\
         \x20  NEVER COPY partition.metadata OVER: with the id of another cluster the broker renames the folder to\n\
         \x20  TOPIC-N.<id>-stray at its start and serves an empty partition instead.\n\
         3. Delete .kafka_cleanshutdown, recovery-point-offset-checkpoint, replication-offset-checkpoint and\n\
         \x20  cleaner-offset-checkpoint. Add the lines of data/log-start-offset-checkpoint to the broker's file of that name\n\
         \x20  (its second line is their number).\n\
         4. Start the broker. It checks every batch, and cuts a log at the first bad one without asking: check first.\n\
         5. Committed offsets, while no consumer of the groups runs:\n\
         \x20  kafka-consumer-groups.sh --bootstrap-server localhost:9092 --reset-offsets --execute --group GROUP \\\n\
         \x20    --group ANOTHER --from-file backups/{newest}/groups/offsets.csv\n\
         \x20  (Kafka 4.3.1 first prints an exception about a value that is no int: it tries an older form of the file, then\n\
         \x20  reads this one. What counts is the table of new offsets under it.)\n\
         \n\
         The batches keep the leader epochs that they had. Where one is higher than the partition's own in the new cluster,\n\
         running consumers may be reset at the next change of leaders. Bytes 12 to 15 of a batch are its epoch, outside the\n\
         checksum: set them to 0 in the copies, and leave leader-epoch-checkpoint away.\n"
    )
}
