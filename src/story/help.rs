//! The grammar of stories, made from the commands themselves.

use super::command::ALL;
use super::measure::{Kind, MEASURES, Subject};
use super::settings::{
    ASSIGNORS, PRODUCER_SETTINGS, SETTINGS, SHARE_SETTINGS, TUNING_SETTINGS, broker, topic,
};
use crate::group::{BROKER_SETTINGS, BrokerKind};
use crate::log::config::CONFIGS;
use std::fmt::Write;

const HEAD: &str = "\
A story is a text of commands, one a line. `#` starts a comment; the first one is the title. `at TIME` before a
command is virtual time from the start; without it a command has the time of the one before. Times never go back.

Durations: 250us 250ms 45s 2m 1h, of topics also 7d. Rates: 200/s. Sizes: 64B 1KiB 1MiB. Names in double quotes when they hold a space
or one of # \" = , : < > ! $ \\. Lists with commas. Every default may be left out. Kafka's own names of settings are read
as well, with bare milliseconds: session.timeout.ms=10000.
";

/// What `rejoin help commands` prints.
pub fn commands() -> String {
    let mut out = String::from(HEAD);
    let mut line = |text: String| writeln!(out, "{text}").expect("a string takes every text");
    line("\nCOMMANDS".to_owned());
    for spec in ALL {
        let syntax = wrap(spec.syntax, 96);
        line(format!("\n  {}", syntax.join("\n      ")));
        wrap(spec.help, 96).into_iter().for_each(|text| line(format!("      {text}")));
    }
    line("\nSETTINGS of group, consumer and start\n".to_owned());
    for of in SETTINGS.iter().chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS) {
        let (name, kafka, help) = (of.names[0], of.names[1..].join(", "), of.help);
        line(format!("  {name:<21} {kafka:<54} {help}").trim_end().to_owned());
    }
    line("\nSETTINGS of producer\n".to_owned());
    for of in &PRODUCER_SETTINGS {
        let (name, kafka, help) = (of.names[0], of.names[1..].join(", "), of.help);
        line(format!("  {name:<21} {kafka:<54} {help}").trim_end().to_owned());
    }
    line("\nSETTINGS of cluster, for groups\n".to_owned());
    for of in &BROKER_SETTINGS {
        let default = match of.kind {
            BrokerKind::Count(_) if of.default == i32::MAX.to_string() => "unlimited".to_owned(),
            _ => broker::short_value(of, of.default),
        };
        let help = if of.help.is_empty() { String::new() } else { format!(": {}", of.help) };
        line(format!("  {:<32} {:<46} default {default}{help}", of.short, of.name));
    }
    line("\nSETTINGS of topic and configure\n".to_owned());
    for of in &CONFIGS {
        let default = match of.default {
            "" => String::new(),
            value => format!("default {}: ", topic::short_value(of, value)),
        };
        line(format!("  {:<21} {:<54} {default}{}", of.short, of.name, of.help));
    }
    let names = ASSIGNORS.map(|(name, _)| name).join(", ");
    line(format!(
        "\n  Assignors of the language: {names}. One that this version lacks is refused by its name."
    ));
    line("\nMEASURES of check, and of rejoin run --json (there times are seconds)\n".to_owned());
    for spec in MEASURES {
        let of = match spec.subject {
            Subject::Run | Subject::Share => "[GROUP]",
            Subject::Group => "GROUP",
            Subject::Partition => "[GROUP] TOPIC:PARTITION",
            Subject::Restore => "",
        };
        let kind = match spec.kind {
            Kind::Count => "number",
            Kind::Span => "time",
            Kind::Text => "word",
        };
        line(format!("  {:<17} {of:<24} {kind:<7} {}", spec.name, spec.help));
    }
    out
}

/// Breaks a text into lines of at most `width` characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("one line at least");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
