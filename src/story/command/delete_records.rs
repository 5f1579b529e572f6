//! `delete-records orders partition=0 before=500`: the records of a partition up to an offset.

use super::{Command, Spec};
use crate::base::limit::PARTITIONS_MAX;
use crate::story::args::{Args, Name};
use crate::story::unit;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "delete-records",
    syntax: "delete-records TOPIC partition=N before=OFFSET",
    help: "Deletes the records of a partition before an offset (kafka-delete-records.sh); -1 is its high watermark.",
    parse,
};

/// Deletes the first records of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteRecords {
    /// The topic.
    pub topic: Name,
    /// The partition.
    pub partition: i32,
    /// The first offset that stays; −1: the high watermark.
    pub before: i64,
}

fn parse(args: &mut Args) -> Command {
    let topic = args.topic();
    let partition = args.required_number("partition", (0, PARTITIONS_MAX as u64 - 1)) as i32;
    let before = args.required("before", "before= and an offset").map_or(0, |word| {
        let text = word.text();
        let offset = unit::integer(&text).and_then(|offset| i64::try_from(offset).ok());
        let offset = offset.or((text == "-1").then_some(-1));
        if offset.is_none() {
            args.error(word.column, word.shown(), "an offset from 0, or -1 for the high watermark");
        }
        offset.unwrap_or(0)
    });
    Command::DeleteRecords(DeleteRecords { topic, partition, before })
}

impl fmt::Display for DeleteRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "delete-records")
            .name(&self.topic)
            .pair("partition", self.partition)
            .pair("before", self.before)
            .end()
    }
}
