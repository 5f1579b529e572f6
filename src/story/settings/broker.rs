//! The broker's settings for groups, as a `cluster` line gives them: those of [`BROKER_SETTINGS`], under Kafka's names with
//! Kafka's values or under short ones with units.

use super::topic::{milliseconds, span_text};
use crate::group::{BROKER_SETTINGS, BrokerConfigs, BrokerKind, BrokerSetting, UNSUPPORTED};
use crate::sim::coordinator_with;
use crate::story::args::Args;
use crate::story::unit;
use crate::story::words::Words;

/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// Takes what a line sets, each Kafka's text; what holds without being said is left out.
pub(in crate::story) fn take(args: &mut Args) -> BrokerConfigs {
    for name in UNSUPPORTED {
        if let Some((_, word)) = args.any_value(&[name]) {
            let expected = "a setting that the lab obeys: nothing here would change by this one of Kafka's";
            args.error(word.column, format!("{name}="), expected);
        }
    }
    let mut set = BrokerConfigs::new();
    let mut last = 0;
    for of in &BROKER_SETTINGS {
        args.ask(of.short);
        let Some((key, word)) = args.any_value(&[of.short, of.name]) else { continue };
        let text = word.text();
        let value = if key == of.name { Some(text) } else { kafkas(of, &text) };
        let Some(value) = value else {
            let expected = match of.kind {
                BrokerKind::Minutes => "whole minutes such as 90m or 2h",
                _ => unit::A_DURATION,
            };
            args.error(word.column, word.shown(), expected);
            continue;
        };
        match of.checked(&value) {
            Ok(value) => _ = set.insert(of.name.into(), value),
            Err(said) => {
                args.error(word.column, word.shown(), format!("a value that a broker starts with: {said}"));
            }
        }
        last = last.max(word.column);
    }
    if let (Err(said), false) = (coordinator_with(&set), args.has_errors()) {
        args.error(last, "these settings", format!("a broker that starts: {said}"));
    }
    let nothing = coordinator_with(&BrokerConfigs::new());
    set.into_iter()
        .filter(|(name, value)| {
            coordinator_with(&[(name.clone(), value.clone())].into_iter().collect()) != nothing
        })
        .collect()
}

/// Kafka's text of a value under a short name; `None` when it is none.
fn kafkas(of: &BrokerSetting, text: &str) -> Option<String> {
    match of.kind {
        BrokerKind::Ms(_) => milliseconds(text).map(|ms| ms.to_string()),
        BrokerKind::Minutes => {
            let ms = milliseconds(text).filter(|ms| ms % MINUTE_MS == 0)?;
            Some((ms / MINUTE_MS).to_string())
        }
        _ => Some(text.to_owned()),
    }
}

/// How a value of Kafka's stands under the short name.
pub fn short_value(of: &BrokerSetting, value: &str) -> String {
    match (of.kind, value.parse::<i64>()) {
        (BrokerKind::Ms(_), Ok(ms)) => span_text(ms),
        (BrokerKind::Minutes, Ok(minutes)) => span_text(minutes * MINUTE_MS),
        _ => value.to_owned(),
    }
}

/// Writes what is set, in the order of the table.
pub(in crate::story) fn write<'a, 'f>(set: &BrokerConfigs, words: Words<'a, 'f>) -> Words<'a, 'f> {
    let set = BROKER_SETTINGS.iter().filter_map(|of| Some((of, set.get(of.name)?)));
    set.fold(words, |words, (of, value)| words.pair(of.short, short_value(of, value)))
}
