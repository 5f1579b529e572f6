//! The settings of topics, as a `topic` or a `configure` line gives them: those of [`CONFIGS`], under Kafka's names with
//! Kafka's values or under short ones with units.

use crate::base::Span;
use crate::log::config::{CONFIGS, Config, Configs, Kind, UNSUPPORTED};
use crate::story::args::Args;
use crate::story::error::nearest;
use crate::story::token::Word;
use crate::story::unit;
use crate::story::words::Words;
use std::rc::Rc;

/// Without bound.
const UNLIMITED: &str = "unlimited";
/// No policy at all.
const NONE: &str = "none";
/// As if it were not set.
const DEFAULT: &str = "default";
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Takes what a line sets, each Kafka's text.
pub(in crate::story) fn take(args: &mut Args) -> Configs {
    let taken = take_changes(args, false);
    taken.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

/// Takes changes: Kafka's names, and Kafka's text or nothing for the default, when the line may say so.
pub(in crate::story) fn take_changes(
    args: &mut Args,
    defaults: bool,
) -> Vec<(&'static str, Option<Rc<str>>)> {
    for name in UNSUPPORTED {
        if let Some((_, word)) = args.any_value(&[name]) {
            let expected = "a setting that the lab obeys: nothing here would change by this one of Kafka's";
            args.error(word.column, format!("{name}="), expected);
        }
    }
    let mut changes = Vec::new();
    for config in &CONFIGS {
        args.ask(config.short);
        let Some((key, word)) = args.any_value(&[config.short, config.name]) else { continue };
        if defaults && word.text() == DEFAULT {
            changes.push((config.name, None));
            continue;
        }
        let value = if key == config.name { Some(word.text()) } else { kafkas(args, config, &word) };
        match value.map(|value| config.checked(&value)) {
            Some(Ok(value)) => changes.push((config.name, Some(value))),
            Some(Err(sentence)) => {
                args.error(word.column, word.shown(), format!("a value that Kafka takes: {sentence}"));
            }
            None => {}
        }
    }
    changes
}

/// Kafka's text of a value under a short name; an error when it is none.
fn kafkas(args: &mut Args, config: &Config, word: &Word) -> Option<String> {
    let text = word.text();
    if let Some(unbounded) = config.unbounded.filter(|_| text == UNLIMITED) {
        return Some(unbounded.to_owned());
    }
    let (value, expected) = match config.kind {
        Kind::Ms(_) => (milliseconds(&text), unit::A_DURATION),
        Kind::Bytes(..) => (unit::size(&text).and_then(|bytes| i64::try_from(bytes).ok()), unit::A_SIZE),
        Kind::Cleanup if text == NONE => return Some(String::new()),
        Kind::Ratio | Kind::Cleanup | Kind::Stamps => return Some(text),
    };
    if value.is_none() {
        let expected = match config.unbounded {
            Some(_) => format!("{expected}, or {UNLIMITED}"),
            None => expected.to_owned(),
        };
        args.error(word.column, word.shown(), expected);
        args.suggest(
            nearest(&text, [UNLIMITED].into_iter().filter(|_| config.unbounded.is_some())).map(Rc::from),
        );
    }
    value.map(|value| value.to_string())
}

/// Whole milliseconds, up to Kafka's largest; days are a unit here.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    if let Some(days) = text.strip_suffix('d') {
        return i64::try_from(unit::integer(days)?).ok()?.checked_mul(DAY_MS);
    }
    if let Some(number) = text.strip_suffix("ms").and_then(unit::integer) {
        return i64::try_from(number).ok();
    }
    unit::span(text).filter(|span| span.us() % 1000 == 0).and_then(|span| i64::try_from(span.ms()).ok())
}

/// How a value of Kafka's stands under the short name.
pub fn short_value(config: &Config, value: &str) -> String {
    if config.unbounded == Some(value) {
        return UNLIMITED.to_owned();
    }
    if value.is_empty() {
        return NONE.to_owned();
    }
    let Ok(number) = value.parse::<i64>() else { return value.to_owned() };
    match config.kind {
        Kind::Ms(_) => span_text(number),
        Kind::Bytes(..) if number >= 0 => unit::size_text(number as u64),
        _ => value.to_owned(),
    }
}

/// Milliseconds in the largest unit that says them.
pub(super) fn span_text(ms: i64) -> String {
    match ms {
        1.. if ms % DAY_MS == 0 => format!("{}d", ms / DAY_MS),
        // More microseconds than there are are no run's matter: milliseconds say it.
        0.. if ms < i64::MAX / 1000 => Span::from_ms(ms as u64).to_string(),
        _ => format!("{ms}ms"),
    }
}

/// Writes what is set, in the order of the table.
pub(in crate::story) fn write<'a, 'f>(configs: &Configs, words: Words<'a, 'f>) -> Words<'a, 'f> {
    let set = CONFIGS.iter().filter_map(|config| Some((config, configs.get(config.name)?)));
    set.fold(words, |words, (config, value)| words.pair(config.short, short_value(config, value)))
}

/// Writes changes, in the order of the table.
pub(in crate::story) fn write_changes<'a, 'f>(
    changes: &[(&'static str, Option<Rc<str>>)],
    words: Words<'a, 'f>,
) -> Words<'a, 'f> {
    changes.iter().fold(words, |words, (name, value)| {
        let config = Config::named(name).expect("a change is of the table");
        let value = value.as_ref().map_or(DEFAULT.to_owned(), |value| short_value(config, value));
        words.pair(config.short, value)
    })
}
