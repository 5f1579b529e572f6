//! The fields of a topic's configuration, from Kafka's own table.

use super::{Field, Form, Making, NAME, Values, same, value};
use crate::log::config::{CONFIGS, Config, Kind};
use std::rc::Rc;

/// What takes a setting back.
const DEFAULT: &str = "default";
/// Settings that many people set.
const COMMON: [&str; 3] = ["cleanup", "retention", "retention-size"];

/// A topic that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its number of partitions.
    pub partitions: i32,
    /// What is set of it, under Kafka's names.
    pub configs: Vec<(&'static str, Rc<str>)>,
}

impl Form {
    /// The same form for this topic, if it is one that changes a topic.
    pub fn of_topic(mut self, name: &str) -> Form {
        if matches!(self.making, Making::Configure | Making::Grow) {
            self.first.push((NAME, name.into()));
        }
        if let (Making::Grow, Some(topic)) = (self.making, self.topic(name)) {
            let more = topic.partitions + 1;
            self.first.push(("partitions", more.to_string().into()));
        }
        self
    }

    fn topic(&self, name: &str) -> Option<&OfTopic> {
        self.topics.iter().find(|topic| *topic.name == *name)
    }

    /// The fields that configure the topic anew whose name stands in the form: what holds of it now is their default.
    pub(super) fn changes(&self, values: &Values) -> impl Iterator<Item = Field> {
        let set = value(values, NAME).and_then(|name| self.topic(&name)).map(|topic| &topic.configs);
        fields().map(move |field| {
            let own = set.into_iter().flatten().find(|(name, _)| *name == field.key);
            let back = field.closed.then(|| (DEFAULT.into(), DEFAULT.into()));
            let default = own.map_or(field.default, |(_, value)| value.clone());
            let choices = field.choices.into_iter().chain(back).collect();
            Field { default, choices, ..field }
        })
    }
}

/// The fields that say where a topic's replicas lie.
pub(super) fn placement(
    plain: impl Fn(&'static str, &'static str, &'static str, &str) -> Field,
) -> [Field; 2] {
    let racks = Field {
        help: "a broker in each, between commas",
        rare: true,
        between: Some(','),
        ..plain("racks", "broker.rack", "racks", "null")
    };
    [racks, Field { rare: true, ..plain("replicas", "replication-factor", "replicas", "1") }]
}

/// A field for each configuration, under Kafka's name and with Kafka's values.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    CONFIGS.iter().map(|config: &'static Config| {
        let words: &[&str] = match config.kind {
            Kind::Cleanup => &["delete", "compact", "compact,delete"],
            Kind::Stamps => &["CreateTime", "LogAppendTime"],
            Kind::Ms(_) | Kind::Bytes(..) | Kind::Ratio => &[],
        };
        let choices: Vec<Rc<str>> = words.iter().map(|word| Rc::from(*word)).collect();
        Field {
            id: config.short,
            label: config.name,
            key: config.name,
            default: if config.default.is_empty() { "null" } else { config.default }.into(),
            choices: same(&choices),
            closed: !words.is_empty(),
            help: "",
            rare: !COMMON.contains(&config.short),
            between: None,
        }
    })
}
