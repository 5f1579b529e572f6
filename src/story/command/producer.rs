//! `producer web topic=orders rate=200/s keys=1000`: records at a steady rate.

use super::produce::{VALUE_BYTES, value_bytes};
use super::{Command, Spec};
use crate::base::Time;
use crate::story::args::{Args, Name};
use crate::story::settings::{Delivery, take_delivery};
use crate::story::token::Word;
use crate::story::unit;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "producer",
    syntax: "producer NAME topic=T rate=R/s [keys=K] [value=64B] [until=TIME] [idempotence=yes] \
             [transactional-id=ID [transaction=N|TIME] [abort=0.1] [transaction-timeout=60s]]",
    help: "Starts a producer: record i is sent i/R after the start, until TIME; in transactions when it has an id for them.",
    parse,
};

/// Starts a producer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Producer {
    /// Its name.
    pub name: Name,
    /// The topic.
    pub topic: Name,
    /// Records a second, in thousandths.
    pub rate_milli: u64,
    /// How many keys take turns; `None`: null keys.
    pub keys: Option<u64>,
    /// Bytes of each value; 64 is the default.
    pub value_bytes: u32,
    /// The moment (from the start of the run) at which it ends; `None`: never.
    pub until: Option<Time>,
    /// Idempotence and transactions.
    pub delivery: Delivery,
}

/// The highest rate, in thousandths of a record a second.
pub const RATE_MILLI_MAX: u64 = 1_000_000_000;

/// Reads a rate within its bounds, in thousandths a second.
pub(super) fn rate(args: &mut Args, word: &Word) -> u64 {
    match unit::rate_milli(&word.text()) {
        Some(rate @ 1..=RATE_MILLI_MAX) => return rate,
        Some(_) => args.error(word.column, word.shown(), "a rate from 0.001/s to 1000000/s"),
        None => args.error(word.column, word.shown(), unit::A_RATE),
    }
    0
}

fn parse(args: &mut Args) -> Command {
    let name = args.name("a producer's name");
    let topic = args.required_topic();
    let rate_milli =
        args.required("rate", "rate= and a rate such as 200/s").map_or(0, |word| rate(args, &word));
    let keys = args.number("keys", (1, u64::MAX));
    let value_bytes = value_bytes(args);
    let until = args.value("until").map(|word| args.as_time(&word));
    let delivery = take_delivery(args);
    Command::Producer(Producer { name, topic, rate_milli, keys, value_bytes, until, delivery })
}

impl fmt::Display for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "producer")
            .name(&self.name)
            .named("topic", &self.topic)
            .pair("rate", unit::rate_text(self.rate_milli))
            .maybe("keys", self.keys)
            .unless(unit::size_text(VALUE_BYTES.into()), "value", unit::size_text(self.value_bytes.into()))
            .maybe("until", self.until);
        self.delivery.write(words).end()
    }
}
