//! The settings of a consumer's requests: those of [`TUNABLES`], under Kafka's names in Kafka's units or under short ones.

use super::topic::milliseconds;
use super::{Kind, Setting};
use crate::base::Span;
use crate::sim::{TUNABLES, Tunable, Tuning};
use crate::story::args::Args;
use crate::story::unit;

/// All of them, in the order in which help lists them.
pub static TUNING_SETTINGS: [Setting; TUNABLES.len()] = {
    const fn of(at: usize) -> Setting {
        let of: &'static Tunable = &ALL[at];
        Setting { names: &of.names, kind: if of.bytes { Kind::Bytes } else { Kind::Span }, help: of.help }
    }
    const ALL: &[Tunable; TUNABLES.len()] = &TUNABLES;
    [of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7)]
};

/// Kafka's settings of consumers that nothing here would change by.
const UNSUPPORTED: [&str; 12] = [
    "allow.auto.create.topics",
    "auto.include.jmx.reporter",
    "check.crcs",
    "client.dns.lookup",
    "connections.max.idle.ms",
    "exclude.internal.topics",
    "interceptor.classes",
    "receive.buffer.bytes",
    "reconnect.backoff.max.ms",
    "request.timeout.ms",
    "send.buffer.bytes",
    "socket.connection.setup.timeout.ms",
];

/// Takes them from a line.
pub(super) fn take(args: &mut Args) -> Tuning {
    for name in UNSUPPORTED {
        if let Some((_, word)) = args.any_value(&[name]) {
            let expected = match name {
                "allow.auto.create.topics" => "no such setting: topics are created by topic lines only",
                _ => "a setting that the lab obeys: nothing here would change by this one of Kafka's",
            };
            args.error(word.column, format!("{name}="), expected);
        }
    }
    let mut all = Tuning::default();
    for of in &TUNABLES {
        args.ask(of.names[0]);
        let Some((key, word)) = args.any_value(&of.names) else { continue };
        let text = word.text();
        let kafkas = match (key == of.names[1], of.bytes) {
            (true, _) => Some(text),
            (false, true) => unit::size(&text).map(|bytes| bytes.to_string()),
            (false, false) => milliseconds(&text).map(|ms| ms.to_string()),
        };
        match kafkas.map(|value| of.checked(&value)) {
            Some(Ok(value)) => all.set(of.of, Some(value)),
            Some(Err(said)) => args.error(word.column, word.shown(), said),
            None => {
                args.error(word.column, word.shown(), if of.bytes { unit::A_SIZE } else { unit::A_DURATION })
            }
        }
    }
    all
}

/// What is given: short names and values.
pub(super) fn given(of: &Tuning) -> impl Iterator<Item = (&'static str, Option<String>)> {
    of.given().map(|(of, value)| {
        let text = if of.bytes { unit::size_text(value) } else { Span::from_ms(value).to_string() };
        (of.names[0], Some(text))
    })
}
