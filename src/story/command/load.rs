//! `load orders file=app.log`: the lines of a file become records, or a broker's segment a partition.

use super::produce::COUNT_MAX;
use super::producer::rate;
use super::{Command, Spec};
use crate::base::Uuid;
use crate::base::limit::PARTITIONS_MAX;
use crate::story::args::{Args, Name};
use crate::story::token::{Word, quote};
use crate::story::unit;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "load",
    syntax: "load TOPIC file=NAME [format=text|csv|jsonl|segment] [key=COLUMN|none] [time=COLUMN] [rate=R/s] \
             [partitions=6] [partition=0] [start=OFFSET] [topic-id=ID] [topics=T[:NAME],…] [sha256=DIGEST]",
    help: "Turns the lines of a file beside the story into records; a line's own bytes are the value. Creates the \
           topic when it is absent (then partitions= counts), else appends. Without rate= all records come at once. \
           A broker's .log file (format=segment) goes to one partition with its own batches, offsets and times, behind \
           what is there, so that a partition's files come in a line each; NAME may then have the partition's folder \
           before it, orders-0/00000000000000000000.log, and start= is where an empty partition's log starts. \
           topic-id= is the id of a topic that is created, as partition.metadata has it. A segment of \
           __consumer_offsets gives groups without members the offsets that it has for topics that are here: of all, or of \
           those in topics=, T under the name NAME here; members are not taken. A transaction that ends in the next file of \
           its folder counts when that one is loaded. \
           The canonical line holds the file's SHA-256, and another file is refused.",
    parse,
};

/// Loads a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// The topic.
    pub topic: Name,
    /// The file's name, beside the story or in a folder there.
    pub file: Name,
    /// How to read it; `None`: by its name, else by its content.
    pub format: Option<LoadFormat>,
    /// The column or field whose text is the key; `None`: null keys.
    pub key: Option<Name>,
    /// The column or field whose time is the timestamp; `None`: the time of arrival.
    pub time: Option<Name>,
    /// Records a second, in thousandths; `None`: all at once.
    pub rate_milli: Option<u64>,
    /// Partitions of the topic when it has to be created; `None`: 6, of a segment those up to its own.
    pub partitions: Option<i32>,
    /// The partition that a segment goes to; `None`: 0. Only for segments.
    pub partition: Option<i32>,
    /// Where the log of a partition starts that never held anything; `None`: at the first batch. Only for segments.
    pub start: Option<i64>,
    /// The id of a topic that has to be created; `None`: a new one. Only for segments.
    pub topic_id: Option<Uuid>,
    /// Topics whose committed offsets are taken, each with its name here; empty: all that are here, under their names.
    /// Only for segments of `__consumer_offsets`.
    pub topics: Vec<(Name, Name)>,
    /// SHA-256 of the file, 64 hexadecimal digits; `None`: any file.
    pub sha256: Option<Name>,
}

/// Forms of files that can be loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LoadFormat {
    /// A record a line.
    #[default]
    Text,
    /// A header row, then a record a row (a quoted field may hold line ends).
    Csv,
    /// A JSON value a line.
    JsonLines,
    /// A partition's `.log` file, as a broker keeps it.
    Segment,
}

impl LoadFormat {
    /// As the language writes it.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(_, format)| *format == self).map_or("text", |(name, _)| name)
    }
}

/// Forms and their names.
pub const FORMATS: [(&str, LoadFormat); 4] = [
    ("text", LoadFormat::Text),
    ("csv", LoadFormat::Csv),
    ("jsonl", LoadFormat::JsonLines),
    ("segment", LoadFormat::Segment),
];
/// Partitions of a topic that a `load` creates.
pub const LOAD_PARTITIONS: i32 = 6;
/// Records of one file.
pub const LOAD_RECORDS_MAX: u64 = COUNT_MAX;

fn parse(args: &mut Args) -> Command {
    let topic = args.topic();
    let file = args.required("file", "file=NAME").map_or_else(|| "".into(), |word| args.as_path(&word));
    let format = args.value("format").map(|word| args.as_choice(&word, &FORMATS));
    let key = args.value("key").filter(|word| word.quoted || word.text() != "none");
    let key = key.map(|word| args.as_name(&word, "a column or a field"));
    let time = args.value("time").map(|word| args.as_name(&word, "a column or a field"));
    let rate_milli = args.value("rate").map(|word| rate(args, &word));
    let lines = format.is_some_and(|format| format != LoadFormat::Segment);
    let partitions = args.number("partitions", (1, PARTITIONS_MAX as u64)).map(|number| number as i32);
    let partitions = partitions.filter(|number| !lines || *number != LOAD_PARTITIONS);
    let partition = args.number("partition", (0, PARTITIONS_MAX as u64 - 1)).map(|number| number as i32);
    let start = args.number("start", (0, i64::MAX as u64)).map(|offset| offset as i64);
    let topic_id = args.value("topic-id").map(|word| {
        let id = Uuid::parse(&word.text());
        if id.is_none() {
            args.error(word.column, word.shown(), "22 letters of base64, as partition.metadata has them");
        }
        id.unwrap_or(Uuid::ZERO)
    });
    let topics = args.value("topics").map_or(Vec::new(), |word| renamed(args, &word));
    let sha256 = args.value("sha256").map(|word| args.as_digest(&word));
    Command::Load(Load {
        topic,
        file,
        format,
        key,
        time,
        rate_milli,
        partitions,
        partition,
        start,
        topic_id,
        topics,
        sha256,
    })
}

/// `orders,payments:payments-2`.
fn renamed(args: &mut Args, word: &Word) -> Vec<(Name, Name)> {
    let one = |part: &Word| match part.split_last(':') {
        Some((name, new)) => (args.as_topic(&name), args.as_topic(&new)),
        None => {
            let name = args.as_topic(part);
            (name.clone(), name)
        }
    };
    word.split(',').iter().map(one).collect()
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key =
            self.key.as_deref().map(|key| if key == "none" { "\"none\"".to_owned() } else { quote(key) });
        let pair = |(name, new): &(Name, Name)| match name == new {
            true => name.to_string(),
            false => format!("{name}:{new}"),
        };
        let topics = self.topics.iter().map(pair).collect::<Vec<_>>().join(",");
        Words::new(f, "load")
            .name(&self.topic)
            .named("file", &self.file)
            .maybe("format", self.format.map(LoadFormat::name))
            .maybe("key", key)
            .maybe("time", self.time.as_deref().map(quote))
            .maybe("rate", self.rate_milli.map(unit::rate_text))
            .maybe("partitions", self.partitions)
            .maybe("partition", self.partition)
            .maybe("start", self.start)
            .maybe("topic-id", self.topic_id)
            .maybe("topics", Some(topics).filter(|topics| !topics.is_empty()))
            .maybe("sha256", self.sha256.as_deref())
            .end()
    }
}
