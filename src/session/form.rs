//! What a person fills in to make a topic, a producer, a group or a consumer: fields made from the language's own table
//! of settings, and the one line of a command that they come to. The line's own parser says what is wrong, and where.

mod client;
mod kept;
mod producer;
mod restore;
mod topic;

pub use client::group_settings;
pub(super) use topic::OfTopic;

use crate::sim::query::GroupFacts;
use crate::story::args::Name;
use crate::story::command::Source;
use crate::story::settings::{
    INSTANCE, Kind, PRODUCER_SETTINGS, Protocol, SETTINGS, SHARE_SETTINGS, Setting, Settings, TUNING_SETTINGS,
};
use crate::story::token::quote;
use crate::story::{Command, ParseError};
use producer::of_producer;
use restore::{BESIDE, restore_fields};
use std::rc::Rc;

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// `topic`.
    Topic,
    /// `producer`.
    Producer,
    /// `group`.
    Group,
    /// `consumer`.
    Consumer,
    /// `backup full` of some topics.
    Backup,
    /// `backup schedule`.
    Schedule,
    /// `backup retain`, as a dry run.
    Retain,
    /// `restore stop`.
    Restore,
    /// `configure`: a topic that is there.
    Configure,
    /// `grow`: a topic that is there.
    Grow,
}

/// A form to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What it makes.
    pub making: Making,
    /// What stands in it at first.
    pub first: Values,
    topics: Vec<OfTopic>,
    groups: Vec<(Rc<str>, Settings)>,
}

/// What stands in the fields, by their ids; a field that is not named is empty.
pub type Values = Vec<(&'static str, Rc<str>)>;

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Names it, whatever it is called: `session-timeout`.
    pub id: &'static str,
    /// What it is called: Kafka's name, else the language's.
    pub label: &'static str,
    /// What holds when it stays empty; `""` when it must be filled in.
    pub default: Rc<str>,
    /// What can be chosen, and how that is called.
    pub choices: Vec<(Rc<str>, Rc<str>)>,
    /// Only what can be chosen can stand here.
    pub closed: bool,
    /// What it means, where Kafka has no name that says so.
    pub help: &'static str,
    /// Whether few people ever set it.
    pub rare: bool,
    /// What stands before the value in the line; `""` for names.
    key: &'static str,
    /// What stands between several values, when there can be several.
    between: Option<char>,
}

/// What a form comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The line of the command: the canonical one when nothing is wrong.
    pub line: Rc<str>,
    /// The ids of fields with something wrong in them, and what.
    pub errors: Vec<(&'static str, Rc<str>)>,
}

/// The field for partitions that a consumer takes for itself.
const ASSIGN: &str = "assign";

/// The id of the field for the name.
const NAME: &str = "name";

impl Form {
    pub(super) fn new(making: Making, topics: Vec<OfTopic>, groups: &[GroupFacts]) -> Form {
        let settings = |of: &GroupFacts| (of.name.clone(), Settings { client: of.settings.clone() });
        let mut first = Values::new();
        if making == Making::Producer {
            first.extend(topics.first().map(|topic| ("topic", topic.name.clone())));
            first.push(("rate", "200/s".into()));
        }
        Form { making, first, topics, groups: groups.iter().map(settings).collect() }
    }

    /// The same form with what `command` says in it.
    pub(super) fn like(mut self, command: &Command) -> Form {
        let Command::Consumer(of) = command else { return self };
        let mut first = vec![(NAME, joined(&of.names, " "))];
        first.extend(of.group.clone().map(|group| ("group", group)));
        match &of.source {
            Source::Subscribe(topics) => first.push(("topics", joined(topics, ","))),
            Source::Match(pattern) => first.push(("pattern", pattern.clone())),
            Source::Assign(of) => {
                let of: Vec<String> = of.iter().map(|of| format!("{}:{}", of.topic, of.partition)).collect();
                first.push((ASSIGN, of.join(",").into()));
            }
        }
        let settings = SETTINGS.iter().chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS);
        for setting in settings.filter(|of| of.names[0] != "protocol") {
            let key = self.key(setting, of.settings.client.protocol.unwrap_or_default());
            let value = key.and_then(|key| of.settings.value(key));
            first.extend(value.map(|value| (setting.names[0], value.into())));
        }
        self.first = first;
        self
    }

    /// The fields, as they are when this stands in them: protocols have settings and defaults of their own.
    pub fn fields(&self, values: &Values) -> Vec<Field> {
        let plain = |id, label, key, default: &str| Field {
            id,
            label,
            key,
            default: default.into(),
            choices: Vec::new(),
            closed: false,
            help: "",
            rare: false,
            between: None,
        };
        let of = |id, choices: &[Rc<str>]| Field { choices: same(choices), ..plain(id, id, id, "") };
        let closed = |id, default: &str, choices: &[&'static str]| {
            let choices: Vec<Rc<str>> = choices.iter().map(|word| Rc::from(*word)).collect();
            Field { choices: same(&choices), closed: true, ..plain(id, id, id, default) }
        };
        let groups: Vec<Rc<str>> = self.groups.iter().map(|(name, _)| name.clone()).collect();
        let topics: Vec<Rc<str>> = self.topics.iter().map(|topic| topic.name.clone()).collect();
        let topic = || Field { label: "topic", key: "", ..of(NAME, &topics) };
        let mut fields = match self.making {
            Making::Topic => {
                let partitions = plain("partitions", "partitions", "partitions", "1");
                let placement = topic::placement(plain);
                [plain(NAME, "topic", "", ""), partitions]
                    .into_iter()
                    .chain(topic::fields())
                    .chain(placement)
                    .collect()
            }
            Making::Producer => vec![
                plain(NAME, "client.id", "", ""),
                of("topic", &topics),
                plain("rate", "rate", "rate", ""),
                plain("keys", "keys", "keys", "null"),
                plain("value", "value", "value", "64B"),
            ],
            Making::Group => vec![plain(NAME, "group.id", "", "")],
            Making::Consumer => vec![
                Field { between: Some(' '), ..plain(NAME, "client.id", "", "") },
                Field { label: "group.id", ..of("group", &groups) },
                Field { between: Some(','), ..of("topics", &topics) },
                Field {
                    help: "a regular expression in place of topics",
                    ..plain("pattern", "pattern", "pattern", "null")
                },
                Field {
                    help: "partitions of its own in place of topics: orders:0,orders:1",
                    between: Some(','),
                    ..plain(ASSIGN, ASSIGN, ASSIGN, "null")
                },
            ],
            Making::Backup => vec![kept::topics(of(NAME, &topics))],
            Making::Schedule => kept::schedule(plain, closed),
            Making::Retain => kept::rules(plain),
            Making::Restore => restore_fields(values, plain, closed),
            Making::Configure => vec![topic()].into_iter().chain(self.changes(values)).collect(),
            Making::Grow => vec![topic(), plain("partitions", "partitions", "partitions", "")],
        };
        let own: &[&Setting] = match self.making {
            Making::Producer => {
                fields.extend(PRODUCER_SETTINGS.iter().map(of_producer));
                return fields;
            }
            Making::Group => &[],
            Making::Consumer => &[&INSTANCE],
            _ => return fields,
        };
        let base = self.base(values);
        // A share consumer subscribes to topics by name.
        let named = base.client.protocol == Some(Protocol::Share);
        fields.retain(|of| !named || !["pattern", ASSIGN].contains(&of.id));
        let settings = SETTINGS.iter().take(1).chain(own.iter().copied()).chain(SETTINGS.iter().skip(1));
        let settings = settings.chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS);
        fields.extend(settings.filter_map(|setting| self.field(setting, &base)));
        fields
    }

    /// The line that this comes to, and what is wrong with it.
    pub fn filled(&self, values: &Values) -> Filled {
        let mut line = String::from(match self.making {
            Making::Topic => "topic",
            Making::Producer => "producer",
            Making::Group => "group",
            Making::Consumer => "consumer",
            Making::Backup => "backup full",
            Making::Schedule => "backup schedule",
            Making::Retain => "backup retain",
            Making::Restore => "restore stop",
            Making::Configure => "configure",
            Making::Grow => "grow",
        });
        if self.making == Making::Restore {
            line.extend(value(&self.first, "label").map(|label| format!(" {}", quote(&label))));
        }
        let fields = self.fields(values);
        // Where each field's words end, in characters.
        let mut ends: Vec<(usize, &Field)> = Vec::new();
        for field in &fields {
            let text = match value(values, field.id) {
                // Beside what is there is said by the new names, which must not be missing.
                Some(text) if (field.id, &*text) == ("into", BESIDE) => continue,
                Some(text) => text,
                None if field.id == "as" => "".into(),
                None => continue,
            };
            line.push(' ');
            if !field.key.is_empty() {
                line.push_str(field.key);
                line.push('=');
            }
            line.push_str(&word(field, &text));
            ends.push((line.chars().count(), field));
        }
        if self.making == Making::Retain {
            line.push_str(" dry-run=yes");
        }
        match Command::parse_whole(&line) {
            Ok(command) => Filled { line: command.to_string().into(), errors: Vec::new() },
            Err(errors) => {
                let place = |error: &ParseError| {
                    let at =
                        ends.iter().find(|(end, _)| error.column as usize <= *end).map(|(_, field)| field);
                    let missing =
                        || fields.iter().find(|of| error.expected.starts_with(&format!("{}=", of.key)));
                    at.copied().or_else(missing).unwrap_or(&fields[0]).id
                };
                let said = |error: ParseError| (place(&error), said(&error));
                Filled { line: line.into(), errors: errors.into_iter().map(said).collect() }
            }
        }
    }
}

/// What is wrong, as a sentence. In a form nobody sees a line, so that its end is not what was found.
fn said(error: &ParseError) -> Rc<str> {
    let reason = error.reason();
    super::sentence(reason.strip_prefix("found the end of the line, ").unwrap_or(&reason)).into()
}

/// A field's value as it stands in a line.
fn word(field: &Field, text: &str) -> String {
    let Some(between) = field.between else { return quote(text) };
    let parts = text.split(between).map(str::trim).filter(|part| !part.is_empty());
    // A partition is a topic's name and a number, bare words both.
    let bare = |part: &str| {
        field.id == ASSIGN && part.chars().all(|char| char.is_ascii_alphanumeric() || "._-:".contains(char))
    };
    let quote = |part: &str| if bare(part) { part.to_owned() } else { quote(part) };
    parts.map(quote).collect::<Vec<_>>().join(between.encode_utf8(&mut [0; 4]))
}

/// What stands in a field, without spaces around it; `None` when it is empty.
fn value(values: &Values, id: &str) -> Option<Rc<str>> {
    let (_, text) = values.iter().find(|(of, _)| *of == id)?;
    Some(text.trim()).filter(|text| !text.is_empty()).map(Rc::from)
}

fn same(words: &[Rc<str>]) -> Vec<(Rc<str>, Rc<str>)> {
    words.iter().map(|word| (word.clone(), word.clone())).collect()
}

fn joined(names: &[Name], between: &str) -> Rc<str> {
    names.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(between).into()
}
