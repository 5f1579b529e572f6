//! `produce topic=orders count=200 keys=50`: records at once.

use super::{Command, Spec};
use crate::log::record::RECORD_BYTES_MAX;
use crate::story::args::{Args, Name};
use crate::story::unit;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "produce",
    syntax: "produce topic=T count=N [keys=K] [value=64B]",
    help: "Appends N records at once. Record i has the key k<i mod K>, or none without keys=.",
    parse,
};

/// Appends records at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Produce {
    /// The topic.
    pub topic: Name,
    /// How many records.
    pub count: u64,
    /// How many keys take turns; `None`: null keys.
    pub keys: Option<u64>,
    /// Bytes of each value; 64 is the default.
    pub value_bytes: u32,
}

/// Records of one `produce`.
pub const COUNT_MAX: u64 = 10_000_000;
/// Bytes of a value without `value=`.
pub(super) const VALUE_BYTES: u32 = 64;

/// The largest value: with the longest generated key it still fits into a record.
const VALUE_BYTES_MAX: u64 = (RECORD_BYTES_MAX - 1024) as u64;

/// Takes `value=`.
pub(super) fn value_bytes(args: &mut Args) -> u32 {
    let Some(word) = args.value("value") else { return VALUE_BYTES };
    match unit::size(&word.text()) {
        Some(bytes) if bytes <= VALUE_BYTES_MAX => return bytes as u32,
        Some(_) => {
            let expected = format!("at most {}", unit::size_text(VALUE_BYTES_MAX));
            args.error(word.column, word.shown(), expected);
        }
        None => args.error(word.column, word.shown(), unit::A_SIZE),
    }
    VALUE_BYTES
}

fn parse(args: &mut Args) -> Command {
    let topic = args.required_topic();
    let count = args.required_number("count", (1, COUNT_MAX));
    let keys = args.number("keys", (1, u64::MAX));
    Command::Produce(Produce { topic, count, keys, value_bytes: value_bytes(args) })
}

impl fmt::Display for Produce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "produce")
            .named("topic", &self.topic)
            .pair("count", self.count)
            .maybe("keys", self.keys)
            .unless(unit::size_text(VALUE_BYTES.into()), "value", unit::size_text(self.value_bytes.into()))
            .end()
    }
}
